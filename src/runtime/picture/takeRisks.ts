/** Which supervisors would end if those who linger were killed. Told for every set of modules that one step may purge, as it does not add up. */
import type { ModuleName } from '../../protocol/ids'
import { pidText } from '../../protocol/ids'
import type { AtRiskView, SupervisorRiskView } from '../../protocol/snapshot'
import type { SupervisorAtRisk } from '../behaviours/supervisorTypes'
import type { Pid } from '../process/pid'
import type { PictureDeps } from './takePicture'

/** For each module in whose old code somebody lingers, for these groups, and for all of them; only where a supervisor is at risk. */
export function takeRisks({ table, processes, supervisorsAtRisk }: PictureDeps, together: readonly (readonly ModuleName[])[]): readonly AtRiskView[] {
  const victims = new Map<ModuleName, readonly Pid[]>()
  for (const { name, old } of table.all()) {
    const who = old === undefined ? [] : processes.lingering(old.record)
    if (who.length > 0) victims.set(name, who.map(({ pid }) => pid))
  }
  const groups = [...[...victims.keys()].map((name) => [name]), ...together, [...victims.keys()]].map((names) => names.filter((name) => victims.has(name)).sort())
  const different = new Map(groups.filter((names) => names.length > 0).map((names) => [names.join('\n'), names]))
  return [...different.values()].flatMap((modules) => {
    const supervisors = supervisorsAtRisk(modules.flatMap((name) => victims.get(name) ?? []))
    return supervisors.length === 0 ? [] : [{ modules, supervisors: supervisors.map(viewOf) }]
  })
}

const viewOf = ({ pid, ...rest }: SupervisorAtRisk): SupervisorRiskView => ({ pid: pidText(pid.id), ...rest })

/** When the first of these is no longer true. */
export function firstChange(risks: readonly AtRiskView[]): number | undefined {
  const moments = risks.flatMap(({ supervisors }) => supervisors.flatMap(({ until }) => until ?? []))
  return moments.length === 0 ? undefined : Math.min(...moments)
}
