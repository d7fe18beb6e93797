/** Every version's ledger, and which of them a load replaces. */
import type { ModuleName } from '../../protocol/ids'
import type { Process } from '../process'
import type { VersionRecord } from '../version'
import { Ledger } from './ledger'

/** `module` is whose top level it was, `by` whose code did it. */
export interface Opener {
  readonly module: ModuleName
  readonly by: ModuleName
  readonly what: string
  readonly line: number
}

export interface LedgersDeps {
  /** Whether a newer version of the module is being evaluated. */
  isReloading(module: ModuleName): boolean
}

export class Ledgers {
  private readonly drafts = new Map<VersionRecord, Ledger>()
  /** Of the versions whose resources are in use: after a rollback that is not the current one. */
  private readonly live = new Map<ModuleName, Ledger>()

  constructor(private readonly deps: LedgersDeps) {}

  /** The process is about to run the top level of this version. */
  open(process: Process, version: VersionRecord): void {
    const live = this.live.get(version.module)
    const ledger = live?.version === version ? live : (this.drafts.get(version) ?? new Ledger(version.module, version))
    if (ledger.state === 'draft') this.drafts.set(version, ledger)
    ledger.processes.push(process)
    process.ledger = ledger
  }

  /** Versions that are replaced together with that of `ledger`, or by it. */
  replacedBy(ledger: Ledger): readonly Ledger[] {
    return [...this.live.values()].filter((one) => one !== ledger && (one.module === ledger.module || this.deps.isReloading(one.module)))
  }

  /** @returns the ledger of the version that is live now, and the one it replaces. */
  commit(version: VersionRecord): { readonly next: Ledger; readonly old: Ledger | undefined } {
    const old = this.live.get(version.module)
    const next = this.drafts.get(version) ?? new Ledger(version.module, version)
    this.drafts.delete(version)
    next.state = 'live'
    this.live.set(version.module, next)
    return { next, old: old === next ? undefined : old }
  }

  /**
   * Modules whose code opened something for the top level of another one (`start()` in `main`): code that is replaced would go on
   * serving, so that other one has to be loaded again as well.
   */
  openers(): readonly Opener[] {
    const found: Opener[] = []
    for (const ledger of this.live.values()) {
      for (const { label, origin, lasting } of ledger.all()) {
        for (const { module, line } of lasting ? (origin?.all ?? []) : []) {
          const known = module === ledger.module || found.some((one) => one.by === module && one.module === ledger.module)
          if (!known) found.push({ module: ledger.module, by: module, what: label, line })
        }
      }
    }
    return found
  }

  /** A draft that failed. */
  discard(version: VersionRecord): Ledger | undefined {
    const draft = this.drafts.get(version)
    this.drafts.delete(version)
    return draft
  }

  /** The module was deleted. */
  forget(module: ModuleName): Ledger | undefined {
    const ledger = this.live.get(module)
    this.live.delete(module)
    return ledger
  }
}
