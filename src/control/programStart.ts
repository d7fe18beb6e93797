/** The start of the program: the first load of its entry and of everything that reaches. One that fails may be repaired by a save. */
import path from 'node:path'
import type { ModuleNames } from '../compile/moduleNames'
import type { ModuleName } from '../protocol/ids'
import type { HostOptions, LoadReport, ModuleOutcome } from '../protocol/messages'
import type { FailureReason } from '../protocol/snapshot'
import { Ahead } from './ahead'
import type { Batches } from './batches'
import type { GoneFiles } from './goneFiles'
import type { Collected, Graph } from './graph'
import { wantedBy } from './loader'
import type { Loader } from './loader'
import { locate } from './locate'
import type { MainLink } from './mainLink'
import { START_PATIENCE_MS } from './turns'
import type { Turns } from './turns'

/** Somebody who writes without end is not waited for. */
const READS_MOST = 5

export interface ProgramStartDeps {
  readonly main: MainLink
  readonly options: HostOptions
  readonly names: ModuleNames
  readonly graph: Graph
  readonly gone: GoneFiles
  readonly batches: Batches
  readonly turns: Turns
  readonly loader: Loader
  isLoaded(this: void, name: ModuleName): boolean
  /** Its top levels are about to run. */
  onBegin(): void
  tell(report: LoadReport): Promise<void>
}

export class ProgramStart {
  private started = false
  private underWay = false
  private wasTried = false

  constructor(private readonly deps: ProgramStartDeps) {}

  /** It has started, or is about to; false while something must be repaired first. */
  get hasStarted(): boolean {
    return this.started
  }

  /** Its top levels run. */
  get isUnderWay(): boolean {
    return this.underWay
  }

  /** The first load of the program, and everything it reaches. */
  async run(): Promise<LoadReport> {
    const at = Date.now()
    const report = (outcomes: readonly ModuleOutcome[]): LoadReport =>
      ({ batch: 0, ok: outcomes.every((outcome) => outcome.kind === 'loaded'), origin: 'start', at, tookMs: Date.now() - at, outcomes })
    const outcomes = await this.outcomes()
    const failedBy = (...reasons: FailureReason[]): boolean => outcomes.some((outcome) => outcome.kind === 'failed' && reasons.includes(outcome.reason))
    const waits = this.deps.options.watch && failedBy('compile_error', 'link_error')
    const result = { ...report(outcomes), ...(waits ? { startsWhenRepaired: true } as const : {}) }
    await this.deps.tell(result)
    if (!result.ok && !waits && !failedBy('superseded') && !this.deps.options.keepAlive) void this.deps.main.request('shutdown', { exitCode: 1 })
    return result
  }

  private async outcomes(): Promise<ModuleOutcome[]> {
    const { main, names, graph, gone, batches, turns, loader, isLoaded } = this.deps
    const { entry, root, argv, keepAlive, watch } = this.deps.options
    this.started = true
    if (entry === undefined) return []
    const file = locate(entry, root, names)
    if (file === undefined) return this.notFound(names.nameOf(path.resolve(root, entry)), `Cannot find ${entry}`)
    const module = names.nameOf(file)
    gone.isNamed(module)
    const ahead = new Ahead(main)
    const found = ahead.add.bind(ahead)
    const { units, failures } = this.wasTried ? await this.atOneTime(file) : await graph.collect([file], isLoaded, { found })
    if (this.wasTried) units.forEach(found)
    this.wasTried = true
    if (failures.length > 0) {
      this.started = false
      for (const failure of failures) batches.fail(failure.module, { at: Date.now(), reason: failure.reason, problems: failure.problems, wanted: filesOf([...units, ...failures]) }, [])
      return failures.map((failure) => ({ module: failure.module, kind: 'failed', reason: failure.reason, problems: failure.problems }))
    }
    this.underWay = true
    this.deps.onBegin()
    const result = await turns.patiently([module], units, main.request('start', { ...ahead.rest(), entry: module, entryFile: file, argv, keepAlive, watch }), START_PATIENCE_MS)
    this.underWay = false
    if (result.kind === 'loaded') {
      batches.settle(batches.failedModules(), Date.now())
      return result.versions.map(({ module: name, version }) => ({ module: name, kind: 'loaded', version, killed: [] }))
    }
    if (result.kind !== 'failed') return []
    this.started = false
    const problem = loader.problemOf(result, units.find((unit) => unit.module === result.module))
    batches.fail(result.module, { at: Date.now(), reason: result.reason, problems: [problem], wanted: [...filesOf(units), ...(wantedBy(units).wanted ?? [])] }, [])
    return [{ module: result.module, kind: 'failed', reason: result.reason, problems: [problem] }]
  }

  /** Who repairs a program may write several files, while we read: they are read until none has become another one. */
  private async atOneTime(file: string): Promise<Collected> {
    const { graph, isLoaded } = this.deps
    const read = (): Promise<Collected> => graph.collect([file], isLoaded)
    let last = await read()
    for (let more = READS_MOST; more > 0 && last.failures.length === 0; more--) {
      const before = textsOf(last)
      last = await read()
      if (textsOf(last) === before) break
    }
    return last
  }

  private notFound(module: ModuleName, message: string): ModuleOutcome[] {
    this.started = false
    const problems = [{ file: path.resolve(this.deps.options.root, this.deps.options.entry ?? ''), line: 1, column: 0, length: 0, severity: 'error', source: 'link', message }] as const
    this.deps.batches.fail(module, { at: Date.now(), reason: 'nofile', problems, wanted: problems.map(({ file }) => file) }, [])
    return [{ module, kind: 'failed', reason: 'nofile', problems }]
  }
}

const textsOf = ({ units }: Collected): string => units.map(({ module, hash }) => `${module} ${hash}`).sort().join('\n')

/** None of them is loaded: what does not start may be repaired in any. */
const filesOf = (units: readonly { readonly file: string }[]): string[] => units.map(({ file }) => file)
