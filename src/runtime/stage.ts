/**
 * While a top level of a batch runs, it (and whatever it calls meanwhile) sees the new code of its batch, although nobody has
 * committed it: values of members that were evaluated, and every external fun. When the outermost top level returns, or waits,
 * everything is as before.
 */
import type { Instance, ModuleRecord } from './moduleTable'

export interface Member {
  readonly record: ModuleRecord
  readonly instance: Instance
  readonly first: boolean
  readonly committed: boolean
  readonly finished: boolean
}

export class Stage {
  private depth = 0
  private readonly undo: (() => void)[] = []

  run<T>(members: Iterable<Member>, body: () => T): T {
    if (this.depth++ === 0) for (const member of members) this.enter(member)
    try {
      return body()
    } finally {
      if (--this.depth === 0) for (let undo = this.undo.pop(); undo !== undefined; undo = this.undo.pop()) undo()
    }
  }

  /** It was evaluated because the running top level required it. */
  evaluated(member: Member): void {
    if (this.depth > 0) this.enter(member)
  }

  private enter({ record, instance, first, committed, finished }: Member): void {
    if (first || committed) return
    this.undo.push(finished ? record.show(instance) : record.funs.show(instance.identities))
  }
}

const stages = new WeakMap<object, Stage>()

export function stageOf(batch: object): Stage {
  const known = stages.get(batch) ?? new Stage()
  stages.set(batch, known)
  return known
}
