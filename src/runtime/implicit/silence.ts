/**
 * What a reload ends (a child, a worker, a watcher, a socket) says nothing of it. Code that was replaced, or never came to be,
 * would take it for an accident: it would start another one, or end the program. Who waits for it (`once(child, 'exit')`) waits
 * for ever. For workers of `cluster` see `clusterWorkers.ts`: Node itself has to hear that they are gone.
 */
import { EventEmitter } from 'node:events'
import { isFunction } from '../../base/guards'
import type { Ledger } from './ledger'
import type { Origin } from './place'

/** How resources tell their end, and that something of it went wrong. */
const ENDS = ['exit', 'close', 'error', 'disconnect', 'message'] as const
const UNHEARD: ReadonlySet<unknown> = new Set(ENDS)

/** Where a listener was added. */
export const addedAt = new WeakMap<object, Origin>()

export type Silence = (target: object, ledger: Ledger) => void

/** @returns where listeners were added that hear nothing more */
export function silenced(target: object): readonly Origin[] {
  if (!(target instanceof EventEmitter)) return []
  const native: unknown = target.emit
  if (!isFunction(native)) return []
  const emit = function (this: unknown, ...args: readonly unknown[]): unknown {
    return UNHEARD.has(args[0]) ? false : Reflect.apply(native, this, args)
  }
  Object.defineProperty(target, 'emit', { value: emit, writable: true, configurable: true })
  return ENDS.flatMap((event) => target.rawListeners(event).flatMap((listener) => addedAt.get(listener) ?? []))
}
