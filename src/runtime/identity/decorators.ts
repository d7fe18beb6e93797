/**
 * What decorators put into lists and maps of packages (rules of a field, routes of a controller, columns of an entity) speaks of a
 * class, which stays the same object from version to version. So it goes with the version that put it there: else a rule that
 * was removed would hold for ever. Seen while decorators are called, and only where a class of their module is spoken of;
 * everything else in these lists is nobody's business.
 */
import { isFunction } from '../../base/guards'
import type { AnyFunction } from '../../base/guards'
import type { ModuleName } from '../../protocol/ids'
import type { VersionRecord } from '../code/version'
import { ExternalFuns } from './externalFuns'
import { slotOf } from './identity'

type Entry =
  | { readonly kind: 'add'; readonly list: unknown[]; readonly value: unknown }
  | { readonly kind: 'set'; readonly map: Map<unknown, unknown>; readonly key: unknown; readonly value: unknown }
  | { readonly kind: 'member'; readonly set: Set<unknown>; readonly value: unknown }

/** `shown`: it is in the lists now. */
interface Told { readonly entries: Entry[]; shown: boolean }

/** A version that is being loaded, and the one it will replace. */
export interface Staged { readonly draft: VersionRecord; readonly replaced: VersionRecord | undefined }

/** Lists and maps that are kept under a class, and where: whatever is put into them speaks of it. */
const ofClasses = new WeakMap<object, { readonly map: Map<unknown, unknown>; readonly key: unknown }>()

interface Run { readonly module: ModuleName; readonly entries: Entry[] }

export class Decorators {
  private readonly told = new WeakMap<VersionRecord, Told>()
  /** Drafts of reloads. */
  private readonly staged = new WeakMap<VersionRecord, Staged>()
  /** Those whose code runs now. */
  private readonly running = new Set<VersionRecord>()
  private run: Run | undefined
  private isNoting = false
  private isWatching = false

  /** Calls decorators of the version. */
  during<T>(version: VersionRecord, apply: () => T): T {
    const staged = this.staged.get(version)
    if (staged !== undefined && !this.running.has(version)) return this.stage([staged], () => this.during(version, apply)) // behind an `await`
    const told = this.told.get(version) ?? { entries: [], shown: true }
    this.told.set(version, told)
    const before = this.run
    this.watch()
    this.run = { module: version.module, entries: told.entries }
    try {
      return apply()
    } finally {
      this.run = before
    }
  }

  /** Runs code of a reload: it finds what its batch says, and not what that replaces. Everybody else does so from the commit on. */
  stage<T>(batch: readonly Staged[], run: () => T): T {
    const others = batch.filter(({ draft }) => !this.running.has(draft))
    for (const one of others) {
      this.staged.set(one.draft, one)
      this.running.add(one.draft)
      this.hide(one.replaced)
      this.show(one.draft)
    }
    try {
      return run()
    } finally {
      for (const { draft, replaced } of others) {
        this.running.delete(draft)
        this.hide(draft)
        this.show(replaced)
      }
    }
  }

  /** `next` is current instead of `version`. */
  replaced(version: VersionRecord | undefined, next: VersionRecord | undefined): void {
    this.hide(version)
    this.show(next)
    if (next !== undefined) this.staged.delete(next)
  }

  forget(version: VersionRecord): void {
    this.told.delete(version)
  }

  private hide(version: VersionRecord | undefined): void {
    const told = version === undefined ? undefined : this.told.get(version)
    if (told === undefined || !told.shown) return
    told.shown = false
    // What is in a list goes before the list.
    for (const entry of [...told.entries].reverse()) takeBack(entry)
  }

  private show(version: VersionRecord | undefined): void {
    const told = version === undefined ? undefined : this.told.get(version)
    if (told === undefined || told.shown) return
    told.shown = true
    for (const entry of told.entries) putBack(entry)
  }

  /** Stands around Node's own until the job that runs now is over: a thousand decorators are one change of `Array.prototype`. */
  private watch(): void {
    if (this.isWatching) return
    this.isWatching = true
    const note = (entry: Entry, container: object): void => this.note(entry, container)
    const added = (list: unknown, values: readonly unknown[]): void => {
      if (this.run !== undefined && Array.isArray(list)) for (const value of values) note({ kind: 'add', list, value }, list)
    }
    const restore = [
      around(Array.prototype, 'push', added),
      around(Array.prototype, 'unshift', added),
      around(Map.prototype, 'set', (map, [key, value]) => { if (this.run !== undefined && map instanceof Map) note({ kind: 'set', map, key, value }, map) }),
      around(Set.prototype, 'add', (set, [value]) => { if (this.run !== undefined && set instanceof Set) note({ kind: 'member', set, value }, set) }),
    ]
    queueMicrotask(() => {
      this.isWatching = false
      for (const one of restore) one()
    })
  }

  private note(entry: Entry, container: object): void {
    const { run } = this
    if (run === undefined || this.isNoting) return
    this.isNoting = true
    try {
      const isOfClass = ofClasses.has(container)
      const isKey = entry.kind === 'set' && isOf(run.module, entry.key)
      if (!isOfClass && !isKey && !speaksOf(run.module, entry.value)) return
      run.entries.push(entry)
      if (entry.kind === 'set' && (isOfClass || isKey) && isContainer(entry.value)) adopt(entry.value, entry, run.entries)
    } finally {
      this.isNoting = false
    }
  }
}

/** `map.set(target, [rule])`: the list stays, what is in it goes. */
function adopt(container: Container, { map, key }: { readonly map: Map<unknown, unknown>; readonly key: unknown }, entries: Entry[]): void {
  if (ofClasses.has(container)) return
  ofClasses.set(container, { map, key })
  if (Array.isArray(container)) for (const value of container) entries.push({ kind: 'add', list: container, value })
  else if (container instanceof Set) for (const value of container) entries.push({ kind: 'member', set: container, value })
  else for (const [inner, value] of container) {
    entries.push({ kind: 'set', map: container, key: inner, value })
    if (isContainer(value)) adopt(value, { map: container, key: inner }, entries)
  }
}

function takeBack(entry: Entry): void {
  switch (entry.kind) {
    case 'add': {
      const index = entry.list.lastIndexOf(entry.value)
      if (index >= 0) entry.list.splice(index, 1)
      return dropIfEmpty(entry.list)
    }
    case 'set':
      if (isContainer(entry.value)) return dropIfEmpty(entry.value)
      if (entry.map.get(entry.key) === entry.value) entry.map.delete(entry.key)
      return dropIfEmpty(entry.map)
    case 'member':
      entry.set.delete(entry.value)
      return dropIfEmpty(entry.set)
  }
}

/** Of a class. Somebody else may have put something into it. */
function dropIfEmpty(container: Container): void {
  const place = ofClasses.get(container)
  if (place === undefined || sizeOf(container) > 0 || place.map.get(place.key) !== container) return
  place.map.delete(place.key)
  dropIfEmpty(place.map)
}

function putBack(entry: Entry): void {
  switch (entry.kind) {
    case 'add':
      entry.list.push(entry.value)
      return
    case 'set':
      entry.map.set(entry.key, entry.value)
      return
    case 'member':
      entry.set.add(entry.value)
  }
}

/** A class of the module, or its prototype. */
function isOf(module: ModuleName, value: unknown): boolean {
  if (!isObject(value)) return false
  const known: unknown = isFunction(value) ? value : Object.getOwnPropertyDescriptor(value, 'constructor')?.value
  const owner = isFunction(known) ? slotOf(known)?.owner : undefined
  return owner instanceof ExternalFuns && owner.module === module
}

/** The class itself, or a record that names it: `{ target, propertyName }`. */
function speaksOf(module: ModuleName, value: unknown): boolean {
  if (isOf(module, value)) return true
  if (!isObject(value) || isFunction(value)) return false
  return Object.keys(value).some((key) => isOf(module, Object.getOwnPropertyDescriptor(value, key)?.value))
}

const sizeOf = (container: Container): number => (Array.isArray(container) ? container.length : container.size)
type Container = unknown[] | Map<unknown, unknown> | Set<unknown>
const isContainer = (value: unknown): value is Container => Array.isArray(value) || value instanceof Map || value instanceof Set
const isObject = (value: unknown): value is object => (typeof value === 'object' && value !== null) || isFunction(value)

/** @returns what puts the native one back, unless somebody else has put his own there meanwhile. */
function around(prototype: object, name: string, first: (self: unknown, args: readonly unknown[]) => void): () => void {
  const property = Object.getOwnPropertyDescriptor(prototype, name)
  const native: unknown = property?.value
  if (property === undefined || !isFunction(native)) return () => {}
  const value = forwarding(native, first)
  Object.defineProperty(value, 'name', { value: name, configurable: true })
  Object.defineProperty(value, 'length', { value: native.length, configurable: true })
  Object.defineProperty(prototype, name, { ...property, value })
  return () => {
    if (Object.getOwnPropertyDescriptor(prototype, name)?.value === value) Object.defineProperty(prototype, name, property)
  }
}

const forwarding = (native: AnyFunction, first: (self: unknown, args: readonly unknown[]) => void): AnyFunction => ({
  forward(this: unknown, ...args: readonly unknown[]): unknown {
    first(this, args)
    return Reflect.apply(native, this, args)
  },
}).forward
