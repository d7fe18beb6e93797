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

/** `add`: once more for each time it is put there. `set`: there can be only one of that key. */
type Entry =
  | { readonly kind: 'add'; readonly list: unknown[]; readonly value: unknown }
  | { readonly kind: 'set'; readonly map: Map<unknown, unknown>; readonly key: unknown; readonly value: unknown; readonly before: { readonly value: unknown } | undefined }
  | { readonly kind: 'member'; readonly set: Set<unknown>; readonly value: unknown; readonly isNew: boolean }

/** Lists and maps that are kept under a class, and where: whatever is put into them speaks of it. */
const ofClasses = new WeakMap<object, { readonly map: Map<unknown, unknown>; readonly key: unknown }>()

interface Run { readonly module: ModuleName; readonly entries: Entry[] }

export class Decorators {
  private readonly entries = new WeakMap<VersionRecord, Entry[]>()
  private run: Run | undefined
  private isNoting = false
  private isWatching = false

  /** Calls decorators of the version. */
  during<T>(version: VersionRecord, apply: () => T): T {
    const entries = this.entries.get(version) ?? []
    this.entries.set(version, entries)
    const before = this.run
    this.watch()
    this.run = { module: version.module, entries }
    try {
      return apply()
    } finally {
      this.run = before
    }
  }

  /** The version never was current. */
  takeBack(version: VersionRecord): void {
    for (const entry of latestFirst(this.entries.get(version))) undo(entry)
  }

  /** The version is current no more. `next` is, and may have said the same. */
  replaced(version: VersionRecord | undefined, next: VersionRecord | undefined): void {
    const said = (next === undefined ? undefined : this.entries.get(next)) ?? []
    for (const entry of latestFirst(version === undefined ? undefined : this.entries.get(version))) takeBack(entry, said)
  }

  /** The version is current again. */
  putBack(version: VersionRecord): void {
    for (const entry of this.entries.get(version) ?? []) putBack(entry)
  }

  forget(version: VersionRecord): void {
    this.entries.delete(version)
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
      around(Map.prototype, 'set', (map, [key, value]) => { if (this.run !== undefined && map instanceof Map) note({ kind: 'set', map, key, value, before: held(map, key) }, map) }),
      around(Set.prototype, 'add', (set, [value]) => { if (this.run !== undefined && set instanceof Set) note({ kind: 'member', set, value, isNew: !set.has(value) }, set) }),
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
  else if (container instanceof Set) for (const value of container) entries.push({ kind: 'member', set: container, value, isNew: true })
  else for (const [inner, value] of container) {
    entries.push({ kind: 'set', map: container, key: inner, value, before: undefined })
    if (isContainer(value)) adopt(value, { map: container, key: inner }, entries)
  }
}

/** What is in a list goes before the list. */
const latestFirst = (entries: readonly Entry[] | undefined): readonly Entry[] => (entries === undefined ? [] : [...entries].reverse())

/** As if it had never been. */
function undo(entry: Entry): void {
  if (entry.kind === 'member' && !entry.isNew) return
  takeBack(entry, [])
  if (entry.kind === 'set' && entry.before !== undefined) entry.map.set(entry.key, entry.before.value)
}

function takeBack(entry: Entry, said: readonly Entry[]): void {
  switch (entry.kind) {
    case 'add': {
      const now = inPlaceOf(entry.list)
      dropFrom(entry.list, entry.value)
      if (now !== entry.list && Array.isArray(now) && isObject(entry.value)) dropFrom(now, entry.value)
      return dropIfEmpty(entry.list)
    }
    case 'set': {
      if (isContainer(entry.value)) return dropIfEmpty(entry.value)
      const isSaid = said.some((one) => one.kind === 'set' && one.map === entry.map && one.key === entry.key)
      if (!isSaid && held(entry.map, entry.key)?.value === entry.value) entry.map.delete(entry.key)
      return dropIfEmpty(entry.map)
    }
    case 'member':
      if (!said.some((one) => one.kind === 'member' && one.set === entry.set && one.value === entry.value)) entry.set.delete(entry.value)
      return dropIfEmpty(entry.set)
  }
}

/** `map.set(target, [...map.get(target), rule])`: a list that goes on with what was in the one before. */
function inPlaceOf(list: unknown[]): unknown {
  const place = ofClasses.get(list)
  return place?.map.get(place.key)
}

function dropFrom(list: unknown[], value: unknown): void {
  const index = list.indexOf(value)
  if (index >= 0) list.splice(index, 1)
}

/** Of a class; the next version may have put its own into it. */
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

const held = (map: Map<unknown, unknown>, key: unknown): { readonly value: unknown } | undefined => (map.has(key) ? { value: map.get(key) } : undefined)

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
