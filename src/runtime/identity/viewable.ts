/** Which objects a proxy can stand for. */
import { types } from 'node:util'
import { isFunction } from '../../base/guards'
import { hasPrivates } from './classIdentity'
import { rawOf } from './identity'

const known = new WeakMap<object, boolean>()

/** Not one that only its own methods can read (a Map, a Date, a Buffer, whatever has private members): those do not work on a proxy. */
export function isViewable(value: unknown): value is object {
  if (isFunction(value)) return true
  if (typeof value !== 'object' || value === null) return false
  let answer = known.get(value)
  if (answer === undefined) known.set(value, (answer = !isExotic(value) && !hasPrivateMembers(value)))
  return answer
}

const kinds = [
  types.isMap, types.isSet, types.isWeakMap, types.isWeakSet, types.isDate, types.isRegExp, types.isPromise, types.isNativeError, types.isAnyArrayBuffer,
  types.isArrayBufferView, types.isBoxedPrimitive, types.isGeneratorObject, types.isMapIterator, types.isSetIterator,
]

const isExotic = (value: object): boolean => kinds.some((is) => is(value))

function hasPrivateMembers(value: object): boolean {
  for (let at = Reflect.getPrototypeOf(value); at !== null && at !== Object.prototype; at = Reflect.getPrototypeOf(at)) {
    const owner: unknown = Reflect.getOwnPropertyDescriptor(at, 'constructor')?.value
    if (isFunction(owner) && hasPrivates(rawOf(owner))) return true
  }
  return false
}
