/** See paths.mjs. */
export const root: string
export const local: string
export function cacheFolder(): string
