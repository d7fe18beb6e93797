/**
 * A timer that a package keeps for a top level which was replaced (a cron job) is running. Nobody told the package: the first
 * function of the program that it calls ends it. `owner` is whose function that is.
 */
export const leftovers: { running: ((owner: object) => void) | undefined } = { running: undefined }
