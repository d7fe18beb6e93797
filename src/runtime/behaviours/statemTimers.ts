/** The timeouts of a gen_statem: one between events, one of the state, and any number with names. */
import { isDeepStrictEqual } from 'node:util'
import { any } from '../process/match'
import type { Ref } from '../process/pid'
import type { Processes } from '../process/processes'
import type { Event, TimeoutKey } from './statemResult'

interface Running {
  readonly key: TimeoutKey
  readonly ref: Ref
  readonly content: unknown
}

export class StatemTimers {
  private running: readonly Running[] = []

  constructor(private readonly processes: Processes) {}

  start(key: TimeoutKey, ms: number, content: unknown): void {
    const ref = this.processes.timers.startTimer(ms, this.processes.current().pid, key)
    this.running = [...this.running, { key, ref, content }]
  }

  /** @returns whether it runs */
  update(key: TimeoutKey, content: unknown): boolean {
    const found = this.running.find((timer) => isDeepStrictEqual(timer.key, key))
    if (found === undefined) return false
    this.running = this.running.map((timer) => (timer === found ? { ...timer, content } : timer))
    return true
  }

  /** A timer that has fired meanwhile leaves no message behind. */
  async cancel(key: TimeoutKey): Promise<void> {
    const found = this.running.find((timer) => isDeepStrictEqual(timer.key, key))
    if (found === undefined) return
    this.running = this.running.filter((timer) => timer !== found)
    if (this.processes.timers.cancelTimer(found.ref) === false) await this.processes.receiving.receive(['timeout', found.ref, any], 0)
  }

  /** The event of a timer's message; undefined when the message is none of ours. */
  take(message: unknown): Event | undefined {
    if (this.running.length === 0 || !Array.isArray(message) || message[0] !== 'timeout') return undefined
    const found = this.running.find((timer) => timer.ref === message[1])
    if (found === undefined) return undefined
    this.running = this.running.filter((timer) => timer !== found)
    return { type: found.key, content: found.content }
  }
}
