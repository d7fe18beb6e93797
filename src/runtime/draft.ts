/**
 * A version on its way: instantiated and evaluated, but not committed. Importers outside its batch do not see it; members of
 * the batch see each other (staged bindings), so that what a top level captures comes from the new code.
 */
import path from 'node:path'
import type { Emitted, ImportBinding } from '../protocol/unit'
import type { ModuleName } from '../protocol/ids'
import type { FailureReason, Origin } from '../protocol/snapshot'
import { commonjsExports, commonjsView, makeRequire, newModule } from './commonjs'
import type { CommonjsModule } from './commonjs'
import { commonjsBody, esmBody } from './evaluate'
import { isForwardable } from './externalFuns'
import type { Link, Unit } from './link'
import type { Instance, ModuleRecord, ModuleTable, Table } from './moduleTable'
import type { NativeModules } from './nativeModules'
import { drivePromise, driveNow } from './steps'
import type { Steps } from './steps'
import type { Versions } from './versions'

type Getters = Record<string, () => unknown>

export interface DraftDeps {
  readonly table: ModuleTable
  readonly units: ReadonlyMap<ModuleName, Unit>
  readonly natives: NativeModules
  readonly versions: Versions
  readonly traps: Int32Array
  readonly processes: Pick<Emitted, 'trap' | 'enter' | 'leave' | 'park' | 'dead' | 'pause' | 'yielded'> & {
    /** Runs `fn` in a new process called `label`. */
    runTopLevel<T>(label: string, fn: () => T): T
  }
  /** `import.meta` of a module. */
  meta(unit: Unit, isEntry: boolean): object
  /** Resolves a specifier that was not known at compile time; its units are offered to the code server. */
  resolve(specifier: string, importer: string): Promise<Link>
  resolveNow(specifier: string, importer: string): Link
  requireModule(name: ModuleName): Steps<ModuleRecord>
  /** The program's entry, for `require.main`. */
  onInstantiated(instance: Instance): void
  readonly entry: { file: string | undefined; module: CommonjsModule | undefined }
}

/** Why a draft did not become a version. `importIndex` points into `rewritten.imports`. */
export class DraftFailed extends Error {
  constructor(readonly module: ModuleName, readonly reason: FailureReason, readonly thrown: unknown, readonly importIndex?: number) {
    super(`${module}: ${reason}`)
  }
}

export class Draft {
  committed = false
  finished = false
  private started = false
  private body: { next(): unknown } | (() => void) | undefined
  private relinkText: ((emitted: Emitted) => void) | undefined
  private emitted: Emitted | undefined
  private staged = false

  private constructor(
    readonly record: ModuleRecord,
    readonly unit: Unit,
    readonly instance: Instance,
    /** The module has no current code: importers read its bindings while it evaluates. */
    readonly first: boolean,
    private readonly batch: Map<ModuleName, Draft>,
    private readonly deps: DraftDeps,
  ) {}

  /** Creates the draft of `name` and of everything it imports that is not loaded. @throws DraftFailed */
  static instantiate(name: ModuleName, batch: Map<ModuleName, Draft>, deps: DraftDeps, how: { readonly origin: Origin; readonly reload: boolean }): Draft {
    const known = batch.get(name)
    if (known !== undefined) return known
    const unit = deps.units.get(name)
    if (unit === undefined) throw new DraftFailed(name, 'nofile', new Error(`${name} was not compiled`))
    const record = deps.table.obtain(name, unit.file)
    const commonjs = unit.rewritten.format === 'commonjs' ? newModule(unit.file, deps.entry.file === unit.file) : undefined
    const instance: Instance = {
      record: deps.versions.make(name, record.nextVersion()), unit, loadedAt: Date.now(), origin: how.origin,
      exports: {}, constants: new Set(unit.rewritten.constants), commonjs, stars: undefined,
    }
    const draft = new Draft(record, unit, instance, record.current === undefined, batch, deps)
    batch.set(name, draft)
    record.drafting = draft
    deps.onInstantiated(instance)
    draft.instantiateImports(how)
    draft.instantiateText()
    return draft
  }

  /** Runs the top level, imports first, as ES modules do. `now`: nothing may wait. `onDone`: this module is complete. @throws DraftFailed */
  *evaluate(now: boolean, onDone?: (draft: Draft) => void): Steps<void> {
    if (this.started) return
    this.started = true
    let missing = false
    for (const [index, link] of this.unit.links.entries()) {
      if (link.kind === 'module') {
        const dependency = this.batch.get(link.module)
        if (dependency !== undefined) yield* dependency.evaluate(now, onDone)
      } else if (link.kind === 'native' && this.deps.natives.get(link.target) === undefined) {
        missing = true
        yield* this.loadNative(link.target, index, now)
      }
    }
    if (missing) this.bindImports()
    // A top level that awaits may never end (a main loop); its module is current meanwhile, as there is nothing else it could be.
    if (this.first && this.unit.rewritten.async && onDone !== undefined) onDone(this)
    yield* this.run(now)
    this.finished = true
    if (onDone !== undefined) {
      yield* this.runOnLoad()
      onDone(this)
    }
  }

  /** OTP's -on_load: `export function onLoad()`; the load fails when it throws. */
  *runOnLoad(): Steps<void> {
    const onLoad = this.instance.exports.onLoad?.()
    if (typeof onLoad !== 'function') return
    try {
      const result: unknown = this.deps.processes.runTopLevel(`${this.record.name} onLoad`, () => Reflect.apply(onLoad, undefined, []))
      if (isPromise(result)) yield result
    } catch (error) {
      throw new DraftFailed(this.record.name, 'on_load_failure', error)
    }
  }

  /** After the commit importers of the batch read the real tables. */
  relink(): void {
    if (!this.staged) return
    this.staged = false
    this.bindImports()
  }

  discard(): void {
    if (this.record.drafting === this) this.record.drafting = undefined
    if (this.first) this.record.forget(this.instance)
  }

  /** What a member of the same batch sees before the commit. */
  private binding(): ImportBinding {
    const calls: Table = Object.create(null)
    const values: Table = Object.create(null)
    for (const [name, read] of Object.entries(this.instance.exports)) {
      const value = (): unknown => {
        const now = read()
        return isForwardable(now) ? this.record.funs.peek(name, now) : now
      }
      Object.defineProperty(calls, name, { get: read, enumerable: true })
      Object.defineProperty(values, name, { get: value, enumerable: true })
    }
    return { calls, values }
  }

  private instantiateImports(how: { readonly origin: Origin; readonly reload: boolean }): void {
    for (const [index, link] of this.unit.links.entries()) {
      if (link.kind === 'failed') throw new DraftFailed(this.record.name, 'link_error', codedError(link.code, link.message), index)
      if (link.kind !== 'module' || this.batch.has(link.module)) continue
      const loaded = this.deps.table.get(link.module)
      if (loaded?.current !== undefined || loaded?.drafting !== undefined) continue
      Draft.instantiate(link.module, this.batch, this.deps, how)
    }
  }

  private instantiateText(): void {
    const { unit } = this
    try {
      if (unit.rewritten.format === 'json') this.instantiateJson()
      else if (unit.rewritten.format === 'commonjs') this.instantiateCommonjs()
      else {
        this.emitted = this.makeEmitted()
        const body = esmBody(unit, this.instance.record.version)(this.emitted)
        this.body = body
        const first: unknown = body.next()
        if (isPromise(first)) first.then(undefined, () => {}) // the prologue cannot throw; evaluation reports for itself
      }
    } catch (error) {
      throw new DraftFailed(this.record.name, 'badfile', error)
    }
  }

  private instantiateJson(): void {
    const value: unknown = JSON.parse(this.unit.rewritten.code)
    this.instance.exports = { default: () => value }
    this.instance.constants = new Set(['default'])
    this.record.json = value
    this.body = () => {}
  }

  private instantiateCommonjs(): void {
    const module = this.instance.commonjs
    if (module === undefined) return
    this.emitted = this.makeEmitted()
    const body = commonjsBody(this.unit, this.instance.record.version)
    const emitted = this.emitted
    const { file } = this.unit
    if (this.deps.entry.file === file) this.deps.entry.module = module
    const require = makeRequire(file, () => this.deps.entry.module, (specifier) => this.require(specifier))
    Object.defineProperty(module, 'require', { value: require, writable: true, configurable: true })
    this.body = () => {
      Reflect.apply(body, module.exports, [module.exports, require, module, file, path.dirname(file), emitted])
      module.loaded = true
      this.instance.exports = commonjsExports(module.exports, this.view())
      this.instance.constants = new Set(Object.keys(this.instance.exports))
      if (this.first) this.record.expose(this.instance.exports)
    }
  }

  view(): unknown {
    return this.record.commonjsView ??= commonjsView(() => this.record.current?.commonjs?.exports ?? this.instance.commonjs?.exports, this.record.funs)
  }

  private require(specifier: string): { readonly exports: unknown } | undefined {
    const link = this.unit.dynamic[specifier] ?? this.deps.resolveNow(specifier, this.unit.file)
    if (link.kind === 'native') return link.target === 'codeswitch' ? { exports: this.deps.natives.get('codeswitch') } : undefined
    if (link.kind === 'failed') return undefined // Node's own require throws its own error
    const outcome = driveNow(this.deps.requireModule(link.module))
    if (outcome === undefined) throw codedError('ERR_REQUIRE_ASYNC_MODULE', `require() of ${link.module} cannot wait for its top-level await; use import()`)
    if (!outcome.ok) throw outcome.error
    const record = outcome.value
    const instance = record.current ?? record.drafting?.instance
    if (instance?.unit.rewritten.format === 'json') return { exports: record.json }
    if (instance?.commonjs === undefined) return { exports: record.values }
    // Half of a cycle: Node hands out the unfinished object itself.
    return record.current === undefined ? { exports: instance.commonjs.exports } : { exports: record.drafting?.view() ?? record.commonjsView }
  }

  private makeEmitted(): Emitted {
    const { processes, traps } = this.deps
    const { enter, leave, park, dead, pause, yielded, trap } = processes
    return {
      version: this.instance.record, traps, slot: this.instance.record.slot, imports: this.bindings(),
      meta: this.deps.meta(this.unit, this.deps.entry.file === this.unit.file),
      trap, enter, leave, park, dead, pause, yielded,
      define: (exports, relink) => this.define(exports, relink),
      import: (specifier) => this.import(String(specifier)),
    }
  }

  private define(own: Readonly<Getters>, relink: (emitted: Emitted) => void): void {
    this.relinkText = relink
    if (this.unit.rewritten.stars.length > 0) this.instance.stars = () => ({ ...this.starExports(), ...own })
    this.instance.exports = this.instance.stars?.() ?? own
    if (this.first) this.record.expose(this.instance.exports)
  }

  private starExports(): Getters {
    const names: Getters = {}
    for (const index of this.unit.rewritten.stars) {
      const link = this.unit.links[index]
      if (link === undefined) continue
      const values = link.kind === 'module' ? this.deps.table.get(link.module)?.values : link.kind === 'native' ? this.deps.natives.get(link.target) : undefined
      for (const name of Object.keys(values ?? {})) if (name !== 'default') names[name] ??= () => values?.[name]
    }
    return names
  }

  private bindings(): ImportBinding[] {
    return this.unit.links.map((link, index) => {
      if (link.kind === 'module') return this.moduleBinding(link.module, index)
      const native = link.kind === 'native' ? (this.deps.natives.get(link.target) ?? {}) : {}
      return { calls: native, values: native }
    })
  }

  private moduleBinding(module: ModuleName, index: number): ImportBinding {
    const member = this.batch.get(module)
    if (member !== undefined && !member.first && !member.committed) {
      this.staged = true
      return member === this ? this.selfBinding() : member.binding()
    }
    const record = this.deps.table.get(module)
    if (record === undefined) return { calls: {}, values: {} }
    for (const name of this.unit.rewritten.imports[index]?.names ?? []) record.expect(name)
    return record
  }

  /** A module that imports itself reads its own new bindings, which `define` announces only after the imports were bound. */
  private selfBinding(): ImportBinding {
    const own = new Proxy<Table>(Object.create(null), {
      get: (_, name) => (typeof name === 'string' ? this.instance.exports[name]?.() : undefined),
      has: (_, name) => typeof name === 'string' && name in this.instance.exports,
    })
    return { calls: own, values: own }
  }

  private bindImports(): void {
    if (this.emitted === undefined || this.relinkText === undefined) return
    this.relinkText({ ...this.emitted, imports: this.bindings() })
    if (this.instance.stars !== undefined) {
      this.instance.exports = this.instance.stars()
      if (this.first && !this.committed) this.record.expose(this.instance.exports)
    }
  }

  private *loadNative(target: string, index: number, now: boolean): Steps<void> {
    try {
      if (now) this.deps.natives.loadNow(target)
      else yield this.deps.natives.load(target)
      this.checkNames(target, index)
    } catch (error) {
      throw new DraftFailed(this.record.name, 'link_error', error, index)
    }
  }

  /** What Node's linker checks: a package that lacks an imported name fails the load, it is not `undefined` later. */
  private checkNames(target: string, index: number): void {
    const namespace = this.deps.natives.get(target)
    const record = this.unit.rewritten.imports[index]
    if (namespace === undefined || record === undefined) return
    const lacks = record.names.find((name) => name !== '*' && !(name in namespace))
    if (lacks !== undefined) throw new SyntaxError(`The requested module '${record.specifier}' does not provide an export named '${lacks}'`)
  }

  private *run(now: boolean): Steps<void> {
    const { body } = this
    if (body === undefined) return
    try {
      const result: unknown = this.deps.processes.runTopLevel(`${path.basename(this.unit.file)} (top level)`, () => (typeof body === 'function' ? body() : body.next()))
      if (!isPromise(result)) return
      if (now) throw codedError('ERR_REQUIRE_ASYNC_MODULE', `${this.record.name} has a top-level await`)
      yield result
    } catch (error) {
      if (error instanceof DraftFailed) throw error
      throw new DraftFailed(this.record.name, 'evaluation_failed', error)
    }
  }

  /** `import()`: the namespace of a module, loaded now if it never was. */
  private async import(specifier: string): Promise<unknown> {
    const link = this.unit.dynamic[specifier] ?? (await this.deps.resolve(specifier, this.unit.file))
    if (link.kind === 'failed') throw codedError(link.code, link.message)
    if (link.kind === 'native') return this.deps.natives.get(link.target) ?? (await this.deps.natives.load(link.target))
    const record = await drivePromise(this.deps.requireModule(link.module))
    return record.values
  }
}

const isPromise = (value: unknown): value is Promise<unknown> => value instanceof Promise

export function codedError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code })
}
