import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Disposable } from '../base/disposable'
import type { Problem } from '../base/problem'
import type { Rewritten } from '../protocol/unit'
import { CompileCache } from './compileCache'
import { formatOf, loaderOf, moduleExtension, moduleExtensions, type Loader, type ModuleExtension, type SourceFormat } from './format'
import { jsonFault } from './jsonSource'
import type { Log } from './log'
import { PackageScopes } from './packageScopes'
import { originalOfInput } from './positions'
import { practiceText } from './practice'
import { fileProblem, problemAt, scriptProblem } from './problems'
import { RealPaths } from './realPaths'
import { decodeSource, hashOf, sourceOfText, type SourceText } from './sourceText'
import { StableReader, type ReadOutcome } from './stableRead'
import { Transformer, mentionsWrapper, type Target } from './transform'
import { Tsconfigs, type TsSettings } from './tsconfigs'
import { Turn } from './turn'
import type { CachedUnit } from './unitCodec'

/** A source file that can be loaded. */
export interface Compiled {
  /** Absolute, symlinks resolved. */
  readonly file: string
  /** As on disk, without byte order mark. */
  readonly text: string
  /** Of the bytes of the source, hexadecimal. */
  readonly hash: string
  readonly rewritten: Rewritten
  /** esbuild's source map (JSON: mappings and names, no text) from the text that was rewritten; undefined when that was `text` itself. */
  readonly map: string | undefined
  readonly warnings: readonly Problem[]
}

export type CompileOutcome =
  | { readonly ok: true; readonly unit: Compiled }
  | { readonly ok: false; readonly reason: 'compile_error' | 'nofile'; readonly problems: readonly Problem[]; readonly text?: string; readonly hash?: string }

export type RewriteOutcome =
  | { readonly ok: true; readonly value: Rewritten }
  | { readonly ok: false; readonly line: number; readonly column: number; readonly message: string; readonly needsLowering?: boolean }

/** Plain JavaScript becomes a unit; `rewrite/rewrite.ts` unless a test brings its own. */
export type Rewrite = (code: string, options: { readonly format: SourceFormat; readonly file: string }) => RewriteOutcome

export interface CompilerOptions {
  /** Of the Node that will run the code: `20.20.2`. */
  readonly nodeVersion: string
  /** Workspace folder, absolute. */
  readonly root: string
  /** Where the compile cache lives; undefined: in memory only. */
  readonly cacheDir?: string | undefined
  readonly log: Log
  readonly rewrite?: Rewrite
  readonly reader?: StableReader
}

/** Pinned in package.json as well; part of the cache's identity, so that a warm start need not load esbuild to ask it. */
export const esbuildVersion = '0.28.2'

/** After a start from the cache the compiler gets ready for the first save when nothing was asked for so long. */
const idleMs = 500
const practiceIdleMs = 150
/** Shorter than anybody needs to change a tsconfig as well. */
const preparedMs = 50
/** Fewer leave the rewriter half as fast; more make no difference. */
const practiceRounds = 60

/**
 * From a path to something loadable. Every defect of a file is an outcome with Problems; a rejected promise is a bug.
 *
 *   read -> .json                     checked, and is its own code
 *        -> .js .mjs .cjs             rewritten; through esbuild first only if the rewriter asks for it (`using`, decorators)
 *        -> .ts .tsx .mts .cts .jsx   esbuild, then rewritten
 */
export class Compiler implements Disposable {
  private readonly transformer: Transformer
  private readonly cache: CompileCache
  private readonly reader: StableReader
  private readonly scopes: PackageScopes
  private readonly tsconfigs: Tsconfigs
  private readonly realPaths: RealPaths
  private readonly rewrite: Promise<Rewrite> | undefined
  private readonly making = new Map<string, Promise<Made>>()
  private idle: NodeJS.Timeout | undefined
  private readonly prepared = new Map<string, { readonly hash: string; readonly at: number; readonly outcome: Promise<CompileOutcome> }>()

  constructor(private readonly options: CompilerOptions) {
    const turn = new Turn()
    this.transformer = new Transformer(options.nodeVersion)
    this.reader = options.reader ?? new StableReader()
    this.scopes = new PackageScopes(turn)
    this.tsconfigs = new Tsconfigs(turn, options.log)
    this.realPaths = new RealPaths(turn)
    this.rewrite = options.rewrite === undefined ? undefined : Promise.resolve(options.rewrite)
    this.cache = new CompileCache({ file: packOf(options), identity: identityOf(options.nodeVersion), log: options.log })
  }

  /** esbuild was started, or is starting. */
  get isWarm(): boolean {
    return this.transformer.isStarted
  }

  /** Starts esbuild now if the cache is empty, else when the start is over: then it may not need it at all. */
  warm(): void {
    if (this.cache.isEmpty) void this.getReady()
    else this.whenIdle(idleMs, () => this.getReady())
  }

  /**
   * @param file absolute, may be a symlink.
   * @param text what an editor holds; undefined: the file is read, and read again while somebody is writing it.
   */
  async compile(file: string, text?: string): Promise<CompileOutcome> {
    this.idle?.refresh()
    if (text !== undefined) return this.compileSource(this.realPaths.of(file), sourceOfText(text))
    const read = await this.reader.read(file)
    if (read.kind === 'unreadable') return { ok: false, reason: 'nofile', problems: [fileProblem(file, unreadable(read))] }
    // Only now: while it is saved, a file may be gone for a moment.
    const path = this.realPaths.of(file)
    const decoded = decodeSource(path, read.bytes)
    if (decoded.ok) return this.takePrepared(path, decoded.source) ?? this.compileSource(path, decoded.source)
    return { ok: false, reason: 'compile_error', problems: [decoded.problem], hash: hashOf(read.bytes) }
  }

  /**
   * Of what the text does: hexadecimal, the same whatever its comments, line breaks, types and names of local variables are.
   * Undefined when it does not compile. `text` undefined: what is on disk.
   */
  async digest(file: string, text?: string): Promise<string | undefined> {
    const extension = moduleExtension(file)
    const read = text === undefined ? await this.reader.read(file) : undefined
    if (read?.kind === 'unreadable' || extension === undefined) return undefined
    const source = text ?? read?.bytes.toString('utf8') ?? ''
    if (extension === '.json') return createHash('md5').update(source).digest('hex')
    const minified = await this.transformer.minify(file, source, loaderOf(extension), this.tsconfigs.of(dirname(file)))
    return minified === undefined ? undefined : createHash('md5').update(minified).digest('hex')
  }

  /** Node would load the file as an ES module and nothing else; TypeScript beside no `type` was always compiled to CommonJS, too. */
  isStrict(file: string): boolean {
    const extension = moduleExtension(file)
    if (extension === undefined || extension === '.json') return false
    return loaderOf(extension) === 'plain' || formatOf(extension, this.scopes.of(dirname(file))) === 'esm'
  }

  /** The text that was rewritten: what esbuild made of the source, or the source. It is not kept, so it is made once more. */
  async inputOf({ file, text, map, rewritten }: Compiled): Promise<string | undefined> {
    const extension = moduleExtension(file)
    if (map === undefined || extension === undefined || extension === '.json') return text
    const settings = this.tsconfigs.of(dirname(file))
    const rewrite = await this.rewriter()
    for (const target of ['asWritten', 'cjs'] as const) {
      const made = await this.transformer.transform(file, text, loaderOf(extension), settings, target)
      const again = made.ok ? rewrite(made.code, { format: rewritten.format === 'commonjs' ? 'commonjs' : 'esm', file }) : undefined
      if (made.ok && again?.ok === true && again.value.code === rewritten.code) return made.code
    }
    return undefined
  }

  /** A save is compiled when it is heard of, and asked for when it is loaded: then nothing is looked at but its text, once. */
  async prepare(files: readonly string[]): Promise<void> {
    await Promise.all(files.map(async (file) => {
      const read = await this.reader.read(file)
      const path = this.realPaths.of(file)
      const decoded = read.kind === 'read' ? decodeSource(path, read.bytes) : undefined
      if (decoded?.ok !== true) return // the load says so
      const outcome = this.compileSource(path, decoded.source)
      this.prepared.set(path, { hash: decoded.source.hash, at: Date.now(), outcome })
      await outcome
    }))
  }

  /** Writes what is new to the compile cache. esbuild's service ends with the process. */
  dispose(): void {
    clearTimeout(this.idle)
    this.cache.dispose()
  }

  /** When nothing was asked for so long; once. */
  private whenIdle(ms: number, work: () => Promise<void>): void {
    this.idle = setTimeout(() => {
      this.idle = undefined
      void work()
    }, ms).unref()
  }

  private async getReady(): Promise<void> {
    try {
      await Promise.all([this.rewriter(), this.transformer.warm()])
      this.whenIdle(practiceIdleMs, () => this.practise())
    } catch (error) {
      this.options.log('error', `the compiler does not start: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  /** Compiles a text until the engine has optimized what compiles; once, while nobody asks for anything. */
  private async practise(): Promise<void> {
    const settings = this.tsconfigs.of(this.options.root)
    const file = join(this.options.root, 'practice.ts')
    const rewrite = await this.rewriter()
    for (let round = 0; round < practiceRounds && this.making.size === 0; round++) {
      const made = await this.transformer.transform(file, practiceText, 'ts', settings)
      if (made.ok) rewrite(made.code, { format: 'esm', file })
    }
  }

  private takePrepared(file: string, source: SourceText): Promise<CompileOutcome> | undefined {
    const prepared = this.prepared.get(file)
    this.prepared.delete(file)
    return prepared?.hash === source.hash && Date.now() - prepared.at < preparedMs ? prepared.outcome : undefined
  }

  private async compileSource(file: string, source: SourceText): Promise<CompileOutcome> {
    const extension = moduleExtension(file)
    if (extension === undefined) return failed(source, [fileProblem(file, `Not a module: only ${moduleExtensions.join(' ')} files are`)])
    return extension === '.json' ? jsonOutcome(file, source) : this.compileScript(file, source, extension)
  }

  private async compileScript(file: string, source: SourceText, extension: Exclude<ModuleExtension, '.json'>): Promise<CompileOutcome> {
    const directory = dirname(file)
    const job: Job = {
      file,
      text: source.text,
      loader: loaderOf(extension),
      format: formatOf(extension, this.scopes.of(directory)),
      settings: this.tsconfigs.of(directory),
    }
    const key = hashOf(`${source.hash} ${extension} ${job.format} ${job.loader === 'plain' ? '' : job.settings.digest}`)
    const cached = this.cache.get(file, key)
    if (cached !== undefined) return { ok: true, unit: { file, ...source, ...cached } }
    const made = await this.made(job, key)
    if (!made.ok) return failed(source, made.problems)
    return { ok: true, unit: { file, ...source, ...made.unit } }
  }

  /** Who asks while the same text is being compiled gets the same answer. */
  private made(job: Job, key: string): Promise<Made> {
    const id = `${job.file} ${key}`
    const known = this.making.get(id)
    if (known !== undefined) return known
    const making = (job.loader === 'plain' ? this.plain(job) : this.transformed(job)).then((made) => {
      if (made.ok) this.cache.put(job.file, key, made.unit)
      return made
    }).finally(() => this.making.delete(id))
    this.making.set(id, making)
    return making
  }

  private async plain(job: Job): Promise<Made> {
    const rewrite = await this.rewriter()
    const outcome = rewrite(job.text, { format: job.format, file: job.file })
    if (outcome.ok) return { ok: true, unit: { rewritten: outcome.value, map: undefined, warnings: [] } }
    if (outcome.needsLowering === true) return this.transformed(job)
    return { ok: false, problems: [scriptProblem(job.file, job.text, outcome.line, outcome.column, outcome.message)] }
  }

  private async transformed(job: Job): Promise<Made> {
    const made = await this.rewritten(job, 'asWritten')
    const isMixed = made.ok && made.unit.rewritten.format === 'esm' && job.format === 'auto'
      && await this.needsCommonJs(job, made.unit.rewritten.code)
    if (!isMixed) return made
    const asScript = await this.rewritten(job, 'cjs')
    // What CommonJS cannot have (top-level await) makes it an ES module after all.
    return asScript.ok ? asScript : made
  }

  /** TypeScript with `import` in a CommonJS package may use `require`, `__dirname` and so on: it was always compiled to CommonJS. */
  private async needsCommonJs(job: Job, code: string): Promise<boolean> {
    if (!mentionsWrapper(code) || job.text.includes('import.meta')) return false
    return this.transformer.usesWrapper(job.file, job.text, job.loader, job.settings)
  }

  private async rewritten(job: Job, target: Target): Promise<Made> {
    const [rewrite, transformed] = await Promise.all([
      this.rewriter(),
      this.transformer.transform(job.file, job.text, job.loader, job.settings, target),
    ])
    if (!transformed.ok) return transformed
    const { code, map, warnings } = transformed
    const format = target === 'cjs' ? 'commonjs' : job.format === 'auto' && isErasedModule(job.text, code) ? 'esm' : job.format
    const outcome = rewrite(code, { format, file: job.file })
    if (outcome.ok) return { ok: true, unit: { rewritten: outcome.value, map, warnings } }
    const place = originalOfInput({ map }, outcome.line, outcome.column)
    return { ok: false, problems: [scriptProblem(job.file, job.text, place.line, place.column, outcome.message), ...warnings] }
  }

  /** Loaded with the first text that needs it: a start from the cache parses nothing. */
  private async rewriter(): Promise<Rewrite> {
    return this.rewrite ?? (await import('./rewrite/rewrite')).rewrite
  }
}

interface Job {
  readonly file: string
  readonly text: string
  readonly loader: Loader
  readonly format: SourceFormat
  readonly settings: TsSettings
}

type Made = { readonly ok: true; readonly unit: CachedUnit } | { readonly ok: false; readonly problems: readonly Problem[] }

const moduleSyntax = /^\s*(?:import|export)\b/m

/** A file of types only: what made it an ES module is gone from the code. */
const isErasedModule = (text: string, code: string): boolean => moduleSyntax.test(text) && !moduleSyntax.test(code) && !mentionsWrapper(code)

const failed = (source: SourceText, problems: readonly Problem[]): CompileOutcome => ({ ok: false, reason: 'compile_error', problems, ...source })

function jsonOutcome(file: string, source: SourceText): CompileOutcome {
  const fault = jsonFault(source.text)
  if (fault !== undefined) return failed(source, [problemAt(file, source.text, fault.offset, fault.message)])
  return { ok: true, unit: { file, ...source, rewritten: jsonUnit(source.text), map: undefined, warnings: [] } }
}

/** The code of a JSON module is the JSON text; its value is the default export and `module.exports`. */
function jsonUnit(text: string): Rewritten {
  return {
    format: 'json', code: text, async: false, imports: [], exports: ['default'], constants: ['default'], stars: [], dynamic: [],
    functions: [], points: [], shifts: [], state: [],
  }
}

function unreadable(read: Extract<ReadOutcome, { kind: 'unreadable' }>): string {
  switch (read.code) {
    case 'ENOENT': return 'The file does not exist'
    case 'EISDIR': return 'This is a folder, not a file'
    case 'EACCES': case 'EPERM': return 'No permission to read the file'
    default: return `The file cannot be read: ${read.message}`
  }
}

function packOf(options: CompilerOptions): string | undefined {
  return options.cacheDir === undefined ? undefined : join(options.cacheDir, `compiled-${hashOf(options.root).slice(0, 16)}.pack`)
}

/** Bundled, this file contains the rewriter: another build means another identity. */
function identityOf(nodeVersion: string): string {
  const self = typeof __filename === 'string' ? hashOf(readFileSync(__filename)) : 'unknown'
  return `${self} esbuild ${esbuildVersion} node ${nodeVersion}`
}
