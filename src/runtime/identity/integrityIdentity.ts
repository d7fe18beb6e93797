/**
 * A proxy cannot become frozen, or have a property for ever, when what it stands for may be another one tomorrow. So whoever
 * freezes a class (or its like) that a module exports, or defines such a property on it, does that to the version it is now.
 */
import { isFunction } from '../../base/guards'
import { point } from './forwarders'
import { rawOf, slotOfStable } from './identity'

/** What `require` answers, and the exports it reads. */
const views = new WeakMap<object, () => object>()

export const noteView = (view: object, now: () => object): void => void views.set(view, now)

function behind(value: unknown): unknown {
  if (typeof value === 'function') {
    const raw = rawOf(value)
    return raw === value ? (views.get(value)?.() ?? value) : raw
  }
  return typeof value === 'object' && value !== null ? (views.get(value)?.() ?? value) : value
}

type Native = (...args: unknown[]) => unknown

/** For all of these the first argument is the object; some answer it. */
const asked = ['isFrozen', 'isSealed', 'isExtensible'] as const
const changing = ['freeze', 'seal', 'preventExtensions'] as const

export function keepIntegrityOfVersions(): void {
  for (const name of asked) replace(Object, name, (native) => (value) => native(behind(value)))
  for (const name of changing) replace(Object, name, (native) => (value) => answering(value, native(behind(value))))
  for (const name of ['isExtensible', 'preventExtensions']) replace(Reflect, name, (native) => (value) => native(behind(value)))
  replace(Object, 'defineProperty', (native) => (value, key, descriptor) => (isForEver(value, key, descriptor) ? answering(value, shown(value, native(behind(value), key, descriptor))) : native(value, key, descriptor)))
  replace(Reflect, 'defineProperty', (native) => (value, key, descriptor) => (isForEver(value, key, descriptor) ? shown(value, native(behind(value), key, descriptor)) : native(value, key, descriptor)))
  replace(Object, 'defineProperties', (native) => (value, descriptors) => (typeof value === 'function' ? answering(value, shown(value, native(behind(value), descriptors))) : native(value, descriptors)))
}

/** A closure shows what its function got. */
function shown<T>(value: unknown, answer: T): T {
  const slot = typeof value === 'function' ? slotOfStable(value) : undefined
  if (slot !== undefined) point(slot, slot.fn)
  return answer
}

/** They answer what they were given, or throw; `undefined` and other values that are no objects come back as they are. */
const answering = (given: unknown, answer: unknown): unknown => (typeof given === 'function' || (typeof given === 'object' && given !== null) ? given : answer)

/** A new property that is not said to be configurable is not. */
const isForEver = (value: unknown, key: unknown, descriptor: unknown): boolean =>
  typeof descriptor === 'object' && descriptor !== null && ('configurable' in descriptor ? descriptor.configurable === false : typeof value === 'function' && !Object.hasOwn(value, typeof key === 'symbol' ? key : String(key)))

function replace(owner: object, name: string, make: (native: Native) => (first: unknown, second: unknown, third: unknown) => unknown): void {
  const native: unknown = Reflect.get(owner, name)
  if (!isFunction(native)) return
  const own = make(native) // none of them needs its `this`: programs take them out as well
  const replacement = { method(first: unknown, second: unknown, third: unknown): unknown { return own(first, second, third) } }.method
  for (const key of ['name', 'length'] as const) Object.defineProperty(replacement, key, { value: native[key], configurable: true })
  Object.defineProperty(owner, name, { value: replacement, writable: true, configurable: true })
}
