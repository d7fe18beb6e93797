/**
 * Functions of replaced code are called: by whoever kept them. A timer that a package keeps for a top level which was replaced
 * (a cron job) ends there, because the new top level has set its own. Everybody else goes on in the code he has.
 */
import type { ModuleName } from '../../protocol/ids'
import { BadFunError, KillSignal } from '../errors'
import { ExternalFuns } from '../identity/externalFuns'
import type { LeftOver } from '../implicit/context'
import { WATCHED } from '../link'
import { leftovers } from './leftovers'
import type { Process } from '../process/process'
import type { Processes } from '../process/processes'
import type { VersionRecord } from './version'

// Node's own: what the running process sets ends with it.
const { setImmediate } = globalThis

export interface StaleCodeDeps {
  readonly processes: Processes
  readonly traps: Int32Array
  current(module: ModuleName): VersionRecord | undefined
  /** Some version of `module` imports `other`. */
  imports(module: ModuleName, other: ModuleName): boolean
  log(message: string): void
}

export class StaleCode {
  private readonly timers = new WeakMap<Process, LeftOver>()
  private readonly told = new WeakSet<VersionRecord>()

  constructor(private readonly deps: StaleCodeDeps) {}

  /** The running process is a timer of a package, set for a top level that was replaced. */
  leftOver<T>(timer: LeftOver, run: () => T): T {
    const { running } = leftovers
    const process = this.deps.processes.current()
    this.timers.set(process, timer)
    leftovers.running = (owner) => {
      if (owner instanceof ExternalFuns) this.calls(owner.module, process)
    }
    // One that was set again may belong to code that is current: what was given to it in place is a function of that.
    const watched = timer.again ? this.watch(modulesOf(timer)) : []
    try {
      return run()
    } finally {
      leftovers.running = running ?? this.awaited
      setImmediate(() => {
        if (leftovers.running === this.awaited) leftovers.running = undefined
        for (const slot of watched) Atomics.and(this.deps.traps, slot, ~WATCHED)
      })
    }
  }

  /** Their functions look who calls them. @returns their slots */
  private watch(modules: readonly ModuleName[]): number[] {
    const slots = modules.flatMap((module) => this.deps.current(module)?.slot ?? []).filter((slot) => slot !== 0)
    for (const slot of slots) Atomics.or(this.deps.traps, slot, WATCHED)
    return slots
  }

  /** Such a timer has returned, and what it awaits goes on before anybody else's turn: it is known by its process, which may have come to its end. */
  private readonly awaited = (owner: object): void => {
    const process = this.deps.processes.table.storage.getStore()
    if (process !== undefined && owner instanceof ExternalFuns) this.calls(owner.module, process)
  }

  /** @throws KillSignal when the process ends with it. */
  called(version: VersionRecord, process: Process | undefined): void {
    if (process !== undefined) this.calls(version.module, process)
    if (version.state !== 'purged' || process?.purgedCode === 'throws') return
    const ends = process?.purgedCode === 'ends it'
    if (ends || !this.told.has(version)) this.deps.log(`${process?.label ?? 'somebody'} calls a function of ${version.module} version ${version.version}, which is gone, and ${ends ? 'is closed' : 'goes on in it'}`)
    this.told.add(version)
    if (!ends) return
    this.deps.processes.signals.end(process, new BadFunError(version))
    throw new KillSignal()
  }

  /**
   * A function of `module`: ends the process when it is such a timer, and the top level that set its own since would have set it
   * for that function.
   * @throws KillSignal
   */
  private calls(module: ModuleName, process: Process): void {
    const timer = this.timers.get(process)
    if (timer === undefined) return
    if (!modulesOf(timer).some((one) => one === module || this.deps.imports(one, module))) return
    timer.stop()
    this.deps.processes.signals.stop(process, 'killed')
    throw new KillSignal(`${timer.of.module} was loaded again, this timer of the version before has ended`)
  }
}

/** Who had it set. */
const modulesOf = ({ of, by }: LeftOver): ModuleName[] => [of.module, ...by.map((place) => place.module)]
