/**
 * The stable face of a plain function: a closure over its slot, which looks like the function it runs. A package or helper may write
 * members to it; those that a top level wrote belong to the function of its version.
 */
import type { AnyFunction } from '../../base/guards'
import { leftovers } from '../code/leftovers'
import type { Slot } from './identity'

/** What every function has. */
export const OWN: ReadonlySet<PropertyKey> = new Set(['length', 'name', 'prototype', 'arguments', 'caller'])

const forwarders = new WeakSet<object>()
const constructs = (fn: object): boolean => Object.hasOwn(fn, 'prototype')

/** A proxy stands for any function, a closure for one that can be constructed if it can itself. */
export const fits = (stable: AnyFunction, fn: AnyFunction): boolean => !forwarders.has(stable) || constructs(stable) || !constructs(fn)

/** From now on `fn` is what runs. */
export function point(slot: Slot, fn: AnyFunction): void {
  slot.fn = fn
  if (forwarders.has(slot.stable)) describe(slot.stable, fn)
}

export function forwarder(slot: Slot, fn: AnyFunction): AnyFunction {
  const made = constructs(fn) ? constructible(slot) : callable(slot)
  forwarders.add(made)
  describe(made, fn)
  return made
}

function constructible(slot: Slot): AnyFunction {
  return function forward(this: unknown, ...args: readonly unknown[]): unknown {
    if (leftovers.running !== undefined) leftovers.running(slot.owner)
    if (new.target === undefined) return Reflect.apply(slot.fn, this, args)
    return Reflect.construct(slot.fn, args, Object.is(new.target, forward) ? slot.fn : new.target)
  }
}

/** Calls what runs now; it cannot be constructed. */
export function callable(slot: Slot): AnyFunction {
  return { forward(this: unknown, ...args: readonly unknown[]): unknown {
    if (leftovers.running !== undefined) leftovers.running(slot.owner)
    return Reflect.apply(slot.fn, this, args)
  } }.forward
}

function describe(forwarder: AnyFunction, fn: AnyFunction): void {
  Object.defineProperty(forwarder, 'name', { value: fn.name, configurable: true })
  Object.defineProperty(forwarder, 'length', { value: fn.length, configurable: true })
  if (constructs(forwarder)) Object.defineProperty(forwarder, 'prototype', { value: fn.prototype, writable: true })
  if (Object.getPrototypeOf(forwarder) !== Object.getPrototypeOf(fn)) Object.setPrototypeOf(forwarder, Object.getPrototypeOf(fn))
  mirror(forwarder, fn)
}

const mirrored = new WeakMap<object, readonly PropertyKey[]>()

/** A later version has properties of its own: the closure shows them, and what is written goes there. */
function mirror(forwarder: AnyFunction, fn: AnyFunction): void {
  const before = mirrored.get(forwarder)
  const keys = Reflect.ownKeys(fn).filter((key) => !OWN.has(key))
  if (before === undefined && keys.length === 0) return
  for (const key of before ?? []) Reflect.deleteProperty(forwarder, key)
  for (const key of keys) {
    const enumerable = Object.getOwnPropertyDescriptor(fn, key)?.enumerable === true
    Object.defineProperty(forwarder, key, { get: () => Reflect.get(fn, key), set: (value) => void Reflect.set(fn, key, value), enumerable, configurable: true })
  }
  mirrored.set(forwarder, keys)
}

export type Members = ReadonlyMap<PropertyKey, PropertyDescriptor>
const NONE: Members = new Map()

/** What somebody wrote to a closure, and not to the function it runs. */
export function membersOf(stable: object): Members {
  if (!forwarders.has(stable)) return NONE
  const shown = mirrored.get(stable) ?? []
  const keys = Reflect.ownKeys(stable).filter((key) => !OWN.has(key) && !shown.includes(key))
  return new Map(keys.map((key) => [key, Reflect.getOwnPropertyDescriptor(stable, key) ?? {}]))
}

/** What is written there and was not `before`, or was something else, goes to the function that runs now. @returns whether there is any */
export function moveMembers({ stable, fn }: Slot, before = NONE): boolean {
  let moved = false
  for (const [key, member] of membersOf(stable)) {
    const known = before.get(key)
    if (known !== undefined && known.value === member.value) continue
    moved = Reflect.defineProperty(fn, key, member)
    if (known === undefined) Reflect.deleteProperty(stable, key)
    else Reflect.defineProperty(stable, key, known)
  }
  return moved
}
