/**
 * The stable face of a class, or of a function with properties (an Express app): a proxy on whatever the export is now, so
 * that everybody who got it by import (as superclass, token, listener of a server) reaches current code for ever.
 */
import { inspect, types } from 'node:util'
import type { InspectOptions } from 'node:util'
import { trusted } from '../../base/guards'
import type { AnyFunction } from '../../base/guards'
import { leftovers } from '../code/leftovers'
import { callable } from './forwarders'
import { slotOfStable, stableOf } from './identity'
import type { Slot } from './identity'

// Programs see another one, which looks past our proxies.
const { isProxy } = types

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
  const face = new Face(slot)
  return (face.proxy = new Proxy(target, face))
}

/**
 * What calls the function behind such a face and nothing else, for emitters, which know the face by `listener`: they look up `apply`
 * in what they call, and through a proxy that takes longer than all else they do for a request.
 */
export function withoutProxy(face: AnyFunction): AnyFunction {
  const slot = slotOfStable(face)
  if (slot === undefined || !isProxy(face)) return face
  return Object.defineProperty(callable(slot), 'listener', { value: face })
}

/** A handler per face, and one set of functions for all: a program has thousands of classes. */
class Face implements ProxyHandler<AnyFunction> {
  proxy: AnyFunction | undefined

  constructor(private readonly slot: Slot) {}

  apply(_: AnyFunction, self: unknown, args: readonly unknown[]): unknown {
    if (leftovers.running !== undefined) leftovers.running(this.slot.owner)
    return Reflect.apply(this.slot.fn, self, args)
  }

  construct(_: AnyFunction, args: readonly unknown[], newTarget: AnyFunction): object {
    const { fn, makeForSubclass } = this.slot
    if (makeForSubclass !== undefined && newTarget !== this.proxy) return makeForSubclass(args, newTarget)
    const made: unknown = Reflect.construct(fn, args, newTarget === this.proxy ? fn : newTarget)
    return Object(made)
  }

  get(_: AnyFunction, key: PropertyKey, receiver: unknown): unknown {
    const { slot, proxy } = this
    // Each request looks up `apply` and `length` here: a plain read is what V8 makes fast.
    return receiver === proxy ? members(slot.fn)[key] : Reflect.get(slot.fn, key, receiver)
  }

  set(_: AnyFunction, key: PropertyKey, value: unknown, receiver: unknown): boolean {
    const { fn } = this.slot
    return Reflect.set(fn, key, value, receiver === this.proxy ? fn : receiver)
  }

  has(_: AnyFunction, key: PropertyKey): boolean {
    return Reflect.has(this.slot.fn, key)
  }

  deleteProperty(_: AnyFunction, key: PropertyKey): boolean {
    return Reflect.deleteProperty(this.slot.fn, key)
  }

  defineProperty(_: AnyFunction, key: PropertyKey, descriptor: PropertyDescriptor): boolean {
    return Reflect.defineProperty(this.slot.fn, key, descriptor)
  }

  ownKeys(): (string | symbol)[] {
    return Reflect.ownKeys(this.slot.fn)
  }

  getOwnPropertyDescriptor(_: AnyFunction, key: PropertyKey): PropertyDescriptor | undefined {
    const descriptor = Reflect.getOwnPropertyDescriptor(this.slot.fn, key)
    return descriptor === undefined ? undefined : { ...descriptor, configurable: true }
  }

  getPrototypeOf(): object | null {
    const parent = Reflect.getPrototypeOf(this.slot.fn)
    return parent === null ? null : stableOf(parent)
  }

  setPrototypeOf(_: AnyFunction, parent: object | null): boolean {
    return Reflect.setPrototypeOf(this.slot.fn, parent)
  }

  /** What is frozen could not become the next version. */
  preventExtensions(): boolean {
    return false
  }
}

const members = (fn: AnyFunction): Readonly<Record<PropertyKey, unknown>> => trusted(fn, 'a function is an object')

const nativeToString = Function.prototype.toString
export const sourceOf = (fn: AnyFunction): string => Reflect.apply(nativeToString, fn, [])
