/** `why`: everything that keeps the versions of a module. Tables first, which costs nothing; then, if wanted, the whole heap. */
import path from 'node:path'
import { original } from '../../compile/positions'
import type { ModuleName } from '../../protocol/ids'
import { version as mintVersion } from '../../protocol/ids'
import type { HeapWalkView, Requests, WhyKeeper, WhyView } from '../../protocol/messages'
import type { ProcessView } from '../../protocol/snapshot'
import type { Diagnosis, Picture, VersionDiagnosis } from '../../runtime/link'
import { processView } from '../composeSnapshot'
import type { ComposeDeps } from '../composeSnapshot'
import type { MainLink } from '../mainLink'
import { walkHeap } from './heapWalk'
import type { HeapWalk } from './heapWalk'
import { Stop } from './stop'
import { whyText } from './whyText'

export interface WhyDeps extends ComposeDeps {
  readonly main: Pick<MainLink, 'request'>
  picture(): Picture
}

type Params = Requests['why'][0]
type Answer = Exclude<Requests['why'][1], { readonly error: unknown }>

const MAX_HEAP_MB = 256
const MAX_MS = 60_000
const NOT_WALKED: HeapWalk = { view: { state: 'skipped' }, keepers: new Map() }

export class Why {
  private readonly running = new Set<Stop>()

  constructor(private readonly deps: WhyDeps) {}

  /** @returns how many heap walks were told to stop; each is answered at once with what is known. */
  cancel(): number {
    const { size } = this.running
    for (const stop of this.running) stop.now('cancelled')
    return size
  }

  async answer(module: ModuleName, { slot, heap = false, maxHeapMb = MAX_HEAP_MB, maxMs = MAX_MS }: Params): Promise<Answer> {
    const before = await this.deps.main.request('diagnose', { module, walk: false })
    const heapMb = Math.round((before?.heapBytes ?? 0) / 2 ** 20)
    const tooBig = heapMb > maxHeapMb
    const walk = heap && !tooBig ? await this.walk(module, maxMs) : { ...NOT_WALKED, ...(heap ? { view: { state: 'tooBig', heapMb, maxHeapMb } as const } : {}) }
    const diagnosis = await this.deps.main.request('diagnose', { module, walk: false })
    const versions = diagnosis === undefined ? [] : [...this.loaded(module, diagnosis, walk), ...purged(module, diagnosis, walk)]
    const wanted = versions.filter((view) => slot === undefined || view.slot === slot)
    return { versions: wanted, heap: walk.view, text: whyText(module, wanted, walk.view) }
  }

  private async walk(module: ModuleName, maxMs: number): Promise<HeapWalk> {
    const stop = new Stop(maxMs)
    this.running.add(stop)
    try {
      const diagnosis = await this.deps.main.request('diagnose', { module, walk: true })
      if (diagnosis?.walk === undefined) return NOT_WALKED
      return await walkHeap({ diagnosis: { ...diagnosis, walk: diagnosis.walk }, stop, now: () => performance.now(), lineOf: (...at) => this.lineOf(...at) })
    } catch (error) {
      return { ...NOT_WALKED, view: { state: 'failed', message: error instanceof Error ? error.message : String(error) } satisfies HeapWalkView }
    } finally {
      stop.end()
      this.running.delete(stop)
      void this.deps.main.request('unmark', {})
    }
  }

  /** Undefined when the text of that version is gone. */
  private lineOf(file: string, version: number, line: number, column: number): number | undefined {
    const view = this.deps.picture().modules.find((one) => one.file === file)
    const hash = [view?.current, view?.old].find((one) => one?.version === version)?.hash
    const compiled = view === undefined || hash === undefined ? undefined : this.deps.texts.get(view.name, hash)
    return compiled === undefined ? undefined : original(compiled, line, column).line
  }

  private loaded(module: ModuleName, diagnosis: Diagnosis, walk: HeapWalk): WhyView[] {
    return diagnosis.versions.map((one) => ({
      module, version: one.version, slot: one.slot,
      keepers: [...this.frames(module, one), ...opened(one), ...(walk.keepers.get(one.version)?.all ?? [])],
      ...(walk.keepers.get(one.version)?.more === true ? { more: true } : {}),
      ...(one.total > one.processes.length ? { unlisted: one.total - one.processes.length } : {}),
    }))
  }

  private frames(module: ModuleName, { version, processes }: VersionDiagnosis): WhyKeeper[] {
    return processes.map((process) => processView(process, this.deps)).flatMap((process) => process.stack
      .filter((frame) => frame.module === module && frame.version === version)
      .map((frame) => ({ kind: 'frame' as const, pid: process.pid, text: `${titleOf(process)} in ${frame.function}`, file: frame.file, line: frame.line })))
  }
}

const titleOf = (process: ProcessView): string => process.name ?? process.label

const opened = ({ held }: VersionDiagnosis): WhyKeeper[] => held.map(({ kind, label, file, line }) => ({
  kind: kind === 'timer' || kind === 'listener' || kind === 'server' ? kind : 'resource',
  // Its name ends with its place, which is told anyway.
  text: file === undefined ? label : label.replace(` ${path.basename(file)}:${line}`, ''),
  ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }),
}))

/** In no slot any more, and yet some of its functions are held. */
const purged = (module: ModuleName, diagnosis: Diagnosis, walk: HeapWalk): WhyView[] =>
  [...walk.keepers].filter(([version, keepers]) => keepers.all.length > 0 && !diagnosis.versions.some((one) => one.version === version))
    .map(([version, keepers]) => ({ module, version: mintVersion(version), slot: 'purged', keepers: keepers.all, more: keepers.more }))
