/** What became of saves that did not go live: staged (waiting for somebody to leave) or failed (waiting for a repair). */
import type { ModuleName, Version } from '../protocol/ids'
import type { FailedView, Origin, StagedView } from '../protocol/snapshot'
import type { Unit } from '../runtime/link'

export interface StagedBatch {
  readonly id: number
  readonly since: number
  readonly origin: Origin
  policy: 'ask' | 'soft'
  /** It is too late to discard it. */
  loading?: boolean
  readonly reload: readonly ModuleName[]
  readonly units: readonly Unit[]
  /** What was current when it was staged. */
  readonly over: ReadonlyMap<ModuleName, Version>
  /** Why it contains modules that nobody saved. */
  readonly why: ReadonlyMap<ModuleName, string> | undefined
}

export class Batches {
  private readonly staged = new Map<number, StagedBatch>()
  private readonly failed = new Map<ModuleName, FailedView>()
  /** Modules that belong together because an atomic load of them failed: repairing one loads the others as well. */
  private groups: Set<ModuleName>[] = []

  stage(batch: StagedBatch): void {
    this.staged.set(batch.id, batch)
  }

  unstage(id: number): boolean {
    return this.staged.delete(id)
  }

  get(id: number): StagedBatch | undefined {
    return this.staged.get(id)
  }

  allStaged(): readonly StagedBatch[] {
    return [...this.staged.values()]
  }

  stagedOf(module: ModuleName): StagedBatch | undefined {
    return this.allStaged().find((batch) => batch.reload.includes(module))
  }

  /** `victims`: who lingers in its old code now. */
  stagedView(module: ModuleName, victims: number): StagedView | undefined {
    const batch = this.stagedOf(module)
    if (batch === undefined) return undefined
    const hash = batch.units.find((unit) => unit.module === module)?.hash ?? ''
    return { since: batch.since, batch: batch.id, policy: batch.policy, hash, victims, files: batch.units.flatMap((unit) => (batch.reload.includes(unit.module) ? [] : [unit.file])) }
  }

  fail(module: ModuleName, view: FailedView, group: readonly ModuleName[]): void {
    this.failed.set(module, view)
    if (group.length > 1 && !this.groups.some((known) => known.size === group.length && group.every((one) => known.has(one)))) this.groups.push(new Set(group))
  }

  failedView(module: ModuleName): FailedView | undefined {
    return this.failed.get(module)
  }

  failedModules(): readonly ModuleName[] {
    return [...this.failed.keys()]
  }

  /** What these were at that time is settled: loaded, unchanged again or discarded. */
  settle(modules: readonly ModuleName[], at: number): void {
    for (const module of modules) if ((this.failed.get(module)?.at ?? 0) <= at) this.failed.delete(module)
    this.groups = this.groups.filter((group) => !modules.some((module) => group.has(module)))
  }

  /** Everything that has to go with `modules`: staged with one of them, or held back by one of them. */
  relatives(modules: readonly ModuleName[]): readonly ModuleName[] {
    const all = new Set(modules)
    for (const batch of this.staged.values()) if (batch.reload.some((module) => all.has(module))) batch.reload.forEach((module) => all.add(module))
    for (const group of this.groups) if ([...group].some((module) => all.has(module))) group.forEach((module) => all.add(module))
    return [...all]
  }
}
