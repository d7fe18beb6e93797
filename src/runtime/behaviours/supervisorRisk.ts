/**
 * What killing some processes now would do to their supervisors: played through on their tables, nothing is touched. A supervisor
 * that would exceed its intensity ends with 'shutdown', which its own supervisor has to restart in turn.
 */
import type { Pid } from '../pid'
import type { Process } from '../process'
import type { Processes } from '../processes'
import { type ChildTable, restarts } from './childTable'
import type { SupervisorAtRisk } from './supervisorTypes'

interface Death {
  readonly pid: Pid
  readonly reason: unknown
}

export function createSupervisorRisk(processes: Processes, tables: WeakMap<Process, ChildTable>) {
  return function supervisorsAtRisk(victims: readonly Pid[]): readonly SupervisorAtRisk[] {
    const deaths = new Map<Process, Death[]>()
    const doomed = new Set<Pid>(victims)
    const found = new Map<Process, SupervisorAtRisk>()
    const queue: Death[] = victims.map((pid) => ({ pid, reason: 'killed' }))
    for (let death = queue.shift(); death !== undefined; death = queue.shift()) {
      for (const [supervisor, table] of supervisorsOf(death.pid)) {
        if (doomed.has(supervisor.pid)) continue
        const own = [...(deaths.get(supervisor) ?? []), death]
        deaths.set(supervisor, own)
        const count = restartsAfter(table, own)
        if (count <= table.flags.intensity) continue
        if (!found.has(supervisor)) queue.push({ pid: supervisor.pid, reason: 'shutdown' })
        const { intensity, period } = table.flags
        found.set(supervisor, { pid: supervisor.pid, name: supervisor.registeredName, restarts: count, intensity, period })
      }
    }
    return [...found.values()]
  }

  function supervisorsOf(pid: Pid): [Process, ChildTable][] {
    return [...(processes.find(pid)?.extras?.links ?? [])].flatMap((other) => {
      const table = tables.get(other)
      return table?.byPid.has(pid) === true ? [[other, table]] : []
    })
  }
}

function restartsAfter(table: ChildTable, deaths: readonly Death[]): number {
  let count = table.recent()
  /** Ended together with another: their own end counts no more. */
  const gone = new Set<Pid>()
  for (const { pid, reason } of deaths) {
    const child = table.byPid.get(pid)
    if (child === undefined || gone.has(pid) || !restarts(child.spec, reason)) continue
    count++
    const { strategy } = table.flags
    const others = strategy === 'oneForAll' ? [...table.children] : strategy === 'restForOne' ? table.from(child) : []
    for (const other of others) if (other.pid !== undefined) gone.add(other.pid)
  }
  return count
}
