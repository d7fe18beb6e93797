/** What `import.meta.hot` of all modules was told, and when it is called. The commit itself cannot fail: what a callback throws is logged. */
import { isFunction } from '../../base/guards'
import type { AnyFunction } from '../../base/guards'
import type { ModuleName } from '../../protocol/ids'
import type { VersionRecord } from '../code/version'
import type { HotUpdate } from './hotContext'
import { draftData } from './draftData'
import type { DraftData } from './draftData'

export interface HotDeps {
  /** The module that a specifier in this one leads to, if it is one that can be reloaded. */
  resolve(specifier: string, importer: VersionRecord): ModuleName | undefined
  namespace(module: ModuleName): object | undefined
  /** What a version cleans up with is its own function, also when it is exported, which always runs current. */
  own(version: VersionRecord, fn: AnyFunction): AnyFunction
  /** Loads the importers of this module again. */
  reloadImporters(module: ModuleName): void
  /** Runs a callback as a process of its own. */
  run(label: string, callback: () => unknown): unknown
  log(message: string): void
}

interface Accepted { readonly modules: readonly (ModuleName | undefined)[]; readonly callback: AnyFunction; readonly several: boolean }

export class HotModules {
  private readonly versions = new Map<VersionRecord, HotVersion>()
  private readonly current = new Map<ModuleName, VersionRecord>()
  private readonly data = new Map<ModuleName, object>()

  constructor(readonly deps: HotDeps) {}

  /** `import.meta.hot` of this version. */
  contextOf(version: VersionRecord): HotVersion {
    let known = this.versions.get(version)
    if (known === undefined) this.versions.set(version, (known = new HotVersion(version, this)))
    return known
  }

  dataOf(module: ModuleName): object {
    let data = this.data.get(module)
    if (data === undefined) this.data.set(module, (data = {}))
    return data
  }

  /** A new top level reads `hot.data`. */
  beforeRead(by: VersionRecord): void {
    const replaced = this.current.get(by.module)
    if (replaced !== undefined && replaced !== by) this.dispose(replaced)
  }

  /** These are current now; nothing of what they replaced has been released yet. */
  beginUpdate(versions: readonly VersionRecord[]): void {
    const updates = versions.filter((version) => this.current.has(version.module))
    if (updates.length > 0) this.emit('vite:beforeUpdate', updateOf(updates))
    for (const version of versions) this.versions.get(version)?.settle()
  }

  /** @returns what is in `hot.data`: it is not to be released. */
  dispose(replaced: VersionRecord): ReadonlySet<unknown> {
    const hot = this.versions.get(replaced)
    const data = this.dataOf(replaced.module)
    if (hot !== undefined) this.callAll(`dispose of ${replaced.module}`, hot.toDispose(), [data])
    return new Set(Object.values(data))
  }

  endUpdate(versions: readonly VersionRecord[]): void {
    const updates = versions.filter((version) => this.current.has(version.module))
    for (const version of versions) {
      const replaced = this.current.get(version.module)
      this.current.set(version.module, version)
      const hot = replaced === undefined || replaced === version ? undefined : this.versions.get(replaced)
      if (hot !== undefined) this.callAll(`accept of ${version.module}`, hot.selfAccepted, [this.deps.namespace(version.module)])
    }
    if (updates.length === 0) return
    const updated = new Set(updates.map((version) => version.module))
    for (const version of this.versions.keys()) if (this.current.get(version.module) === version) this.tellImporter(version, updated)
    this.emit('vite:afterUpdate', updateOf(updates))
  }

  private tellImporter(importer: VersionRecord, updated: ReadonlySet<ModuleName>): void {
    for (const { modules, callback, several } of this.versions.get(importer)?.accepted ?? []) {
      const namespaces = modules.map((module) => (module !== undefined && updated.has(module) ? this.deps.namespace(module) : undefined))
      if (namespaces.every((one) => one === undefined)) continue
      this.callAll(`accept of ${importer.module}`, [callback], [several ? namespaces : namespaces[0]])
    }
  }

  deleted(module: ModuleName): void {
    const version = this.current.get(module)
    this.current.delete(module)
    if (version === undefined) return
    this.emit('vite:beforePrune', { type: 'prune', paths: [module] })
    this.dispose(version)
    this.callAll(`prune of ${module}`, this.versions.get(version)?.pruners ?? [], [this.dataOf(module)])
  }

  /** The version fails to load: it cleans up after itself, and the one that runs on is as it was before. */
  discard(version: VersionRecord): void {
    const hot = this.versions.get(version)
    if (hot === undefined) return
    hot.discard()
    this.callAll(`dispose of ${version.module}, which failed to load,`, hot.toDispose(), [hot.data])
    const runsOn = this.current.get(version.module)
    if (runsOn !== undefined) this.versions.get(runsOn)?.disposeAgain()
  }

  /** The version failed to load, or was purged. */
  gone(version: VersionRecord): void {
    this.versions.delete(version)
  }

  emit(event: string, payload: unknown): void {
    for (const [version, hot] of this.versions) {
      const heard = this.current.get(version.module) === version || version.state === 'loading'
      if (heard) this.callAll(`'${event}' of ${version.module}`, hot.listeners.get(event) ?? [], [payload])
    }
  }

  /** The state a module keeps on purpose: no hint is needed. */
  keepsState(module: ModuleName): boolean {
    return Object.keys(this.data.get(module) ?? {}).length > 0
  }

  private callAll(label: string, callbacks: Iterable<AnyFunction>, args: readonly unknown[]): void {
    const failed = (error: unknown): void => this.deps.log(`${label} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    for (const callback of [...callbacks]) {
      try {
        const result = this.deps.run(label, () => Reflect.apply(callback, undefined, args))
        if (result instanceof Promise) result.catch(failed)
      } catch (error) {
        failed(error)
      }
    }
  }
}

/** The object itself. Its methods take what JavaScript programs give them. */
export class HotVersion {
  private readonly disposers: AnyFunction[] = []
  /** How many of them the load under way has called. */
  private disposed = 0
  readonly pruners: AnyFunction[] = []
  readonly selfAccepted: AnyFunction[] = []
  readonly accepted: Accepted[] = []
  readonly listeners = new Map<string, Set<AnyFunction>>()
  private draft: DraftData | undefined
  /** What a version that failed to load leaves is for nobody. */
  private scrap: object | undefined

  constructor(private readonly version: VersionRecord, private readonly all: HotModules) {
    Object.defineProperty(this, 'all', { enumerable: false })
  }

  get data(): object {
    if (this.scrap !== undefined) return this.scrap
    const data = this.all.dataOf(this.version.module)
    if (this.version.state !== 'loading') return data
    return (this.draft ??= draftData(data, () => this.all.beforeRead(this.version))).view
  }

  accept(what?: unknown, callback?: unknown): void {
    if (isFunction(what)) this.selfAccepted.push(this.own(what))
    if (!isFunction(callback)) return
    const several = Array.isArray(what)
    const specifiers: readonly unknown[] = several ? what : [what]
    this.accepted.push({ modules: specifiers.map((one) => this.all.deps.resolve(String(one), this.version)), callback: this.own(callback), several })
  }

  acceptExports(_names: unknown, callback?: unknown): void {
    if (isFunction(callback)) this.selfAccepted.push(this.own(callback))
  }

  dispose(callback: AnyFunction): void {
    this.disposers.push(this.own(callback))
  }

  prune(callback: AnyFunction): void {
    this.pruners.push(this.own(callback))
  }

  decline(): void {}

  invalidate(message?: string): void {
    const { module } = this.version
    this.all.emit('vite:invalidate', { path: module, message })
    this.all.deps.reloadImporters(module)
  }

  on(event: string, callback: AnyFunction): void {
    const known = this.listeners.get(event) ?? new Set()
    this.listeners.set(event, known.add(callback))
  }

  off(event: string, callback: AnyFunction): void {
    this.listeners.get(event)?.delete(callback)
  }

  send(event: string, payload?: unknown): void {
    this.all.emit(event, payload)
  }

  private own(callback: AnyFunction): AnyFunction {
    return this.all.deps.own(this.version, callback)
  }

  /** The version was committed. */
  settle(): void {
    this.draft?.settle()
  }

  /** It failed to load: what it wrote is undone. */
  discard(): void {
    this.draft?.undo()
    this.scrap = {}
  }

  /** Callbacks that the load under way has not called yet. */
  toDispose(): readonly AnyFunction[] {
    const callbacks = this.disposers.slice(this.disposed)
    this.disposed = this.disposers.length
    return callbacks
  }

  /** The load failed: what was left for it is nobody's, and the next one asks again. */
  disposeAgain(): void {
    this.disposed = 0
  }
}

const updateOf = (versions: readonly VersionRecord[]): HotUpdate =>
  ({ type: 'update', updates: versions.map(({ module }) => ({ type: 'js-update', path: module, acceptedPath: module, timestamp: Date.now() })) })
