/** Where the compile pipeline says what a person should be able to find again; the host forwards it as `log`. */
export type Log = (level: 'info' | 'warn' | 'error', message: string) => void

/** Several of the pipeline read the same files; what one of them has said, another need not. */
export function once(log: Log): Log {
  const said = new Set<string>()
  return (level, message) => {
    if (said.has(message)) return
    said.add(message)
    log(level, message)
  }
}
