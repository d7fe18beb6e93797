/** `why`: everything that keeps the versions of a module. Tables first, which costs nothing; then, if wanted, the whole heap. */
import path from 'node:path'
import type { ModuleName } from '../../protocol/ids'
import { version as mintVersion } from '../../protocol/ids'
import type { HeapWalkView, Requests, WhyKeeper, WhyView } from '../../protocol/messages'
import type { FrameView, ProcessView } from '../../protocol/snapshot'
import type { Diagnosis, Picture, VersionDiagnosis } from '../../runtime/link'
import { processView } from '../composeSnapshot'
import type { SourceDeps } from '../composeSnapshot'
import type { MainLink } from '../mainLink'
import { walkHeap } from './heapWalk'
import type { HeapWalk } from './heapWalk'
import { Places } from './places'
import { Stop } from './stop'
import { whyText } from './whyText'

export interface WhyDeps extends SourceDeps {
  readonly main: Pick<MainLink, 'request'>
  picture(): Picture
}

type Params = Requests['why'][0]
type Answer = Exclude<Requests['why'][1], { readonly error: unknown }>

const MAX_HEAP_MB = 256
const MAX_MS = 60_000
const NOT_WALKED: HeapWalk = { view: { state: 'skipped' }, keepers: [] }

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
    const versions = diagnosis === undefined ? [] : [...this.loaded(module, diagnosis, walk), ...gone(module, diagnosis, walk)]
    const wanted = versions.filter((view) => slot === undefined || view.slot === slot)
    return { versions: wanted, heap: walk.view, text: whyText(module, wanted, walk.view) }
  }

  private async walk(module: ModuleName, maxMs: number): Promise<HeapWalk> {
    const stop = new Stop(maxMs)
    this.running.add(stop)
    try {
      const diagnosis = await this.deps.main.request('diagnose', { module, walk: true })
      if (diagnosis?.walk === undefined) return NOT_WALKED
      return await walkHeap({ diagnosis: { ...diagnosis, walk: diagnosis.walk }, stop, now: () => performance.now(), places: this.places() })
    } catch (error) {
      return { ...NOT_WALKED, view: { state: 'failed', message: error instanceof Error ? error.message : String(error) } satisfies HeapWalkView }
    } finally {
      stop.end()
      this.running.delete(stop)
      void this.deps.main.request('unmark', {})
    }
  }

  private places(): Places {
    const { picture, texts, main } = this.deps
    return new Places({
      compiled(file, version) {
        const view = picture().modules.find((one) => one.file === file)
        const hash = [view?.current, view?.old].find((one) => one?.version === version)?.hash
        return view === undefined || hash === undefined ? undefined : texts.get(view.name, hash)
      },
      positions: (urls) => main.request('positions', { urls }),
    })
  }

  private loaded(module: ModuleName, diagnosis: Diagnosis, walk: HeapWalk): WhyView[] {
    return diagnosis.versions.map((one) => {
      const { keepers, unlisted } = this.frames(module, one)
      const found = walk.keepers.find(({ version, failed }) => version === one.version && !failed)
      return {
        module, version: one.version, slot: one.slot,
        keepers: [...keepers, ...opened(one), ...(found?.all ?? [])],
        ...(found?.more === true ? { more: true } : {}), ...(unlisted > 0 ? { unlisted } : {}),
      }
    })
  }

  /** Of a crowd only the oldest by name. */
  private frames(module: ModuleName, { version, total, processes, crowds = [] }: VersionDiagnosis): { readonly keepers: readonly WhyKeeper[]; readonly unlisted: number } {
    const views = processes.map((process) => processView(process, this.deps))
    const labels = new Set(crowds.map(({ label }) => label))
    const single = views.filter(({ crowd }) => crowd === undefined || !labels.has(crowd))
    const keeper = (process: ProcessView, title: string) => (frame: FrameView): WhyKeeper =>
      ({ kind: 'frame', pid: process.pid, text: `${title} in ${frame.function}`, file: frame.file, line: frame.line })
    const framesOf = (process: ProcessView): readonly FrameView[] => process.stack.filter((frame) => frame.module === module && frame.version === version)
    const keepers = [
      ...single.flatMap((process) => framesOf(process).map(keeper(process, titleOf(process)))),
      ...crowds.flatMap(({ label, total: many }) => {
        const oldest = views.find(({ crowd }) => crowd === label)
        return oldest === undefined ? [] : framesOf(oldest).slice(0, 1).map(keeper(oldest, `${many} of ${label}, the oldest`))
      }),
    ]
    return { keepers, unlisted: total - single.length - crowds.reduce((sum, { total: many }) => sum + many, 0) }
  }
}

const titleOf = (process: ProcessView): string => process.name ?? process.label

const opened = ({ held }: VersionDiagnosis): WhyKeeper[] => held.map(({ kind, label, file, line }) => ({
  kind: kind === 'timer' || kind === 'listener' || kind === 'server' ? kind : 'resource',
  // Its name ends with its place, which is told anyway.
  text: file === undefined ? label : label.replace(` ${path.basename(file)}:${line}`, ''),
  ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }),
}))

/** In no slot any more, or never in one, and yet some of its functions are held. */
const gone = (module: ModuleName, diagnosis: Diagnosis, walk: HeapWalk): WhyView[] =>
  walk.keepers.filter(({ version, failed, all }) => all.length > 0 && (failed || !diagnosis.versions.some((one) => one.version === version)))
    .map(({ version, failed, all, more }) => ({ module, version: mintVersion(version), slot: failed ? 'failed' : 'purged', keepers: all, more }))
