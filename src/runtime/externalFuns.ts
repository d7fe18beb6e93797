/**
 * External funs: a function obtained through an import has one identity for the life of the runtime and always runs current
 * code (Erlang's `fun m:f/n`). The forwarder is a closure over a slot that a load rewrites; everything a caller can see of
 * the function (name, length, kind, source text, constructability) is that of the current one.
 */
import type { ModuleName } from '../protocol/ids'
import { UndefError } from './errors'

type Fn = (this: unknown, ...args: unknown[]) => unknown
interface Slot { fn: Fn }

const AsyncFunction = Object.getPrototypeOf(async () => {})
const GeneratorFunction = Object.getPrototypeOf(function* () {})
const AsyncGeneratorFunction = Object.getPrototypeOf(async function* () {})
const PLAIN: ReadonlySet<unknown> = new Set([Function.prototype, AsyncFunction, GeneratorFunction, AsyncGeneratorFunction])
const OWN: ReadonlySet<PropertyKey> = new Set(['length', 'name', 'prototype', 'arguments', 'caller'])

/** Classes and callable objects (functions with properties of their own) keep their own identity; only plain functions are forwarded. */
export function isForwardable(value: unknown): value is Fn {
  if (typeof value !== 'function' || !PLAIN.has(Object.getPrototypeOf(value))) return false
  if (isClass(value)) return false
  return Reflect.ownKeys(value).every((key) => OWN.has(key))
}

export function isClass(value: object): boolean {
  const prototype = Object.getOwnPropertyDescriptor(value, 'prototype')
  return prototype !== undefined && prototype.writable === false
}

export const undefStub = (module: ModuleName, name: string): Fn => {
  const stub = (...args: unknown[]): never => {
    throw new UndefError(module, name, args.length)
  }
  return stub
}

export class ExternalFuns {
  private readonly slots = new Map<string, { readonly slot: Slot; readonly forwarder: Fn }>()

  constructor(private readonly module: ModuleName) {}

  /** The external fun of `name`, now running `fn`. */
  fun(name: string, fn: Fn): Fn {
    if (forwarded.has(fn)) return fn
    const known = this.slots.get(name)
    if (known !== undefined && constructs(known.forwarder) === constructs(fn)) {
      if (known.slot.fn !== fn) {
        known.slot.fn = fn
        describe(known.forwarder, fn)
      }
      return known.forwarder
    }
    const slot: Slot = { fn }
    const forwarder = constructs(fn) ? constructible(slot) : callable(slot)
    describe(forwarder, fn)
    forwarded.set(forwarder, slot)
    this.slots.set(name, { slot, forwarder })
    return forwarder
  }

  /** The external fun of `name` without pointing it at `fn`: for code that is not committed yet. */
  peek(name: string, fn: Fn): Fn {
    const known = this.slots.get(name)
    if (forwarded.has(fn)) return fn
    return known !== undefined && constructs(known.forwarder) === constructs(fn) ? known.forwarder : this.fun(name, fn)
  }

  /** Current exports no such function any more. */
  removed(name: string): void {
    const known = this.slots.get(name)
    if (known !== undefined) known.slot.fn = undefStub(this.module, name)
  }
}

/** Forwarders of all modules, so that a re-exported external fun is not wrapped again. */
const forwarded = new WeakMap<object, Slot>()

/** The function an external fun runs now; any other function is itself. */
export const resolveFun = (fn: Fn): Fn => forwarded.get(fn)?.fn ?? fn

const constructs = (fn: object): boolean => Object.hasOwn(fn, 'prototype')

function constructible(slot: Slot): Fn {
  return function forward(this: unknown, ...args: unknown[]): unknown {
    if (new.target === undefined) return slot.fn.apply(this, args)
    return Reflect.construct(slot.fn, args, Object.is(new.target, forward) ? slot.fn : new.target)
  }
}

function callable(slot: Slot): Fn {
  return { forward(this: unknown, ...args: unknown[]): unknown { return slot.fn.apply(this, args) } }.forward
}

function describe(forwarder: Fn, fn: Fn): void {
  Object.defineProperty(forwarder, 'name', { value: fn.name, configurable: true })
  Object.defineProperty(forwarder, 'length', { value: fn.length, configurable: true })
  if (constructs(forwarder)) Object.defineProperty(forwarder, 'prototype', { value: fn.prototype, writable: true })
  Object.setPrototypeOf(forwarder, Object.getPrototypeOf(fn))
}

/** `Function.prototype.toString` of an external fun shows the function it runs. */
export function showSourceOfExternalFuns(): void {
  const native = Function.prototype.toString
  const toString = { toString(this: unknown): string {
    const slot = typeof this === 'function' ? forwarded.get(this) : undefined
    return native.call(slot === undefined ? this : slot.fn)
  } }.toString
  Object.defineProperty(Function.prototype, 'toString', { value: toString, writable: true, configurable: true })
}
