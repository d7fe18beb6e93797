/**
 * Node's own `require` (of `createRequire`, `module.require`, a package that was handed one) asks here first when it is a module
 * of the program that requires, or a package that requires a file by its path, so that a module is loaded once, whichever way it is
 * asked for; and `require.cache` shows it.
 */
import Module, { isBuiltin } from 'node:module'
import { isFunction } from '../../base/guards'
import type { CommonjsModule } from './commonjs'
import { hearNodesImports } from './nodeImports'

export type Answer = { readonly exports: unknown } | undefined

const LOAD = '_load'
const REQUIRE = 'require'
let asItIs = false
/** Node's own, before the program put something in front of them. */
let untouched: { readonly load: unknown; readonly require: unknown } | undefined
/** A `require` of ours that went through what the program put there. */
let asking: { readonly module: object; readonly specifier: string; readonly load: () => Answer } | undefined

/**
 * @param asks the module of the program for which a file (a package, or the module itself) requires, if it does.
 * @param answer undefined: it is Node's business.
 */
export function answerNodesRequire(asks: (specifier: string, file: string) => string | undefined, answer: (specifier: string, importer: string, parent: CommonjsModule | undefined) => Answer): void {
  Reflect.deleteProperty(cache, __filename) // this runtime is no module of the program
  const native: unknown = Reflect.get(Module, LOAD)
  if (!isFunction(native)) return
  const load = function (this: unknown, ...args: readonly unknown[]): unknown {
    const [specifier, parent] = args
    if (asking !== undefined && asking.module === parent && asking.specifier === specifier) {
      const { load } = asking
      asking = undefined
      const known = load()
      if (known !== undefined) return known.exports
      asItIs = true
    }
    const file = asItIs ? undefined : fileOf(parent)
    asItIs = false
    const importer = typeof specifier === 'string' && file !== undefined && !isBuiltin(specifier) ? asks(specifier, file) : undefined
    const ours = typeof specifier === 'string' && importer !== undefined ? answer(specifier, importer, parent instanceof Module ? parent : undefined) : undefined
    if (ours !== undefined) return ours.exports
    if (typeof specifier !== 'string' || !isBuiltin(specifier)) hearNodesImports()
    return Reflect.apply(native, this, args)
  }
  Reflect.set(Module, LOAD, load)
  untouched = { load, require: Reflect.get(Module.prototype, REQUIRE) }
}

/** A tracer or a mock has replaced `Module._load` or `Module.prototype.require`. */
export const isRequireHooked = (): boolean =>
  untouched !== undefined && (Reflect.get(Module, LOAD) !== untouched.load || Reflect.get(Module.prototype, REQUIRE) !== untouched.require)

/** Asks them, as in plain Node; what they pass on comes back to `load`. */
export function requireHooked(module: object, specifier: string, load: () => Answer): unknown {
  const require: unknown = Reflect.get(Module.prototype, REQUIRE)
  const before = asking
  asking = { module, specifier, load }
  try {
    return isFunction(require) ? Reflect.apply(require, module, [specifier]) : undefined
  } finally {
    asking = before
  }
}

/** Evaluates the file as Node does, whatever we know of it. */
export function loadByNode(file: string, parent: CommonjsModule | undefined): unknown {
  const load: unknown = Reflect.get(Module, LOAD)
  return isFunction(load) ? asNode(() => Reflect.apply(load, Module, [file, parent, false])) : undefined
}

/** For a `require` that has been answered already: this one call is Node's. */
export function asNode<T>(require: () => T): T {
  asItIs = true
  try {
    return require()
  } finally {
    asItIs = false
  }
}

/** It has the place of the version before it: among the children of its parent, and as the parent of its children. */
export function showInCache(module: CommonjsModule): void {
  const before: unknown = Reflect.get(cache, module.filename)
  Reflect.set(cache, module.filename, module)
  if (before instanceof Module && before !== module && module instanceof Module) takePlace(before, module)
}

/** No version knows the one before it, or all of them would stay for ever. */
function takePlace(before: Module, module: Module): void {
  const parent = parentNow(module) // it may have been loaded again together with this one
  Reflect.set(module, 'parent', parent ?? Reflect.get(module, 'parent'))
  if (parent instanceof Module) parent.children = [...parent.children.filter((child) => child !== before && child !== module), module]
  const own = module.children.filter((child) => !before.children.includes(child))
  module.children = [...before.children.filter((child) => Reflect.get(cache, child.filename) === child), ...own]
  for (const child of module.children) if (Reflect.get(child, 'parent') === before) Reflect.set(child, 'parent', module)
  before.children = []
}

/** What is there now; programs put objects of their own there. */
export const entryInCache = (file: string): unknown => Reflect.get(cache, file)

/** The module of that file as it is now. */
function nowInCache(file: string): CommonjsModule | undefined {
  const module = entryInCache(file)
  return module instanceof Module ? module : undefined
}

/** The parent of a version, or what has taken its place. */
export function parentNow(module: CommonjsModule | Module): CommonjsModule | undefined {
  const parent: unknown = Reflect.get(module, 'parent')
  return parent instanceof Module ? (nowInCache(parent.filename) ?? parent) : undefined
}

export function dropFromCache(module: CommonjsModule): void {
  if (Reflect.get(cache, module.filename) === module) Reflect.deleteProperty(cache, module.filename)
}

/** A module whose top level threw is no child of who required it. */
export function dropFromParent(module: CommonjsModule): void {
  const parent = parentNow(module)
  if (parent instanceof Module) parent.children = parent.children.filter((child) => child !== module)
}

const cache: object = Object(Reflect.get(Module, '_cache'))

function fileOf(parent: unknown): string | undefined {
  const file: unknown = typeof parent === 'object' && parent !== null ? Reflect.get(parent, 'filename') : undefined
  return typeof file === 'string' ? file : undefined
}
