/** The cats that are here. What this module holds stays while others are edited. */
export const shelter = new Set(['tom'])
