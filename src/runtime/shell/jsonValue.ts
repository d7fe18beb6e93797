/**
 * A value of the program as plain JSON, for `codeswitch shell --json`. Never throws, never loops.
 *
 *   pid, reference      their text (`<0.40.0>`, `#Ref<0.0.0.56>`)      undefined, NaN, Infinity    null
 *   bigint              its digits, as a string                         function, symbol            as util.inspect prints them
 *   Map                 list of [key, value]                            Set, typed array            list
 *   Error               { name, message }                               what contains itself        "[Circular]"
 *   toJSON()            is honoured (dates, buffers, URLs)               a getter that throws        "[Thrown: message]"
 */
import { inspect } from 'node:util'
import { Pid, Ref } from '../process/pid'

const deepest = 64

export const jsonValue = (value: unknown): unknown => convert(value, [])

function convert(value: unknown, above: readonly object[]): unknown {
  switch (typeof value) {
    case 'undefined':
      return null
    case 'number':
      return Number.isFinite(value) ? value : null
    case 'bigint':
      return value.toString()
    case 'function':
    case 'symbol':
      return inspect(value, { depth: 0 })
    case 'object':
      if (value === null) return null
      if (above.includes(value)) return '[Circular]'
      if (above.length >= deepest) return inspect(value, { depth: 0 })
      return attempt(() => convertObject(value, [...above, value]))
    default:
      return value
  }
}

function convertObject(value: object, above: readonly object[]): unknown {
  if (value instanceof Pid || value instanceof Ref) return value.toString()
  if (value instanceof Error) return { name: value.name, message: value.message }
  if ('toJSON' in value && typeof value.toJSON === 'function') return convert(value.toJSON(), above)
  if (value instanceof Map) return [...value].map((entry) => entry.map((part) => convert(part, above)))
  if (Array.isArray(value) || value instanceof Set) return Array.from(value, (item) => convert(item, above))
  if (ArrayBuffer.isView(value) && Symbol.iterator in value) return Array.from(items(value), (item) => convert(item, above))
  return Object.fromEntries(Object.keys(value).map((key) => [key, attempt(() => convert(Reflect.get(value, key), above))]))
}

const items = (value: object): Iterable<unknown> => (isIterable(value) ? value : [])
const isIterable = (value: object): value is Iterable<unknown> => Symbol.iterator in value

function attempt(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    return `[Thrown: ${error instanceof Error ? error.message : inspect(error)}]`
  }
}
