/** What the versions of one function, class or callable object have in common: who is whose, for every part of the runtime. */
import type { AnyFunction } from '../../base/guards'

/** One per exported name (or class of a top level). `fn` is what its stable face runs now. */
export interface Slot {
  readonly owner: object
  name: string
  fn: AnyFunction
  /** What importers hold: the same object for the life of the runtime. */
  stable: AnyFunction
  /** The last function that was committed here. */
  settled: AnyFunction | undefined
  /** The functions of the version that was put here last; only their identity matters. */
  of: WeakRef<object> | undefined
  /** A class whose versions are apart makes its part of the objects of a subclass with this. */
  makeForSubclass: ((args: readonly unknown[], newTarget: AnyFunction) => object) | undefined
}

const byStable = new WeakMap<object, Slot>()
const byRaw = new WeakMap<object, Slot>()
const ofPackages = new WeakSet<object>()
const noted = new WeakSet<object>()

export const slotOfStable = (stable: object): Slot | undefined => byStable.get(stable)
export const slotOfRaw = (raw: object): Slot | undefined => byRaw.get(raw)
export const slotOf = (either: object): Slot | undefined => byStable.get(either) ?? byRaw.get(either)

export function noteStable(stable: object, slot: Slot): void {
  byStable.set(stable, slot)
}

export function noteRaw(raw: object, slot: Slot): void {
  byRaw.set(raw, slot)
}

/** The stable face of a function of some version; anything else is itself. */
export const stableOf = <T extends object>(raw: T): T | AnyFunction => byRaw.get(raw)?.stable ?? raw

/** The function of current behind a stable face; anything else is itself. */
export const rawOf = <T extends object>(stable: T): T | AnyFunction => byStable.get(stable)?.fn ?? stable

/** Both are the same function, whichever version of it and whichever way it was obtained. */
export const isSame = (a: object, b: object): boolean => a === b || (slotOf(a) !== undefined && slotOf(a) === slotOf(b))

/** Functions that packages and Node export never change: who exports them again passes them on as they are. */
export function notePackage(namespace: unknown): void {
  if (!isObject(namespace) || noted.has(namespace)) return
  noted.add(namespace)
  if (typeof namespace === 'function') ofPackages.add(namespace)
  for (const key of Object.keys(namespace)) {
    const value = Object.getOwnPropertyDescriptor(namespace, key)?.value
    if (typeof value === 'function') ofPackages.add(value)
    else if (key === 'default' && isObject(value)) notePackage(value)
  }
}

export const isOfPackage = (fn: object): boolean => ofPackages.has(fn)

const isObject = (value: unknown): value is object => (typeof value === 'object' && value !== null) || typeof value === 'function'
