/** What a purge would do to supervisors, as every front end says it. */
import { clockTime } from '../base/clockTime'
import type { Snapshot, SupervisorRiskView } from './snapshot'

/** The supervisors that purging these modules (undefined: all) in one step would end. */
export function supervisorsAtRisk(snapshot: Pick<Snapshot, 'lingering' | 'atRisk'>, modules?: ReadonlySet<string>): readonly SupervisorRiskView[] {
  const wanted = snapshot.lingering.map(({ module }) => module).filter((module) => modules?.has(module) ?? true)
  const found = snapshot.atRisk?.find((view) => view.modules.length === wanted.length && view.modules.every((module) => wanted.includes(module)))
  return found?.supervisors ?? []
}

/** `supervisor chat (<0.40.0>) would end: 2 restarts within 5 s, 1 allowed`. A moment (`until`) stays true on the screen. */
export function riskText({ name, label, pid, restarts, intensity, period, until }: SupervisorRiskView): string {
  const who = name === undefined ? label : `supervisor ${name}`
  const told = `${who} (${pid}) would end: ${restarts} ${restarts === 1 ? 'restart' : 'restarts'} within ${period} s, ${intensity} allowed`
  return until === undefined ? told : `${told}, until ${clockTime(Math.ceil(until / 1000) * 1000)}`
}
