/** Who is in which room. What this module holds stays while others are edited. */
export const people = new Map<string, readonly string[]>()
