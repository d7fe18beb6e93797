/** What was sent. What this module holds stays while others are edited. */
export const outbox: string[] = []
