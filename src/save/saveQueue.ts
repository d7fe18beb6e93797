/**
 * Saves become batches. A batch is what loads together, all or none.
 *
 *   editor save (`save`)     starts at the end of the turn it came in: a Save All that fires in one turn is one batch
 *   any other origin         starts when no write came for `quietMs` and nobody is `busy` (a branch switch holds a lock);
 *                            when only one file is written, already after `loneQuietMs`
 *   while a load runs        whatever comes is exactly one next load; it starts when that load ends, or waits (`goOn`)
 *
 * An editor save does not wait for somebody else's writes: those stay behind in their own batch until they are quiet.
 */
import type { Disposable } from '../base/disposable'
import type { Origin } from '../protocol/snapshot'
import type { Clock, TimerHandle } from './clock'

export interface SaveQueueOptions {
  /** Loads the batch. Reports its own failures; a rejection ends that batch only. */
  load(paths: readonly string[], origin: Origin): Promise<void>
  /** Milliseconds without a write after which a batch from outside the editor is complete. */
  readonly quietMs: number
  /** The same while only one file is written, as a person's save is. Default: `quietMs`. */
  readonly loneQuietMs?: number
  readonly clock: Clock
  /** True while somebody rewrites many files (`.git/index.lock` exists). Asked before a batch from outside starts. */
  busy?(): boolean | Promise<boolean>
  /** A lock that stays longer than this is forgotten, not held: the batch starts anyway. Default 10 000 ms. */
  readonly busyLimitMs?: number
}

/** Somebody writes without end: what came until then is loaded. */
const quietLimitMs = 2000

export class SaveQueue implements Disposable {
  private readonly saved = new Set<string>()
  private readonly written = new Map<string, Origin>()
  private running: Promise<void> | undefined
  private timer: TimerHandle | undefined
  private turnEnds = false
  private quietAt = 0
  /** When the first write of the batch came. */
  private openedAt: number | undefined
  private last = { path: '', at: -Infinity }
  private heldSince: number | undefined
  private disposed = false

  constructor(private readonly options: SaveQueueOptions) {}

  push(path: string, origin: Origin): void {
    if (this.disposed) return
    if (origin === 'save') {
      this.written.delete(path)
      this.saved.add(path)
      this.startAtEndOfTurn()
      return
    }
    if (!this.saved.has(path)) this.written.set(path, origin)
    const now = this.options.clock.now()
    this.openedAt ??= now
    const wait = Math.min(this.quietAfter(path, now), Math.max(0, this.openedAt + quietLimitMs - now))
    this.quietAt = now + wait
    this.wakeAfter(wait)
  }

  /** A second file soon after another means that somebody is writing many. */
  private quietAfter(path: string, now: number): number {
    const { quietMs, loneQuietMs } = this.options
    const alone = this.written.size <= 1 && (path === this.last.path || now - this.last.at >= quietMs)
    this.last = { path, at: now }
    return alone ? (loneQuietMs ?? quietMs) : quietMs
  }

  /** Loads what is pending without waiting for quiet; resolves when nothing is pending or running. */
  async flush(): Promise<void> {
    while (!this.disposed && (this.running !== undefined || this.saved.size + this.written.size > 0)) {
      if (this.running === undefined) this.start(this.takeAll())
      await this.running
    }
  }

  /** The load under way waits for something in the program: the next one starts, and may take its place. */
  goOn(): void {
    this.running = undefined
    if (this.disposed) return
    if (this.saved.size > 0) this.start(this.takeSaved())
    else if (this.timer === undefined) this.wake()
  }

  dispose(): void {
    this.disposed = true
    this.stopTimer()
    this.saved.clear()
    this.written.clear()
  }

  private startAtEndOfTurn(): void {
    if (this.turnEnds || this.running !== undefined) return
    this.turnEnds = true
    queueMicrotask(() => {
      this.turnEnds = false
      if (this.running === undefined && this.saved.size > 0) this.start(this.takeSaved())
    })
  }

  private wakeAfter(ms: number): void {
    this.stopTimer()
    this.timer = this.options.clock.setTimer(() => this.wake(), ms)
  }

  private stopTimer(): void {
    if (this.timer !== undefined) this.options.clock.clearTimer(this.timer)
    this.timer = undefined
  }

  private wake(): void {
    this.timer = undefined
    // A running load comes back here when it ends.
    if (this.running !== undefined || this.written.size === 0) return
    const answer = this.options.busy?.() ?? false
    if (answer === true) this.hold()
    else if (answer === false) this.start(this.takeAll())
    else void this.askBusy(answer)
  }

  private async askBusy(answer: Promise<boolean>): Promise<void> {
    const busy = await answer.catch(() => false) // who cannot say that there is a lock holds nobody
    // Time passed: the batch may have been taken, or have grown and started a timer of its own.
    if (this.disposed || this.running !== undefined || this.timer !== undefined || this.written.size === 0) return
    if (busy) this.hold()
    else this.start(this.takeAll())
  }

  private hold(): void {
    const now = this.options.clock.now()
    this.heldSince ??= now
    if (now - this.heldSince >= (this.options.busyLimitMs ?? 10_000)) this.start(this.takeAll())
    else this.wakeAfter(Math.max(1, this.options.quietMs))
  }

  private start(batch: { readonly paths: readonly string[]; readonly origin: Origin }): void {
    const run = this.runOne(batch.paths, batch.origin).then(() => {
      if (this.running === run) this.goOn()
    })
    this.running = run
  }

  private async runOne(paths: readonly string[], origin: Origin): Promise<void> {
    try {
      await this.options.load(paths, origin)
    } catch {
      // The loader has said what went wrong; the saves that follow must still load.
    }
  }

  /** What the editor saved, together with what others wrote if that is complete (so that both are one load). */
  private takeSaved(): { readonly paths: readonly string[]; readonly origin: Origin } {
    if (this.writtenIsComplete()) return this.takeAll()
    const paths = [...this.saved]
    this.saved.clear()
    return { paths, origin: 'save' }
  }

  private writtenIsComplete(): boolean {
    if (this.timer !== undefined || this.options.clock.now() < this.quietAt) return false
    // An answer that is not there yet is a no: the editor save does not wait for it.
    return (this.options.busy?.() ?? false) === false
  }

  private takeAll(): { readonly paths: readonly string[]; readonly origin: Origin } {
    this.stopTimer()
    this.heldSince = undefined
    this.openedAt = undefined
    const origin = this.saved.size > 0 ? 'save' : ([...this.written.values()][0] ?? 'external')
    const paths = [...this.saved, ...this.written.keys()]
    this.saved.clear()
    this.written.clear()
    return { paths, origin }
  }
}
