/**
 * Ordinary programs as processes: installed once, before any user code runs. What is replaced are Node's own `emit` of servers,
 * requests and responses, `on` and its kin, timers, `listen` and `close`, and what opens watchers, children and workers.
 */
import { syncBuiltinESMExports } from 'node:module'
import type { ModuleName } from '../../protocol/ids'
import type { HotModules } from '../hot/hotModules'
import type { Opener } from '../link'
import type { Process } from '../process/process'
import type { VersionRecord } from '../code/version'
import { installBoundEvents } from './boundEvents'
import { installCluster } from './clusterWorkers'
import type { ImplicitDeps } from './context'
import { installDatagrams } from './datagrams'
import { installEventTargets } from './eventTargets'
import { installExits } from './exits'
import type { Exits, ExitsDeps } from './exits'
import { installFolders } from './folder'
import type { Folders } from './folder'
import { installHandover } from './handover'
import type { HandoverDeps } from './handover'
import type { Ledger } from './ledger'
import { Ledgers } from './ledgers'
import type { HeldView, LedgersDeps } from './ledgers'
import { installListeners } from './listeners'
import { LoadedBy } from './loadedBy'
import { Loops } from './loops'
import type { LoopsDeps } from './loops'
import { forgetGone } from './owned'
import { PackageAdditions } from './packageAdditions'
import { installPromisedTimers } from './promisedTimers'
import { installResources } from './resources'
import { installServers } from './servers'
import { silenced } from './silence'
import type { Silence } from './silence'
import { installSubscriptions } from './subscriptions'
import { installTimers } from './timers'

export interface InstallDeps extends ImplicitDeps, LedgersDeps, LoopsDeps, ExitsDeps, Pick<HandoverDeps, 'isSameText'> {
  /** What modules asked for with `import.meta.hot`. */
  readonly hot: Pick<HotModules, 'beginUpdate' | 'dispose' | 'endUpdate' | 'deleted' | 'discard' | 'gone'>
  /** See `Emitted.opening`. */
  readonly opening: number[]
  log(message: string): void
}

export interface Implicit {
  /** The process is about to run the top level (or `onLoad`) of the version. */
  openLedger(process: Process, version: VersionRecord, chains: boolean): void
  /** These versions are current now. */
  committed(versions: readonly VersionRecord[]): void
  /** These versions fail to load: what they did is taken back while their code still runs. */
  discarding(versions: readonly VersionRecord[]): void
  /** The version failed to load, or was purged. */
  gone(version: VersionRecord): void
  deleted(module: ModuleName): void
  openers(): readonly Opener[]
  readonly loadedBy: LoadedBy
  readonly loops: Loops
  readonly exits: Exits
  readonly folders: Folders
  /** What the top level of this version has open. */
  heldBy(version: VersionRecord): readonly HeldView[]
  /** Whatever is closed, fired or removed is nowhere held by us from now on. */
  forgetGone(): void
}

export function installImplicit(deps: InstallDeps): Implicit {
  const ledgers = new Ledgers(deps)
  const loadedBy = new LoadedBy(deps.processes.table.storage, deps.places, deps.opening)
  const loops = new Loops(deps)
  const silence: Silence = (target, ledger) => loops.unheard(ledger, silenced(target))
  const handover = installHandover({ ...deps, silence, live: (ledger) => ledgers.before(ledger), replacedBy: (ledger) => ledgers.replacedBy(ledger) })
  installServers(deps, handover)
  const datagrams = installDatagrams({ ...deps, silence, replacedBy: (ledger) => ledgers.replacedBy(ledger) })
  installBoundEvents(deps.processes)
  const packages = new PackageAdditions(deps.places)
  installTimers(deps, packages)
  installPromisedTimers(deps)
  installListeners(deps, packages)
  installEventTargets(deps)
  const exits = installExits(deps)
  const folders = installFolders(deps.processes, (ledger) => ledgers.before(ledger))
  installResources({ ...deps, silence, workers: installCluster({ log: (message) => deps.log(message), live: (ledger) => ledgers.before(ledger) }) })
  installSubscriptions(deps)
  syncBuiltinESMExports()

  /** Its loops end, and what it opened is closed. */
  function replace(ledger: Ledger, next?: Ledger): void {
    loops.replaced(ledger, ledger.all().flatMap(({ kind, origin }) => (kind === 'listener' ? (origin ?? []) : [])))
    release(ledger, next)
  }

  function release(ledger: Ledger, next?: Ledger): void {
    ledger.state = 'released'
    for (const held of ledger.takeAll()) {
      try {
        held.release(next)
      } catch (error) {
        deps.log(`releasing ${held.label} of ${ledger.module} failed: ${String(error)}`)
      }
    }
  }

  return {
    loadedBy, loops, exits, folders,
    openers: () => ledgers.openers(),
    openLedger(process, version, chains) {
      ledgers.open(process, version)
      loadedBy.begins(process, chains)
    },
    heldBy: (version) => ledgers.heldBy(version),
    forgetGone() {
      ledgers.forgetGone()
      forgetGone(deps.processes.table.all())
    },
    committed(versions) {
      const pairs = versions.map((version) => ledgers.commit(version))
      for (const { next } of pairs) {
        packages.committed(next)
        handover.complete(next)
        datagrams.complete(next)
      }
      deps.hot.beginUpdate(versions)
      for (const { next, old } of pairs) {
        if (old === undefined) continue
        keep(old, next, deps.hot.dispose(old.version))
        handover.retire(old, next)
      }
      for (const { next, old } of pairs) if (old !== undefined) replace(old, next)
      deps.hot.endUpdate(versions)
    },
    discarding(versions) {
      for (const version of versions) deps.hot.discard(version)
    },
    gone(version) {
      deps.hot.gone(version)
      const draft = ledgers.discard(version)
      if (draft === undefined) return
      packages.discarded(draft)
      handover.discarded(draft)
      folders.discarded(draft)
      datagrams.discarded(draft)
      if (draft.again) replace(draft)
      else release(draft)
    },
    deleted(module) {
      deps.hot.deleted(module)
      const ledger = ledgers.forget(module)
      if (ledger !== undefined) replace(ledger)
    },
  }
}

/** What the old version put into `hot.data` stays open, and is the new one's. */
function keep(old: Ledger, next: Ledger, kept: ReadonlySet<unknown>): void {
  for (const held of old.all()) {
    if (!kept.has(held.target)) continue
    old.drop(held)
    next.add(held)
    held.moved?.(next)
  }
}

