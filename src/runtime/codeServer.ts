/**
 * The code server: the one writer of the module table. A load is a fallible half (instantiate, evaluate, onLoad), which
 * touches nothing anybody can see, and a commit that cannot fail. Source: lib/kernel/src/code_server.erl; where we are
 * better on purpose, docs/OTP.md says so: victims are ended only after the new code has proved to load.
 */
import path from 'node:path'
import type { ModuleName, PidText, Version } from '../protocol/ids'
import { pidText } from '../protocol/ids'
import type { FailureReason, Origin } from '../protocol/snapshot'
import type { CommonjsModule } from './commonjs'
import { Draft } from './draft'
import type { DraftDeps } from './draft'
import { importLink } from './draftRequests'
import { codedError, DraftFailed } from './draftFailed'
import { ErrorHandler } from './errorHandler'
import { viewError } from './errorView'
import { REPLACED } from './link'
import type { Link, Found, LoadedVersion, LoadResult, PurgeMode, Unit } from './link'
import type { Instance, ModuleRecord } from './moduleTable'
import { ModuleTable } from './moduleTable'
import { dropFromCache, showInCache } from './nodeLoader'
import type { Answer } from './nodeLoader'
import type { Pid } from './pid'
import { plainIn } from './plainExports'
import { changedInCache, showJson } from './requireCache'
import { stageOf } from './stage'
import { driveNow } from './steps'
import type { Steps } from './steps'
import type { VersionRecord } from './version'
import type { Versions } from './versions'

export interface CodeProcesses {
  lingering(version: VersionRecord): readonly { readonly pid: Pid }[]
  /** Ends everybody with an activation in this version. */
  purgeVersion(version: VersionRecord): readonly Pid[]
  /** The version that is not committed yet and whose top level started what runs now. */
  loading(): VersionRecord | undefined
}

/** A load's outcome on this thread: a failure still knows what was thrown. */
export type LoadOutcome = Exclude<LoadResult, { readonly kind: 'failed' }> | LoadFailure
export type LoadFailure = Extract<LoadResult, { readonly kind: 'failed' }> & { readonly thrown: unknown }

/** For the other thread: without the thrown value, which may be anything. */
export function withoutThrown(outcome: LoadOutcome): LoadResult {
  if (outcome.kind !== 'failed') return outcome
  const { thrown: _, ...rest } = outcome
  return rest
}

export interface CodeServerDeps extends Omit<DraftDeps, 'table' | 'units' | 'broken' | 'runners' | 'requireModule' | 'onEvaluated' | 'required'> {
  readonly processes: CodeProcesses & DraftDeps['processes']
  readonly versions: Versions
  onChange(): void
  /** A version is gone (or never came to be): nothing of it needs to be kept. */
  onPurged(instance: Instance): void
  onInstantiated(instance: Instance): void
  /** These are current now; what they replaced is old. */
  onCommitted(instances: readonly Instance[]): void
  onDeleted(module: ModuleName): void
  /** A package loaded the module; these exports are no functions. */
  taken(module: ModuleName, names: readonly string[]): void
  /** Modules that were loaded because running code asked for them. */
  onAutoloaded(versions: readonly LoadedVersion[]): void
  /** The module of this name, compiled, with whatever it needs. */
  find(name: string): Promise<Found>
  findNow(name: string): Found
  /** An `onLoad` of the load with this turn waits for something. */
  onLoadWaits(turn: number | undefined): void
  /** Unwinds when the running process was ended. */
  throwIfEnded(): void
  /** OTP's embedded mode: nothing is loaded because somebody calls it. */
  readonly embedded: boolean
}

export interface LoadHow {
  readonly purge: PurgeMode
  readonly origin: Origin
  /** code:atomic_load/1: refuses modules with `onLoad`, and such that are being loaded. */
  readonly atomic?: boolean
  /** Nobody may linger in the old code of these, whatever `purge` says. */
  readonly soft?: readonly ModuleName[]
  /** Whom to tell when an `onLoad` waits. */
  readonly turn?: number
}

export class CodeServer {
  /** Every module in these is sticky. */
  readonly stickyFolders = new Set<string>()
  readonly table = new ModuleTable((module, name, args) => this.calls.undefinedFunction(module, name, args))
  /** Calls by name. */
  readonly calls: ErrorHandler
  /** Compiled and reachable, but not loaded yet. */
  private readonly units = new Map<ModuleName, Unit>()
  private readonly draftDeps: DraftDeps
  /** Modules that ever had `export *`: few of many, and looked at after each commit. */
  private readonly starred = new Set<ModuleRecord>()
  private readonly runners = new WeakSet<object>()
  /** What a module threw at its first load: asked for again, it throws the same, as in Node, until its text is another one. */
  private readonly broken = new Map<ModuleName, { readonly hash: string; readonly thrown: unknown }>()

  constructor(private readonly deps: CodeServerDeps) {
    this.calls = new ErrorHandler({
      table: this.table, find: deps.find, findNow: deps.findNow, current: deps.processes.current, throwIfEnded: deps.throwIfEnded, embedded: deps.embedded,
      offer: (units) => this.offer(units), autoload: (name) => this.autoloadSteps(name, false),
    })
    this.draftDeps = { ...deps, table: this.table, units: this.units, broken: this.broken, runners: this.runners, requireModule: (name, now) => this.autoloadSteps(name, now), onEvaluated: (draft) => this.evaluated(draft), required: (link) => this.required(link) }
  }

  offer(units: readonly Unit[]): void {
    for (const unit of units) this.units.set(unit.module, unit)
  }

  isLoadable(name: ModuleName): boolean {
    return this.table.get(name)?.current !== undefined || this.units.has(name)
  }

  /**
   * Loads `reload` as one atomic step, together with whatever they import for the first time.
   *   loaded      all of them
   *   refused     sticky, or (`never`) old code is there, or (`atomic`) an `onLoad`: nothing changed
   *   lingering   (`refuse`) somebody lingers in the old code of some: nothing changed
   *   failed      one of them threw, or cannot be linked: nothing changed
   */
  *load(reload: readonly ModuleName[], units: readonly Unit[], how: LoadHow): Steps<LoadOutcome> {
    const own = new Map(units.filter((unit) => reload.includes(unit.module)).map((unit) => [unit.module, unit]))
    this.offer(units.filter((unit) => !own.has(unit.module)))
    // What is to be loaded is nobody else's: if it does not load, no later call may find it.
    const unitsOfLoad = { get: (name: ModuleName) => own.get(name) ?? this.units.get(name), has: (name: ModuleName) => own.has(name) || this.units.has(name) }
    return yield* this.tryLoad(reload, how, { ...this.draftDeps, units: unitsOfLoad })
  }

  private *tryLoad(reload: readonly ModuleName[], how: LoadHow, draftDeps: DraftDeps): Steps<LoadOutcome> {
    const pending = reload.filter((name) => this.table.get(name)?.drafting?.inOnLoad === true)
    if (how.atomic === true && pending.length > 0) return { kind: 'refused', reason: 'pending_on_load', modules: pending }
    for (const name of reload) {
      for (let drafting = this.table.get(name)?.drafting; drafting !== undefined; drafting = this.table.get(name)?.drafting) {
        this.deps.onLoadWaits(how.turn)
        yield drafting.whenSettled()
      }
    }
    const refused = this.refusal(reload, how)
    if (refused !== undefined) return refused
    const batch = new Map<ModuleName, Draft>()
    let stop = (): void => {}
    try {
      for (const name of importsFirst(reload, draftDeps.units)) Draft.instantiate(name, batch, draftDeps, { origin: how.origin, reload: true, lasts: false })
      for (const { ready } of batch.values()) if (ready !== undefined) yield ready
      stop = this.follow(batch)
      for (const draft of [...batch.values()]) yield* draft.begin(false)
      yield* this.topLevels(batch)
      stop()
      const withOnLoad = how.atomic === true ? reload.filter((name) => batch.get(name)?.onLoad() !== undefined) : []
      if (withOnLoad.length > 0) return this.refuse(batch, { kind: 'refused', reason: 'on_load_not_allowed', modules: withOnLoad })
      for (const draft of batch.values()) yield* draft.runOnLoad(false, () => this.deps.onLoadWaits(how.turn))
    } catch (error) {
      const failure = this.failure(error, reload) // reads the stack while its scripts are known
      stop()
      this.discard(batch)
      return failure
    }
    const late = this.refusal(reload, how)
    if (late !== undefined) return this.refuse(batch, late)
    const versions = this.commit(batch, how.origin)
    batch.clear() // what keeps one of these drafts (`require`, `import()`) must not keep the others
    return { kind: 'loaded', versions }
  }

  /**
   * A newer load of one of these modules is waiting: the load under way, if it waits for a top level or spins in it, is given up.
   * `onLoad`: also when it is in an `onLoad`; OTP would wait for that.
   */
  giveWay(modules: readonly ModuleName[], onLoad: boolean): void {
    for (const module of modules) this.table.get(module)?.drafting?.giveUp(onLoad)
  }

  /**
   * Waits for top levels that await. One that goes on for ever (a main loop) is no reason never to load: when it has had its
   * time and all exports have their values, its module is loaded, and the rest of the top level is a process like any other.
   * One whose exports have no value yet is waited for until a newer load of the module takes its place.
   */
  private *topLevels(batch: ReadonlyMap<ModuleName, Draft>): Steps<void> {
    const open = [...batch.values()].filter((draft) => !draft.evaluation.isOver)
    if (open.length === 0) return
    const over = Promise.all(open.map((draft) => draft.evaluation.promise))
    const canGoOn = (): boolean => open.every((draft) => draft.evaluation.isOver || (draft.hasValues() && draft.onLoad() === undefined))
    let timer: NodeJS.Timeout | undefined
    try {
      const patience = new Promise<'long enough'>((resolve) => { timer = setTimeout(resolve, TOP_LEVEL_MS, 'long enough') })
      const first = yield Promise.race([over, patience])
      if (first === 'long enough' && !canGoOn()) yield over
    } finally {
      clearTimeout(timer)
    }
  }

  /** Top levels that await, and what they started, see the new code of their batch until what this answers is called. */
  private follow(batch: ReadonlyMap<ModuleName, Draft>): () => void {
    if (![...batch.values()].some((draft) => draft.unit.rewritten.async)) return () => {}
    return stageOf(batch).follow(batch, () => {
      const version = this.deps.processes.loading()
      return version !== undefined && batch.get(version.module)?.instance.record === version
    })
  }

  /** Its top level has ended after the module became current. */
  private evaluated({ record, instance }: Draft): void {
    if (record.current !== instance) return
    record.install(instance)
    this.refreshStars()
    this.deps.onChange()
  }

  /** Everything that forbids the commit; asked before and after the fallible half, as that may take a while. */
  private refusal(reload: readonly ModuleName[], { purge, soft = [] }: LoadHow): LoadOutcome | undefined {
    const loaded = reload.flatMap((name) => this.table.get(name) ?? []).filter((record) => record.current !== undefined)
    const refuse = (reason: FailureReason, records: readonly ModuleRecord[]): LoadOutcome | undefined =>
      records.length === 0 ? undefined : { kind: 'refused', reason, modules: records.map((record) => record.name) }
    const blocked = purge === 'refuse' ? this.lingerers(reload) : []
    return refuse('sticky_directory', loaded.filter((record) => this.isSticky(record)))
      ?? refuse('not_purged', this.lingerers(soft).flatMap(({ module }) => this.table.get(module) ?? []))
      ?? refuse('not_purged', purge === 'never' ? loaded.filter((record) => record.old !== undefined) : [])
      ?? (blocked.length === 0 ? undefined : { kind: 'lingering', modules: blocked })
  }

  private refuse(batch: ReadonlyMap<ModuleName, Draft>, outcome: LoadOutcome): LoadOutcome {
    this.discard(batch)
    return outcome
  }

  /** The running process runs a top level or an `onLoad`: a load waits for it, so it must not wait for loads. */
  isLoading(): boolean {
    return this.runners.has(this.deps.processes.current())
  }

  /**
   * Loads a module for the first time because running code (or the start) asked for it; each one is current once it has run.
   * `lasts`: what a top level that throws had set up is kept.
   */
  *autoload(name: ModuleName, origin: Origin, now = false, onLoaded?: (module: ModuleName) => void, lasts = false): Steps<LoadOutcome> {
    const batch = new Map<ModuleName, Draft>()
    const loaded: LoadedVersion[] = []
    try {
      const draft = Draft.instantiate(name, batch, this.draftDeps, { origin, reload: false, lasts })
      for (const member of batch.values()) member.imports.checkImports()
      if (now) refuseAwaits(batch)
      for (const { ready } of batch.values()) if (ready !== undefined) yield ready
      const commitOne = (done: Draft): void => {
        if (done.committed) return
        loaded.push(...this.commit(new Map([[done.unit.module, done]]), origin))
        onLoaded?.(done.unit.module)
      }
      yield* draft.evaluate(now, commitOne)
    } catch (error) {
      const failure = this.failure(error, [name])
      const kept = failure.reason === 'evaluation_failed' && lasts ? [...batch.values()].filter((draft) => draft.hasRun && !draft.finished) : []
      for (const draft of kept) this.keepUnfinished(draft, error)
      const lost = new Map([...batch].filter(([, draft]) => !draft.finished && !kept.includes(draft)))
      if (failure.reason === 'evaluation_failed') for (const [module, draft] of lost) if (draft.remembers) this.broken.set(module, { hash: draft.unit.hash, thrown: failure.thrown })
      this.discard(lost)
      return failure
    }
    batch.clear()
    return { kind: 'loaded', versions: loaded }
  }

  /** The program may go on although this top level threw: what it had set up by then stays, until a save replaces it. */
  private keepUnfinished(draft: Draft, error: unknown): void {
    draft.instance.constants = new Set() // some may have no value, for ever
    if (!draft.committed) this.commit(new Map([[draft.unit.module, draft]]), 'start')
    draft.evaluation.fail(error)
    if (draft.instance.commonjs !== undefined) dropFromCache(draft.instance.commonjs)
  }

  /** `require(specifier)` in `importer`, from wherever it comes; undefined: that is Node's business. */
  requireNow(specifier: string, importer: string, parent?: CommonjsModule): Answer {
    this.deps.entry.requirer = parent
    const link = this.deps.resolveNow(specifier, importer)
    const answer = this.required(link)
    if (answer !== undefined && parent !== undefined && !this.table.isFile(parent.filename)) this.takenByPackage(link)
    return answer
  }

  /** `import(specifier)` in a package, on behalf of `importer`. */
  async importNow(specifier: string, importer: string): Promise<unknown> {
    const link = await this.deps.resolve(specifier, importer)
    const namespace = await importLink(link, this.draftDeps)
    this.takenByPackage(link)
    return namespace
  }

  private takenByPackage(link: Link): void {
    if (link.kind === 'module') this.deps.taken(link.module, plainIn(this.table, link.module, '*'))
  }

  private required(link: Link): Answer {
    if (link.kind === 'native') return link.target === 'codeswitch' ? { exports: this.deps.natives.get('codeswitch') } : undefined
    if (link.kind === 'failed') {
      if (link.code === 'ERR_INVALID_MODULE') throw codedError(link.code, link.message)
      return undefined // Node's own require throws its own error
    }
    const known = this.table.get(link.module)
    const changed = changedInCache(known, known?.file ?? this.units.get(link.module)?.file, this.deps.entry.requirer)
    if (changed !== undefined) return changed
    const outcome = driveNow(this.autoloadSteps(link.module, true))
    if (outcome === undefined) throw codedError('ERR_REQUIRE_ASYNC_MODULE', `require() of ${link.module} cannot wait for its top-level await; use import()`)
    if (!outcome.ok) throw outcome.error
    const record = outcome.value
    const instance = record.current ?? record.drafting?.instance
    if (instance?.unit.rewritten.format === 'json') showJson(instance, this.deps.entry.requirer)
    // Half of a cycle: Node hands out the unfinished object itself. Ours reads it, and later what is current.
    return { exports: record.current === undefined && instance?.commonjs !== undefined ? record.view(instance.commonjs.exports) : record.answer(instance) }
  }

  /** The module, loaded now if it is not. Half of a cycle is answered as it is; who may wait waits for a first `onLoad`. */
  *autoloadSteps(name: ModuleName, now: boolean): Steps<ModuleRecord> {
    const known = this.table.get(name)
    if (known?.current !== undefined) return known
    const pending = known?.drafting?.pending
    if (known !== undefined && pending !== undefined) {
      if (known.drafting?.isRunBy(this.deps.processes.current()) === true) throw new Error(`${name} cannot wait for its own onLoad`)
      yield pending
      if (this.table.get(name)?.current === undefined) throw new Error(`${name} was not loaded`)
      return known
    }
    if (known?.drafting !== undefined) return known
    const broken = this.broken.get(name)
    if (broken !== undefined && broken.hash === this.units.get(name)?.hash) throw broken.thrown
    if (!this.units.has(name)) yield* this.findUnits(name, now)
    const result = yield* this.autoload(name, 'program', now)
    if (result.kind === 'failed') throw result.thrown
    if (result.kind === 'loaded') this.deps.onAutoloaded(result.versions)
    const record = this.table.get(name)
    if (record === undefined) throw new Error(`${name} was not loaded`)
    return record
  }

  /** It was loaded once and is deleted: what it was made of is gone, so it is compiled again. */
  private *findUnits(name: ModuleName, now: boolean): Steps<void> {
    const offer = (found: Found): void => {
      if (!('error' in found)) this.offer(found.units)
    }
    if (now) offer(this.deps.findNow(name))
    else yield this.deps.find(name).then(offer)
  }

  /** As `autoloadSteps`, for whoever wants to know why it failed. */
  *ensureSteps(name: ModuleName): Steps<LoadOutcome> {
    // After one that failed another one may be on its way.
    for (let pending = this.table.get(name)?.drafting?.pending; pending !== undefined; pending = this.table.get(name)?.drafting?.pending) yield pending
    const record = this.table.get(name)
    if (record?.current !== undefined || record?.drafting !== undefined) return { kind: 'loaded', versions: [] }
    const result = yield* this.autoload(name, 'program')
    if (result.kind === 'loaded') this.deps.onAutoloaded(result.versions)
    return result
  }

  stick(record: ModuleRecord | undefined, sticky: boolean): true {
    if (record !== undefined) record.sticky = sticky
    return true
  }

  isSticky(record: ModuleRecord): boolean {
    return record.sticky || this.stickyFolders.has(path.dirname(record.file))
  }

  /** Modules that were loaded and have no current code: what they import may have to come with them. */
  deleted(): ModuleName[] {
    return [...this.table.all()].filter((record) => record.current === undefined).map((record) => record.name)
  }

  /** code:purge/1 on a table entry: ends those who linger, drops old. */
  purge(name: ModuleName): readonly Pid[] {
    const record = this.table.get(name)
    const old = record?.old
    if (record === undefined || old === undefined) return []
    const killed = this.deps.processes.purgeVersion(old.record)
    record.dropOld()
    if (old.commonjs !== undefined) dropFromCache(old.commonjs)
    this.deps.onPurged(old)
    this.deps.onChange()
    return killed
  }

  /** code:soft_purge/1: false, and nothing happens, when somebody lingers. */
  softPurge(name: ModuleName): boolean {
    const old = this.table.get(name)?.old
    if (old !== undefined && this.deps.processes.lingering(old.record).length > 0) return false
    this.purge(name)
    return true
  }

  /** Modules whose current code imports this one. */
  importersOf(name: ModuleName): ModuleName[] {
    return [...this.table.all()].filter(({ current }) => current?.unit.links.some((link) => link.kind === 'module' && link.module === name) === true).map((record) => record.name)
  }

  delete(name: ModuleName): boolean {
    const deleted = this.table.get(name)?.delete() ?? false
    if (deleted) {
      this.deps.onDeleted(name)
      this.deps.onChange()
    }
    return deleted
  }

  rollback(name: ModuleName): Version | undefined {
    const record = this.table.get(name)
    const version = record?.rollback()
    if (version !== undefined) this.refreshStars()
    if (record?.current?.commonjs !== undefined) showInCache(record.current.commonjs)
    if (record?.current !== undefined) this.markReplaced(record.current, false)
    if (record?.old !== undefined && version !== undefined) this.markReplaced(record.old, true)
    this.deps.onChange()
    return version
  }

  /** The functions of replaced code look who calls them. */
  private markReplaced({ record: { slot } }: Instance, replaced: boolean): void {
    if (slot === 0) return
    if (replaced) Atomics.or(this.deps.traps, slot, REPLACED)
    else Atomics.and(this.deps.traps, slot, ~REPLACED)
  }

  /** Modules of these in whose old code somebody lingers while current would need the slot. */
  private lingerers(names: readonly ModuleName[]): { module: ModuleName; pids: PidText[] }[] {
    return names.flatMap((module) => {
      const record = this.table.get(module)
      if (record?.old === undefined || record.current === undefined) return []
      const pids = this.deps.processes.lingering(record.old.record).map((process) => pidText(process.pid.id))
      return pids.length === 0 ? [] : [{ module, pids }]
    })
  }

  /** The infallible half. */
  private commit(batch: ReadonlyMap<ModuleName, Draft>, origin: Origin): LoadedVersion[] {
    const loaded: LoadedVersion[] = []
    for (const draft of batch.values()) {
      const record = draft.record
      const before = record.current
      const killed = record.current !== undefined && record.old !== undefined ? this.purge(record.name) : []
      record.commit(draft.instance)
      if (before !== undefined) this.markReplaced(before, true)
      if (draft.instance.stars !== undefined) this.starred.add(record)
      draft.committed = true
      if (draft.instance.commonjs !== undefined) showInCache(draft.instance.commonjs)
      before?.evaluation.done() // who still waits for it goes on with this version
      this.broken.delete(record.name)
      this.units.delete(record.name)
      const notes = record.funs.takeNotes()
      loaded.push({ module: record.name, version: draft.instance.record.version, killed: killed.map((pid) => pidText(pid.id)), origin, ...(notes.length === 0 ? {} : { notes }) })
    }
    for (const draft of batch.values()) {
      draft.relink()
      draft.settled()
    }
    this.refreshStars()
    this.deps.onCommitted([...batch.values()].map((draft) => draft.instance))
    this.deps.onChange()
    return loaded
  }

  /** `export *` shows what the other module exports now; and `export *` of that, until nothing changes any more. */
  private refreshStars(): void {
    const stars = [...this.starred].filter((record) => record.current?.stars !== undefined)
    for (let changed = stars.length > 0, turns = stars.length; changed && turns >= 0; turns--) {
      changed = false
      for (const record of stars) changed = record.refreshStars() || changed
    }
  }

  private discard(batch: ReadonlyMap<ModuleName, Draft>): void {
    for (const draft of batch.values()) {
      if (draft.committed && !draft.first) continue
      this.deps.processes.purgeVersion(draft.instance.record)
      this.deps.onPurged(draft.instance)
      draft.discard()
    }
    this.deps.onChange()
  }

  private failure(error: unknown, names: readonly ModuleName[]): LoadFailure {
    const first = names[0]
    if (error instanceof DraftFailed) return failed(error.module, error.reason, error.thrown, error.importIndex)
    if (first === undefined) throw error
    return failed(first, 'badfile', error)
  }
}

/** An import of a module of the batch is bound to what will be current: it has to be there when its importers are instantiated. */
function importsFirst(reload: readonly ModuleName[], units: DraftDeps['units']): readonly ModuleName[] {
  const wanted = new Set(reload)
  const seen = new Set<ModuleName>()
  const ordered: ModuleName[] = []
  const add = (name: ModuleName): void => {
    if (seen.has(name)) return
    seen.add(name)
    for (const link of units.get(name)?.links ?? []) if (link.kind === 'module' && wanted.has(link.module)) add(link.module)
    ordered.push(name)
  }
  for (const name of reload) add(name)
  return ordered
}

/** How long a load waits for a top level that could go on by itself. */
const TOP_LEVEL_MS = 1000

/** Node's rule and words. */
function refuseAwaits(batch: ReadonlyMap<ModuleName, Draft>): void {
  const awaiting = [...batch.values()].find((draft) => draft.unit.rewritten.async)
  if (awaiting === undefined) return
  const why = 'require() cannot be used on an ESM graph with top-level await. Use import() instead. To see where the top-level await comes from, use --experimental-print-required-tla.'
  throw new DraftFailed(awaiting.record.name, 'link_error', codedError('ERR_REQUIRE_ASYNC_MODULE', why))
}

function failed(module: ModuleName, reason: DraftFailed['reason'], thrown: unknown, at?: number): LoadFailure {
  return { kind: 'failed', module, reason, error: viewError(thrown), thrown, ...(at === undefined ? {} : { importIndex: at }) }
}
