/** A program for `node -e` that runs for ever, but leaves nothing behind when a test kills its parent, be it before its first line. No single quotes. */
export const UNTIL_PARENT_ENDS = 'const parent = process.ppid; setInterval(() => { if (process.ppid !== parent || parent === 1) process.exit() }, 100)'
