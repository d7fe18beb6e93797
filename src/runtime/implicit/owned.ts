/** What one process opened, so that a kill closes it. Looked through for what is gone whenever it has doubled. */
import { ENDED } from '../process/process'
import type { Process, Resource } from '../process/process'
import type { Processes } from '../process/processes'
import type { HeldKind } from './ledger'

export interface Owned {
  readonly kind: HeldKind
  gone(): boolean
  stop(): void
}

const FIRST_SWEEP = 16
const known = new WeakMap<Process, OwnedByProcess>()

/** The process closes it when it is killed. One that ends by itself leaves it as it is, as a function does in plain Node. */
export function own(processes: Processes, process: Process, owned: Owned): void {
  let all = known.get(process)
  if (all === undefined) {
    known.set(process, (all = new OwnedByProcess(process)))
    processes.own(process, all)
  }
  all.add(owned)
}

/** What is gone is nobody's any more, also before there is so much of it that it is looked through. */
export function forgetGone(processes: Iterable<Process>): void {
  for (const process of processes) known.get(process)?.forgetGone()
}

class OwnedByProcess implements Resource {
  private readonly all = new Set<Owned>()
  private sweepAt = FIRST_SWEEP

  constructor(private readonly process: Process) {}

  /** `2 timers, 1 socket` */
  get label(): string {
    const counts = new Map<string, number>()
    for (const one of this.all) if (!one.gone()) counts.set(one.kind, (counts.get(one.kind) ?? 0) + 1)
    return [...counts].map(([kind, count]) => `${count} ${kind}${count === 1 ? '' : 's'}`).join(', ') || 'nothing open'
  }

  add(owned: Owned): void {
    this.all.add(owned)
    if (this.all.size < this.sweepAt) return
    this.forgetGone()
    this.sweepAt = Math.max(FIRST_SWEEP, 2 * this.all.size)
  }

  forgetGone(): void {
    for (const one of this.all) if (one.gone()) this.all.delete(one)
  }

  readonly release = (): void => {
    if (this.process.mode === ENDED) for (const one of this.all) if (!one.gone()) one.stop()
    this.all.clear()
  }
}
