/**
 * The stable face of a class, or of a function with properties (an Express app): a proxy on whatever the export is now, so
 * that everybody who got it by import (as superclass, token, listener of a server) reaches current code for ever.
 */
import { inspect } from 'node:util'
import type { InspectOptions } from 'node:util'
import { isFunction } from '../base/guards'
import type { AnyFunction } from '../base/guards'
import { stableOf } from './identity'
import type { Slot } from './identity'

/** A bound function can be called, constructed, and has no property that a proxy could not deny. */
export const blank = (): AnyFunction => {
  const target = function () {}.bind(undefined)
  for (const key of Reflect.ownKeys(target)) Reflect.deleteProperty(target, key)
  return target
}

export function stableProxy(slot: Slot): AnyFunction {
  const target = blank()
  // console.log looks past a proxy at its target.
  Object.defineProperty(target, inspect.custom, { value: (_: number, options: InspectOptions) => inspect(slot.fn, options), configurable: true })
  const proxy: AnyFunction = new Proxy(target, {
    apply: (_, self, args) => Reflect.apply(slot.fn, self, args),
    construct(_, args, newTarget) {
      const made: unknown = Reflect.construct(slot.fn, args, newTarget === proxy ? slot.fn : newTarget)
      return Object(made)
    },
    get(_, key, receiver) {
      const value: unknown = Reflect.get(slot.fn, key, receiver === proxy ? slot.fn : receiver)
      return isFunction(value) && usesStaticPrivates(slot.fn) ? withRawReceiver(value, proxy, slot) : value
    },
    set: (_, key, value, receiver) => Reflect.set(slot.fn, key, value, receiver === proxy ? slot.fn : receiver),
    has: (_, key) => Reflect.has(slot.fn, key),
    deleteProperty: (_, key) => Reflect.deleteProperty(slot.fn, key),
    defineProperty: (_, key, descriptor) => Reflect.defineProperty(slot.fn, key, descriptor),
    ownKeys: () => Reflect.ownKeys(slot.fn),
    getOwnPropertyDescriptor(_, key) {
      const descriptor = Reflect.getOwnPropertyDescriptor(slot.fn, key)
      return descriptor === undefined ? undefined : { ...descriptor, configurable: true }
    },
    getPrototypeOf() {
      const parent = Reflect.getPrototypeOf(slot.fn)
      return parent === null ? null : stableOf(parent)
    },
    setPrototypeOf: (_, parent) => Reflect.setPrototypeOf(slot.fn, parent),
    // What is frozen could not become the next version.
    preventExtensions: () => false,
  })
  return proxy
}

const privates = new WeakMap<object, boolean>()
const wrapped = new WeakMap<object, AnyFunction>()

/** `static #n`: only the class itself has it, and `this` of a static method called through the proxy would be the proxy. */
function usesStaticPrivates(fn: AnyFunction): boolean {
  let known = privates.get(fn)
  if (known === undefined) privates.set(fn, (known = /\bstatic\b[^;{}()=]*#/.test(sourceOf(fn))))
  return known
}

const nativeToString = Function.prototype.toString
export const sourceOf = (fn: AnyFunction): string => Reflect.apply(nativeToString, fn, [])

function withRawReceiver(method: AnyFunction, proxy: AnyFunction, slot: Slot): AnyFunction {
  const known = wrapped.get(method)
  if (known !== undefined) return known
  const wrapper = { method(this: unknown, ...args: unknown[]): unknown { return Reflect.apply(method, this === proxy ? slot.fn : this, args) } }.method
  for (const key of ['name', 'length'] as const) Object.defineProperty(wrapper, key, { value: method[key], configurable: true })
  wrapped.set(method, wrapper)
  return wrapper
}
