/**
 * Saves of the modules of a running program are loaded into it, whoever writes them. It is done here, and not by whoever drives
 * the host, because here are the compiler and the loader: nothing is on its way between an event and its load.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Disposable } from '../base/disposable'
import type { Snapshot } from '../protocol/snapshot'
import { affectedFiles } from '../save/affectedFiles'
import { systemClock } from '../save/clock'
import { hasContent } from '../save/fileFacts'
import { FileWatcher } from '../save/fileWatcher'
import { FirstSeen } from '../save/firstSeen'
import { SaveQueue } from '../save/saveQueue'

export interface ReloadOnSaveDeps {
  readonly root: string
  /** No module was read before. */
  readonly startedAt: number
  snapshot(): Snapshot
  /** Compiles these without waiting: what the queue waits for is no waste. */
  prepare(files: readonly string[]): void
  /** Never rejects. */
  load(files: readonly string[]): Promise<void>
  log(message: string): void
}

/** Writes to several files that are this close (milliseconds) are one change, loaded when it is complete. */
const burstMs = 30
/** A tool that writes several files has written the next one by then; half of its change could call what is not there yet. */
const loneMs = 2

export class ReloadOnSave implements Disposable {
  private readonly queue: SaveQueue
  private readonly watcher: FileWatcher
  private readonly firstSeen = new FirstSeen()

  constructor(private readonly deps: ReloadOnSaveDeps) {
    const { root, load, log } = deps
    const gitLock = join(root, '.git', 'index.lock')
    this.queue = new SaveQueue({ quietMs: burstMs, loneQuietMs: loneMs, clock: systemClock, busy: () => existsSync(gitLock), load })
    this.watcher = new FileWatcher({ root, onChange: (path) => this.changed(path), onError: log })
  }

  watch(folders: readonly string[]): void {
    this.watcher.watch(folders)
  }

  /** `snapshot()` is another one now. */
  look(): void {
    this.watcher.look(this.firstSeen.of(this.deps.snapshot()), this.deps.startedAt)
  }

  /** The load under way waits for the program. */
  goOn(): void {
    this.queue.goOn()
  }

  dispose(): void {
    this.queue.dispose()
    this.watcher.dispose()
  }

  private changed(path: string): void {
    const files = affectedFiles(this.deps.snapshot(), path, hasContent)
    for (const file of files) this.queue.push(file, 'external')
    if (files.length > 0) this.deps.prepare(files)
  }
}
