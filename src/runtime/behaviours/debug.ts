/** What `sys` notes about a server while somebody wants to know: trace to the console, a log, counts, functions of yours. */
import { inspect } from 'node:util'
import type { DebugOption } from './terms'

/** ['in', message] · ['out', reply, to] · ['noreply', state] · whatever a hand-written process passes to `handleDebug`. */
export type DebugEvent = unknown
/** Called with (its state, event, the process's name); answers its next state, 'done' when it wants no more. */
export type DebugFunction = (state: unknown, event: DebugEvent, name: unknown) => unknown

export interface Statistics {
  readonly startTime: Date
  readonly currentTime: Date
  readonly reductions: number
  readonly messagesIn: number
  readonly messagesOut: number
}

const LOG_SIZE = 10

export class Debug {
  private tracing = false
  private logSize = 0
  private events: DebugEvent[] = []
  private counting: { readonly since: number; readonly reductions: number; in: number; out: number } | undefined
  private readonly installed = new Map<DebugFunction, unknown>()
  /** Whether anything is to be noted: servers look here first. */
  active = false

  constructor(options: readonly DebugOption[] = []) {
    for (const option of options) this.set(option, true, 0)
  }

  set(option: DebugOption, on: boolean | number, reductions: number): void {
    if (option === 'trace') this.tracing = Boolean(on)
    if (option === 'log') {
      this.logSize = on === true ? LOG_SIZE : Number(on)
      if (this.logSize === 0) this.events = []
    }
    if (option === 'statistics') this.counting = on === false ? undefined : { since: Date.now(), reductions, in: 0, out: 0 }
    this.look()
  }

  install(fn: DebugFunction, state: unknown): void {
    this.installed.set(fn, state)
    this.look()
  }

  remove(fn: DebugFunction): void {
    this.installed.delete(fn)
    this.look()
  }

  clear(): void {
    this.tracing = false
    this.logSize = 0
    this.events = []
    this.counting = undefined
    this.installed.clear()
    this.active = false
  }

  note(name: unknown, event: DebugEvent): void {
    if (!this.active) return
    const kind: unknown = Array.isArray(event) ? event[0] : undefined
    if (this.tracing) console.log(`*DBG* ${String(name)} ${describe(event)}`)
    if (this.logSize > 0) this.events = [...this.events, event].slice(-this.logSize)
    if (this.counting !== undefined && kind === 'in') this.counting.in++
    if (this.counting !== undefined && kind === 'out') this.counting.out++
    for (const [fn, state] of this.installed) this.call(fn, state, event, name)
  }

  get log(): readonly DebugEvent[] {
    return this.events
  }

  statistics(reductions: number): Statistics | undefined {
    const { counting } = this
    if (counting === undefined) return undefined
    return { startTime: new Date(counting.since), currentTime: new Date(), reductions: reductions - counting.reductions, messagesIn: counting.in, messagesOut: counting.out }
  }

  /** One that throws is removed, as in OTP: watching must not end the watched. */
  private call(fn: DebugFunction, state: unknown, event: DebugEvent, name: unknown): void {
    try {
      const next = fn(state, event, name)
      if (next === 'done') this.remove(fn)
      else this.installed.set(fn, next)
    } catch {
      this.remove(fn)
    }
  }

  private look(): void {
    this.active = this.tracing || this.logSize > 0 || this.counting !== undefined || this.installed.size > 0
  }
}

function describe(event: DebugEvent): string {
  if (!Array.isArray(event)) return inspect(event)
  const [kind, value, to]: unknown[] = event
  if (kind === 'in') return `got ${inspect(value)}`
  if (kind === 'out') return `sent ${inspect(value)} to ${inspect(to)}`
  if (kind === 'noreply') return `new state ${inspect(value)}`
  return inspect(event)
}
