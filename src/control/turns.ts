/**
 * Who may change what is loaded, and when. OTP's code server is one process that does one thing after the other, and is free
 * while an `on_load` runs. So is this, and free as well when a load waits for something that may never come; a newer load of
 * the same modules takes the place of such a one.
 */
import type { ModuleName } from '../protocol/ids'
import type { Unit } from '../runtime/link'
import type { MainLink } from './mainLink'

export interface TurnsDeps {
  readonly main: Pick<MainLink, 'request'>
  /** A load of these has been waiting for the program for a while: its top level, its `onLoad`, or whatever spins. */
  onWait(modules: readonly ModuleName[]): void
}

/** `saved`: a person did it, and waits for no `onLoad`. */
interface NewerLoad { readonly names: readonly ModuleName[]; readonly saved: boolean }

/** A load that takes the program longer than this (milliseconds) holds up nobody else. */
const PATIENCE_MS = 1000
/** A start evaluates all there is. */
export const START_PATIENCE_MS = 10_000

export class Turns {
  private tail: Promise<unknown> = Promise.resolve()
  /** Counts the works of `serially`; `pass` lets the next one begin. */
  private count = 0
  private pass = (): void => {}
  /** Loads that wait their turn. */
  private readonly queued = new Set<NewerLoad>()
  /** Loads that main is at, with all they may evaluate. More than one when an earlier one waits. */
  private readonly underWay = new Set<{ readonly units: readonly Unit[]; readonly over: Promise<void> }>()

  constructor(private readonly deps: TurnsDeps) {}

  get current(): number {
    return this.count
  }

  serially<T>(work: () => Promise<T>): Promise<T> {
    let pass = (): void => {}
    const passed = new Promise<void>((resolve) => { pass = resolve })
    const result = this.tail.then(() => {
      this.count++
      this.pass = pass
      return work()
    })
    this.tail = Promise.race([passed, result.then(() => {}, () => {})])
    return result
  }

  /** `serially`, for work that loads these modules. */
  toLoad<T>(names: readonly ModuleName[], work: () => Promise<T>, saved = false): Promise<T> {
    const newer = { names, saved }
    this.queued.add(newer)
    this.giveWay(newer)
    return this.serially(async () => {
      this.queued.delete(newer)
      if (saved) await this.replaced(newer) // others: in OTP's order, with OTP's answers
      return work()
    })
  }

  /** The load with this turn waits: the next one may begin. */
  waits(turn: number): void {
    if (turn === this.count) this.pass()
  }

  /** What main is evaluating, or may be. */
  loading(): Unit[] {
    return [...this.underWay].flatMap(({ units }) => units)
  }

  /**
   * What takes long in the program holds up nobody else: the next load may be what ends it.
   * @param names who is loaded; `units`: they, and what they may load with them for the first time
   */
  async patiently<T>(names: readonly ModuleName[], units: readonly Unit[], work: Promise<T>, patienceMs = PATIENCE_MS): Promise<T> {
    const turn = this.count
    const timer = setTimeout(() => {
      this.waits(turn)
      this.deps.onWait(names)
    }, patienceMs)
    const underWay = { units, over: work.then(() => {}, () => {}) }
    this.underWay.add(underWay)
    for (const newer of this.queued) this.giveWay(newer)
    try {
      return await work
    } finally {
      clearTimeout(timer)
      this.underWay.delete(underWay)
    }
  }

  /** What fails because it gave way loads with the newer save: that begins when it has. */
  private async replaced(newer: NewerLoad): Promise<void> {
    for (const { units, over } of this.underWay) {
      if (!units.some((unit) => newer.names.includes(unit.module))) continue
      this.giveWay(newer)
      this.pass()
      await over
    }
  }

  private giveWay({ names, saved }: NewerLoad): void {
    if (names.length > 0) void this.deps.main.request('giveWay', { modules: names, onLoad: saved })
  }
}
