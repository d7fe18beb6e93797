/** Whether an object of a module still has what a top level gave it, so that running that again gives it twice. */
import { EventEmitter } from 'node:events'
import { types } from 'node:util'
import { isFunction } from '../../base/guards'
import { slotOf } from '../identity/identity'
import type { ExportedObject, HeldBy } from '../link'
import type { ModuleTable } from './moduleTable'

/** No export is called so: a variable that a function answers. */
const ANSWERED = '?'
/** What has more is data. */
const MOST_MEMBERS = 200
/** Listeners that a top level added are removed when it is loaded again, also those added on the way through such a method. */
const LISTENING: ReadonlySet<string> = new Set(['on', 'once', 'addListener', 'prependListener', 'prependOnceListener', 'off', 'removeListener', 'addEventListener', 'removeEventListener', 'subscribe'])

export function isHeld(table: Pick<ModuleTable, 'get'>, { module, name, members, method, values }: HeldBy): boolean {
  const object = members.reduce((at, member) => read(at, member), exported(table, module, name))
  if (!isObject(object)) return false // `bus.channel('x').tap(run)`: the method is that of what `bus` answered
  if (LISTENING.has(method) && (object instanceof EventEmitter || object instanceof EventTarget)) return false
  // What is set under a key takes the place of what was there.
  if (types.isMap(object) || types.isWeakMap(object)) return false
  // Functions that a module exports side by side: the text tells what these keep.
  if (name === '=' && members.length === 0 && Object.getPrototypeOf(object) === Object.prototype && Object.hasOwn(object, method)) return false
  return values.length === 0 || values.some((value) => isCode(exported(table, value.module, value.name)))
}

/** Where modules export these objects, or else an object that has one as a member. A save waits for it. */
export function exportersOf(table: Pick<ModuleTable, 'get' | 'all'>, objects: Iterable<object>): (object: object) => readonly ExportedObject[] {
  const itself = new Map<object, ExportedObject[]>()
  for (const object of objects) itself.set(faceOf(object), [])
  const within = new Map<object, ExportedObject[]>([...itself.keys()].map((face) => [face, []]))
  if (itself.size === 0) return () => []
  for (const { name: module, current, values } of table.all()) {
    if (current === undefined) continue
    for (const name of [...(current.commonjs === undefined ? [] : ['=']), ...Object.keys(values), ...Object.keys(current.answers).map((variable) => ANSWERED + variable)]) {
      const value = exported(table, module, name)
      if (!isObject(value)) continue
      itself.get(faceOf(value))?.push({ module, name, members: [] })
      eachMember(value, (member, held) => within.get(faceOf(held))?.push({ module, name, members: [member] }))
    }
  }
  const first = (object: object): ExportedObject[] => itself.get(faceOf(object)) ?? []
  return (object) => (first(object).length > 0 ? first(object) : within.get(faceOf(object)) ?? [])
}

/** Whichever version of a function it is, and whichever way it was obtained. */
const faceOf = (object: object): object => slotOf(object)?.stable ?? object

/** Static ones of a class as well. No getter is called. */
function eachMember(holder: object, visit: (member: string, held: object) => void): void {
  if (Array.isArray(holder) || types.isProxy(holder)) return
  const members = Object.keys(holder)
  if (members.length > MOST_MEMBERS) return
  for (const member of members) {
    const value: unknown = Object.getOwnPropertyDescriptor(holder, member)?.value
    if (isObject(value)) visit(member, value)
  }
}

function exported(table: Pick<ModuleTable, 'get'>, module: HeldBy['module'], name: string): unknown {
  const record = table.get(module)
  if (name.startsWith(ANSWERED)) return attempt(() => record?.current?.answers[name.slice(ANSWERED.length)]?.())
  return name === '=' ? record?.current?.commonjs?.exports : name === '*' ? record?.values : read(record?.values, name)
}

/** A function, an object that has one, or one of a class. */
function isCode(value: unknown): boolean {
  if (isFunction(value)) return true
  if (!isObject(value) || types.isDate(value) || types.isRegExp(value) || types.isMap(value) || types.isSet(value) || types.isPromise(value)) return false
  if (Array.isArray(value)) return value.some((one) => isFunction(one) || (isObject(one) && !Array.isArray(one) && isCode(one)))
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype !== Object.prototype && prototype !== null ? true : Object.values(Object.getOwnPropertyDescriptors(value)).some((property) => isFunction(property.value))
}

const read = (object: unknown, key: string): unknown => attempt(() => (isObject(object) ? Reflect.get(object, key) : undefined))

function attempt(get: () => unknown): unknown {
  try {
    return get()
  } catch {
    return undefined // a binding without a value, or a getter that throws
  }
}

const isObject = (value: unknown): value is object => (typeof value === 'object' && value !== null) || isFunction(value)
