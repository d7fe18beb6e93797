/**
 * `sendAfter` and `startTimer`. A timer belongs to nobody: it fires also when whoever started it has ended, and is
 * dropped when the process it would send to has (as erlang:send_after/3). A name is looked up when the timer fires.
 */
import type { Clock } from '../clock'
import { BadArgError } from '../errors'
import { Pid, type Ref } from './pid'
import type { Process } from './process'
import type { ProcessTable } from './processTable'
import type { Registry } from './registry'

interface Timer {
  readonly due: number
  readonly handle: unknown
  readonly target: Process | undefined
}

export type Timers = ReturnType<typeof createTimers>

export function createTimers(table: ProcessTable, registry: Registry, clock: Clock, deliver: (process: Process, message: unknown) => void) {
  const running = new Map<Ref, Timer>()

  function start(ms: number, destination: Pid | string, message: (ref: Ref) => unknown): Ref {
    if (!(ms >= 0) || ms === Infinity) throw new BadArgError(`${ms} is no time for a timer`)
    if (!(destination instanceof Pid) && typeof destination !== 'string') throw new BadArgError(`${String(destination)} is no process`)
    const ref = table.makeRef()
    const target = destination instanceof Pid ? table.find(destination) : undefined
    if (target === undefined && destination instanceof Pid) return ref
    const handle = clock.setTimer(() => {
      const to = forget(ref)?.target ?? (typeof destination === 'string' ? registry.find(destination) : undefined)
      if (to !== undefined) deliver(to, message(ref))
    }, ms)
    running.set(ref, { due: clock.now() + ms, handle, target })
    if (target !== undefined) (target.more().timers ??= new Set()).add(ref)
    return ref
  }

  function callAfter(ms: number, callback: () => void): Ref {
    if (!(ms >= 0) || ms === Infinity) throw new BadArgError(`${ms} is no time for a timer`)
    const ref = table.makeRef()
    const handle = clock.setTimer(() => {
      running.delete(ref)
      callback()
    }, ms)
    running.set(ref, { due: clock.now() + ms, handle, target: undefined })
    return ref
  }

  function forget(ref: Ref): Timer | undefined {
    const timer = running.get(ref)
    running.delete(ref)
    timer?.target?.extras?.timers?.delete(ref)
    return timer
  }

  const left = (timer: Timer): number => Math.max(0, timer.due - clock.now())

  return {
    /** Of nobody: it also calls when whoever started it has ended. */
    callAfter,
    sendAfter: (ms: number, destination: Pid | string, message: unknown): Ref => start(ms, destination, () => message),
    startTimer: (ms: number, destination: Pid | string, message: unknown): Ref => start(ms, destination, (ref) => ['timeout', ref, message]),

    /** @returns milliseconds that were left; false when it has fired or was cancelled. */
    cancelTimer(ref: Ref): number | false {
      const timer = forget(ref)
      if (timer === undefined) return false
      clock.clearTimer(timer.handle)
      return left(timer)
    },

    readTimer(ref: Ref): number | false {
      const timer = running.get(ref)
      return timer === undefined ? false : left(timer)
    },

    /** Whom they would send to has ended. */
    dropAll(refs: Iterable<Ref>): void {
      for (const ref of [...refs]) {
        const timer = forget(ref)
        if (timer !== undefined) clock.clearTimer(timer.handle)
      }
    }
  }
}
