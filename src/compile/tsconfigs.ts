import { hash } from 'node:crypto'
import { dirname } from 'node:path'
import { createPathsMatcher, getTsconfig, type PathsMatcher, type TsConfigResult } from 'get-tsconfig'
import { typescriptFor, withoutApi } from './decoratorMetadata'
import type { Log } from './log'
import { NearestFile, type Loaded } from './nearestFile'
import type { Turn } from './turn'

/** What a tsconfig.json says, `extends` applied, as far as it changes the emitted code or where an import leads. */
export interface TsSettings {
  /** Options as esbuild's `tsconfigRaw` wants them. */
  readonly compilerOptions: Readonly<Record<string, unknown>>
  /** Equal for equal `compilerOptions`. */
  readonly digest: string
  /** Candidates (absolute, without extension search) for a specifier that is neither relative nor absolute. */
  readonly matchPaths: PathsMatcher | undefined
  readonly allowJs: boolean
  /** `emitDecoratorMetadata` is on: the TypeScript that says what it comes to. */
  readonly typescript: string | undefined
}

/** Everything esbuild reads from a tsconfig, except what must not reach it: see `effective`. */
const passedOn = [
  'alwaysStrict', 'experimentalDecorators', 'importsNotUsedAsValues', 'jsx', 'jsxFactory', 'jsxFragmentFactory',
  'jsxImportSource', 'preserveValueImports', 'strict', 'target', 'useDefineForClassFields', 'verbatimModuleSyntax',
] as const

const none: TsSettings = { compilerOptions: {}, digest: '', matchPaths: undefined, allowJs: false, typescript: undefined }

/** The tsconfig.json of a directory: the nearest one, as `tsc` would find it. Re-read when it, or one it extends, changed. */
export class Tsconfigs {
  private readonly nearest: NearestFile<TsSettings>
  private readonly noted = new Set<string>()

  constructor(turn: Turn, private readonly log: Log) {
    this.nearest = new NearestFile('tsconfig.json', turn, (path) => this.load(path))
  }

  of(directory: string): TsSettings {
    return this.nearest.of(directory) ?? none
  }

  clear(): void {
    this.nearest.clear()
  }

  private load(path: string): Loaded<TsSettings> {
    const cache = new Map<string, unknown>()
    try {
      const found = getTsconfig(dirname(path), 'tsconfig.json', cache)
      return { value: found === null ? none : this.settings(found), dependencies: pathsIn(cache) }
    } catch (error) {
      this.note(`${path}: ${error instanceof Error ? error.message : String(error)}; its options are ignored`)
      return { value: none, dependencies: pathsIn(cache) }
    }
  }

  private settings(found: TsConfigResult): TsSettings {
    const options: Readonly<Record<string, unknown>> = { ...found.config.compilerOptions }
    const emits = options['emitDecoratorMetadata'] === true
    const typescript = emits ? typescriptFor(found.path) : undefined
    if (emits && typescript === undefined) this.note(`${found.path}: emitDecoratorMetadata needs the package typescript, which is not installed here; without it, give injection tokens explicitly (@Inject)`)
    const major = typescript === undefined ? undefined : withoutApi(typescript)
    if (major !== undefined) this.note(`${found.path}: emitDecoratorMetadata does nothing with TypeScript ${major}, which cannot be called from JavaScript; install typescript 5 or 6, or give injection tokens explicitly (@Inject)`)
    const compilerOptions = effective(options)
    return {
      compilerOptions,
      digest: hash('sha1', JSON.stringify([compilerOptions, typescript])),
      matchPaths: createPathsMatcher(found) ?? undefined,
      allowJs: options['allowJs'] === true,
      typescript,
    }
  }

  private note(message: string): void {
    if (this.noted.has(message)) return
    this.noted.add(message)
    this.log('warn', message)
  }
}

/** `preserve` and `react-native` leave JSX to a later tool; here there is none, so it becomes calls of the automatic runtime. */
function effective(options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const kept = Object.fromEntries(passedOn.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]))
  const jsx = String(kept['jsx'] ?? '').toLowerCase()
  return jsx === 'preserve' || jsx === 'react-native' ? { ...kept, jsx: 'react-jsx' } : kept
}

/** get-tsconfig keys its cache by call: `readFileSync:/a/tsconfig.json:utf8`, `existsSync:/a/tsconfig.json`. */
function pathsIn(cache: ReadonlyMap<string, unknown>): string[] {
  const paths = [...cache.keys()].map((key) => /^[a-zA-Z]+:(.+?)(?::utf8)?$/.exec(key)?.[1])
  return [...new Set(paths.filter((path): path is string => path !== undefined && path.endsWith('.json')))]
}
