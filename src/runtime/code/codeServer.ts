/**
 * The code server: the one writer of the module table. A load is a fallible half (instantiate, evaluate, onLoad), which
 * touches nothing anybody can see, and a commit that cannot fail. Source: lib/kernel/src/code_server.erl; where we are
 * better on purpose, docs/OTP.md says so: victims are ended only after the new code has proved to load.
 */
import path from 'node:path'
import type { ModuleName, PidText, Version } from '../../protocol/ids'
import { pidText } from '../../protocol/ids'
import type { FailureReason, Origin } from '../../protocol/snapshot'
import { Autoloader } from './autoloader'
import { Draft } from './draft'
import type { DraftDeps } from './draft'
import { ErrorHandler } from './errorHandler'
import { REPLACED } from '../link'
import type { Found, LoadedVersion, PurgeMode, Unit } from '../link'
import { failureOf } from './loadOutcome'
import type { LoadOutcome } from './loadOutcome'
import type { Instance, ModuleRecord } from './moduleTable'
import { ModuleTable } from './moduleTable'
import { dropFromCache, showInCache } from '../node/nodeLoader'
import type { Pid } from '../process/pid'
import { stageOf } from './stage'
import type { Steps } from '../steps'
import type { VersionRecord } from './version'
import type { Versions } from './versions'

export interface CodeProcesses {
  lingering(version: VersionRecord): readonly { readonly pid: Pid }[]
  /** Ends everybody with an activation in this version. */
  purgeVersion(version: VersionRecord): readonly Pid[]
  /** The version that is not committed yet and whose top level started what runs now. */
  loading(): VersionRecord | undefined
}

export interface CodeServerDeps extends Omit<DraftDeps, 'table' | 'units' | 'broken' | 'runners' | 'requireModule' | 'onEvaluated' | 'required'> {
  readonly processes: CodeProcesses & DraftDeps['processes']
  readonly versions: Versions
  onChange(): void
  /** Drafts of a load that failed; their code still runs. */
  onDiscarding(instances: readonly Instance[]): void
  /** A version is gone (or never came to be): nothing of it needs to be kept. */
  onPurged(instance: Instance): void
  onInstantiated(instance: Instance): void
  /** These are current now; what they replaced is old. */
  onCommitted(instances: readonly Instance[]): void
  /** What a person should know about the version that was replaced, if anything. */
  noteOf(replaced: Instance): string | undefined
  onDeleted(module: ModuleName): void
  /** What was current is old again, and the other way round. */
  onRolledBack(now: Instance, before: Instance): void
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
  /** First loads. */
  readonly autoloader: Autoloader
  /** Compiled and reachable, but not loaded yet. */
  private readonly units = new Map<ModuleName, Unit>()
  private readonly draftDeps: DraftDeps
  /** Modules that ever had `export *`: few of many, and looked at after each commit. */
  private readonly starred = new Set<ModuleRecord>()
  private readonly runners = new WeakSet<object>()

  constructor(private readonly deps: CodeServerDeps) {
    this.calls = new ErrorHandler({
      table: this.table, find: deps.find, findNow: deps.findNow, current: deps.processes.current, throwIfEnded: deps.throwIfEnded, embedded: deps.embedded,
      offer: (units) => this.offer(units), autoload: (name) => this.autoloader.autoloadSteps(name, false),
    })
    this.autoloader = new Autoloader({
      ...deps, table: this.table, units: this.units, draftDeps: () => this.draftDeps,
      offer: (units) => this.offer(units), commit: (batch, origin) => this.commit(batch, origin), discard: (batch) => this.discard(batch),
    })
    const { autoloader } = this
    this.draftDeps = { ...deps, table: this.table, units: this.units, broken: autoloader.broken, runners: this.runners, requireModule: (name, now) => autoloader.autoloadSteps(name, now), onEvaluated: (draft) => this.evaluated(draft), required: (link) => autoloader.required(link) }
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
      const failure = failureOf(error, reload) // reads the stack while its scripts are known
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
    const open = [...batch.values()].filter((draft) => !draft.evaluation.isDone)
    if (open.length === 0) return
    const over = Promise.all(open.map((draft) => draft.evaluation.promise))
    const canGoOn = (): boolean => open.every((draft) => draft.evaluation.isDone || (draft.hasValues() && draft.onLoad() === undefined))
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
    if (record?.current !== undefined && record.old !== undefined && version !== undefined) this.deps.onRolledBack(record.current, record.old)
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
      this.autoloader.loaded(record.name)
      this.units.delete(record.name)
      const note = before === undefined ? undefined : this.deps.noteOf(before)
      const notes = [...record.funs.takeNotes(), ...(note === undefined ? [] : [note])]
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
    const discarded = [...batch.values()].filter((draft) => !draft.committed || draft.first)
    this.deps.onDiscarding(discarded.map((draft) => draft.instance))
    for (const draft of discarded) {
      this.deps.processes.purgeVersion(draft.instance.record)
      this.deps.onPurged(draft.instance)
      draft.discard()
    }
    this.deps.onChange()
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
