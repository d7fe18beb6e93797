/** The `exports` conditions that Node was given (`--conditions`, `-C`), on its command line and in `NODE_OPTIONS`. */
export function conditionsGiven(execArgv: readonly string[], nodeOptions: string | undefined): readonly string[] {
  return [...conditionsIn(words(nodeOptions ?? '')), ...conditionsIn(execArgv)]
}

function conditionsIn(args: readonly string[]): string[] {
  return args.flatMap((argument, at) => {
    if (argument === '--conditions' || argument === '-C') return args[at + 1] ?? []
    return /^--conditions=(.+)$/s.exec(argument)?.[1] ?? []
  })
}

/** Spaces separate, double quotes hold together, a backslash within them escapes: Node's rules for `NODE_OPTIONS`. */
const words = (text: string): string[] =>
  [...text.matchAll(/(?:"(?:\\.|[^"\\])*"|[^" ])+/gs)].map(([word]) => word.replace(/"((?:\\.|[^"\\])*)"/gs, (_, inner: string) => inner.replace(/\\(.)/gs, '$1')))
