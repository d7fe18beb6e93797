/**
 * First loads: running code (or the start) asks for a module that is not loaded, by a call, `require` or `import()`. Source:
 * code:ensure_loaded/1, error_handler:undefined_function/3. Who asks for one that is on its way waits for it, or gets half of a cycle.
 */
import type { ModuleName } from '../../protocol/ids'
import type { Origin } from '../../protocol/snapshot'
import type { CommonjsModule } from '../node/commonjs'
import { Draft } from './draft'
import type { DraftDeps } from './draft'
import { codedError, DraftFailed } from './draftFailed'
import { importLink } from './draftRequests'
import type { Found, Link, LoadedVersion, Unit } from '../link'
import { failureOf } from './loadOutcome'
import type { LoadOutcome } from './loadOutcome'
import type { ModuleRecord, ModuleTable } from './moduleTable'
import { dropFromCache } from '../node/nodeLoader'
import type { Answer } from '../node/nodeLoader'
import { plainIn } from './plainExports'
import { changedInCache, showJson } from '../node/requireCache'
import { driveNow } from '../steps'
import type { Steps } from '../steps'

export interface AutoloaderDeps extends Pick<DraftDeps, 'natives' | 'entry' | 'processes' | 'resolve' | 'resolveNow'> {
  readonly table: ModuleTable
  readonly units: ReadonlyMap<ModuleName, Unit>
  /** What a draft is made with. */
  draftDeps(): DraftDeps
  offer(units: readonly Unit[]): void
  find(name: string): Promise<Found>
  findNow(name: string): Found
  commit(batch: ReadonlyMap<ModuleName, Draft>, origin: Origin): LoadedVersion[]
  discard(batch: ReadonlyMap<ModuleName, Draft>): void
  onAutoloaded(versions: readonly LoadedVersion[]): void
  /** A package loaded the module; these exports are no functions. */
  taken(module: ModuleName, names: readonly string[]): void
}

export class Autoloader {
  /** What a module threw at its first load: asked for again, it throws the same, as in Node, until its text is another one. */
  private readonly thrown = new Map<ModuleName, { readonly hash: string; readonly thrown: unknown }>()

  constructor(private readonly deps: AutoloaderDeps) {}

  /** Modules whose top level threw at their first load. */
  get broken(): ReadonlyMap<ModuleName, unknown> {
    return this.thrown
  }

  /** It is loaded, whoever did it. */
  loaded(name: ModuleName): void {
    this.thrown.delete(name)
  }

  /**
   * Loads a module for the first time because running code (or the start) asked for it; each one is current once it has run.
   * `lasts`: what a top level that throws had set up is kept.
   */
  *autoload(name: ModuleName, origin: Origin, now = false, onLoaded?: (module: ModuleName) => void, lasts = false): Steps<LoadOutcome> {
    const batch = new Map<ModuleName, Draft>()
    const loaded: LoadedVersion[] = []
    try {
      const draft = Draft.instantiate(name, batch, this.deps.draftDeps(), { origin, reload: false, lasts })
      for (const member of batch.values()) member.imports.checkImports()
      if (now) refuseAwaits(batch)
      for (const { ready } of batch.values()) if (ready !== undefined) yield ready
      const commitOne = (done: Draft): void => {
        if (done.committed) return
        loaded.push(...this.deps.commit(new Map([[done.unit.module, done]]), origin))
        onLoaded?.(done.unit.module)
      }
      yield* draft.evaluate(now, commitOne)
    } catch (error) {
      const failure = failureOf(error, [name])
      const kept = failure.reason === 'evaluation_failed' && lasts ? [...batch.values()].filter((draft) => draft.hasRun && !draft.finished) : []
      for (const draft of kept) this.keepUnfinished(draft, error)
      const lost = new Map([...batch].filter(([, draft]) => !draft.finished && !kept.includes(draft)))
      if (failure.reason === 'evaluation_failed') for (const [module, draft] of lost) if (draft.remembers) this.thrown.set(module, { hash: draft.unit.hash, thrown: failure.thrown })
      this.deps.discard(lost)
      return failure
    }
    batch.clear()
    return { kind: 'loaded', versions: loaded }
  }

  /** The program may go on although this top level threw: what it had set up by then stays, until a save replaces it. */
  private keepUnfinished(draft: Draft, error: unknown): void {
    draft.instance.constants = new Set() // some may have no value, for ever
    if (!draft.committed) this.deps.commit(new Map([[draft.unit.module, draft]]), 'start')
    draft.evaluation.fail(error)
    if (draft.instance.commonjs !== undefined) dropFromCache(draft.instance.commonjs)
  }

  /** `require(specifier)` in `importer`, from wherever it comes; undefined: that is Node's business. */
  requireNow(specifier: string, importer: string, parent?: CommonjsModule): Answer {
    this.deps.entry.requirer = parent
    const link = this.deps.resolveNow(specifier, importer)
    const answer = this.required(link)
    if (answer !== undefined && parent !== undefined && !this.deps.table.isFile(parent.filename)) this.takenByPackage(link)
    return answer
  }

  /** `import(specifier)` in a package, on behalf of `importer`. */
  async importNow(specifier: string, importer: string): Promise<unknown> {
    const link = await this.deps.resolve(specifier, importer)
    const namespace = await importLink(link, this.deps.draftDeps())
    this.takenByPackage(link)
    return namespace
  }

  private takenByPackage(link: Link): void {
    if (link.kind === 'module') this.deps.taken(link.module, plainIn(this.deps.table, link.module, '*'))
  }

  /** What `require` answers. */
  required(link: Link): Answer {
    if (link.kind === 'native') return link.target === 'codeswitch' ? { exports: this.deps.natives.get('codeswitch') } : undefined
    if (link.kind === 'failed') {
      if (link.code === 'ERR_INVALID_MODULE') throw codedError(link.code, link.message)
      return undefined // Node's own require throws its own error
    }
    const known = this.deps.table.get(link.module)
    const changed = changedInCache(known, known?.file ?? this.deps.units.get(link.module)?.file, this.deps.entry.requirer)
    if (changed !== undefined) return changed
    const outcome = driveNow(this.autoloadSteps(link.module, true))
    if (outcome === undefined) throw codedError('ERR_REQUIRE_ASYNC_MODULE', `require() of ${link.module} cannot wait for its top-level await; use import()`)
    if (!outcome.ok) throw outcome.error
    const record = outcome.value
    const instance = record.current ?? record.drafting?.instance
    if (instance?.unit.rewritten.format === 'json') showJson(instance, this.deps.entry.requirer)
    // Half of a cycle: Node hands out the unfinished object itself. Ours reads it, and later what is current.
    return { exports: record.current === undefined && instance?.commonjs !== undefined ? record.view(instance.commonjs.exports) : record.answer(instance) }
  }

  /** The module, loaded now if it is not. Half of a cycle is answered as it is; who may wait waits for a first `onLoad`. */
  *autoloadSteps(name: ModuleName, now: boolean): Steps<ModuleRecord> {
    const known = this.deps.table.get(name)
    if (known?.current !== undefined) return known
    const pending = known?.drafting?.pending
    if (known !== undefined && pending !== undefined) {
      if (known.drafting?.isRunBy(this.deps.processes.current()) === true) throw new Error(`${name} cannot wait for its own onLoad`)
      yield pending
      if (this.deps.table.get(name)?.current === undefined) throw new Error(`${name} was not loaded`)
      return known
    }
    if (known?.drafting !== undefined) return known
    const broken = this.thrown.get(name)
    if (broken !== undefined && broken.hash === this.deps.units.get(name)?.hash) throw broken.thrown
    if (!this.deps.units.has(name)) yield* this.findUnits(name, now)
    const result = yield* this.autoload(name, 'program', now)
    if (result.kind === 'failed') throw result.thrown
    if (result.kind === 'loaded') this.deps.onAutoloaded(result.versions)
    const record = this.deps.table.get(name)
    if (record === undefined) throw new Error(`${name} was not loaded`)
    return record
  }

  /** It was loaded once and is deleted: what it was made of is gone, so it is compiled again. */
  private *findUnits(name: ModuleName, now: boolean): Steps<void> {
    const offer = (found: Found): void => {
      if (!('error' in found)) this.deps.offer(found.units)
    }
    if (now) offer(this.deps.findNow(name))
    else yield this.deps.find(name).then(offer)
  }

  /** As `autoloadSteps`, for whoever wants to know why it failed. */
  *ensureSteps(name: ModuleName): Steps<LoadOutcome> {
    // After one that failed another one may be on its way.
    for (let pending = this.deps.table.get(name)?.drafting?.pending; pending !== undefined; pending = this.deps.table.get(name)?.drafting?.pending) yield pending
    const record = this.deps.table.get(name)
    if (record?.current !== undefined || record?.drafting !== undefined) return { kind: 'loaded', versions: [] }
    const result = yield* this.autoload(name, 'program')
    if (result.kind === 'loaded') this.deps.onAutoloaded(result.versions)
    return result
  }
}

/** Node's rule and words. */
function refuseAwaits(batch: ReadonlyMap<ModuleName, Draft>): void {
  const awaiting = [...batch.values()].find((draft) => draft.unit.rewritten.async)
  if (awaiting === undefined) return
  const why = 'require() cannot be used on an ESM graph with top-level await. Use import() instead. To see where the top-level await comes from, use --experimental-print-required-tla.'
  throw new DraftFailed(awaiting.record.name, 'link_error', codedError('ERR_REQUIRE_ASYNC_MODULE', why))
}
