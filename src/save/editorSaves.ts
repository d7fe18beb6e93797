/**
 * Decides which saved content is loaded. The editor's saves come with a reason, changes on disk come without; the same write
 * is usually seen both ways, in either order, and must be decided once:
 *
 *   reloadOnSave     manual save   manual, nothing typed   auto-save   auto-save, nothing typed   outside the editor
 *   never            -             -                       -           -                          -
 *   manual           load          load                    -           -                          load
 *   manualIfDirty    load          -                       -           -                          load
 *   all              load          load                    load        load                       load
 *   allIfDirty       load          -                       load        -                          load
 *
 * "Nothing typed" means since the content was last decided on to be loaded: what an auto-save wrote and `manual…` held back
 * counts as typed, so the next Ctrl+S loads it although the editor no longer calls the document dirty.
 * A change on disk that is the editor's own write is left to the editor's events; if those never come, it is loaded after all.
 */
import type { Disposable } from '../base/disposable'
import type { Origin } from '../protocol/snapshot'
import type { Clock, TimerHandle } from './clock'

export type ReloadOnSave = 'never' | 'manual' | 'manualIfDirty' | 'all' | 'allIfDirty'

export interface EditorSavesOptions {
  mode(path: string): ReloadOnSave
  /** The files to load when this one changes (usually itself); empty when no loaded module cares. */
  affected(path: string): readonly string[]
  push(path: string, origin: Origin): void
  /** What is on disk; undefined when the file is gone. */
  readText(path: string): Promise<string | undefined>
  /** What an open editor holds; undefined when none is open. */
  editorText(path: string): string | undefined
  readonly clock: Clock
}

/** Longest time that the saves of one Save All wait for each other: formatters and code actions run before each is written. */
const SAVE_ALL_MS = 2000
/** Longest time that a write is left to the editor's event. */
const DOUBT_MS = 500

interface Announced { readonly manual: boolean; readonly dirty: boolean }

export class EditorSaves implements Disposable {
  private readonly announced = new Map<string, Announced>()
  /** Announced, and the other saves wait for it. */
  private readonly awaited = new Set<string>()
  /** Content already decided on, to be loaded or to be held back. */
  private readonly decided = new Map<string, string>()
  private readonly heldBack = new Set<string>()
  /** Saves that wait for the others of their Save All. */
  private ready: string[] = []
  private limit: TimerHandle | undefined
  private readonly doubts = new Map<string, TimerHandle>()

  constructor(private readonly options: EditorSavesOptions) {}

  /** The editor is about to write. */
  willSave(path: string, manual: boolean, dirty: boolean): void {
    if (this.options.affected(path).length === 0) return
    this.announced.set(path, { manual, dirty })
    this.awaited.add(path)
    this.limit ??= this.options.clock.setTimer(() => this.release(), SAVE_ALL_MS)
  }

  /** The editor has written `text`. A save that was not announced is an auto-save. */
  didSave(path: string, text: string): void {
    const how = this.announced.get(path) ?? { manual: false, dirty: true }
    this.announced.delete(path)
    this.awaited.delete(path)
    if (this.options.affected(path).length > 0) {
      this.settle(path, text)
      if (this.wanted(path, how)) {
        this.heldBack.delete(path)
        this.ready.push(path)
      } else if (how.dirty) this.heldBack.add(path)
    }
    if (this.awaited.size === 0) this.release()
  }

  /** Somebody wrote the file, perhaps the editor. */
  async changedOnDisk(path: string): Promise<void> {
    if (this.options.mode(path) === 'never' || this.options.affected(path).length === 0) return
    const text = await this.options.readText(path)
    if (text === undefined) return this.fileIsGone(path)
    if (this.decided.get(path) === text) return
    if (this.announced.has(path) || this.options.editorText(path) === text) this.doubt(path)
    else this.loadFromDisk(path, text)
  }

  dispose(): void {
    if (this.limit) this.options.clock.clearTimer(this.limit)
    for (const timer of this.doubts.values()) this.options.clock.clearTimer(timer)
    this.doubts.clear()
  }

  private wanted(path: string, { manual, dirty }: Announced): boolean {
    const changed = dirty || this.heldBack.has(path)
    switch (this.options.mode(path)) {
      case 'never': return false
      case 'manual': return manual
      case 'manualIfDirty': return manual && changed
      case 'all': return true
      case 'allIfDirty': return changed
    }
  }

  private settle(path: string, text: string): void {
    this.decided.set(path, text)
    const doubt = this.doubts.get(path)
    if (doubt) this.options.clock.clearTimer(doubt)
    this.doubts.delete(path)
  }

  /** Looks like the editor's own write: its event decides; without one, the content decides again. */
  private doubt(path: string): void {
    if (this.doubts.has(path)) return
    this.doubts.set(path, this.options.clock.setTimer(() => void this.endDoubt(path), DOUBT_MS))
  }

  private async endDoubt(path: string): Promise<void> {
    this.doubts.delete(path)
    const text = await this.options.readText(path)
    if (text !== undefined && this.decided.get(path) !== text) this.loadFromDisk(path, text)
  }

  /** Whoever loads says so, or deletes the module. */
  private fileIsGone(path: string): void {
    this.decided.delete(path) // the same text again is another file
    this.options.push(path, 'external')
  }

  private loadFromDisk(path: string, text: string): void {
    this.settle(path, text)
    this.heldBack.delete(path)
    for (const affected of this.options.affected(path)) this.options.push(affected, 'external')
  }

  private release(): void {
    if (this.limit) this.options.clock.clearTimer(this.limit)
    this.limit = undefined
    // Who is late is still announced: its save is as manual as it was.
    this.awaited.clear()
    const paths = new Set(this.ready.flatMap((path) => this.options.affected(path)))
    this.ready = []
    for (const path of paths) this.options.push(path, 'save')
  }
}
