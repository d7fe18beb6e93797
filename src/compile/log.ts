/** Where the compile pipeline says what a person should be able to find again; the host forwards it as `log`. */
export type Log = (level: 'info' | 'warn' | 'error', message: string) => void
