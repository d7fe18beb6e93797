/** Loads whole packages through the rewriter, as plainly as a loader can be: enough for code that nobody here wrote. */
import assert from 'node:assert/strict'
import { readFileSync, realpathSync } from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import { dirname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ImportBinding } from '../../../../src/protocol/unit'
import { evaluate, isFunction, Machine, rewriteOk } from './harness'

interface CommonModule {
  exports: unknown
}

interface EsModule {
  readonly namespace: Record<string, unknown>
  readonly evaluated: Promise<unknown>
}

export class PackageLoader {
  readonly machines: Machine[] = []
  private readonly scripts = new Map<string, CommonModule>()
  private readonly modules = new Map<string, EsModule>()

  require(file: string): unknown {
    const known = this.scripts.get(file)
    if (known) return known.exports
    const module: CommonModule = { exports: {} }
    this.scripts.set(file, module)
    const text = readFileSync(file, 'utf8')
    if (file.endsWith('.json')) return (module.exports = JSON.parse(text))
    const resolver = createRequire(file)
    const require = Object.assign((specifier: string) => (isBuiltin(specifier) ? resolver(specifier) : this.require(resolver.resolve(specifier))), { resolve: resolver.resolve, cache: {}, main: undefined })
    const factory = this.evaluate(text, 'commonjs').factory
    factory.call(module.exports, module.exports, require, module, file, dirname(file), this.emitted(file, []))
    return module.exports
  }

  async import(file: string): Promise<Record<string, unknown>> {
    const { namespace, evaluated } = await this.instantiate(file)
    await evaluated
    return namespace
  }

  /** Modules of a cycle see each other's tables at once, and getters once the other one is instantiated. */
  private async instantiate(file: string): Promise<EsModule> {
    const known = this.modules.get(file)
    if (known) return known
    const namespace: Record<string, unknown> = {}
    let start: () => void = () => undefined
    const started = new Promise<void>((go) => (start = go))
    const { rewritten, factory } = this.evaluate(readFileSync(file, 'utf8'), 'esm')
    const dependencies: EsModule[] = []
    let evaluate: () => unknown = () => undefined
    const evaluated = started.then(() => Promise.all(dependencies.map((dependency) => dependency.evaluated))).then(() => evaluate())
    this.modules.set(file, { namespace, evaluated })
    const bindings: ImportBinding[] = []
    for (const { specifier } of rewritten.imports) {
      const dependency = await this.dependency(file, specifier)
      dependencies.push(dependency)
      bindings.push({ calls: dependency.namespace, values: dependency.namespace, namespace: dependency.namespace })
    }
    const emitted = this.emitted(file, bindings)
    const steps = factory({ ...emitted, define: (getters: Record<string, () => unknown>) => {
      for (const [name, get] of Object.entries(getters)) Object.defineProperty(namespace, name, { get, enumerable: true, configurable: true })
    } })
    assert(isSteps(steps))
    await steps.next()
    evaluate = () => steps.next()
    for (const star of rewritten.stars) copyStar(namespace, dependencies[star]?.namespace)
    start()
    return { namespace, evaluated }
  }

  private async dependency(from: string, specifier: string): Promise<EsModule> {
    const evaluated = Promise.resolve()
    if (isBuiltin(specifier)) return { namespace: await import(specifier), evaluated }
    if (specifier.startsWith('.')) return this.instantiate(realpathSync(resolve(dirname(from), specifier)))
    const file = createRequire(from).resolve(specifier)
    const exports = this.require(file)
    const names = typeof exports === 'object' || isFunction(exports) ? exports : {}
    return { namespace: { ...names, default: exports }, evaluated }
  }

  private evaluate(text: string, format: 'esm' | 'commonjs'): { rewritten: ReturnType<typeof rewriteOk>; factory: (...args: unknown[]) => unknown } {
    const rewritten = rewriteOk(text, format)
    const factory = evaluate(rewritten)
    assert(isFunction(factory))
    return { rewritten, factory }
  }

  private emitted(file: string, bindings: readonly ImportBinding[]): ReturnType<Machine['emitted']> {
    const machine = new Machine(bindings, async (specifier) => {
      const { namespace, evaluated } = await this.dependency(file, String(specifier))
      await evaluated
      return namespace
    })
    this.machines.push(machine)
    return { ...machine.emitted(), meta: { url: pathToFileURL(file).href } }
  }
}

function isSteps(value: unknown): value is { next(): unknown } {
  return typeof value === 'object' && value !== null && 'next' in value
}

function copyStar(namespace: Record<string, unknown>, from: Record<string, unknown> | undefined): void {
  for (const name of Object.keys(from ?? {})) {
    if (name !== 'default' && !(name in namespace)) Object.defineProperty(namespace, name, { get: () => from?.[name], enumerable: true, configurable: true })
  }
}
