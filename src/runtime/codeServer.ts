/**
 * The code server: the one writer of the module table. A load is a fallible half (instantiate, evaluate, onLoad), which
 * touches nothing anybody can see, and a commit that cannot fail. Source: lib/kernel/src/code_server.erl; where we are
 * better on purpose, docs/OTP.md says so: victims are ended only after the new code has proved to load.
 */
import type { ModuleName, PidText, Version } from '../protocol/ids'
import { pidText } from '../protocol/ids'
import type { Origin } from '../protocol/snapshot'
import { Draft, DraftFailed } from './draft'
import type { DraftDeps } from './draft'
import { viewError } from './errorView'
import type { LoadedVersion, LoadResult, PurgeMode, Unit } from './link'
import type { Instance, ModuleRecord } from './moduleTable'
import { ModuleTable } from './moduleTable'
import type { Pid } from './pid'
import type { Steps } from './steps'
import type { VersionRecord } from './version'
import type { Versions } from './versions'

export interface CodeProcesses {
  lingering(version: VersionRecord): readonly { readonly pid: Pid }[]
  /** Ends everybody with an activation in this version. */
  purgeVersion(version: VersionRecord): readonly Pid[]
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

export interface CodeServerDeps extends Omit<DraftDeps, 'table' | 'units' | 'requireModule'> {
  readonly processes: CodeProcesses & DraftDeps['processes']
  readonly versions: Versions
  onChange(): void
  /** A version is gone (or never came to be): nothing of it needs to be kept. */
  onPurged(instance: Instance): void
  onInstantiated(instance: Instance): void
  /** Modules that were loaded because running code asked for them. */
  onAutoloaded(versions: readonly LoadedVersion[]): void
}

export class CodeServer {
  readonly table = new ModuleTable()
  /** Compiled and reachable, but not loaded yet. */
  private readonly units = new Map<ModuleName, Unit>()
  private readonly draftDeps: DraftDeps

  constructor(private readonly deps: CodeServerDeps) {
    this.draftDeps = { ...deps, table: this.table, units: this.units, requireModule: (name) => this.autoloadSteps(name, true) }
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
   *   lingering   (`purge: "refuse"`) somebody lingers in the old code of some: nothing changed
   *   failed      one of them threw, or cannot be linked: nothing changed
   */
  *load(reload: readonly ModuleName[], purge: PurgeMode, origin: Origin): Steps<LoadOutcome> {
    const sticky = reload.find((name) => this.table.get(name)?.sticky === true && this.table.get(name)?.current !== undefined)
    if (sticky !== undefined) return failed(sticky, 'sticky_directory', new Error(`${sticky} is sticky`))
    const blocked = this.lingerers(reload)
    if (purge === 'refuse' && blocked.length > 0) return { kind: 'lingering', modules: blocked }
    const batch = new Map<ModuleName, Draft>()
    try {
      for (const name of reload) Draft.instantiate(name, batch, this.draftDeps, { origin, reload: true })
      for (const draft of [...batch.values()]) yield* draft.evaluate(false)
      for (const draft of batch.values()) yield* draft.runOnLoad()
    } catch (error) {
      const failure = this.failure(error, reload) // reads the stack while its scripts are known
      this.discard(batch)
      return failure
    }
    const late = this.lingerers(reload)
    if (purge === 'refuse' && late.length > 0) {
      this.discard(batch)
      return { kind: 'lingering', modules: late }
    }
    return { kind: 'loaded', versions: this.commit(batch, origin) }
  }

  /** Loads a module for the first time because running code (or the start) asked for it; each one is current once it has run. */
  *autoload(name: ModuleName, origin: Origin, now = false, onLoaded?: (module: ModuleName) => void): Steps<LoadOutcome> {
    const batch = new Map<ModuleName, Draft>()
    const loaded: LoadedVersion[] = []
    try {
      const draft = Draft.instantiate(name, batch, this.draftDeps, { origin, reload: false })
      const commitOne = (done: Draft): void => {
        if (done.committed) return
        loaded.push(...this.commit(new Map([[done.unit.module, done]]), origin))
        onLoaded?.(done.unit.module)
      }
      yield* draft.evaluate(now, commitOne)
    } catch (error) {
      const failure = this.failure(error, [name])
      this.discard(new Map([...batch].filter(([, draft]) => !draft.finished)))
      return failure
    }
    return { kind: 'loaded', versions: loaded }
  }

  *autoloadSteps(name: ModuleName, now: boolean): Steps<ModuleRecord> {
    const known = this.table.get(name)
    if (known !== undefined && (known.current !== undefined || known.drafting !== undefined)) return known
    const result = yield* this.autoload(name, 'program', now)
    if (result.kind === 'failed') throw result.thrown
    if (result.kind === 'loaded') this.deps.onAutoloaded(result.versions)
    const record = this.table.get(name)
    if (record === undefined) throw new Error(`${name} was not loaded`)
    return record
  }

  /** code:purge/1 on a table entry: ends those who linger, drops old. */
  purge(name: ModuleName): readonly Pid[] {
    const record = this.table.get(name)
    const old = record?.old
    if (record === undefined || old === undefined) return []
    const killed = this.deps.processes.purgeVersion(old.record)
    record.dropOld()
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

  delete(name: ModuleName): boolean {
    const deleted = this.table.get(name)?.delete() ?? false
    if (deleted) this.deps.onChange()
    return deleted
  }

  rollback(name: ModuleName): Version | undefined {
    const version = this.table.get(name)?.rollback()
    if (version !== undefined) this.refreshStars()
    this.deps.onChange()
    return version
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
      const killed = record.current !== undefined && record.old !== undefined ? this.purge(record.name) : []
      record.commit(draft.instance)
      draft.committed = true
      record.drafting = undefined
      this.units.delete(record.name)
      loaded.push({ module: record.name, version: draft.instance.record.version, killed: killed.map((pid) => pidText(pid.id)), origin })
    }
    for (const draft of batch.values()) draft.relink()
    this.refreshStars()
    this.deps.onChange()
    return loaded
  }

  /** `export *` shows what the other module exports now. */
  private refreshStars(): void {
    for (const record of this.table.all()) {
      const { current } = record
      if (current === undefined || current.stars === undefined) continue
      current.exports = current.stars()
      record.install(current)
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

function failed(module: ModuleName, reason: DraftFailed['reason'], thrown: unknown, at?: number): LoadFailure {
  return { kind: 'failed', module, reason, error: viewError(thrown), thrown, ...(at === undefined ? {} : { importIndex: at }) }
}
