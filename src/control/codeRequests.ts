/** The code functions of programs and the shell that need the compiler: `l`, `c`, `loadFile`, `loadBinary`, `atomicLoad`, … */
import path from 'node:path'
import type { Problem } from '../base/problem'
import type { ModuleNames } from '../compile/moduleNames'
import type { LoadReport } from '../protocol/messages'
import type { ModuleName } from '../protocol/ids'
import type { FailureReason } from '../protocol/snapshot'
import type { CodeAnswer, CodeRequest, Unit, WantedModule } from '../runtime/link'
import type { LoadHow, Loader } from './loader'
import { problemsForPerson } from './problemsForPerson'
import type { Texts } from './texts'
import type { Turns } from './turns'

const PURGING = { origin: 'shell', force: true, policy: 'brutal', graceMs: 0, alone: true } as const
const REFUSING = { origin: 'program', force: true, policy: 'never', graceMs: 0, alone: true } as const
const UPGRADING = { ...PURGING, origin: 'program' } as const
const ATOMIC = { ...REFUSING, atomic: true } as const

export interface CodeRequestDeps {
  readonly loader: Loader
  readonly turns: Turns
  readonly names: ModuleNames
  readonly texts: Texts
  /** Workspace folder. */
  readonly root: string
  locate(text: string): string | undefined
  status(): Promise<CodeAnswer>
  /** Takes a new picture when main has said that something changed. */
  fresh(): Promise<void>
}

type Errors = Extract<CodeAnswer, { readonly kind: 'errors' }>
/** What is to be loaded, and the texts that are not those on disk. */
interface Found { readonly kind: 'found'; readonly names: readonly ModuleName[]; readonly texts: ReadonlyMap<string, string>; readonly exports?: readonly (readonly string[])[] }

export class CodeRequests {
  /** Compiled and not loaded yet: with the texts of the moment they were prepared. */
  private readonly prepared = new Map<number, Found>()
  private nextHandle = 1

  constructor(private readonly deps: CodeRequestDeps) {}

  /** `nested`: a load waits for whoever asks (its top level or `onLoad`), so this must not wait for loads. */
  async answer(request: CodeRequest, nested: boolean): Promise<CodeAnswer> {
    await this.deps.fresh()
    switch (request.op) {
      case 'l':
      case 'c':
        return this.load([request.module], PURGING, nested)
      case 'loadFile':
        return this.load([request.module], REFUSING, nested)
      case 'loadBinary':
        return this.load([[request.module, request.file, request.text]], PURGING, nested)
      case 'atomicLoad': {
        const found = await this.compiled(request.modules, 'atomic')
        return found.kind === 'found' ? this.run(found, ATOMIC, nested) : found
      }
      case 'compile': {
        const found = await this.compiled(request.modules, 'any')
        return found.kind === 'found' ? { kind: 'loaded', modules: found.names, exports: found.exports ?? [] } : found
      }
      case 'upgrade': {
        const found = this.find(request.modules)
        return found.kind === 'found' ? this.run(found, { ...UPGRADING, soft: request.soft }, nested) : found
      }
      case 'prepare': {
        const found = await this.compiled(request.modules, 'atomic')
        return found.kind === 'found' ? { kind: 'prepared', handle: this.keep(found) } : found
      }
      case 'finish': {
        const found = this.prepared.get(request.handle)
        if (found === undefined) return { kind: 'consumed' }
        const answer = await this.run(found, ATOMIC, nested)
        if (answer.kind === 'loaded') this.prepared.delete(request.handle)
        return answer
      }
      case 'drop':
        this.prepared.delete(request.handle)
        return { kind: 'consumed' }
      case 'objectCode':
        return this.objectCode(request.module)
      case 'status':
        return this.deps.status()
    }
  }

  private keep(found: Found): number {
    const handle = this.nextHandle++
    this.prepared.set(handle, found)
    return handle
  }

  private async load(wanted: readonly WantedModule[], how: LoadHow, nested: boolean): Promise<CodeAnswer> {
    const found = this.find(wanted)
    return found.kind === 'found' ? this.run(found, how, nested) : found
  }

  private async run({ names, texts }: Found, how: LoadHow, nested: boolean): Promise<CodeAnswer> {
    const { loader } = this.deps
    if (names.length === 0) return { kind: 'loaded', modules: [] }
    const work = (): Promise<LoadReport> => loader.run(names, { ...how, texts, nested })
    return this.answerOf(await (nested ? work() : this.deps.turns.toLoad(names, work)))
  }

  private answerOf(report: LoadReport): CodeAnswer {
    const failed = report.outcomes.filter((outcome) => outcome.kind === 'failed')
    if (failed.length === 0) return { kind: 'loaded', modules: report.outcomes.map((outcome) => outcome.module), killed: report.outcomes.flatMap((outcome) => (outcome.kind === 'loaded' ? outcome.killed : [])) }
    return { kind: 'errors', errors: failed.map((outcome) => [outcome.module, atomOf(outcome.reason)]), printed: this.printed(failed) }
  }

  /** The answer says that there is no file; the text says what is wrong with one. */
  private printed(failed: readonly { readonly reason: FailureReason; readonly problems: readonly Problem[] }[]): string {
    return problemsForPerson(failed.flatMap((one) => (one.reason === 'nofile' ? [] : one.problems)), this.deps.root)
  }

  /** The order of code:prepare_loading/1: duplicated, then nofile and badfile, then on_load_not_allowed. */
  private async compiled(wanted: readonly WantedModule[], which: 'atomic' | 'any'): Promise<Found | Errors> {
    const found = this.find(wanted)
    if (found.kind === 'errors' && found.errors.some(([, reason]) => reason === 'duplicated')) return found
    const { units, failures } = await this.deps.loader.compile(found.kind === 'found' ? found.names : this.known(wanted), found.kind === 'found' ? found.texts : this.textsOf(wanted))
    const missing = found.kind === 'errors' ? found.errors : []
    const errors = [...missing, ...failures.map(({ module, reason }): readonly [string, string] => [module, atomOf(reason)])]
    if (errors.length > 0) return { kind: 'errors', errors, printed: this.printed(failures) }
    if (found.kind === 'errors') return found
    const refused = which === 'atomic' ? found.names.filter((name) => unitOf(units, name)?.rewritten.exports.includes('onLoad')) : []
    if (refused.length > 0) return { kind: 'errors', errors: refused.map((name) => [name, 'on_load_not_allowed']), printed: '' }
    return { ...found, texts: this.frozen(found, units), exports: found.names.map((name) => unitOf(units, name)?.rewritten.exports ?? []) }
  }

  /** What is finished later is what was compiled now, whatever is saved meanwhile. */
  private frozen({ names, texts }: Found, units: readonly Unit[]): ReadonlyMap<string, string> {
    const all = new Map(texts)
    for (const unit of units) {
      const text = names.includes(unit.module) ? this.deps.texts.get(unit.module, unit.hash)?.text : undefined
      if (text !== undefined) all.set(unit.file, text)
    }
    return all
  }

  private find(wanted: readonly WantedModule[]): Found | Errors {
    const files = wanted.map((one) => this.fileOf(one))
    const missing = wanted.filter((_, index) => files[index] === undefined)
    const names = files.flatMap((file) => (file === undefined ? [] : [this.deps.names.nameOf(file)]))
    const twice = [...new Set(names.filter((name, index) => names.indexOf(name) !== index))]
    if (twice.length > 0) return { kind: 'errors', errors: twice.map((name) => [name, 'duplicated']), printed: '' }
    if (missing.length > 0) return { kind: 'errors', errors: missing.map((one) => [nameIn(one), 'nofile']), printed: '' }
    return { kind: 'found', names, texts: this.textsOf(wanted) }
  }

  private known(wanted: readonly WantedModule[]): ModuleName[] {
    return wanted.flatMap((one) => {
      const file = this.fileOf(one)
      return file === undefined ? [] : [this.deps.names.nameOf(file)]
    })
  }

  private textsOf(wanted: readonly WantedModule[]): ReadonlyMap<string, string> {
    return new Map(wanted.flatMap((one) => {
      const file = typeof one === 'string' ? undefined : this.fileOf(one)
      return typeof one === 'string' || file === undefined ? [] : [[file, one[2]] as const]
    }))
  }

  /** A module keeps the file its name stands for; the name of a new one stands for a file beside the workspace's others. */
  private fileOf(wanted: WantedModule): string | undefined {
    if (typeof wanted === 'string') return this.deps.locate(wanted)
    const [module, file] = wanted
    return this.deps.locate(module) ?? path.resolve(this.deps.root, module + (path.extname(file) || '.ts'))
  }

  /** code:get_object_code/1: what is on disk, if it compiles. */
  private async objectCode(module: string): Promise<CodeAnswer> {
    const found = await this.compiled([module], 'any')
    if (found.kind === 'errors') return found
    const [name] = found.names
    const file = name === undefined ? undefined : this.deps.names.fileOf(name)
    const text = file === undefined ? undefined : found.texts.get(file)
    if (name === undefined || file === undefined || text === undefined) return { kind: 'errors', errors: [[module, 'nofile']], printed: '' }
    return { kind: 'objectCode', module: name, file, text }
  }
}

const nameIn = (wanted: WantedModule): string => (typeof wanted === 'string' ? wanted : wanted[0])
const unitOf = (units: readonly Unit[], name: ModuleName): Unit | undefined => units.find((unit) => unit.module === name)

/** OTP knows one word for every text that is no good. */
const atomOf = (reason: FailureReason): string => (reason === 'compile_error' || reason === 'evaluation_failed' || reason === 'link_error' || reason === 'superseded' ? 'badfile' : reason)
