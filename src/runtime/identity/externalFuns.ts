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
import { fits, forwarder, membersOf, moveMembers, OWN, point } from './forwarders'
import type { Members } from './forwarders'
import { isOfPackage, noteRaw, noteStable, rawOf, slotOfRaw, slotOfStable } from './identity'
import type { Slot } from './identity'

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

/** Every function gets a stable identity, but for those of packages, which are never loaded again. */
export function isForwardable(value: unknown): value is AnyFunction {
  return isFunction(value) && !isOfPackage(value)
}

/** No class, no proxy (it answers what nobody can see on it), and nothing to see on it but what every function has. */
function isPlain(fn: AnyFunction): boolean {
  return !isProxy(fn) && PLAIN.has(Object.getPrototypeOf(fn)) && !isClass(fn) && Reflect.ownKeys(fn).every((key) => OWN.has(key))
}

/** What a slot ran, and what was written to its closure. */
interface Before { readonly fn: AnyFunction; readonly members: Members }
const stateOf = (slot: Slot): Before => ({ fn: slot.fn, members: membersOf(slot.stable) })

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
  private overlay: { readonly staged: Identities; readonly before: Map<Slot, Before> } | undefined
  private notes: string[] = []
  /** Of the version that is current. */
  current: Identities | undefined
  /** Exports that have members of their own, or will have: what is written to what stands for them is there for their own code. */
  propertied: ReadonlySet<string> = new Set()

  constructor(readonly module: ModuleName, private readonly otherwise: UndefinedFunction) {}

  /** The external fun of `name`, now running `fn`. */
  fun(name: string, fn: AnyFunction): AnyFunction {
    if (slotOfStable(fn) !== undefined) return fn
    const slot = this.slot(name, fn, this.current)
    if (slot === undefined) return fn
    this.settle(slot, fn)
    return slot.stable
  }

  /** The external fun of `name`, which will run `fn` once what `staged` belongs to is committed. */
  stage(staged: Identities, name: string, fn: AnyFunction): AnyFunction {
    if (slotOfStable(fn) !== undefined) return fn
    const slot = this.slot(name, fn, staged)
    if (slot === undefined) return fn
    this.put(staged, slot, fn)
    return slot.stable
  }

  private put(staged: Identities, slot: Slot, fn: AnyFunction): void {
    staged.set(slot, fn)
    const { overlay } = this
    if (overlay === undefined || overlay.staged !== staged) return
    if (!overlay.before.has(slot)) overlay.before.set(slot, stateOf(slot))
    point(slot, fn)
  }

  /** What importers have for a function that a version exports as `name`: it is what they call `now`, what they will (`later`), or what they did. */
  own(staged: Identities, name: string, fn: AnyFunction, when: 'now' | 'later' | 'before'): AnyFunction {
    if (when === 'later') return this.stage(staged, name, fn)
    if (when === 'before') return this.slots.get(name)?.stable ?? fn
    const slot = this.slot(name, fn, staged)
    if (slot === undefined) return fn
    staged.set(slot, fn)
    this.settle(slot, fn)
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
  faceOf(staged: Identities, fn: AnyFunction, view: AnyFunction, now = false): void {
    if (fn === view || isOfPackage(fn)) return
    let slot = this.slots.get(WHOLE)
    if (slot?.stable !== view) this.slots.set(WHOLE, slot = { owner: this, name: WHOLE, fn, stable: view, settled: undefined, of: undefined, makeForSubclass: undefined })
    noteStable(view, slot)
    noteRaw(fn, slot)
    noticeClass(fn, slot)
    this.put(staged, slot, fn)
    if (now) this.settle(slot, fn)
  }

  /** What `module.exports` is for the top level that runs, when it is to be called. `ahead`: that has not said so yet. */
  wholeNow(ahead: boolean): AnyFunction | undefined {
    const slot = this.slots.get(WHOLE)
    return slot !== undefined && (ahead || this.overlay?.staged.has(slot) === true) ? slot.fn : undefined
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
    const isFirst = this.current === undefined
    this.current = staged
    for (const [slot, fn] of staged) {
      this.settle(slot, fn)
      if (isFirst && moveMembers(slot)) point(slot, fn)
    }
  }

  /** External funs run the functions of a draft until what this answers is called. */
  show(staged: Identities): () => void {
    if (this.overlay !== undefined) return () => {}
    const before = new Map<Slot, Before>()
    this.overlay = { staged, before }
    for (const [slot, fn] of staged) {
      before.set(slot, stateOf(slot))
      point(slot, fn)
    }
    return () => {
      this.overlay = undefined
      for (const [slot, { fn, members }] of before) {
        moveMembers(slot, members)
        point(slot, fn)
      }
    }
  }

  /** Current exports no such function any more. */
  removed(name: string): void {
    const slot = this.slots.get(name)
    if (slot === undefined) return
    if (slot.name === name) slot.fn = undefStub(this.module, name, this.otherwise)
    else this.slots.delete(name)
  }

  /** The export is no function, now: one that the same version had there goes on. */
  hasNone(name: string): void {
    const of = this.slots.get(name)?.of?.deref()
    if (of === undefined || of !== this.current) this.removed(name)
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

  /**
   * Its slot if it has one, else the one that earlier versions of `name` had, else a new one. Undefined: another function of the same
   * version has it (`export let f`), and the next version has none that would take the place of this one.
   */
  private slot(name: string, fn: AnyFunction, of: Identities | undefined): Slot | undefined {
    const own = slotOfRaw(fn)
    if (own?.owner === this) return this.alias(name, own)
    const known = this.slots.get(name)
    // `export { f as a, f as b }` was one function; when a new version makes it two, only the first name keeps it.
    const slot = known === undefined || (known.name !== name && !isLocal(name)) ? this.create(name, fn) : known
    if (slot === known && of !== undefined && slot.of?.deref() === of && slot.fn !== fn) return undefined
    if (of !== undefined) slot.of = new WeakRef(of)
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
    const slot: Slot = { owner: this, name, fn, stable: fn, settled: undefined, of: undefined, makeForSubclass: undefined }
    this.face(slot, fn)
    this.slots.set(name, slot)
    return slot
  }

  private face(slot: Slot, fn: AnyFunction): void {
    slot.stable = isPlain(fn) && !this.propertied.has(slot.name) ? forwarder(slot, fn) : stableProxy(slot)
    noteStable(slot.stable, slot)
  }
}

/** The function an external fun runs now; any other function is itself. */
export const resolveFun = (fn: AnyFunction): AnyFunction => rawOf(fn)

/** `Function.prototype.toString` of an external fun shows the function it runs. */
export function showSourceOfExternalFuns(): void {
  const toString = { toString(this: unknown): string {
    const slot = isFunction(this) ? slotOfStable(this) : undefined
    return slot === undefined ? Reflect.apply(nativeToString, this, []) : sourceOf(slot.fn)
  } }.toString
  Object.defineProperty(Function.prototype, 'toString', { value: toString, writable: true, configurable: true })
}
const nativeToString = Function.prototype.toString
