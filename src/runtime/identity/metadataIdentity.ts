/**
 * `reflect-metadata` keeps what decorators say in a map by object. A stable class and the class of its version are one key
 * there: what decorators said about a version goes with it, what others said about the class later stays. Chains of prototypes
 * are walked here, because a class may extend either of the two.
 */
import { isFunction } from '../../base/guards'
import type { AnyFunction } from '../../base/guards'
import { slotOf, slotOfStable } from './identity'
import type { Slot } from './identity'

const ours = new WeakSet<object>()
let heard = (_: Slot): void => {}

/** `hear` is told of every class whose metadata somebody reads. */
export function hearMetadata(hear: (of: Slot) => void): void {
  heard = hear
}

function read(target: unknown): void {
  const slot = typeof target === 'function' ? slotOf(target) : undefined
  if (slot !== undefined) heard(slot)
}

/** Puts itself around `Reflect.getMetadata` and its relatives once a package has added them. Cheap to call. */
export function joinMetadata(): void {
  const first: unknown = Reflect.get(Reflect, 'getOwnMetadata')
  if (!isFunction(first) || ours.has(first)) return
  const call = natives()
  if (call === undefined) return
  const ownHolder = (key: unknown, target: unknown, rest: readonly unknown[]): unknown => {
    read(target)
    return faces(target).find((face) => call.hasOwnMetadata(key, face, ...rest) === true)
  }
  const holder = (key: unknown, target: unknown, rest: readonly unknown[]): unknown => {
    read(target)
    return chain(target).flatMap(faces).find((face) => call.hasOwnMetadata(key, face, ...rest) === true)
  }
  const keys = (objects: readonly unknown[], rest: readonly unknown[]): unknown[] => [...new Set(objects.flatMap(faces).flatMap((face) => listOf(call.getOwnMetadataKeys(face, ...rest))))]
  replace('getOwnMetadata', (key, target, ...rest) => call.getOwnMetadata(key, ownHolder(key, target, rest) ?? target, ...rest))
  replace('hasOwnMetadata', (key, target, ...rest) => call.hasOwnMetadata(key, ownHolder(key, target, rest) ?? target, ...rest))
  replace('getMetadata', (key, target, ...rest) => call.getOwnMetadata(key, holder(key, target, rest) ?? target, ...rest))
  replace('hasMetadata', (key, target, ...rest) => call.hasOwnMetadata(key, holder(key, target, rest) ?? target, ...rest))
  replace('getOwnMetadataKeys', (target, ...rest) => (isObject(target) ? keys([target], rest) : call.getOwnMetadataKeys(target, ...rest)))
  replace('getMetadataKeys', (target, ...rest) => (isObject(target) ? keys(chain(target), rest) : call.getOwnMetadataKeys(target, ...rest)))
  replace('deleteMetadata', (key, target, ...rest) => call.deleteMetadata(key, ownHolder(key, target, rest) ?? target, ...rest))
  replace('defineMetadata', (key, value, target, ...rest) => call.defineMetadata(key, value, definedOn(target), ...rest))
  replace('metadata', (key, value) => {
    const decorate = call.metadata(key, value)
    return (target: unknown, ...rest: readonly unknown[]): unknown => (isFunction(decorate) ? Reflect.apply(decorate, undefined, [definedOn(target), ...rest]) : undefined)
  })
}

const NAMES = ['getOwnMetadata', 'hasOwnMetadata', 'getMetadata', 'hasMetadata', 'getOwnMetadataKeys', 'getMetadataKeys', 'deleteMetadata', 'defineMetadata', 'metadata'] as const
type Name = (typeof NAMES)[number]
type Call = (...args: readonly unknown[]) => unknown

function natives(): Record<Name, Call> | undefined {
  const found = new Map<string, AnyFunction>()
  for (const name of NAMES) {
    const native: unknown = Reflect.get(Reflect, name)
    if (!isFunction(native)) return undefined
    found.set(name, native)
  }
  const call = (name: Name): Call => (...args) => {
    const native = found.get(name)
    return native === undefined ? undefined : Reflect.apply(native, Reflect, args)
  }
  return {
    getOwnMetadata: call('getOwnMetadata'), hasOwnMetadata: call('hasOwnMetadata'), getMetadata: call('getMetadata'), hasMetadata: call('hasMetadata'),
    getOwnMetadataKeys: call('getOwnMetadataKeys'), getMetadataKeys: call('getMetadataKeys'), deleteMetadata: call('deleteMetadata'),
    defineMetadata: call('defineMetadata'), metadata: call('metadata'),
  }
}

function replace(name: Name, value: Call): void {
  ours.add(value)
  Object.defineProperty(value, 'name', { value: name, configurable: true })
  Object.defineProperty(Reflect, name, { value, writable: true, configurable: true })
}

const isObject = (value: unknown): value is object => (typeof value === 'object' && value !== null) || typeof value === 'function'
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** The class of the version first, then the stable one. */
function faces(target: unknown): readonly unknown[] {
  const slot = typeof target === 'function' ? slotOf(target) : undefined
  if (slot === undefined) return [target]
  return target === slot.stable ? [slot.fn, target] : [target, slot.stable]
}

/** A decorator speaks of the version that is being evaluated; whoever comes later of the class in general. */
function definedOn(target: unknown): unknown {
  const slot = typeof target === 'function' ? slotOfStable(target) : undefined
  return slot === undefined || slot.settled === slot.fn ? target : slot.fn
}

function chain(target: unknown): object[] {
  const all: object[] = []
  for (let at = isObject(target) ? target : null; at !== null; at = Object.getPrototypeOf(at)) all.push(at)
  return all
}
