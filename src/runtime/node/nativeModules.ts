/** What Node itself loads, once: builtins, node_modules, and the package `codeswitch`, which is part of this runtime. */
import { createRequire, isBuiltin } from 'node:module'
import { pathToFileURL } from 'node:url'
import path from 'node:path'
import { notePackage } from '../identity/identity'
import { joinMetadata } from '../identity/metadataIdentity'
import { hearNodesImports } from './nodeImports'
import { isObject } from './commonjs'

type Namespace = Readonly<Record<string, unknown>>

export class NativeModules {
  private readonly loaded = new Map<string, Namespace>()
  private readonly required = new Map<string, Namespace>()
  private readonly require = createRequire(__filename)

  constructor(own: Namespace) {
    this.loaded.set('codeswitch', own)
  }

  get(target: string): Namespace | undefined {
    return this.loaded.get(target)
  }

  /**
   * As TypeScript that is compiled to CommonJS sees it: every name of what a CommonJS package exports, also those that Node's
   * lexer does not find or that are inherited, and the `default` of code that was an ES module itself.
   */
  asRequired(target: string): Namespace | undefined {
    const namespace = this.loaded.get(target)
    const exports: unknown = isBuiltin(target) ? namespace?.default : this.require.cache[target]?.exports
    if (namespace === undefined || isNamespace(exports) || !isObject(exports)) return namespace
    const known = this.required.get(target)
    if (known !== undefined) return known
    const made = requiredNamespace(exports)
    this.required.set(target, made)
    return made
  }

  async load(target: string): Promise<Namespace> {
    if (!isBuiltin(target)) hearNodesImports()
    const namespace: Namespace = await import(urlOf(target))
    return this.keep(target, namespace)
  }

  /** For a `require` of an ES module: Node's own `require` answers at once or throws. */
  loadNow(target: string): Namespace {
    const known = this.loaded.get(target)
    if (known !== undefined) return known
    const exports: unknown = this.require(target.startsWith('file:') ? new URL(target).pathname : target)
    const namespace: Namespace = isNamespace(exports) ? exports : { ...(typeof exports === 'object' ? exports : {}), default: exports }
    return this.keep(target, namespace)
  }

  private keep(target: string, namespace: Namespace): Namespace {
    this.loaded.set(target, namespace)
    notePackage(namespace)
    joinMetadata()
    return namespace
  }
}

const urlOf = (target: string): string => (isBuiltin(target) || !path.isAbsolute(target) ? target : pathToFileURL(target).href)

const isNamespace = (value: unknown): value is Namespace => typeof value === 'object' && value !== null && Reflect.get(value, Symbol.toStringTag) === 'Module'

/** What was an ES module is one; of anything else the members are read when they are used, as TypeScript's output does. */
function requiredNamespace(exports: object): Namespace {
  if (isCompiled(exports)) return exports
  const made: Record<string, unknown> = Object.create(Object.getPrototypeOf(exports))
  made.default = exports
  for (const name of Object.keys(exports)) {
    if (name !== 'default') Object.defineProperty(made, name, { get: () => Reflect.get(exports, name), enumerable: true })
  }
  return made
}

const isCompiled = (exports: object): exports is Namespace => Reflect.get(exports, '__esModule') === true
