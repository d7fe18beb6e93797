/**
 * Sees that a file of a watched folder may have another content. It never loses the last change, and it passes every change on
 * at once: whoever listens compares contents. Folders are watched, not files, because a save by rename replaces the file.
 *
 *   events of one poll of the kernel       are one turn of `onChange` calls (a Save All stays together)
 *   a file that is empty or gone           is most often half of a save: it waits `emptyMs` or `goneMs` for its other half
 *   a folder removed, renamed, recreated   its ancestors tell; it is armed again and all its files are reported
 *   a symbolic link                        the folders it leads through are watched as well; the link's own path is reported
 *
 * Not done here: recursion, globs, hashing, debouncing.
 */
import { readdirSync, watch, type FSWatcher } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path'
import type { Disposable } from '../base/disposable'
import { systemClock, type Clock, type TimerHandle } from './clock'
import { exists, isLink, hasContent, linkRoute, writtenAt } from './fileFacts'

export interface FileWatcherOptions {
  /** Absolute path, through the watched folder's own name. */
  onChange(path: string): void
  /** The system refuses to watch a folder (its limit of watches, permissions). */
  onError?(message: string): void
  /** Which files matter when a whole folder has to be reported. Default: all. */
  wanted?(path: string): boolean
  /** Folder above which nobody is expected to replace folders. Default: the folders themselves. */
  readonly root?: string
  readonly clock?: Clock
  /** Default 2000 ms: a writer that truncates first may be slow, and an emptied module has nothing to call. */
  readonly emptyMs?: number
  /** Default 150 ms. */
  readonly goneMs?: number
}

/** A change that happened up to this long before a folder was watched is reported: the file was read, and then saved, before we looked. */
const recentMs = 10_000

interface Folder {
  readonly path: string
  /** Its files are modules: every event counts. */
  listed: boolean
  watcher: FSWatcher | undefined
  /** Last parts of paths that lead to listed folders: when one of them is replaced, what is below must be armed again. */
  readonly below: Set<string>
  /** File name here -> links that lead through it. */
  readonly links: Map<string, Set<string>>
}

export class FileWatcher implements Disposable {
  private readonly folders = new Map<string, Folder>()
  /** Link -> the places it leads through, so that a link that points elsewhere now is noticed. */
  private readonly routes = new Map<string, readonly string[]>()
  private readonly unfinished = new Map<string, TimerHandle>()
  private readonly changed = new Set<string>()
  private readonly lost = new Set<string>()
  private turn: NodeJS.Immediate | undefined
  private disposed = false
  private readonly clock: Clock

  constructor(private readonly options: FileWatcherOptions) {
    this.clock = options.clock ?? systemClock
  }

  /** Watches exactly these folders (absolute) from now on. */
  watch(folders: readonly string[]): void {
    if (this.disposed) return
    const wanted = new Set(folders.map((folder) => resolve(folder)))
    for (const folder of this.folders.values()) if (folder.listed && !wanted.has(folder.path)) this.drop(folder)
    for (const path of wanted) if (this.folders.get(path)?.listed !== true) this.add(path)
  }

  /** Reports those of these files that were written since then (milliseconds since the epoch): they were read before anybody listened. */
  look(files: readonly string[], since: number): void {
    if (this.disposed) return
    for (const file of files) if (writtenAt(file) >= since - recentMs) this.report(file)
  }

  dispose(): void {
    this.disposed = true
    for (const folder of this.folders.values()) folder.watcher?.close()
    for (const timer of this.unfinished.values()) this.clock.clearTimer(timer)
    this.folders.clear()
    this.unfinished.clear()
    if (this.turn !== undefined) clearImmediate(this.turn)
  }

  private add(path: string): void {
    for (const ancestor of this.ancestors(path)) {
      this.folder(dirname(ancestor)).below.add(basename(ancestor))
    }
    const folder = this.folder(path)
    folder.listed = true
    this.scan(folder, Date.now() - recentMs)
  }

  /** Stays armed when it is on the way to another one; an event that nobody asked for is ignored. */
  private drop(folder: Folder): void {
    folder.listed = false
    if (folder.below.size > 0 || folder.links.size > 0) return
    folder.watcher?.close()
    this.folders.delete(folder.path)
  }

  /** The path itself and what is above it, up to the root: each is an entry of a folder that can be replaced. */
  private ancestors(path: string): string[] {
    const root = this.options.root
    const found = [path]
    if (root === undefined) return found
    for (let at = dirname(path); isInside(root, at) && at !== dirname(at); at = dirname(at)) found.push(at)
    return found.reverse()
  }

  private folder(path: string): Folder {
    const known = this.folders.get(path)
    if (known !== undefined) return known
    const folder: Folder = { path, listed: false, watcher: undefined, below: new Set(), links: new Map() }
    this.folders.set(path, folder)
    this.arm(folder)
    return folder
  }

  private arm(folder: Folder): void {
    folder.watcher?.close()
    folder.watcher = undefined
    try {
      const watcher = watch(folder.path, (kind, name) => this.onEvent(folder, kind, name))
      watcher.on('error', () => this.lose(folder.path))
      folder.watcher = watcher
    } catch (error) {
      // A folder that is not there comes back through its ancestors; anything else the person has to know.
      if (!isMissing(error)) this.options.onError?.(`cannot watch ${folder.path}: ${String(error)}`)
    }
  }

  private onEvent(folder: Folder, kind: string, name: string | null): void {
    if (this.disposed) return
    if (name === null || (kind === 'rename' && name === basename(folder.path))) this.lose(folder.path)
    if (name === null) return
    const path = join(folder.path, name)
    if (kind === 'rename' && folder.below.has(name)) this.lose(path)
    for (const link of folder.links.get(name) ?? []) this.report(link)
    if (!folder.listed) return
    if (kind === 'rename') this.followLinksAgain(folder, path)
    this.report(path)
  }

  private report(path: string): void {
    this.changed.add(path)
    this.startTurn()
  }

  private lose(path: string): void {
    this.lost.add(path)
    this.startTurn()
  }

  private startTurn(): void {
    this.turn ??= setImmediate(() => this.endTurn())
  }

  private endTurn(): void {
    this.turn = undefined
    if (this.disposed) return
    const lost = [...this.lost]
    this.lost.clear()
    if (lost.length > 0) this.armBelow(lost)
    const changed = [...this.changed]
    this.changed.clear()
    for (const path of changed) this.pass(path)
  }

  /** Above before below: once a folder is armed, the creation of what is in it is seen. */
  private armBelow(lost: readonly string[]): void {
    const affected = [...this.folders.values()].filter((folder) => lost.some((path) => isInside(path, folder.path)))
    affected.sort((a, b) => a.path.length - b.path.length)
    for (const folder of affected) {
      this.arm(folder)
      if (folder.listed) this.scan(folder, 0)
      for (const links of folder.links.values()) for (const link of links) this.changed.add(link)
    }
  }

  private pass(path: string): void {
    const waiting = this.unfinished.get(path)
    if (waiting !== undefined) this.clock.clearTimer(waiting)
    this.unfinished.delete(path)
    if (hasContent(path)) return this.options.onChange(path)
    const { emptyMs = 2000, goneMs = 150 } = this.options
    this.unfinished.set(path, this.clock.setTimer(() => this.giveUpWaiting(path), exists(path) ? emptyMs : goneMs))
  }

  private giveUpWaiting(path: string): void {
    this.unfinished.delete(path)
    this.options.onChange(path)
  }

  /** Reports what was written since then (milliseconds since the epoch) and follows the folder's links. */
  private scan(folder: Folder, since: number): void {
    for (const entry of entriesOf(folder.path)) {
      const path = join(folder.path, entry.name)
      if (entry.isDirectory() || this.options.wanted?.(path) === false) continue
      if (entry.isSymbolicLink()) this.follow(path)
      if (since === 0 || writtenAt(path) >= since) this.report(path)
    }
  }

  private followLinksAgain(folder: Folder, path: string): void {
    if (isLink(path) && this.options.wanted?.(path) !== false) this.follow(path)
    for (const [link, before] of [...this.routes]) {
      if (dirname(link) !== folder.path || !this.follow(link, before)) continue
      this.report(link)
    }
  }

  /** True when the link leads another way than before. */
  private follow(link: string, before: readonly string[] = this.routes.get(link) ?? []): boolean {
    const route = linkRoute(link)
    for (const place of before) this.folders.get(dirname(place))?.links.get(basename(place))?.delete(link)
    for (const place of route) {
      const { links } = this.folder(dirname(place))
      const through = links.get(basename(place)) ?? new Set<string>()
      links.set(basename(place), through.add(link))
    }
    if (route.length > 0) this.routes.set(link, route)
    else this.routes.delete(link)
    return route.join('\n') !== before.join('\n')
  }
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return !way.startsWith('..') && !isAbsolute(way)
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')

function entriesOf(folder: string): ReturnType<typeof readEntries> {
  try {
    return readEntries(folder)
  } catch {
    return [] // the folder is gone again: its ancestors tell when it is back
  }
}

const readEntries = (folder: string) => readdirSync(folder, { withFileTypes: true })
