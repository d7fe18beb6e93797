/**
 * What a package adds for a top level, each time anew: listeners on `process` (a graceful shutdown, for each app), timers (a cron
 * job). When that top level is loaded again and the package adds such a one from the same place, it does so for each app, and
 * those before are over. What it added once, for all who will ever call it, it does not add again, and keeps. So it is with a
 * listener to `exit`, by which packages tidy up after what they began: that has to be done in any case.
 */
import { isFunction } from '../../base/guards'
import type { AnyFunction } from '../../base/guards'
import type { ModuleName } from '../../protocol/ids'
import type { Ledger } from './ledger'
import { calledFrom } from './place'
import type { Places } from './place'

export interface Added {
  readonly by: Ledger
  /** It was added again. */
  over(): void
}

/** Timers that a top level had a package set at one place. */
export interface TimersAtPlace extends Added {
  /** A later version had one set there as well. */
  again: boolean
}

/** A top level that sets more is a loop which waits by them, and stays in it. */
const MOST_TIMERS = 100

export class PackageAdditions {
  /** Of live versions and those before, by module, and by what was added and the place. */
  private readonly live = new Map<ModuleName, Map<string, Added[]>>()

  constructor(private readonly places: Places) {}

  /** @param callee the function that adds */
  listener(by: Ledger, event: unknown, listener: unknown, callee: AnyFunction): void {
    if (event === 'exit' || !isFunction(listener)) return
    const held = new WeakRef(listener) // `process` holds it as long as it matters
    const over = (): void => {
      const known = held.deref()
      if (known !== undefined) process.removeListener(typeof event === 'symbol' ? event : String(event), known)
    }
    const from = by.state === 'released' ? undefined : calledFrom(this.places, callee)
    if (from !== undefined) this.add({ by, over }, `${String(event)} ${from}`)
  }

  /** @param kind by which function it was set, `callee`. @returns what all those have in common that the version sets there */
  timer(by: Ledger, kind: string, callee: (...args: never[]) => unknown): TimersAtPlace | undefined {
    if (by.state === 'released' || ++by.timersSet > MOST_TIMERS) return undefined
    const from = calledFrom(this.places, callee)
    if (from === undefined) return undefined
    const key = `${kind} ${from}`
    const known = by.timersAtPlace.get(key)
    if (known !== undefined) return known
    const timers: TimersAtPlace = { by, again: false, over: () => { timers.again = true } }
    by.timersAtPlace.set(key, timers)
    this.add(timers, key)
    return timers
  }

  /** The version is live now. */
  committed(ledger: Ledger): void {
    for (const [key, added] of ledger.packageAdditions) this.replace(ledger, key, added)
    ledger.packageAdditions.clear()
  }

  /** The version failed to load. What it added as the one before it did goes; of the rest nobody knows whether it comes again. */
  discarded(ledger: Ledger): void {
    for (const [key, added] of ledger.packageAdditions) {
      const before = this.of(ledger).get(key) ?? []
      if (before.length > 0) for (const one of added) one.over()
      else this.of(ledger).set(key, added)
    }
    ledger.packageAdditions.clear()
  }

  private add(added: Added, key: string): void {
    const { by } = added
    if (by.state === 'live') this.replace(by, key, [added])
    else by.packageAdditions.set(key, [...(by.packageAdditions.get(key) ?? []), added])
  }

  private replace(ledger: Ledger, key: string, added: readonly Added[]): void {
    const known = this.of(ledger).get(key) ?? []
    for (const { by, over } of known) if (by !== ledger) over()
    this.of(ledger).set(key, [...known.filter(({ by }) => by === ledger), ...added])
  }

  private of({ module }: Ledger): Map<string, Added[]> {
    const known = this.live.get(module) ?? new Map<string, Added[]>()
    this.live.set(module, known)
    return known
  }
}
