/**
 * Module namespace objects: sorted names, the tag, nothing can be written. They are proxies on the table a load rewrites, so
 * that whoever holds one sees what current exports. Two things cannot be as in Node, because a later version may export other
 * names: such an object is extensible, and its properties are configurable.
 */
import { inspect } from 'node:util'
import type { InspectOptions } from 'node:util'

type Values = Readonly<Record<string, unknown>>

/** @param esModule what `require` answers for an ES module with a default export has `__esModule` (as in Node). */
export function namespaceOf(values: Values, esModule = false): object {
  const read = (key: string | symbol): unknown => {
    if (key === Symbol.toStringTag) return 'Module'
    return esModule && key === '__esModule' ? true : typeof key === 'string' ? values[key] : undefined
  }
  const names = (): string[] => [...Object.keys(values), ...(esModule ? ['__esModule'] : [])].sort()
  const has = (key: string | symbol): boolean => key === Symbol.toStringTag || (typeof key === 'string' && (key in values || (esModule && key === '__esModule')))
  const target: object = Object.create(null)
  // console.log looks past a proxy at its target.
  Object.defineProperty(target, inspect.custom, { value: (_: number, options: InspectOptions) => shown(names(), read, options), configurable: true })
  return new Proxy(target, {
    get: (_, key) => read(key),
    has: (_, key) => has(key),
    ownKeys: () => [...names(), Symbol.toStringTag],
    getOwnPropertyDescriptor(_, key) {
      if (!has(key)) return undefined
      const name = key !== Symbol.toStringTag
      return { value: read(key), writable: name, enumerable: name, configurable: true }
    },
    set: () => false,
    deleteProperty: (_, key) => !has(key),
    defineProperty: () => false,
    setPrototypeOf: (_, prototype) => prototype === null,
    preventExtensions: () => false,
  })
}

function shown(names: readonly string[], read: (name: string) => unknown, options: InspectOptions): string {
  const copy: Record<string, unknown> = Object.create(null)
  for (const name of names) copy[name] = valueOrHole(name, read)
  return inspect(copy, options).replace('[Object: null prototype]', '[Module: null prototype]')
}

function valueOrHole(name: string, read: (name: string) => unknown): unknown {
  try {
    return read(name)
  } catch {
    return { [inspect.custom]: () => '<uninitialized>' }
  }
}
