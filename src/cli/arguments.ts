/** The command line as a value. Options end at the entry: what follows is the program's. */
export interface RuntimeOptions {
  readonly root: string | undefined
  readonly node: string | undefined
  readonly nodeArgs: readonly string[]
  readonly include: readonly string[]
  readonly exclude: readonly string[]
}

export interface RunCommand extends RuntimeOptions {
  readonly kind: 'run'
  readonly entry: string
  readonly argv: readonly string[]
  readonly purgePolicy: 'soft' | 'brutal'
  /** Milliseconds. */
  readonly purgeGrace: number
  readonly watch: boolean
}

export interface ShellCommand extends RuntimeOptions {
  readonly kind: 'shell'
  readonly entry: string | undefined
  readonly json: boolean
}

export type Command = RunCommand | ShellCommand | { readonly kind: 'help' } | { readonly kind: 'version' } | { readonly kind: 'wrong'; readonly message: string }

type Flags = ReadonlyMap<string, readonly string[]>

const ofBoth = { '--root': 'value', '--node': 'value', '--node-arg': 'value', '--include': 'value', '--exclude': 'value', '--help': 'switch' } as const
const ofRun = { ...ofBoth, '--purge-policy': 'value', '--purge-grace': 'value', '--no-watch': 'switch' } as const
const ofShell = { ...ofBoth, '--json': 'switch' } as const

class Wrong extends Error {}

export function parseArguments(argv: readonly string[]): Command {
  const [first, ...rest] = argv
  try {
    switch (first) {
      case undefined:
      case '--help':
      case '-h':
      case 'help':
        return { kind: 'help' }
      case '--version':
      case '-v':
        return { kind: 'version' }
      case 'run':
        return parseRun(rest)
      case 'shell':
        return parseShell(rest)
      default:
        throw new Wrong(`no command is called ${first}: run and shell are`)
    }
  } catch (error) {
    if (error instanceof Wrong) return { kind: 'wrong', message: error.message }
    throw error
  }
}

function parseRun(argv: readonly string[]): Command {
  const { flags, rest } = split(argv, ofRun, 'upToEntry')
  if (flags.has('--help')) return { kind: 'help' }
  const [entry, ...programArguments] = rest
  if (entry === undefined) throw new Wrong('run needs a program: codeswitch run <entry>')
  return { kind: 'run', entry, argv: programArguments, purgePolicy: policyOf(flags), purgeGrace: graceOf(flags), watch: !flags.has('--no-watch'), ...runtimeOf(flags) }
}

function parseShell(argv: readonly string[]): Command {
  const { flags, rest } = split(argv, ofShell, 'everywhere')
  if (flags.has('--help')) return { kind: 'help' }
  const [entry, another] = rest
  if (another !== undefined) throw new Wrong(`shell takes one entry, not also ${another}`)
  return { kind: 'shell', entry, json: flags.has('--json'), ...runtimeOf(flags) }
}

function split(argv: readonly string[], known: Readonly<Record<string, 'value' | 'switch'>>, where: 'upToEntry' | 'everywhere'): { readonly flags: Flags; readonly rest: readonly string[] } {
  const flags = new Map<string, string[]>()
  const rest: string[] = []
  for (let at = 0; at < argv.length; at++) {
    const text = argv[at] ?? ''
    if (text === '--') return { flags, rest: [...rest, ...argv.slice(at + 1)] }
    if (!text.startsWith('-') || text === '-') {
      if (where === 'upToEntry') return { flags, rest: argv.slice(at) }
      rest.push(text)
      continue
    }
    const [name, inline] = nameAndValue(text)
    const takes = known[name]
    if (takes === undefined) throw new Wrong(`no option is called ${name}`)
    if (takes === 'switch' && inline !== undefined) throw new Wrong(`${name} takes no value`)
    const value = takes === 'switch' ? '' : (inline ?? argv[++at])
    if (value === undefined) throw new Wrong(`${name} needs a value`)
    flags.set(name, [...(flags.get(name) ?? []), value])
  }
  return { flags, rest }
}

function nameAndValue(text: string): readonly [string, string | undefined] {
  const equals = text.indexOf('=')
  if (text === '-h') return ['--help', undefined]
  return equals < 0 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)]
}

const runtimeOf = (flags: Flags): RuntimeOptions => ({
  root: flags.get('--root')?.at(-1),
  node: flags.get('--node')?.at(-1),
  nodeArgs: flags.get('--node-arg') ?? [],
  include: flags.get('--include') ?? [],
  exclude: flags.get('--exclude') ?? [],
})

function policyOf(flags: Flags): 'soft' | 'brutal' {
  const policy = flags.get('--purge-policy')?.at(-1) ?? 'soft'
  if (policy === 'soft' || policy === 'brutal') return policy
  throw new Wrong(`--purge-policy is soft or brutal, not ${policy}`)
}

function graceOf(flags: Flags): number {
  const text = flags.get('--purge-grace')?.at(-1) ?? '0'
  if (/^\d+$/.test(text)) return Number(text)
  throw new Wrong(`--purge-grace is a number of milliseconds, not ${text}`)
}
