/**
 * Messages reach a process here, and wait here for it. A message that somebody waits for goes straight to him; only what
 * nobody waits for is kept. So a waiting `receive` looks at each message once, however many it skipped.
 */
import type { Clock } from '../clock'
import { BadArgError } from '../errors'
import { never } from './frames'
import { Mailbox, nothing, Waiter } from './mailbox'
import { any, callsProgram, matches, none, timeout } from './match'
import { ALIVE, ENDED, type Process } from './process'
import type { ProcessTable } from './processTable'

export type Receiving = ReturnType<typeof createReceiving>

export function createReceiving(table: ProcessTable, clock: Clock, wake: (process: Process) => void) {
  let opening: Waiter | undefined
  /** One function for all promises: it is given its waiter through `opening`. */
  function open(resolve: (value: unknown) => void, reject: (error: unknown) => void): void {
    if (opening === undefined) return
    opening.resolve = resolve
    opening.reject = reject
  }

  /** A message arrives. Whoever has ended takes none. */
  function deliver(process: Process, message: unknown): void {
    if (process.mode !== ALIVE) {
      if (!process.ended) keep(process, message)
      return
    }
    for (let waiter = process.waiters; waiter !== undefined; waiter = waiter.next) {
      if (!fits(process, waiter, message)) continue
      remove(process, waiter)
      process.reductions++
      waiter.resolve(message)
      return
    }
    keep(process, message)
    if (process.hibernating) wake(process)
  }

  function keep(process: Process, message: unknown): void {
    (process.mailbox ??= new Mailbox()).push(message)
  }

  /** A predicate is code of the receiver: it runs as him, and what it throws is his. */
  function fits(process: Process, waiter: Waiter, message: unknown): boolean {
    if (waiter.pattern === any) return true
    if (!waiter.calls) return matches(waiter.pattern, message)
    try {
      return table.storage.run(process, matches, waiter.pattern, message)
    } catch (error) {
      remove(process, waiter)
      waiter.reject(error)
      return false
    }
  }

  function receive(pattern: unknown = any, after?: number): Promise<unknown> {
    const process = table.current()
    if (process.mode === ENDED) return never()
    if (after !== undefined && !(after >= 0)) return Promise.reject(new BadArgError(`after: ${after} is no time`))
    if (process.mode === ALIVE && process.mailbox !== undefined && process.mailbox.length > 0) {
      try {
        const message = process.mailbox.take(pattern)
        if (message !== nothing) {
          process.reductions++
          return Promise.resolve(message)
        }
      } catch (error) {
        return Promise.reject(error)
      }
    }
    if (after === 0) return Promise.resolve(timeout)
    return wait(process, new Waiter(pattern, callsProgram(pattern), timeout), after)
  }

  function sleep(ms: number): Promise<unknown> {
    const process = table.current()
    if (process.mode === ENDED) return never()
    if (!(ms >= 0)) return Promise.reject(new BadArgError(`sleep: ${ms} is no time`))
    return wait(process, new Waiter(none, false, undefined), ms)
  }

  function wait(process: Process, waiter: Waiter, after: number | undefined): Promise<unknown> {
    opening = waiter
    const promise = new Promise(open)
    opening = undefined
    append(process, waiter)
    if (after !== undefined && after !== Infinity) waiter.timer = clock.setTimer(() => expire(process, waiter), after)
    return promise
  }

  function expire(process: Process, waiter: Waiter): void {
    waiter.timer = undefined
    if (process.mode !== ALIVE) {
      waiter.expired = true
      return
    }
    remove(process, waiter)
    waiter.resolve(waiter.onTimeout)
  }

  function append(process: Process, waiter: Waiter): void {
    let last = process.waiters
    if (last === undefined) {
      process.waiters = waiter
      return
    }
    while (last.next !== undefined) last = last.next
    last.next = waiter
  }

  function remove(process: Process, waiter: Waiter): void {
    if (waiter.timer !== undefined) clock.clearTimer(waiter.timer)
    if (process.waiters === waiter) {
      process.waiters = waiter.next
      return
    }
    for (let before = process.waiters; before !== undefined; before = before.next) {
      if (before.next !== waiter) continue
      before.next = waiter.next
      return
    }
  }

  /** Whoever waits in this process waits for ever: its stack is gone. */
  function forget(process: Process): void {
    for (let waiter = process.waiters; waiter !== undefined; waiter = waiter.next) {
      if (waiter.timer !== undefined) clock.clearTimer(waiter.timer)
    }
    process.waiters = undefined
  }

  /** After a suspension: what came meanwhile, first to those who waited first; then those whose time was up. */
  function catchUp(process: Process): void {
    for (let waiter = process.waiters; waiter !== undefined; waiter = waiter.next) {
      const message = takeFor(process, waiter)
      if (message !== nothing) {
        remove(process, waiter)
        waiter.resolve(message)
      } else if (waiter.expired) {
        remove(process, waiter)
        waiter.resolve(waiter.onTimeout)
      }
    }
    if (process.hibernating && process.mailbox !== undefined && process.mailbox.length > 0) wake(process)
  }

  function takeFor(process: Process, waiter: Waiter): unknown {
    const mailbox = process.mailbox
    if (mailbox === undefined) return nothing
    try {
      return table.storage.run(process, () => mailbox.take(waiter.pattern))
    } catch (error) {
      remove(process, waiter)
      waiter.reject(error)
      return nothing
    }
  }

  return { deliver, receive, sleep, forget, catchUp }
}
