import { lstatSync, realpathSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import type { Turn } from './turn'

/** Absolute paths without symlinks. Folders are followed once a turn, which for 1000 files takes half the time of asking for each. */
export class RealPaths {
  private readonly directories = new Map<string, string>()
  private readTurn = 0

  constructor(private readonly turn: Turn) {}

  /** The path itself where there is no file: a text that was never saved, or a file that was there a moment ago. */
  of(file: string): string {
    return isPlainFile(file) ? join(this.directory(dirname(resolve(file))), basename(file)) : realOnDisk(file)
  }

  private directory(path: string): string {
    if (this.readTurn !== this.turn.current()) this.directories.clear()
    this.readTurn = this.turn.current()
    const known = this.directories.get(path)
    if (known !== undefined) return known
    const real = realOnDisk(path)
    this.directories.set(path, real)
    return real
  }
}

function isPlainFile(file: string): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false })?.isFile() === true
  } catch {
    // No permission to look.
    return false
  }
}

export function realOnDisk(path: string): string {
  try {
    return realpathSync.native(path)
  } catch {
    // A dangling link, or gone just now.
    return resolve(path)
  }
}

/** Path from `folder`; undefined when the file is elsewhere. */
export function within(folder: string, file: string): string | undefined {
  const path = relative(folder, file)
  return path === '' || path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path) ? undefined : path
}
