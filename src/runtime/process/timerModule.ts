/**
 * timer(3): calls and messages later, once or again and again. A function is named by its module, so that it is looked up when
 * its time has come. Each call runs in a process of its own.
 */
import type { ModuleRef } from '../code/codeApi'
import { BadArgError } from '../errors'
import { Pid, type Ref } from './pid'
import type { Processes } from './processes'

export type TimerStarted = readonly ['ok', Ref]

/** timer(3). Times are milliseconds; all throw BadArgError for a time that is none. */
export interface TimerModule {
  /** timer:apply_after/4. */
  applyAfter(ms: number, module: ModuleRef, name: string, args?: readonly unknown[]): TimerStarted
  /** timer:apply_interval/4: until it is cancelled, or the caller ends. A call does not wait for the one before. */
  applyInterval(ms: number, module: ModuleRef, name: string, args?: readonly unknown[]): TimerStarted
  /** timer:send_after/3. */
  sendAfter(ms: number, destination: Pid | string, message: unknown): TimerStarted
  /** timer:send_interval/3: until it is cancelled, or the process ends. To a name nobody has it is dropped. */
  sendInterval(ms: number, destination: Pid | string, message: unknown): TimerStarted
  /** timer:exit_after/3. */
  exitAfter(ms: number, pid: Pid, reason: unknown): TimerStarted
  /** timer:kill_after/2. */
  killAfter(ms: number, pid: Pid): TimerStarted
  /** timer:cancel/1. */
  cancel(timer: Ref): readonly ['ok', 'cancel'] | readonly ['error', 'badarg']
  /** timer:tc/1,2: microseconds, and what the function returned. */
  tc<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Promise<readonly [microseconds: number, value: Awaited<R>]>
}

export function createTimerModule(processes: Processes): TimerModule {
  const { timers, registry, receiving } = processes
  /** Of one that goes on: what ends it. */
  const intervals = new Map<Ref, () => void>()

  const call = (module: ModuleRef, name: string, args: readonly unknown[]): void => void processes.spawn({ kind: 'name', module, name, args })

  function interval(ms: number, owner: Pid | undefined, act: () => void): TimerStarted {
    if (!(ms > 0) || ms === Infinity) throw new BadArgError(`${ms} is no time for an interval`)
    const process = owner === undefined ? undefined : processes.find(owner)
    const id = processes.table.makeRef()
    let next: Ref | undefined
    const again = (): void => {
      next = timers.callAfter(ms, () => {
        again()
        act()
      })
    }
    const stop = (): void => {
      intervals.delete(id)
      owned?.dispose()
      if (next !== undefined) timers.cancelTimer(next)
    }
    const owned = process === undefined || process.system ? undefined : processes.own(process, { label: `interval of ${ms} ms`, release: stop })
    intervals.set(id, stop)
    again()
    return ['ok', id]
  }

  return {
    applyAfter: (ms, module, name, args = []) => ['ok', timers.callAfter(ms, () => call(module, name, args))],
    applyInterval: (ms, module, name, args = []) => interval(ms, processes.current().pid, () => call(module, name, args)),
    sendAfter: (ms, destination, message) => ['ok', timers.sendAfter(ms, destination, message)],
    sendInterval(ms, destination, message) {
      return interval(ms, destination instanceof Pid ? destination : registry.find(destination)?.pid, () => {
        const to = destination instanceof Pid ? processes.find(destination) : registry.find(destination)
        if (to !== undefined) receiving.deliver(to, message)
      })
    },
    exitAfter: (ms, pid, reason) => ['ok', timers.callAfter(ms, () => void processes.exitProcess(pid, reason))],
    killAfter: (ms, pid) => ['ok', timers.callAfter(ms, () => void processes.exitProcess(pid, 'kill'))],
    cancel(timer) {
      const stop = intervals.get(timer)
      if (stop === undefined) return timers.cancelTimer(timer) === false ? ['error', 'badarg'] : ['ok', 'cancel']
      stop()
      return ['ok', 'cancel']
    },
    async tc(fn, ...args) {
      const started = process.hrtime.bigint()
      const value = await fn(...args)
      return [Number((process.hrtime.bigint() - started) / 1000n), value]
    },
  }
}
