/** Proves at compile time that a union was handled whole; at run time names the arm that was not. */
export function assertNever(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`)
}
