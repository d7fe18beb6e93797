/**
 * Functions of replaced code are called: by whoever kept them. A timer that a package keeps for a top level which was replaced
 * (a cron job) ends there, because the new top level has set its own. Everybody else goes on in the code he has.
 */
import type { ModuleName } from '../../protocol/ids'
import { BadFunError, KillSignal } from '../errors'
import { ExternalFuns } from '../identity/externalFuns'
import type { Ledger } from '../implicit/ledger'
import { leftovers } from './leftovers'
import type { Process } from '../process/process'
import type { Processes } from '../process/processes'
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
    if (version.state !== 'purged' || process?.purgedCode === 'throws') return
    const ends = process?.purgedCode === 'ends it'
    if (ends || !this.told.has(version)) this.deps.log(`${process?.label ?? 'somebody'} calls a function of ${version.module} version ${version.version}, which is gone, and ${ends ? 'is closed' : 'goes on in it'}`)
    this.told.add(version)
    if (ends) this.stop(process, new BadFunError(version))
  }

  /** @throws KillSignal */
  private stop(process: Process, reason: unknown = 'killed'): never {
    this.deps.processes.signals.end(process, reason)
    throw new KillSignal()
  }
}
