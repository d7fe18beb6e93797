/**
 * External funs: a function obtained through an import has one identity for the life of the runtime and always runs current
 * code (Erlang's `fun m:f/n`). The stable face of a plain function is a closure over a slot that a load rewrites, that of a
 * class or of a function with properties a proxy; everything a caller can see of it is that of the current one.
 */
import { types } from 'node:util'
import { isFunction } from '../../base/guards'
import type { AnyFunction } from '../../base/guards'
import type { ModuleName } from '../../protocol/ids'
import { sourceOf, stableProxy } from './callableIdentity'
import { adoptObjects, defineClass, isClass, newestMethod, noticeClass } from './classIdentity'
import { UndefError } from '../errors'
import { isOfPackage, noteRaw, noteStable, rawOf, slotOfRaw, slotOfStable } from './identity'
import type { Slot } from './identity'
import { leftovers } from '../code/leftovers'

/** The functions of one version, each with the slot it fills while that version is current. */
export type Identities = Map<Slot, AnyFunction>

/** A class is known by its name in the module before it is known by the name of an export. */
const LOCAL = 'class '
const WHOLE = 'module.exports'
/** Node's own: what programs see of it is changed later (kindIdentity.ts). */
const { isProxy } = types
/** Of a slot. */
export const shownName = (name: string): string => (isLocal(name) ? name.slice(LOCAL.length) : name)
const isLocal = (name: string): boolean => name.startsWith(LOCAL)

const AsyncFunction = Object.getPrototypeOf(async () => {})
const GeneratorFunction = Object.getPrototypeOf(function* () {})
const AsyncGeneratorFunction = Object.getPrototypeOf(async function* () {})
const PLAIN: ReadonlySet<unknown> = new Set([Function.prototype, AsyncFunction, GeneratorFunction, AsyncGeneratorFunction])
const OWN: ReadonlySet<PropertyKey> = new Set(['length', 'name', 'prototype', 'arguments', 'caller'])

/** Every function gets a stable identity, but for those of packages, which are never loaded again. */
export function isForwardable(value: unknown): value is AnyFunction {
  return isFunction(value) && !isOfPackage(value)
}

/** No class, no proxy (it answers what nobody can see on it), and nothing to see on it but what every function has. */
function isPlain(fn: AnyFunction): boolean {
  return !isProxy(fn) && PLAIN.has(Object.getPrototypeOf(fn)) && !isClass(fn) && Reflect.ownKeys(fn).every((key) => OWN.has(key))
}

/** What calling a function does that current code does not have; error_handler:undefined_function/3. */
export type UndefinedFunction = (module: ModuleName, name: string, args: readonly unknown[]) => unknown

export const throwUndef: UndefinedFunction = (module, name, args) => {
  throw new UndefError(module, name, args.length)
}

/** Also for `new`. */
export const undefStub = (module: ModuleName, name: string, otherwise: UndefinedFunction): AnyFunction =>
  function (...args: readonly unknown[]): unknown {
    return otherwise(module, name, args)
  }

export class ExternalFuns {
  private readonly slots = new Map<string, Slot>()
  /** What a draft put into the slots while its top level runs, and what was there before. */
  private overlay: { readonly staged: Identities; readonly before: Map<Slot, AnyFunction> } | undefined
  private notes: string[] = []

  constructor(readonly module: ModuleName, private readonly otherwise: UndefinedFunction) {}

  /** The external fun of `name`, now running `fn`. */
  fun(name: string, fn: AnyFunction): AnyFunction {
    if (slotOfStable(fn) !== undefined) return fn
    const slot = this.slot(name, fn)
    this.settle(slot, fn)
    return slot.stable
  }

  /** The external fun of `name`, which will run `fn` once what `staged` belongs to is committed. */
  stage(staged: Identities, name: string, fn: AnyFunction): AnyFunction {
    if (slotOfStable(fn) !== undefined) return fn
    const slot = this.slot(name, fn)
    staged.set(slot, fn)
    const { overlay } = this
    if (overlay !== undefined && overlay.staged === staged) {
      if (!overlay.before.has(slot)) overlay.before.set(slot, slot.fn)
      point(slot, fn)
    }
    return slot.stable
  }

  /** A class of a top level, right after its definition and before anybody can have seen it. `now`: it is current already. */
  define(staged: Identities, name: string, raw: AnyFunction, now: boolean): void {
    this.stage(staged, LOCAL + name, raw)
    const slot = slotOfRaw(raw)
    if (slot === undefined) return
    defineClass(raw, slot)
    if (now) this.settle(slot, raw)
  }

  /** `module.exports` is a function: its stable face is what `require` answers. */
  faceOf(staged: Identities, fn: AnyFunction, view: AnyFunction): void {
    if (fn === view || isOfPackage(fn)) return
    let slot = this.slots.get(WHOLE)
    if (slot?.stable !== view) this.slots.set(WHOLE, slot = { owner: this, name: WHOLE, fn, stable: view, settled: undefined, makeForSubclass: undefined })
    noteStable(view, slot)
    noteRaw(fn, slot)
    noticeClass(fn, slot)
    staged.set(slot, fn)
  }

  /** What a method that a class had `then` is `now`; undefined: it has none of that name, or its objects keep their old code. */
  methodNow(className: string, name: string, then: Identities, now: Identities): AnyFunction | undefined {
    const slot = this.slots.get(LOCAL + className)
    const before = slot === undefined ? undefined : then.get(slot)
    const after = slot === undefined ? undefined : now.get(slot)
    return before === undefined || after === undefined || before === after ? undefined : newestMethod(before, after, name)
  }

  /** These functions are current now. */
  settleAll(staged: Identities): void {
    for (const [slot, fn] of staged) this.settle(slot, fn)
  }

  /** External funs run the functions of a draft until what this answers is called. */
  show(staged: Identities): () => void {
    if (this.overlay !== undefined) return () => {}
    const before = new Map<Slot, AnyFunction>()
    this.overlay = { staged, before }
    for (const [slot, fn] of staged) {
      before.set(slot, slot.fn)
      point(slot, fn)
    }
    return () => {
      this.overlay = undefined
      for (const [slot, fn] of before) point(slot, fn)
    }
  }

  /** Current exports no such function any more. */
  removed(name: string): void {
    const slot = this.slots.get(name)
    if (slot === undefined) return
    if (slot.name === name) slot.fn = undefStub(this.module, name, this.otherwise)
    else this.slots.delete(name)
  }

  /** Everything by which importers reach functions of this module. */
  allSlots(): readonly Slot[] {
    return [...this.slots.values()]
  }

  /** What a person should know about the functions that were settled since this was asked. */
  takeNotes(): readonly string[] {
    const { notes } = this
    if (notes.length > 0) this.notes = []
    return notes
  }

  private settle(slot: Slot, fn: AnyFunction): void {
    if (slot.fn !== fn) point(slot, fn)
    if (slot.settled === fn) return
    const note = adoptObjects(slot, slot.settled)
    slot.settled = fn
    if (note !== undefined) this.notes.push(note)
  }

  /** Its slot if it has one, else the one that earlier versions of `name` had, else a new one. */
  private slot(name: string, fn: AnyFunction): Slot {
    const own = slotOfRaw(fn)
    if (own?.owner === this) return this.alias(name, own)
    const known = this.slots.get(name)
    // `export { f as a, f as b }` was one function; when a new version makes it two, only the first name keeps it.
    const slot = known === undefined || (known.name !== name && !isLocal(name)) ? this.create(name, fn) : known
    if (slot === known && !fits(slot.stable, fn)) this.face(slot, fn)
    noteRaw(fn, slot)
    noticeClass(fn, slot)
    return slot
  }

  private alias(name: string, slot: Slot): Slot {
    if (slot.name === name) return slot
    this.slots.set(name, slot)
    if (isLocal(slot.name)) slot.name = name
    return slot
  }

  private create(name: string, fn: AnyFunction): Slot {
    const slot: Slot = { owner: this, name, fn, stable: fn, settled: undefined, makeForSubclass: undefined }
    this.face(slot, fn)
    this.slots.set(name, slot)
    return slot
  }

  private face(slot: Slot, fn: AnyFunction): void {
    slot.stable = isPlain(fn) ? forwarder(slot, fn) : stableProxy(slot)
    noteStable(slot.stable, slot)
  }
}

/** The function an external fun runs now; any other function is itself. */
export const resolveFun = (fn: AnyFunction): AnyFunction => rawOf(fn)

const forwarders = new WeakSet<object>()
const constructs = (fn: object): boolean => Object.hasOwn(fn, 'prototype')

/** A proxy stands for any function, a closure for one that can be constructed if it can itself. */
const fits = (stable: AnyFunction, fn: AnyFunction): boolean => !forwarders.has(stable) || constructs(stable) || !constructs(fn)

function point(slot: Slot, fn: AnyFunction): void {
  slot.fn = fn
  if (forwarders.has(slot.stable)) describe(slot.stable, fn)
}

function forwarder(slot: Slot, fn: AnyFunction): AnyFunction {
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

function callable(slot: Slot): AnyFunction {
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

/** `Function.prototype.toString` of an external fun shows the function it runs. */
export function showSourceOfExternalFuns(): void {
  const toString = { toString(this: unknown): string {
    const slot = isFunction(this) ? slotOfStable(this) : undefined
    return slot === undefined ? Reflect.apply(nativeToString, this, []) : sourceOf(slot.fn)
  } }.toString
  Object.defineProperty(Function.prototype, 'toString', { value: toString, writable: true, configurable: true })
}
const nativeToString = Function.prototype.toString
