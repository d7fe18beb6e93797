/**
 * Listeners on `process` that a package adds for a top level: those of a graceful shutdown, for each app once more. When that top
 * level is loaded again and the package adds one for the same event from the same place, it does so for each app, and those
 * before are removed. What it added once, for all who will ever call it, it does not add again, and keeps. So it is with `exit`,
 * by which packages tidy up after what they began: that has to be done in any case.
 */
import { isFunction } from '../../base/guards'
import type { AnyFunction } from '../../base/guards'
import type { ModuleName } from '../../protocol/ids'
import type { Ledger } from './ledger'
import { calledFrom } from './place'
import type { Places } from './place'

export interface Added {
  readonly by: Ledger
  readonly event: string | symbol
  /** Held by `process` as long as it matters. */
  readonly listener: WeakRef<AnyFunction>
}

export class PackageListeners {
  /** Of live versions and those before, by module, and by event and place. */
  private readonly live = new Map<ModuleName, Map<string, Added[]>>()

  constructor(private readonly places: Places) {}

  /** @param callee the function that adds */
  added(by: Ledger, event: unknown, listener: unknown, callee: AnyFunction): void {
    const from = event === 'exit' || by.state === 'released' || !isFunction(listener) ? undefined : calledFrom(this.places, callee)
    if (from === undefined || !isFunction(listener)) return
    const key = `${String(event)} ${from}`
    const added: Added = { by, event: typeof event === 'symbol' ? event : String(event), listener: new WeakRef(listener) }
    if (by.state === 'live') this.replace(by, key, [added])
    else by.packageListeners.set(key, [...(by.packageListeners.get(key) ?? []), added])
  }

  /** The version is live now. */
  committed(ledger: Ledger): void {
    for (const [key, added] of ledger.packageListeners) this.replace(ledger, key, added)
    ledger.packageListeners.clear()
  }

  /** The version failed to load. What it added as the one before it did goes; of the rest nobody knows whether it comes again. */
  discarded(ledger: Ledger): void {
    for (const [key, added] of ledger.packageListeners) {
      const before = this.of(ledger).get(key) ?? []
      if (before.length > 0) remove(added)
      else this.of(ledger).set(key, added)
    }
    ledger.packageListeners.clear()
  }

  private replace(ledger: Ledger, key: string, added: readonly Added[]): void {
    const known = this.of(ledger).get(key) ?? []
    remove(known.filter(({ by }) => by !== ledger))
    this.of(ledger).set(key, [...known.filter(({ by }) => by === ledger), ...added])
  }

  private of({ module }: Ledger): Map<string, Added[]> {
    const known = this.live.get(module) ?? new Map<string, Added[]>()
    this.live.set(module, known)
    return known
  }
}

function remove(all: readonly Added[]): void {
  for (const { event, listener } of all) {
    const known = listener.deref()
    if (known !== undefined) process.removeListener(event, known)
  }
}
