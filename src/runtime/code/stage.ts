/**
 * While a top level of a batch runs, it (and whatever it calls meanwhile) sees the new code of its batch, although nobody has
 * committed it: values of members that were evaluated, and every external fun. When the outermost top level returns, or waits,
 * everything is as before. When it goes on, or something that it started does (a web framework runs its plugins later), it sees
 * the new code again.
 */
import { createHook } from 'node:async_hooks'
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
    this.open(members)
    try {
      return body()
    } finally {
      this.close()
    }
  }

  /**
   * Until what this answers is called, every callback for which `isOurs` is true when it starts sees the new code. To be asked for
   * before anything runs that awaits: a function that waits already is not noticed when it goes on (Node 24).
   */
  follow(members: { values(): Iterable<Member> }, isOurs: () => boolean): () => void {
    const inside: number[] = []
    const hook = createHook({
      before: (id) => {
        if (!isOurs()) return
        inside.push(id)
        this.open(members.values())
      },
      after: (id) => {
        if (inside.at(-1) !== id) return
        inside.pop()
        this.close()
      },
    }).enable()
    return () => {
      hook.disable()
      for (let id = inside.pop(); id !== undefined; id = inside.pop()) this.close()
    }
  }

  private open(members: Iterable<Member>): void {
    if (this.depth++ === 0) for (const member of members) this.enter(member)
  }

  private close(): void {
    if (--this.depth === 0) for (let undo = this.undo.pop(); undo !== undefined; undo = this.undo.pop()) undo()
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
