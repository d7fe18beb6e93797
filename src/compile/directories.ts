import { readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { realOnDisk } from './realPaths'

export type EntryKind = 'file' | 'directory'

/** `unknown`: a symlink, or a file system that does not say; a closer look decides. */
type Listed = EntryKind | 'link' | 'unknown'

/**
 * What is on disk, a whole folder at a time, so that 1000 imports cost as many readdir calls as there are folders.
 * A name it does not know may still exist (made since, or spelled in another case where the file system does not mind):
 * `look` finds it.
 */
export class Directories {
  private readonly listings = new Map<string, Map<string, Listed> | undefined>()
  private readonly realDirectories = new Map<string, string>()

  /** From memory once the folder was read. */
  kind(path: string): EntryKind | undefined {
    const listed = this.listing(dirname(path))?.get(basename(path))
    return listed === 'link' || listed === 'unknown' ? kindOnDisk(path) : listed
  }

  /** From the disk; corrects what it remembers. */
  look(path: string): EntryKind | undefined {
    const kind = kindOnDisk(path)
    if (kind !== this.kind(path)) this.listings.delete(dirname(path))
    return kind
  }

  /** Absolute path without symlinks, in the spelling of the disk. */
  real(path: string): string {
    const directory = dirname(path)
    if (this.listing(directory)?.get(basename(path)) !== 'file') return realOnDisk(path)
    const known = this.realDirectories.get(directory)
    const real = known ?? realOnDisk(directory)
    if (known === undefined) this.realDirectories.set(directory, real)
    return join(real, basename(path))
  }

  /** True when what it remembered about `path` was wrong: the caller's conclusions may be, too. */
  invalidate(path: string): boolean {
    const directory = dirname(path)
    const name = basename(path)
    if (!this.listings.has(directory)) return this.forgetBelow(path)
    const listed = this.listings.get(directory)?.get(name)
    const now = kindOnDisk(path)
    if (listed === now && now === 'file') return false
    this.listings.delete(directory)
    this.forgetBelow(path)
    return true
  }

  clear(): void {
    this.listings.clear()
    this.realDirectories.clear()
  }

  private forgetBelow(path: string): boolean {
    const known = [...this.listings.keys(), ...this.realDirectories.keys()].filter((each) => each === path || each.startsWith(join(path, '/')))
    for (const each of known) {
      this.listings.delete(each)
      this.realDirectories.delete(each)
    }
    return known.length > 0
  }

  private listing(directory: string): ReadonlyMap<string, Listed> | undefined {
    if (this.listings.has(directory)) return this.listings.get(directory)
    const listing = list(directory)
    this.listings.set(directory, listing)
    return listing
  }
}

function list(directory: string): Map<string, Listed> | undefined {
  try {
    return new Map(readdirSync(directory, { withFileTypes: true }).map((entry) => {
      const kind: Listed = entry.isFile() ? 'file' : entry.isDirectory() ? 'directory' : entry.isSymbolicLink() ? 'link' : 'unknown'
      return [entry.name, kind]
    }))
  } catch {
    // No such folder, or none we may read: then nothing is in it for us.
    return undefined
  }
}

function kindOnDisk(path: string): EntryKind | undefined {
  try {
    const stat = statSync(path, { throwIfNoEntry: false })
    return stat?.isFile() === true ? 'file' : stat?.isDirectory() === true ? 'directory' : undefined
  } catch {
    // A file where a folder was expected (ENOTDIR), or no permission.
    return undefined
  }
}
