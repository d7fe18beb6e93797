/**
 * Policy: what a save or a load request leads to. One load at a time; the table below it (code server, main thread) refuses
 * what must not happen, this layer decides between loading, asking, waiting and killing.
 */
import { readFileSync } from 'node:fs'
import type { Problem } from '../base/problem'
import { hashOf } from '../compile/sourceText'
import type { ModuleNames } from '../compile/moduleNames'
import type { HostOptions, LoadParams, LoadReport, ModuleOutcome, PurgePolicy, Refusal } from '../protocol/messages'
import type { ModuleName } from '../protocol/ids'
import type { FailureReason, Origin } from '../protocol/snapshot'
import type { LoadedVersion, LoadResult, Opener, PictureVersion, Unit } from '../runtime/link'
import type { Batches } from './batches'
import { victimsOf } from './composeSnapshot'
import type { Captures, Loaded } from './captures'
import { withCapturers } from './capturers'
import type { WithCapturers } from './capturers'
import { inOrder, ofGone, withGivers } from './givers'
import { withOpeners } from './openers'
import type { GoneFiles } from './goneFiles'
import type { Collected, Graph } from './graph'
import type { Importers } from './importers'
import type { MainLink } from './mainLink'
import type { Turns } from './turns'

export interface LoaderDeps {
  readonly main: Pick<MainLink, 'request'>
  readonly turns: Turns
  readonly graph: Graph
  readonly names: ModuleNames
  readonly batches: Batches
  readonly captures: Captures
  readonly importers: Importers
  readonly gone: GoneFiles
  readonly options: HostOptions
  /** What is loaded, as of the last picture. */
  readonly loaded: Loaded
  /** The file of a module that was never loaded, by what a person typed. */
  locate(text: string): string | undefined
  /** The source text on disk no longer is that of these loaded modules. */
  modified(): Promise<readonly ModuleName[]>
  onReport(report: LoadReport): void
  onChange(): Promise<void>
  now(): number
}

/** How one batch is to be loaded. */
export interface LoadHow {
  readonly origin: Origin
  readonly force: boolean
  /** `never`: the old slot must be free, as for code:load_file/1. */
  readonly policy: PurgePolicy | 'never'
  readonly graceMs: number
  readonly texts?: ReadonlyMap<string, string>
  /** Exactly these modules, as a program or the shell named them: nothing staged or failed goes with them, and a failure is told to the caller only. */
  readonly alone?: boolean
  /** code:atomic_load/1: no `onLoad`. */
  readonly atomic?: boolean
  /** In the old code of these nobody may linger, whatever the policy is. */
  readonly soft?: readonly ModuleName[]
  /** When it was compiled, if that was not now: what failed later has not been repaired. */
  readonly compiledAt?: number
  /** Asked for by a top level or `onLoad` of a load under way: it has no turn of its own. */
  readonly nested?: boolean
  /** Why modules are loaded that nobody saved. */
  readonly why?: ReadonlyMap<ModuleName, string> | undefined
}

/** Most often it is not meant, or half of a save, and whoever calls it would find nothing there. */
const emptyProblem = (file: string): Problem =>
  ({ file, line: 1, column: 0, length: 0, severity: 'error', source: 'compile', message: 'The file is empty. Current code runs on; Reload Module or l(m) loads it as it is' })

function hashOfFile(file: string): string | undefined {
  try {
    return hashOf(readFileSync(file))
  } catch {
    return undefined // gone, or being written: the load says so
  }
}

/** What was saved is told first. */
const isExplained = (outcome: ModuleOutcome): boolean => outcome.kind === 'loaded' && outcome.why !== undefined

export const PROGRAM_FIRST_MS = 2

interface Failure { readonly module: ModuleName; readonly reason: FailureReason; readonly problems: readonly Problem[]; readonly wanted?: readonly string[] }

/** Where these looked for what is not there. */
export function wantedBy(units: readonly Unit[]): { readonly wanted?: readonly string[] } {
  const links = units.flatMap((unit) => [...unit.links, ...Object.values(unit.dynamic)])
  const wanted = [...new Set(links.flatMap((link) => (link.kind === 'failed' ? (link.wanted ?? []) : [])))]
  return wanted.length === 0 ? {} : { wanted }
}

export class Loader {
  private lastBatch = 0
  /** Staged batches whose victims have left. */
  private readonly drained = new Set<number>()
  private readonly onPicture = new Set<() => void>()
  purgePolicy: PurgePolicy
  purgeGrace: number

  constructor(private readonly deps: LoaderDeps) {
    this.purgePolicy = deps.options.purgePolicy
    this.purgeGrace = deps.options.purgeGrace
  }

  /** @param instead what is to be done instead when the turn has come, if anything */
  load(params: LoadParams, instead: () => Promise<LoadReport> | undefined): Promise<LoadReport | Refusal> {
    const asked = params.modules === undefined ? [] : this.find(params.modules)
    if (!('error' in asked) && !params.force && asked.length > 0 && asked.every((name) => this.isUnderWay(name))) {
      const outcomes = asked.map((module): ModuleOutcome => ({ module, kind: 'unchanged' }))
      return Promise.resolve({ batch: ++this.lastBatch, ok: true, origin: params.origin, at: this.deps.now(), tookMs: 0, outcomes })
    }
    return this.deps.turns.toLoad('error' in asked ? [] : asked, async () => {
      const other = instead()
      if (other !== undefined) return other
      const names = params.modules === undefined ? await this.pending() : this.find(params.modules)
      if ('error' in names) return names
      const policy = params.policy ?? this.purgePolicy
      const graceMs = params.policy === 'brutal' ? 0 : this.purgeGrace
      return this.run(names, { origin: params.origin, force: params.force, policy, graceMs })
    }, true)
  }

  /** Its text on disk is the one that is being loaded: a load of that text is no newer one. */
  private isUnderWay(name: ModuleName): boolean {
    const unit = this.deps.turns.loading().find((one) => one.module === name)
    return unit !== undefined && unit.hash === hashOfFile(unit.file)
  }

  /** Compiles these, and what they reach, and loads nothing. */
  compile(names: readonly ModuleName[], texts: ReadonlyMap<string, string>): Promise<Collected> {
    return this.deps.graph.collect(names.map((name) => this.deps.names.fileOf(name) ?? name), this.has(names), { texts })
  }

  /** Compiles and loads these modules as one step; the report says what became of each. */
  async run(names: readonly ModuleName[], how: LoadHow): Promise<LoadReport> {
    const started = this.deps.now()
    const id = ++this.lastBatch
    const asked = new Set(names)
    // Who never loaded is needed if somebody still imports it, and else by nobody.
    const modules = how.alone === true ? names : this.deps.batches.relatives(names).filter((name) => asked.has(name) || this.currentOf(name) !== undefined)
    const openers = how.alone === true ? Promise.resolve([]) : this.deps.main.request('openers', {})
    openers.catch(() => {}) // who needs the answer hears of it
    const collected = await this.deps.graph.collect(modules.map((name) => this.deps.names.fileOf(name) ?? name), this.has(modules), { texts: how.texts })
    // A loaded module whose file was deleted is no reason to load the others of the batch not.
    const gone = how.alone === true ? [] : collected.failures.flatMap(({ module, reason }) => (reason === 'nofile' && asked.has(module) && this.currentOf(module) !== undefined ? [module] : []))
    const there = gone.length === 0 ? collected : { ...collected, failures: collected.failures.filter(({ module }) => !gone.includes(module)) }
    const outcomes = await this.outcomes(id, modules.filter((module) => !gone.includes(module)), asked, there, openers, how)
    return this.report(id, [...outcomes, ...this.deps.gone.note(gone)], how.origin, started)
  }

  /** Loads a staged batch now; those who linger are ended when `kill`. */
  loadStaged(id: number, kill: boolean): Promise<LoadReport | Refusal> {
    return this.deps.turns.serially(() => this.loadBatch(id, kill ? 'brutal' : 'soft'))
  }

  private async loadBatch(id: number, policy: PurgePolicy): Promise<LoadReport | Refusal> {
    const batch = this.deps.batches.get(id)
    if (batch === undefined) return { error: 'nothing_staged', message: 'nothing is staged' }
    if (policy === 'soft') batch.policy = 'soft'
    const started = this.deps.now()
    batch.loading = true
    const outcomes = await this.attempt(id, batch.reload, batch.units, { origin: batch.origin, force: true, policy, graceMs: 0, why: batch.why, compiledAt: batch.since })
    batch.loading = false
    // What does not load although nobody is in the way waits for its repair, and for nothing else.
    if (outcomes.some((outcome) => outcome.kind === 'failed')) this.deps.batches.unstage(id)
    return this.report(id, outcomes, batch.origin, started)
  }

  async discard(ids: readonly number[]): Promise<readonly ModuleName[]> {
    const discarded = ids.flatMap((id) => this.deps.batches.get(id)?.reload ?? [])
    for (const id of ids) this.deps.batches.unstage(id)
    this.deps.batches.settle(discarded, this.deps.now())
    await this.deps.onChange()
    return discarded
  }

  private async pending(): Promise<ModuleName[]> {
    return [...new Set([...(await this.deps.modified()), ...this.deps.batches.failedModules()])]
  }

  private find(texts: readonly string[]): ModuleName[] | Refusal {
    const found: ModuleName[] = []
    for (const text of texts) {
      const match = this.deps.names.find(text)
      if (match.kind === 'one') found.push(match.name)
      else if (match.kind === 'ambiguous') return { error: 'ambiguous_module', message: `${text} could be ${match.names.join(' or ')}` }
      else {
        const file = this.deps.locate(text)
        if (file === undefined) return { error: 'unknown_module', message: `no module is called ${text}` }
        found.push(this.deps.names.nameOf(file))
      }
    }
    return [...new Set(found)]
  }

  private has(reload: readonly ModuleName[]): (module: ModuleName) => boolean {
    const again = new Set(reload)
    return (module) => !again.has(module) && this.currentOf(module) !== undefined
  }

  private async outcomes(id: number, modules: readonly ModuleName[], asked: ReadonlySet<ModuleName>, collected: Collected, openers: Promise<readonly Opener[]>, how: LoadHow): Promise<ModuleOutcome[]> {
    const failures = collected.failures.filter(({ module, reason }) => reason !== 'nofile' || asked.has(module) || !modules.includes(module))
    if (failures.length > 0) return this.failures(modules, failures, how)
    const emptied = how.force ? [] : collected.units.filter((unit) => unit.size === 0 && (this.currentOf(unit.module)?.size ?? 0) > 0)
    if (emptied.length > 0) return this.failures(modules, emptied.map(({ module, file }) => ({ module, reason: 'badfile', problems: [emptyProblem(file)] })), how)
    const unchanged = how.force ? [] : modules.filter((module) => this.isCurrent(module, collected.units))
    const reload = modules.filter((module) => !unchanged.includes(module) && (how.force ? asked.has(module) || !this.isCurrent(module, collected.units) : true))
    const before = new Map(unchanged.map((module) => [module, this.waiting(module)]))
    this.settle(unchanged)
    const batch = how.alone === true ? { reload, units: collected.units, why: undefined } : await this.withDependents(reload, collected.units, openers)
    const still = unchanged.filter((module) => !batch.reload.includes(module)).map((module): ModuleOutcome => ({ module, kind: 'unchanged', ...before.get(module) }))
    if (reload.length === 0) return still
    const ordered = how.alone === true ? batch.reload : inOrder(this.deps, batch.reload, batch.units)
    return [...still, ...(await this.attempt(id, ordered, batch.units, { ...how, why: batch.why }))]
  }

  /** What is over when its text is that of current again. */
  private waiting(module: ModuleName): Partial<Extract<ModuleOutcome, { readonly kind: 'unchanged' }>> {
    const { batches } = this.deps
    const failed = batches.failedView(module)
    const was = batches.stagedOf(module) !== undefined ? 'staged' : failed !== undefined && failed.because === undefined ? 'failed' : undefined
    const version = this.currentOf(module)?.version
    return was === undefined || version === undefined ? {} : { settled: { was, version } }
  }

  /** Together with those who would go on with what these were. `changed`: these are, the others are loaded again. */
  private async withDependents(reload: readonly ModuleName[], units: readonly Unit[], openers: Promise<readonly Opener[]>, changed = reload): Promise<WithCapturers> {
    const opened = await withOpeners(this.deps, reload, units, openers, changed)
    const given = await withGivers(this.deps, opened.reload, opened.units, openers, changed)
    const captured = await withCapturers(this.deps, given.reload, given.units, changed)
    const why = new Map([...opened.why, ...given.why, ...captured.why])
    // Each of them may have added somebody whom another one knows more about.
    const all = captured.reload.length === reload.length ? captured : await this.withDependents(captured.reload, captured.units, openers, changed)
    return { ...all, why: new Map([...why, ...[...all.why].filter(([module]) => !why.has(module))]) }
  }

  private isCurrent(module: ModuleName, units: readonly Unit[]): boolean {
    const current = this.currentOf(module)
    return current !== undefined && current.hash === units.find((unit) => unit.module === module)?.hash
  }

  private currentOf(module: ModuleName): PictureVersion | undefined {
    return this.deps.loaded.get(module)?.current
  }

  private async attempt(id: number, reload: readonly ModuleName[], units: readonly Unit[], how: LoadHow): Promise<ModuleOutcome[]> {
    const purge = how.policy === 'brutal' ? 'kill' : how.policy === 'never' ? 'never' : 'refuse'
    if (how.graceMs > 0) await this.grace(reload, how.graceMs)
    const loading = this.deps.turns.patiently(reload, units, this.deps.main.request('load', { units, reload, purge, origin: how.origin, atomic: how.atomic === true, soft: how.soft ?? [], ...(how.nested === true ? {} : { turn: this.deps.turns.current }) }))
    return this.settled(id, reload, units, await loading, how)
  }

  /** Waits until nobody lingers in the old code of these, but not longer than the grace. */
  private async grace(modules: readonly ModuleName[], ms: number): Promise<void> {
    const lingering = await this.deps.main.request('lingering', { modules })
    if (lingering.every((entry) => entry.total === 0)) return
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        this.onPicture.delete(look)
        resolve()
      }
      const look = (): void => {
        if (!this.isInTheWay(modules)) done()
      }
      const timer = setTimeout(done, ms)
      this.onPicture.add(look)
    })
  }

  /** Who lingers may have left, or was ended; or another version is old now. */
  pictureTaken(): void {
    for (const look of this.onPicture) look()
    for (const { id, reload, over } of this.deps.batches.allStaged()) {
      if ([...over].some(([module, version]) => (this.currentOf(module)?.version ?? version) < version)) this.deps.batches.unstage(id) // who goes back wants nothing newer
      else if (!this.drained.has(id) && !this.isInTheWay(reload)) void this.loadDrained(id)
    }
    if (this.deps.gone.orphans().length > 0) void this.deps.turns.serially(() => this.deleteOrphans())
  }

  private async deleteOrphans(): Promise<void> {
    if (this.deps.gone.orphans().length > 0) await this.report(++this.lastBatch, [], 'external', this.deps.now())
  }

  /** Nobody is left to ask about: what is staged loads. */
  private async loadDrained(id: number): Promise<void> {
    this.drained.add(id)
    await this.deps.turns.serially(async () => {
      const batch = this.deps.batches.get(id)
      if (batch !== undefined) await this.loadBatch(id, batch.policy)
    })
    this.drained.delete(id)
  }

  private isInTheWay(modules: readonly ModuleName[]): boolean {
    return modules.some((name) => {
      const module = this.deps.loaded.get(name)
      return module !== undefined && victimsOf(module) > 0
    })
  }

  private async settled(id: number, reload: readonly ModuleName[], units: readonly Unit[], result: LoadResult, how: LoadHow): Promise<ModuleOutcome[]> {
    switch (result.kind) {
      case 'loaded':
        this.settle([...reload, ...result.versions.map((version) => version.module)], how.compiledAt)
        return result.versions.map((version) => this.loaded(version, reload, how)).sort((a, b) => Number(isExplained(a)) - Number(isExplained(b)))
      case 'lingering':
        return this.unlinked(reload, units, how) ?? this.stage(id, reload, units, result.modules.map((entry) => [entry.module, entry.pids.length]), how)
      case 'refused':
        return result.modules.map((module) => ({ module, kind: 'failed', reason: result.reason, problems: [] }))
      case 'failed': {
        const unit = units.find((one) => one.module === result.module)
        const problems = [this.problemOf(result, unit)]
        return this.failures(reload, [{ module: result.module, reason: result.reason, problems, ...wantedBy(units) }], how)
      }
    }
  }

  private loaded(version: LoadedVersion, reload: readonly ModuleName[], how: LoadHow): ModuleOutcome {
    const captured = how.why?.get(version.module)
    const first = captured !== undefined ? { why: captured } : reload.includes(version.module) ? {} : { why: `imported for the first time by ${reload.join(', ')}` }
    return { module: version.module, kind: 'loaded', version: version.version, killed: version.killed, ...first, ...(version.notes === undefined ? {} : { notes: version.notes }) }
  }

  private stage(id: number, reload: readonly ModuleName[], units: readonly Unit[], victims: readonly (readonly [ModuleName, number])[], how: LoadHow): ModuleOutcome[] {
    this.settle(reload)
    const policy = how.policy === 'soft' ? 'soft' : 'ask'
    const over = new Map(reload.flatMap((module) => {
      const version = this.currentOf(module)?.version
      return version === undefined ? [] : [[module, version] as const]
    }))
    this.deps.batches.stage({ id, since: this.deps.now(), origin: how.origin, policy, reload, units, over, why: how.why })
    const of = new Map(victims)
    return reload.map((module) => ({ module, kind: 'staged', victims: of.get(module) ?? 0, policy }))
  }

  /** Nobody is asked about what could not be loaded anyway. */
  private unlinked(reload: readonly ModuleName[], units: readonly Unit[], how: LoadHow): ModuleOutcome[] | undefined {
    const failed = units.flatMap((unit): Failure[] => unit.links.flatMap((link, index) => (link.kind !== 'failed' ? []
      : [{ module: unit.module, reason: 'link_error', problems: [this.deps.graph.problemAtImport(unit, index, `Error: ${link.message}`)], ...wantedBy([unit]) }])))
    return failed.length === 0 ? undefined : this.failures(reload, failed, how)
  }

  /** These, as they were at that time, are no longer staged or failed in any batch; nor is what only they needed. */
  private settle(modules: readonly ModuleName[], at = this.deps.now()): void {
    for (const module of modules) {
      const batch = this.deps.batches.stagedOf(module)
      if (batch !== undefined) this.deps.batches.unstage(batch.id)
    }
    const needless = this.deps.batches.relatives(modules).filter((module) => this.currentOf(module) === undefined)
    this.deps.batches.settle([...modules, ...needless], at)
  }

  private failures(modules: readonly ModuleName[], failed: readonly Failure[], how: LoadHow): ModuleOutcome[] {
    const because = failed[0]?.module
    // What is imported for the first time goes with its importers: repairing it loads them.
    const group = how.alone === true ? [] : [...new Set([...modules, ...failed.map(({ module }) => module)])]
    // A text of the caller's own is not what the file says: the file's problems are not known by it.
    for (const { module, ...failure } of how.texts?.size ? [] : failed) this.deps.batches.fail(module, { at: this.deps.now(), ...failure }, group)
    const broken = failed.map(({ module, reason, problems }): ModuleOutcome => ({ module, kind: 'failed', reason, problems }))
    const held = modules.filter((module) => !failed.some((one) => one.module === module))
    const [first] = failed
    if (first !== undefined && how.alone !== true && !how.texts?.size) {
      for (const module of held) this.deps.batches.fail(module, { at: this.deps.now(), reason: first.reason, problems: [], because: first.module }, group)
    }
    return because === undefined ? broken : [...broken, ...held.map((module): ModuleOutcome => ({ module, kind: 'heldBack', because }))]
  }

  /** Where in the source a failed load went wrong. */
  problemOf(result: Extract<LoadResult, { readonly kind: 'failed' }>, unit: Unit | undefined): Problem {
    const { error } = result
    const message = error.message === '' ? error.name : `${error.name}: ${error.message}`
    const file = unit?.file ?? this.deps.names.fileOf(result.module) ?? result.module
    if (unit !== undefined && result.importIndex !== undefined) return { ...this.deps.graph.problemAtImport(unit, result.importIndex, message), stack: error.stack }
    const at = error.at.find((place) => place.file === file) ?? error.at[0]
    const source = result.reason === 'on_load_failure' ? 'onLoad' : result.reason === 'link_error' ? 'link' : 'evaluate'
    return { file: at?.file ?? file, line: at?.line ?? 1, column: at?.column ?? 0, length: 0, severity: 'error', source, message, stack: error.stack }
  }

  private async report(id: number, outcomes: readonly ModuleOutcome[], origin: Origin, started: number): Promise<LoadReport> {
    const tookMs = this.deps.now() - started
    // The program first: who calls new code need not wait for those who look at it.
    if (outcomes.some((outcome) => outcome.kind === 'loaded')) await new Promise((resolve) => setTimeout(resolve, PROGRAM_FIRST_MS))
    await this.deps.onChange()
    const all = await this.withGone(id, outcomes, origin)
    const missing = this.deps.importers.takeUntold()
    const ok = all.every((outcome) => outcome.kind === 'loaded' || outcome.kind === 'unchanged' || outcome.kind === 'deleted')
    const report: LoadReport = { batch: id, ok, origin, at: started, tookMs, outcomes: all, ...(missing.length === 0 ? {} : { missing }) }
    this.deps.onReport(report)
    return report
  }

  /** Now that these are loaded: modules without a file that nobody imports any more are deleted. */
  private async withGone(id: number, outcomes: readonly ModuleOutcome[], origin: Origin): Promise<readonly ModuleOutcome[]> {
    const given = await ofGone(this.deps, this.deps.gone.orphans(), () => this.deps.main.request('openers', {}))
    const deleted = new Set(await this.deps.gone.deleteOrphans())
    const gone = outcomes.flatMap((outcome) => (outcome.kind === 'failed' && outcome.reason === 'nofile' && this.currentOf(outcome.module) !== undefined ? [outcome.module] : []))
    if (deleted.size + gone.length === 0) return outcomes
    const stay = this.deps.gone.note(gone.filter((module) => !deleted.has(module)))
    await this.deps.onChange()
    const again = await this.withoutGone(given, id, origin)
    const over = new Set([...gone, ...again.map(({ module }) => module)])
    return [...outcomes.filter(({ module }) => !over.has(module)), ...again, ...stay, ...[...deleted].map((module): ModuleOutcome => ({ module, kind: 'deleted' }))]
  }

  /** Whom they gave functions to begins anew, and is given by the others what those gave. */
  private async withoutGone(given: WithCapturers, id: number, origin: Origin): Promise<readonly ModuleOutcome[]> {
    if (given.reload.length === 0) return []
    const batch = await this.withDependents(given.reload, given.units, this.deps.main.request('openers', {}), [])
    const why = new Map([...given.why, ...batch.why])
    const outcomes = await this.attempt(id, inOrder(this.deps, batch.reload, batch.units), batch.units, { origin, force: true, policy: this.purgePolicy, graceMs: this.purgeGrace, why })
    await this.deps.onChange()
    return outcomes
  }
}
