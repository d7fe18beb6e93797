/**
 * Objects made by an older version of a class: the older prototype gives up its own methods and points at the newest one, so
 * that they get new methods and accessors and are `instanceof` both. Where private members would not be found in them they
 * keep their old code, and the load's report says so.
 */
import { types } from 'node:util'
import { isFunction } from '../../base/guards'
import type { AnyFunction } from '../../base/guards'
import { sourceOf } from './callableIdentity'
import { isOfManyVersions, makesForSubclasses } from './classVersions'
import { slotOf } from './identity'
import type { Slot } from './identity'

interface Saved { readonly parent: object | null; readonly own: PropertyDescriptorMap }
interface Keys { readonly statics: readonly PropertyKey[]; readonly members: readonly PropertyKey[] }

/** Classes whose text is a module's own; others (made by a package) are left as their makers want them. */
const classes = new WeakSet<object>()
/** Which version of a class a prototype is of. */
const makers = new WeakMap<object, AnyFunction>()
/** What a prototype was before it gave up its methods: rolling back gives them back. */
const emptied = new WeakMap<object, Saved>()
const keysAtCommit = new WeakMap<object, Keys>()
/** Prototypes of older versions that follow the newest one. */
const followers = new WeakMap<Slot, WeakRef<object>[]>()
/** Prototypes of older versions that keep their old code. */
const apart = new WeakMap<object, Slot>()

/** Node's own: what programs see of it is changed later (kindIdentity.ts). */
const { isGeneratorFunction } = types

export const isClass = (value: object): boolean => Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false

/** Right after its definition: everybody sees the stable class as the constructor of its objects. */
export function defineClass(raw: AnyFunction, slot: Slot): void {
  classes.add(raw)
  const prototype = prototypeOf(raw)
  if (prototype === undefined) return
  nameConstructor(raw, prototype, slot)
  makers.set(prototype, raw)
  if (slot.settled !== undefined && whoHides(slot.settled, raw) !== undefined) makesForSubclasses(slot)
}

function nameConstructor(raw: AnyFunction, prototype: object, slot: Slot): void {
  const own = Object.getOwnPropertyDescriptor(prototype, 'constructor')
  if (own?.value === raw) Reflect.defineProperty(prototype, 'constructor', { ...own, value: slot.stable })
}

/** Every function of the program's own text starts with its check; a class that a package made has none. */
const OWN_TEXT = /\$\$\d*_s\[\$\$\d*_k\]/

/** A class that no declaration announced (`exports.C = class { … }`, `mixin(Base)`): known when it is exported. */
export function noticeClass(raw: AnyFunction, slot: Slot): void {
  const prototype = classes.has(raw) ? undefined : prototypeOf(raw)
  if (prototype === undefined || !OWN_TEXT.test(sourceOf(raw))) return
  if (isClass(raw)) defineClass(raw, slot)
  else nameConstructor(raw, prototype, slot) // what `new` makes of any function says who made it
}

/** `function Shape() {}` whose prototype was given members or a parent: known when its top level has run. */
function noticeConstructor(raw: AnyFunction, slot: Slot): void {
  if (classes.has(raw) || isClass(raw) || isGeneratorFunction(raw)) return
  const prototype = prototypeOf(raw)
  if (prototype === undefined) return
  const isUsed = Reflect.getPrototypeOf(prototype) !== Object.prototype || Reflect.ownKeys(prototype).some((key) => key !== 'constructor')
  if (isUsed && OWN_TEXT.test(sourceOf(raw))) defineClass(raw, slot)
}

/** `slot` was `before` and now is `slot.fn`. Answers what a person should know. Cannot fail. */
export function adoptObjects(slot: Slot, before: AnyFunction | undefined): string | undefined {
  const now = slot.fn
  if (before !== undefined) noticeConstructor(before, slot)
  noticeConstructor(now, slot)
  if (!classes.has(now)) return undefined
  giveBack(now)
  // Before it is given what others added to the versions before it: that goes on to the next one as well.
  if (!keysAtCommit.has(now)) keysAtCommit.set(now, { statics: Reflect.ownKeys(now), members: Reflect.ownKeys(prototypeOf(now) ?? {}) })
  return before === undefined || before === now || !classes.has(before) ? undefined : follow(slot, before, now)
}

function follow(slot: Slot, before: AnyFunction, now: AnyFunction): string | undefined {
  const older = prototypeOf(before)
  const newest = prototypeOf(now)
  if (older === undefined || newest === undefined) return undefined
  const keys = keysAtCommit.get(before)
  carry(before, now, keys?.statics)
  carry(older, newest, keys?.members)
  const hides = whoHides(before, now)
  if (hides === undefined && link(slot, before, older, newest)) return undefined
  apart.set(older, slot)
  makesForSubclasses(slot)
  recognizeOlder(now, slot)
  const kept = `objects of class ${now.name} made before keep their old code`
  return hides === undefined ? kept : `${kept}: ${hides === 'itself' ? 'it' : 'a class it extends'} has private members`
}

/** Where private members are that one of the two has and objects of the other do not. What both extend, both can read. */
function whoHides(before: AnyFunction, now: AnyFunction): 'itself' | 'what it extends' | undefined {
  if (hasPrivates(before) || hasPrivates(now)) return 'itself'
  const older = parentsOf(before)
  const newer = parentsOf(now)
  const differ = [...older.filter((at) => !newer.includes(at)), ...newer.filter((at) => !older.includes(at))]
  return differ.some(hidesMembers) ? 'what it extends' : undefined
}

function parentsOf(raw: AnyFunction): readonly object[] {
  const parents: object[] = []
  for (let at = Reflect.getPrototypeOf(prototypeOf(raw) ?? Object.prototype); at !== null && at !== Object.prototype; at = Reflect.getPrototypeOf(at)) parents.push(at)
  return parents
}

function hidesMembers(prototype: object): boolean {
  if (isOfManyVersions(prototype)) return true
  const maker: unknown = makers.get(prototype) ?? Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value
  return isFunction(maker) && hasPrivates(maker)
}

function link(slot: Slot, before: AnyFunction, older: object, newest: object): boolean {
  const saved: Saved = { parent: Reflect.getPrototypeOf(older), own: Object.getOwnPropertyDescriptors(older) }
  if (!Reflect.setPrototypeOf(older, newest)) return false
  emptied.set(before, saved)
  for (const key of Reflect.ownKeys(older)) Reflect.deleteProperty(older, key)
  const all = (followers.get(slot) ?? []).filter((ref) => ref.deref() !== undefined && ref.deref() !== newest)
  for (const ref of all) Reflect.setPrototypeOf(ref.deref() ?? {}, newest)
  if (!all.some((ref) => ref.deref() === older)) all.push(new WeakRef(older))
  followers.set(slot, all)
  return true
}

/** For a method of `before` that somebody kept. Objects that keep their old code keep it in this way as well. */
export function newestMethod(before: AnyFunction, now: AnyFunction, name: string): AnyFunction | undefined {
  const older = prototypeOf(before)
  if (older === undefined || apart.has(older)) return undefined
  const method: unknown = Object.getOwnPropertyDescriptor(prototypeOf(now) ?? {}, name)?.value
  return isFunction(method) ? method : undefined
}

/** The class is current again after a rollback. */
function giveBack(raw: AnyFunction): void {
  const saved = emptied.get(raw)
  const prototype = prototypeOf(raw)
  if (saved === undefined || prototype === undefined) return
  emptied.delete(raw)
  Reflect.setPrototypeOf(prototype, saved.parent)
  for (const key of Reflect.ownKeys(saved.own)) {
    const descriptor = Object.getOwnPropertyDescriptor(saved.own, key)?.value
    if (descriptor !== undefined) Reflect.defineProperty(prototype, key, descriptor)
  }
}

/** What others added at run time (a registry, a mixin) and the new version does not define stays. */
function carry(from: object, to: object, before: readonly PropertyKey[] | undefined): void {
  if (before === undefined) return
  const known = new Set(before)
  for (const key of Reflect.ownKeys(from)) {
    if (known.has(key) || Object.hasOwn(to, key)) continue
    const descriptor = Object.getOwnPropertyDescriptor(from, key)
    if (descriptor !== undefined) Reflect.defineProperty(to, key, descriptor)
  }
}

function prototypeOf(raw: AnyFunction): object | undefined {
  const prototype: unknown = Object.getOwnPropertyDescriptor(raw, 'prototype')?.value
  return typeof prototype === 'object' && prototype !== null ? prototype : undefined
}

const ordinary = Function.prototype[Symbol.hasInstance]

function recognizeOlder(raw: AnyFunction, slot: Slot): void {
  if (Object.hasOwn(raw, Symbol.hasInstance)) return
  const hasInstance = function (this: unknown, value: unknown): boolean {
    if (Reflect.apply(ordinary, this, [value])) return true
    return typeof this === 'function' && slotOf(this) === slot && isOlder(value, slot)
  }
  Object.defineProperty(raw, Symbol.hasInstance, { value: hasInstance, configurable: true })
}

function isOlder(value: unknown, slot: Slot): boolean {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  for (let at = Reflect.getPrototypeOf(value); at !== null; at = Reflect.getPrototypeOf(at)) if (apart.get(at) === slot) return true
  return false
}

const NO_CODE = /\/\*[^]*?\*\/|\/\/.*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g
const PRIVATE = /(\bstatic\s+(?:async\s+)?(?:\*\s*)?(?:get\s+|set\s+)?)?#([\p{ID_Start}$_][\p{ID_Continue}$]*)/gu

/** What compilers make of private members of objects: esbuild (where decorators are) and Babel, TypeScript for older targets. */
const COMPILED_PRIVATE = /\b_*(?:privateAdd|classPrivate\w+InitSpec)\(this\b|\b_\w+\.(?:set|add)\(this\b[^]*\b__classPrivateField/
const withPrivates = new WeakMap<object, boolean>()

export function hasPrivates(raw: AnyFunction): boolean {
  let answer = withPrivates.get(raw)
  if (answer === undefined) withPrivates.set(raw, (answer = readPrivates(sourceOf(raw).replace(NO_CODE, '""'))))
  return answer
}

/** Some object of the class may have `#x`; static ones belong to the class alone. When in doubt, yes. */
function readPrivates(text: string): boolean {
  const statics = new Set<string>()
  const used = new Set<string>()
  for (const [, isStatic, name] of text.matchAll(PRIVATE)) (isStatic === undefined ? used : statics).add(name ?? '')
  return COMPILED_PRIVATE.test(text) || [...used].some((name) => !statics.has(name))
}
