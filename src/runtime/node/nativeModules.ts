/** What Node itself loads, once: builtins, node_modules, and the package `codeswitch`, which is part of this runtime. */
import { createRequire, isBuiltin } from 'node:module'
import { pathToFileURL } from 'node:url'
import path from 'node:path'
import { notePackage } from '../identity/identity'
import { joinMetadata } from '../identity/metadataIdentity'
import { hearNodesImports } from './nodeImports'

type Namespace = Readonly<Record<string, unknown>>

export class NativeModules {
  private readonly loaded = new Map<string, Namespace>()
  private readonly require = createRequire(__filename)

  constructor(own: Namespace) {
    this.loaded.set('codeswitch', own)
  }

  get(target: string): Namespace | undefined {
    return this.loaded.get(target)
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
