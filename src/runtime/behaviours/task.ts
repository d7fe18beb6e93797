/**
 * One piece of work in a process of its own, whose result somebody waits for (Elixir's Task; OTP has no such behaviour). Unlike a
 * promise it can be ended, its failure ends whoever started it unless he traps exits, and it has a pid to look at.
 */
import { ExitSignal } from '../errors'
import { any, timeout as timedOut } from '../process/match'
import type { Pid, Ref } from '../process/pid'
import type { Processes } from '../process/processes'
import { type Attempt, ending, reasonOf } from './attempt'
import { asPromised, milliseconds, type Timeout } from './terms'

export interface TaskRef<T> {
  readonly pid: Pid
  /** Its result is the message [ref, result]. */
  readonly ref: Ref
  /** Only a type. */
  readonly result?: T
}

export interface TaskApi {
  /** Linked to the caller, who alone can wait for it. */
  async<A extends readonly unknown[], T>(fn: (...args: A) => T | PromiseLike<T>, ...args: A): TaskRef<T>
  /** @throws ExitSignal with [why, ['task', 'await', [task]]]; why: 'timeout' (default 5000 ms) or the reason it ended with */
  await<T>(task: TaskRef<T>, timeout?: Timeout): Promise<T>
  /** As `await`, but tells: ['ok', result], ['exit', reason]; undefined when it is still at work (and may be asked again). */
  yield<T>(task: TaskRef<T>, timeout?: Timeout): Promise<readonly ['ok', T] | readonly ['exit', unknown] | undefined>
  /** Ends it with 'shutdown', or kills it when it takes longer than 5000 ms. @returns as `yield`: it may have been ready. */
  shutdown<T>(task: TaskRef<T>, timeout?: Timeout | 'brutalKill'): Promise<readonly ['ok', T] | readonly ['exit', unknown] | undefined>
}

const PATIENCE = 5000

export function createTask(processes: Processes, attempt: Attempt): TaskApi {
  const { signals, receiving, table } = processes
  const monitors = new WeakMap<Ref, Ref>()

  function start(fn: (...args: never[]) => unknown, args: readonly unknown[]): TaskRef<never> {
    const tag = processes.alias()
    const work = async (): Promise<void> => {
      const outcome = await attempt(() => Reflect.apply(fn, undefined, args))
      if (outcome.kind !== 'returned') throw ending(reasonOf(outcome))
      processes.send(tag, [tag, outcome.value])
    }
    Object.defineProperty(work, 'name', { value: fn.name })
    const { pid, ref } = processes.spawn({ kind: 'fun', fn: work, args: [] }, { link: true, monitor: true, label: `task ${fn.name}` })
    if (ref !== undefined) monitors.set(tag, ref)
    return { pid, ref: tag }
  }

  async function wait<T>(task: TaskRef<T>, within: number): Promise<readonly ['ok', T] | readonly ['exit', unknown] | undefined> {
    const monitor = monitors.get(task.ref)
    const message = await receiving.receive((got: unknown) => Array.isArray(got) && (got[0] === task.ref || (got[0] === 'DOWN' && got[1] === monitor)), within)
    if (message === timedOut || !Array.isArray(message)) return undefined
    if (monitor !== undefined) signals.demonitor(monitor, true)
    processes.unalias(task.ref)
    return message[0] === task.ref ? ['ok', asPromised(message[1])] : ['exit', message[4]]
  }

  return {
    async: (fn, ...args) => start(fn, args),
    async await(task, timeout = PATIENCE) {
      const done = await wait(task, milliseconds(timeout))
      if (done?.[0] === 'ok') return done[1]
      throw new ExitSignal([done === undefined ? 'timeout' : done[1], ['task', 'await', [task]]])
    },
    yield: (task, timeout = PATIENCE) => wait(task, milliseconds(timeout)),
    async shutdown(task, timeout = PATIENCE) {
      signals.unlink(task.pid)
      const tell = (reason: string): void => signals.exitSignal(table.find(task.pid), table.current(), reason)
      tell(timeout === 'brutalKill' ? 'kill' : 'shutdown')
      let done = await wait(task, timeout === 'brutalKill' ? Infinity : milliseconds(timeout))
      if (done === undefined) {
        tell('kill')
        done = await wait(task, Infinity)
      }
      await receiving.receive(['EXIT', task.pid, any], 0)
      return done?.[0] === 'exit' && (done[1] === 'shutdown' || done[1] === 'killed') ? undefined : done
    }
  }
}
