/**
 * What killing some processes now would do to their supervisors: played through on their tables, nothing is touched. A supervisor
 * that would exceed its intensity ends with 'shutdown', which its own supervisor has to restart in turn; who is linked to a victim
 * and does not trap exits dies with it. Cost grows with the victims and their links.
 */
import type { Pid } from '../process/pid'
import type { Process } from '../process/process'
import type { Processes } from '../process/processes'
import { type Child, type ChildTable, restarts } from './childTable'
import type { SupervisorAtRisk } from './supervisorTypes'

interface Death {
  readonly pid: Pid
  readonly reason: unknown
  /** When it would no longer happen, all else being as it is: restarts that led to it are forgotten by then. */
  readonly until: number
}

/** Where to look which supervisor has which children. */
export type ChildTables = Pick<WeakMap<Process, ChildTable>, 'get'>

export function createSupervisorRisk(processes: Processes, tables: ChildTables) {
  return function supervisorsAtRisk(victims: readonly Pid[]): readonly SupervisorAtRisk[] {
    const plays = new Map<Process, Play>()
    const doomed = new Set<Pid>(victims)
    const queue: Death[] = []
    for (const pid of new Set(victims)) follow(pid, 'killed', Infinity)
    for (const { pid, reason, until } of queue) follow(pid, reason, until)
    return [...plays].flatMap(([supervisor, play]) => (play.over ? [play.view(supervisor)] : []))

    function follow(pid: Pid, reason: unknown, until: number): void {
      const links = processes.find(pid)?.extras?.links
      if (links === undefined || links.size === 0) return // most of very many victims have none
      const death = { pid, reason, until }
      for (const other of links) {
        const table = tables.get(other)
        const child = table?.byPid.get(death.pid)
        if (table !== undefined && child !== undefined) {
          if (doomed.has(other.pid)) continue
          const play = plays.get(other) ?? new Play(table)
          plays.set(other, play)
          if (play.ends(child, death)) queue.push({ pid: other.pid, reason: 'shutdown', until: play.until })
        } else if (!other.trapExit && !other.system && !doomed.has(other.pid) && !isChildOf(plays, other.pid)) {
          doomed.add(other.pid)
          queue.push({ ...death, pid: other.pid })
        }
      }
    }
  }
}

/** The children of a supervisor that ends do so in order: nobody counts them. */
function isChildOf(plays: ReadonlyMap<Process, Play>, pid: Pid): boolean {
  for (const play of plays.values()) if (play.over && play.table.byPid.has(pid)) return true
  return false
}

/** One supervisor, as its children end. */
class Play {
  private readonly recent: readonly number[]
  private count: number
  /** Ended together with another: their own end counts no more. */
  private readonly gone = new Set<Pid>()
  over = false
  until = Infinity

  constructor(readonly table: ChildTable) {
    this.recent = table.recent()
    this.count = this.recent.length
  }

  /** @returns whether this end is the one too many. */
  ends(child: Child, { pid, reason, until }: Death): boolean {
    const { table } = this
    const { strategy, intensity } = table.flags
    if (this.gone.has(pid) || !restarts(child.spec, reason)) return false
    this.count++
    if (strategy === 'oneForAll' || strategy === 'restForOne') {
      for (const other of strategy === 'oneForAll' ? table.children : table.from(child)) if (other.pid !== undefined) this.gone.add(other.pid)
    }
    const before = this.over
    this.over = this.count > intensity
    if (this.over) this.until = Math.min(before ? this.until : until, this.forgottenAt(this.count - intensity))
    return this.over && !before
  }

  /** When so many of the recent restarts are more than a period ago. */
  private forgottenAt(many: number): number {
    const last = this.recent[many - 1]
    return last === undefined ? Infinity : last + this.table.flags.period * 1000 + 1
  }

  view(supervisor: Process): SupervisorAtRisk {
    const { intensity, period } = this.table.flags
    const until = this.until === Infinity ? undefined : this.until
    return { pid: supervisor.pid, name: supervisor.registeredName, label: supervisor.label, restarts: this.count, intensity, period, until }
  }
}
