/**
 * CommonJS modules of the workspace. `require` gives importers a view that always reads the exports of current, so that a
 * destructured function is an external fun and `lib.f()` reaches current, as with an import.
 */
import Module, { createRequire } from 'node:module'
import path from 'node:path'
import { inspect } from 'node:util'
import type { InspectOptions } from 'node:util'
import { isFunction, trusted } from '../../base/guards'
import type { AnyFunction } from '../../base/guards'
import { blank, sourceOf } from '../identity/callableIdentity'
import { leftovers } from '../code/leftovers'
import { isForwardable } from '../identity/externalFuns'
import { notePackage, slotOfStable } from '../identity/identity'
import { noteView } from '../identity/integrityIdentity'
import { joinMetadata } from '../identity/metadataIdentity'
import { asNode, isRequireHooked, parentNow, requireHooked } from './nodeLoader'

export interface CommonjsModule { exports: unknown; loaded: boolean; filename: string; paths: string[]; id: string }

/**
 * @param parent who requires it; `main` for the entry of the program. Node notes the new module among the parent's children.
 * @param before the version it will replace, whose place it has then
 */
export function newModule(file: string, parent: CommonjsModule | 'main' | undefined, before: CommonjsModule | undefined): CommonjsModule {
  const module: CommonjsModule = Reflect.construct(Module, [file, parent === 'main' ? null : before === undefined ? parent : undefined])
  if (before !== undefined && parent !== 'main') Reflect.set(module, 'parent', parentNow(before))
  module.filename = file
  if (parent === 'main') module.id = '.'
  module.paths = nodeModulePaths(path.dirname(file))
  return module
}

function nodeModulePaths(folder: string): string[] {
  const paths: string[] = []
  for (let at = folder; ; at = path.dirname(at)) {
    if (path.basename(at) !== 'node_modules') paths.push(path.join(at, 'node_modules'))
    if (path.dirname(at) === at) return paths
  }
}

/** Node's `require` for this module, with `load` in front of it: whatever `load` declines is Node's business. */
export function makeRequire(module: CommonjsModule, main: () => unknown, load: (specifier: string) => { readonly exports: unknown } | undefined): NodeJS.Require {
  const native = createRequire(module.filename)
  Reflect.deleteProperty(native, 'main') // the main module of now: each version would hold the one before it
  const asPackage = (exports: unknown): unknown => {
    notePackage(exports)
    joinMetadata()
    return exports
  }
  const hooked = (specifier: string): unknown => {
    let own: ReturnType<typeof load>
    const exports = requireHooked(module, specifier, () => (own = load(specifier)))
    return own === undefined ? asPackage(exports) : exports
  }
  const require = (specifier: string): unknown => {
    if (typeof specifier === 'string' && isRequireHooked()) return hooked(specifier)
    const own = typeof specifier === 'string' ? load(specifier) : undefined
    return own === undefined ? asPackage(asNode(() => native(specifier))) : own.exports
  }
  Object.defineProperty(require, 'main', { get: main, enumerable: true })
  return trusted(Object.assign(require, { resolve: native.resolve, cache: native.cache, extensions: native.extensions }), 'with `main` above these are all members of a require')
}

type Callable = (this: unknown, ...args: unknown[]) => unknown
const isCallable = (value: unknown): value is Callable => typeof value === 'function'
export const isObject = (value: unknown): value is object => (typeof value === 'object' && value !== null) || typeof value === 'function'

/**
 * The names an ES module importer can take: `default` is the view itself. TypeScript that became CommonJS (`compiled`) means its own
 * `export default`.
 */
export function commonjsExports(exports: unknown, view: unknown, compiled: boolean): Record<string, () => unknown> {
  const names: Record<string, () => unknown> = {}
  if (isObject(exports)) {
    for (const name of Object.keys(exports)) if (name !== 'default') names[name] = isComputed(exports, name) ? () => valueOrNothing(exports, name) : () => Reflect.get(exports, name)
    if (Reflect.get(exports, '__esModule') === true) names.__esModule = () => true
  }
  const interop = compiled && isObject(exports) && Reflect.get(exports, '__esModule') === true && 'default' in exports
  names.default = () => (interop ? Reflect.get(exports, 'default') : view)
  return names
}

/** What an ES module imports of a getter that throws is undefined, as in Node. */
function valueOrNothing(exports: object, name: string): unknown {
  try {
    return Reflect.get(exports, name)
  } catch {
    return undefined
  }
}

/** A getter runs when somebody reads it, and not before: it may load what is seldom wanted, or be meant for objects that inherit it. */
export const isComputed = (exports: unknown, name: string): boolean => isObject(exports) && Reflect.getOwnPropertyDescriptor(exports, name)?.get !== undefined

/** What `require` answers for an object or function like `first`: a proxy on what is exported now; functions are external funs. */
export function commonjsView(first: object, exports: () => unknown, face: (name: string, fn: AnyFunction) => AnyFunction, noteGiven: (fn: AnyFunction) => void, isGiven: (fn: AnyFunction) => boolean): object {
  const now = (): object => {
    const value = exports()
    return isObject(value) ? value : first
  }
  const give = (value: unknown): void => {
    if (isFunction(value)) noteGiven(value)
  }
  const wrap = (key: PropertyKey, value: unknown): unknown => (typeof key === 'string' && isForwardable(value) && !isGiven(value) ? face(key, value) : value)
  const read = (key: PropertyKey, value: unknown): unknown => (isFunction(value) && !Object.hasOwn(now(), key) && isInherited(key, value) ? value : wrap(key, value))
  const target: object = isCallable(first) ? blank() : Array.isArray(first) ? [] : {}
  // console.log looks past a proxy at its target.
  Object.defineProperty(target, inspect.custom, { value: (_: number, options: InspectOptions) => inspect(now(), options), configurable: true })
  const view: object = new Proxy(target, {
    get: (_, key, receiver) => read(key, receiver === view ? Reflect.get(now(), key) : Reflect.get(now(), key, receiver)),
    set(_, key, value, receiver) {
      // An object that inherits from the exports gets a property of its own.
      if (receiver !== view) return Reflect.set(now(), key, value, receiver)
      give(value)
      return Reflect.set(now(), key, value)
    },
    has: (_, key) => Reflect.has(now(), key),
    deleteProperty: (_, key) => Reflect.deleteProperty(now(), key),
    defineProperty(_, key, descriptor) {
      give(descriptor.value)
      return Reflect.defineProperty(now(), key, descriptor)
    },
    getPrototypeOf: () => Reflect.getPrototypeOf(now()),
    ownKeys: (own) => [...new Set([...Reflect.ownKeys(now()), ...Reflect.ownKeys(own).filter((key) => fixed(own, key))])],
    getOwnPropertyDescriptor: (own, key) => {
      if (fixed(own, key)) return Reflect.getOwnPropertyDescriptor(own, key)
      const descriptor = Reflect.getOwnPropertyDescriptor(now(), key)
      if (descriptor === undefined) return undefined
      if ('value' in descriptor) return { ...descriptor, value: wrap(key, descriptor.value), configurable: true }
      return { ...descriptor, configurable: true }
    },
    apply(_, self, args) {
      const owner = leftovers.running === undefined ? undefined : slotOfStable(view)?.owner
      if (owner !== undefined) leftovers.running?.(owner)
      return Reflect.apply(callableNow(now()), self, args)
    },
    construct: (_, args, newTarget) => {
      const makeForSubclass = newTarget === view ? undefined : slotOfStable(view)?.makeForSubclass
      if (makeForSubclass !== undefined && isFunction(newTarget)) return makeForSubclass(args, newTarget)
      const made: unknown = Reflect.construct(callableNow(now()), args, newTarget === view ? callableNow(now()) : newTarget)
      return isObject(made) ? made : {}
    },
  })
  noteView(view, now)
  return view
}

/** What every object has (`constructor`, `toString`) is not the module's: `exports.constructor === Object` tells a plain object. */
const isInherited = (key: PropertyKey, fn: AnyFunction): boolean => key === 'constructor' || sourceOf(fn).endsWith('{ [native code] }')

const callableNow = (value: object): Callable => {
  if (isCallable(value)) return value
  throw new TypeError('module.exports is not a function any more')
}

/** A proxy may not deny what its target cannot lose (`prototype` of a function, `length` of an array). */
const fixed = (target: object, key: PropertyKey): boolean => Reflect.getOwnPropertyDescriptor(target, key)?.configurable === false
