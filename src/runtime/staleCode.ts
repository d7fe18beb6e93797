/**
 * Functions of replaced code are called: by whoever kept them. A timer that a package keeps for a top level which was replaced
 * (a cron job) ends there, because the new top level has set its own. Everybody else goes on in the code he has.
 */
import type { ModuleName } from '../protocol/ids'
import { KillSignal } from './errors'
import { ExternalFuns } from './externalFuns'
import type { Ledger } from './implicit/ledger'
import { leftovers } from './leftovers'
import type { Process } from './process'
import type { Processes } from './processes'
import type { VersionRecord } from './version'

export interface StaleCodeDeps {
  readonly processes: Processes
  /** Some version of `module` imports `other`. */
  imports(module: ModuleName, other: ModuleName): boolean
  log(message: string): void
}

export class StaleCode {
  private readonly timers = new WeakSet<Process>()
  private readonly told = new WeakSet<VersionRecord>()

  constructor(private readonly deps: StaleCodeDeps) {}

  /** The running process is a timer of a package, set for a top level that was replaced. */
  leftOver<T>(ledger: Ledger, run: () => T): T {
    const { running } = leftovers
    const process = this.deps.processes.current()
    this.timers.add(process)
    leftovers.running = (owner) => {
      if (owner instanceof ExternalFuns && (owner.module === ledger.module || this.deps.imports(ledger.module, owner.module))) this.stop(process)
    }
    try {
      return run()
    } finally {
      leftovers.running = running
    }
  }

  called(version: VersionRecord, process: Process | undefined): void {
    if (process !== undefined && this.timers.has(process) && process.ledger?.module === version.module) this.stop(process)
    if (version.state !== 'purged' || this.told.has(version)) return
    this.told.add(version)
    this.deps.log(`${process?.label ?? 'somebody'} calls a function of ${version.module} version ${version.version}, which is gone, and goes on in it`)
  }

  /** @throws KillSignal */
  private stop(process: Process): never {
    this.deps.processes.signals.end(process, 'killed')
    throw new KillSignal()
  }
}
