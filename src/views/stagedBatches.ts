/** What is staged, batch by batch, with those who hold it up. Pure. */
import { supervisorsAtRisk } from '../protocol/atRisk'
import type { Snapshot, StagedView, SupervisorRiskView } from '../protocol/snapshot'
import type { Victim } from './lingering'
import { victimsOf, wouldKill } from './lingering'

export interface StagedBatch {
  readonly batch: number
  readonly policy: StagedView['policy']
  readonly modules: readonly string[]
  readonly victims: readonly Victim[]
  /** All of them, also those that the snapshot does not list. */
  readonly total: number
  /** That would end if it was loaded now. */
  readonly supervisors: readonly SupervisorRiskView[]
  /** Changes when the batch is replaced by another one: an answer to the earlier one no longer counts. */
  readonly key: string
}

export function stagedBatches(snapshot: Snapshot): readonly StagedBatch[] {
  const batches = new Map<number, { policy: StagedView['policy']; modules: string[]; hashes: string[] }>()
  for (const module of snapshot.modules) {
    if (module.staged === undefined) continue
    const batch = batches.get(module.staged.batch) ?? { policy: module.staged.policy, modules: [], hashes: [] }
    batch.modules.push(module.name)
    batch.hashes.push(module.staged.hash)
    batches.set(module.staged.batch, batch)
  }
  return [...batches].map(([batch, { policy, modules, hashes }]) => {
    const names = new Set(modules)
    return { batch, policy, modules, victims: victimsOf(snapshot, names), total: wouldKill(snapshot, names), supervisors: supervisorsAtRisk(snapshot, names), key: `${batch}:${hashes.join()}` }
  })
}
