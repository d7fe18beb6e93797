/**
 * A version on its way: instantiated and evaluated, but not committed. Importers outside its batch do not see it; members of
 * the batch see each other (staged bindings), so that what a top level captures comes from the new code.
 */
import path from 'node:path'
import { inspect } from 'node:util'
import { isFunction } from '../../base/guards'
import type { AnyFunction } from '../../base/guards'
import type { Emitted } from '../../protocol/unit'
import type { ModuleName } from '../../protocol/ids'
import type { Origin } from '../../protocol/snapshot'
import { newModule } from '../node/commonjs'
import type { CommonjsModule } from '../node/commonjs'
import { codedError, DraftFailed, thrownBy } from './draftFailed'
import { DraftImports } from './draftImports'
import { DraftText } from './draftText'
import { ExitSignal, KillSignal } from '../errors'
import { scriptUrl } from './evaluate'
import { Evaluation } from './evaluation'
import type { Link, Unit } from '../link'
import type { Instance, ModuleRecord, ModuleTable } from './moduleTable'
import type { NativeModules } from '../node/nativeModules'
import { dropFromCache, dropFromParent } from '../node/nodeLoader'
import type { Answer } from '../node/nodeLoader'
import { stageOf } from './stage'
import { drive } from '../steps'
import type { Steps } from '../steps'
import type { VersionRecord } from './version'
import { withDeepStacks } from '../node/stackDepth'
import { explainGlobal } from '../node/v8Messages'
import type { Versions } from './versions'

export interface DraftDeps {
  readonly table: ModuleTable
  readonly units: Pick<ReadonlyMap<ModuleName, Unit>, 'get' | 'has'>
  /** Modules whose top level threw at their first load. */
  readonly broken: ReadonlyMap<ModuleName, unknown>
  /** Processes that run a top level or an `onLoad` now. */
  readonly runners: WeakSet<object>
  readonly natives: NativeModules
  readonly versions: Versions
  readonly traps: Int32Array
  readonly processes: Pick<Emitted, 'trap' | 'enter' | 'leave' | 'park' | 'dead' | 'pause' | 'yielded' | 'over' | 'each'> & {
    /** Runs `fn` in a new process called `label`. */
    runTopLevel<T>(label: string, version: VersionRecord, chains: boolean, fn: () => T): T
    /** Whoever runs now; only its identity matters. */
    current(): object
    /** Ends whoever runs now: its code unwinds at the next safepoint. */
    endCurrent(): void
  }
  /** See `Emitted`. */
  readonly opening: readonly number[]
  makes(version: VersionRecord, functionIndex: number, gives: boolean, callee: (index: number) => void): void
  /** A function of the version gives functions to an object, by a call that is one of `Rewritten.received`. */
  gives(version: VersionRecord, index: number, object: object): void
  /** Runs a top level of a reload. */
  staging<T>(batch: readonly { readonly draft: VersionRecord; readonly replaced: VersionRecord | undefined }[], run: () => T): T
  /** Runs what calls decorators of the version. */
  decorates<T>(version: VersionRecord, apply: () => T): T
  /** A function of the version passes on what another module exports. */
  passes(version: VersionRecord, exported: { readonly module: ModuleName; readonly name: string }): void
  /** `import.meta` of a module. */
  meta(unit: Unit, version: VersionRecord): object
  /** Resolves a specifier that was not known at compile time; its units are offered to the code server. */
  resolve(specifier: string, importer: string): Promise<Link>
  resolveNow(specifier: string, importer: string): Link
  /** What `require` answers; undefined: that is Node's business. */
  required(link: Link): Answer
  /** `now`: nothing may wait. */
  requireModule(name: ModuleName, now: boolean): Steps<ModuleRecord>
  /** The program's entry, for `require.main`. */
  onInstantiated(instance: Instance): void
  readonly entry: { file: string | undefined; module: CommonjsModule | undefined; requirer: CommonjsModule | undefined }
  /** A version that was current before its top level had ended: now it has. */
  onEvaluated(draft: Draft): void
  /** The rest of a top level threw; its module had been loaded without waiting for it. */
  onTopLevelFailed(module: ModuleName, thrown: unknown): void
}

export interface DraftHow {
  readonly origin: Origin
  /** Part of a load; else running code (or the start) asked for it. */
  readonly reload: boolean
  /** What a top level that throws had set up is kept. */
  readonly lasts: boolean
}

export class Draft {
  committed = false
  finished = false
  private started = false
  private ran = false
  /** Its imports are being gone through: who imports it back does not wait for it. */
  private entered = false
  /** `onLoad` has begun: from now on qualified calls see what everybody sees. */
  private outside = false
  private runner: object | undefined
  /** Ends the wait for an `onLoad`. */
  private abandonOnLoad: ((why: DraftFailed) => void) | undefined
  /** Why its load was given up. */
  private givenUp: DraftFailed | undefined
  private settle: (() => void) | undefined
  private done: Promise<void> | undefined
  private hidden = false
  readonly imports: DraftImports
  private readonly text: DraftText

  private constructor(
    readonly record: ModuleRecord,
    readonly unit: Unit,
    readonly instance: Instance,
    /** The module has no current code: importers read its bindings while it evaluates. */
    readonly first: boolean,
    private readonly how: DraftHow,
    private readonly batch: Map<ModuleName, Draft>,
    private readonly deps: DraftDeps,
  ) {
    this.imports = new DraftImports(this, batch, deps)
    this.text = new DraftText(this, batch, deps)
  }

  /** Creates the draft of `name` and of everything it imports that is not loaded. @throws DraftFailed */
  static instantiate(name: ModuleName, batch: Map<ModuleName, Draft>, deps: DraftDeps, how: DraftHow): Draft {
    const known = batch.get(name)
    if (known !== undefined) return known
    const unit = deps.units.get(name)
    if (unit === undefined) throw new DraftFailed(name, 'nofile', new Error(`${name} was not compiled`))
    const record = deps.table.obtain(name, unit.file)
    record.faceAll()
    record.funs.propertied = new Set(unit.rewritten.propertied)
    const commonjs = unit.rewritten.format === 'commonjs' ? newModule(unit.file, deps.entry.file === unit.file ? 'main' : deps.entry.requirer, record.current?.commonjs) : undefined
    const version = record.nextVersion()
    const instance: Instance = {
      record: deps.versions.make(name, version, scriptUrl(unit.file, version, record.again())), unit, loadedAt: Date.now(), origin: how.origin,
      exports: {}, constants: new Set(unit.rewritten.constants), identities: new Map(), commonjs, answers: {}, stars: undefined,
      evaluation: new Evaluation(),
    }
    const draft = new Draft(record, unit, instance, record.current === undefined, how, batch, deps)
    batch.set(name, draft)
    record.drafting = draft
    deps.onInstantiated(instance)
    draft.instantiateImports(how)
    draft.text.instantiate()
    return draft
  }

  /** Runs the top level, imports first, as ES modules do. `now`: nothing may wait. `onDone`: this module is complete. @throws DraftFailed */
  *evaluate(now: boolean, onDone?: (draft: Draft) => void): Steps<void> {
    yield* this.begin(now, onDone)
    if (!this.evaluation.isDone) yield this.evaluation.promise
  }

  get evaluation(): Evaluation {
    return this.instance.evaluation
  }

  /**
   * Everything that need not wait. As in ECMAScript (16.2.1.5.3): imports run in order, those that await run side by side, and
   * a module runs when all it imports is there, at once if it is there already.
   */
  *begin(now: boolean, onDone?: (draft: Draft) => void): Steps<void> {
    if (this.started) return
    this.started = true
    this.entered = true
    const waits = yield* this.beginImports(now, onDone)
    this.entered = false
    if (this.imports.unbound) this.text.bindImports()
    const rest = this.finish(now, onDone)
    if (waits.length === 0 && !this.unit.rewritten.async) yield* rest
    else if (waits.length === 0) this.goOn(rest)
    else Promise.all(waits).then(() => this.goOn(rest), (error: unknown) => this.evaluation.fail(error))
  }

  private *beginImports(now: boolean, onDone: ((draft: Draft) => void) | undefined): Steps<Promise<void>[]> {
    const waits: Promise<void>[] = []
    for (const [index, link] of this.unit.links.entries()) {
      if (link.kind === 'native') yield* this.imports.loadNative(link.target, index, now)
      if (link.kind !== 'module') continue
      const dependency = this.batch.get(link.module)
      if (dependency === undefined) yield* this.waitFor(link.module, index, now)
      else {
        yield* dependency.begin(now, onDone)
        if (!dependency.entered && !dependency.evaluation.isDone) waits.push(dependency.evaluation.promise)
      }
    }
    return waits
  }

  private goOn(rest: Steps<void>): void {
    drive(rest, (outcome) => {
      if (outcome.ok || (this.givenUp !== undefined && outcome.error === this.givenUp)) return
      if (this.evaluation.isOver || (this.reload && this.committed)) this.deps.onTopLevelFailed(this.record.name, thrownBy(outcome.error))
      this.evaluation.fail(outcome.error)
    })
  }

  private *finish(now: boolean, onDone: ((draft: Draft) => void) | undefined): Steps<void> {
    // A top level that awaits may never end (a main loop); its module is current meanwhile, as there is nothing else it could be.
    const early = this.first && this.unit.rewritten.async && !this.unit.rewritten.exports.includes('onLoad')
    if (early) onDone?.(this)
    yield* this.run(now)
    if (onDone !== undefined) yield* this.runOnLoad(now)
    this.finished = true
    this.evaluation.done()
    if (this.committed) this.deps.onEvaluated(this)
    else onDone?.(this)
  }

  /** See `DraftText`. */
  get ready(): Promise<unknown> | undefined {
    return this.text.ready
  }

  get reload(): boolean {
    return this.how.reload
  }

  get hasStarted(): boolean {
    return this.started
  }

  /** Its own top level has begun, not only those of what it imports. */
  get hasRun(): boolean {
    return this.ran
  }

  /** An ES module that threw is not run again; CommonJS is. */
  get remembers(): boolean {
    return this.started && this.unit.rewritten.format === 'esm'
  }

  /** All its exports have their values: what its top level still waits for is its own business. */
  hasValues(): boolean {
    try {
      for (const read of Object.values(this.instance.exports)) read()
      return true
    } catch {
      return false // not initialised yet
    }
  }

  /**
   * OTP's -on_load: `export function onLoad()`, run in a process of its own; the load fails when it throws or answers anything
   * but `undefined` or `'ok'`. While it runs, current stays current, for its own qualified calls as well; of a first version
   * nothing can be called from outside: callers wait, and its own calls throw UndefError, as they would wait for themselves.
   */
  *runOnLoad(now = false, onWait: () => void = () => {}): Steps<void> {
    const onLoad = this.onLoad()
    if (onLoad === undefined) return
    this.outside = true
    if (this.imports.staged) this.text.bindImports()
    if (this.first && !this.committed) this.hide()
    try {
      const result: unknown = this.runTopLevel('onLoad', () => Reflect.apply(onLoad, undefined, []))
      if (isPromise(result) && now) throw codedError('ERR_REQUIRE_ASYNC_MODULE', `onLoad of ${this.record.name} is async`)
      if (isPromise(result)) onWait()
      const answer = isPromise(result) ? yield this.unlessGivenUp(result) : result
      if (answer !== undefined && answer !== 'ok') throw new Error(`onLoad answered ${inspect(answer)}, and not 'ok' or nothing`)
    } catch (error) {
      throw error instanceof DraftFailed ? error : (this.givenUp ?? new DraftFailed(this.record.name, 'on_load_failure', error))
    }
    if (this.first && !this.committed) this.record.expose(this.instance.exports)
  }

  private unlessGivenUp(result: Promise<unknown>): Promise<unknown> {
    const givenUp = new Promise<never>((_, reject) => { this.abandonOnLoad = reject })
    return Promise.race([result, givenUp])
  }

  /**
   * A newer load waits: whatever this load waits for will not come, and what spins in it ends.
   * `onLoad`: also when it is in an `onLoad`.
   */
  giveUp(onLoad: boolean): void {
    const members = [...this.batch.values()]
    if (!onLoad && members.some((member) => member.outside)) return
    for (const member of members) {
      const { evaluation, committed, record, abandonOnLoad } = member
      const why = (what: string): DraftFailed => new DraftFailed(record.name, 'superseded', new Error(`${what} had not ended when a newer version was loaded`))
      member.givenUp = why(member.outside ? 'its onLoad' : 'its top level')
      abandonOnLoad?.(member.givenUp)
      if (!evaluation.isOver && !committed) evaluation.fail(member.givenUp)
    }
    if (this.isRunBy(this.deps.processes.current())) this.deps.processes.endCurrent()
  }

  onLoad(): AnyFunction | undefined {
    const found: unknown = this.instance.exports.onLoad?.()
    return isFunction(found) ? found : undefined
  }

  isRunBy(process: object): boolean {
    return [...this.batch.values()].some((member) => member.runner === process)
  }

  /** It is current now, or never will be: whoever waited goes on. */
  settled(): void {
    if (this.record.drafting === this) this.record.drafting = undefined
    this.hidden = false
    this.settle?.()
  }

  get inOnLoad(): boolean {
    return this.outside
  }

  get pending(): Promise<void> | undefined {
    return this.hidden ? this.whenSettled() : undefined
  }

  whenSettled(): Promise<void> {
    return (this.done ??= new Promise((resolve) => { this.settle = resolve }))
  }

  private hide(): void {
    this.hidden = true
    this.record.hide(this.instance)
  }

  /** An imported module is being loaded for the first time by somebody else, and runs its `onLoad`. */
  private *waitFor(module: ModuleName, index: number, now: boolean): Steps<void> {
    const drafting = this.deps.table.get(module)?.drafting
    if (drafting?.pending === undefined || drafting.isRunBy(this.deps.processes.current())) return
    if (now) throw new DraftFailed(this.record.name, 'link_error', codedError('ERR_REQUIRE_ASYNC_MODULE', `onLoad of ${module} has not ended yet`), index)
    yield drafting.pending
    if (this.deps.table.get(module)?.current === undefined) throw new DraftFailed(this.record.name, 'link_error', new Error(`${module} did not load`), index)
  }

  private runTopLevel<T>(what: string, fn: () => T): T {
    return this.deps.processes.runTopLevel(what === 'onLoad' ? `${this.record.name} onLoad` : `${path.basename(this.unit.file)} (top level)`, this.instance.record, this.unit.rewritten.chains === true, () => {
      const runner = this.runner = this.deps.processes.current()
      this.deps.runners.add(runner)
      const done = (): void => void this.deps.runners.delete(runner)
      try {
        const result = this.reload ? withDeepStacks(fn) : fn()
        if (isPromise(result)) result.then(done, done)
        else done()
        return result
      } catch (error) {
        done()
        throw error
      }
    })
  }

  /** After the commit importers of the batch read the real tables. */
  relink(): void {
    if (!this.imports.staged) return
    this.imports.staged = false
    this.text.bindImports()
  }

  discard(): void {
    const { commonjs } = this.instance
    if (commonjs !== undefined) {
      dropFromCache(commonjs)
      dropFromParent(commonjs)
    }
    if (this.first) this.record.forget(this.instance)
    this.settled()
  }

  private instantiateImports(how: DraftHow): void {
    for (const [index, link] of this.unit.links.entries()) {
      if (link.kind === 'failed') throw new DraftFailed(this.record.name, 'link_error', codedError(link.code, link.message), index)
      if (link.kind !== 'module' || this.batch.has(link.module)) continue
      const loaded = this.deps.table.get(link.module)
      if (loaded?.current !== undefined || loaded?.drafting !== undefined) continue
      Draft.instantiate(link.module, this.batch, this.deps, how)
    }
  }

  private *run(now: boolean): Steps<void> {
    const { topLevel } = this.text
    if (topLevel === undefined) return
    this.ran = true
    try {
      const result: unknown = this.runBody(() => this.duringBatch(topLevel))
      if (!isPromise(result)) return
      if (now) throw codedError('ERR_REQUIRE_ASYNC_MODULE', `${this.record.name} has a top-level await`)
      yield result
    } catch (error) {
      if (error instanceof DraftFailed) throw error
      explainGlobal(error, this.unit.rewritten)
      throw (this.committed ? undefined : this.givenUp) ?? new DraftFailed(this.record.name, 'evaluation_failed', error)
    }
  }

  /** A process that throws closes what it opened; that of a start which the program may survive does not. */
  private runBody(body: () => unknown): unknown {
    const thrown: unknown[] = []
    const result = this.runTopLevel('top level', () => {
      try {
        return body()
      } catch (error) {
        if (!this.how.lasts || error instanceof KillSignal || error instanceof ExitSignal) throw error
        return thrown.push(error)
      }
    })
    if (thrown.length > 0) throw thrown[0]
    return result
  }

  /** What this top level gets from members of its batch is their new code, also through external funs that everybody else holds. */
  private duringBatch<T>(run: () => T): T {
    if (!this.reload) return run()
    const members = [...this.batch.values()].flatMap(({ committed, instance, record }) => (committed ? [] : [{ draft: instance.record, replaced: record.current?.record }]))
    return this.deps.staging(members, () => stageOf(this.batch).run(this.batch.values(), run))
  }

}

const isPromise = (value: unknown): value is Promise<unknown> => value instanceof Promise
