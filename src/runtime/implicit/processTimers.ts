/** The timers of one process, so that a kill clears them. Looked through for those that fired whenever their number has doubled. */
import { ENDED } from '../process'
import type { Process, Resource } from '../process'
import type { Processes } from '../processes'

interface OwnTimer {
  gone(): boolean
  stop(): void
}

const FIRST_SWEEP = 16
const known = new WeakMap<Process, ProcessTimers>()

export class ProcessTimers implements Resource {
  private readonly timers = new Set<OwnTimer>()
  private sweepAt = FIRST_SWEEP

  private constructor(private readonly process: Process) {}

  static of(processes: Processes, process: Process): ProcessTimers {
    let timers = known.get(process)
    if (timers === undefined) {
      known.set(process, (timers = new ProcessTimers(process)))
      processes.own(process, timers)
    }
    return timers
  }

  get label(): string {
    const count = [...this.timers].filter((timer) => !timer.gone()).length
    return count === 1 ? '1 timer' : `${count} timers`
  }

  add(timer: OwnTimer): void {
    this.timers.add(timer)
    if (this.timers.size < this.sweepAt) return
    for (const one of this.timers) if (one.gone()) this.timers.delete(one)
    this.sweepAt = Math.max(FIRST_SWEEP, 2 * this.timers.size)
  }

  /** A process that ended by itself leaves its timers running. */
  readonly release = (): void => {
    if (this.process.mode === ENDED) for (const timer of this.timers) timer.stop()
  }
}
