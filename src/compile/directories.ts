import { readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { realOnDisk } from './realPaths'
import type { Turn } from './turn'

export type EntryKind = 'file' | 'directory'

/** `unknown`: a symlink, or a file system that does not say; a closer look decides. */
type Listed = EntryKind | 'link' | 'unknown'

interface Listing {
  /** Turn in which it was last known to be true. */
  turn: number
  /** Change time of the folder, which moves when a name in it appears or goes; undefined when that cannot be relied on. */
  readonly changed: number | undefined
  readonly entries: ReadonlyMap<string, Listed> | undefined
}

/** File systems count time in ticks of some milliseconds: a folder changed just before it was read may change again unseen. */
const tickMs = 50

/**
 * What is on disk, a whole folder at a time, so that 1000 imports cost as many readdir calls as there are folders.
 * In a later turn of the event loop a folder that changed is read again. Where the file system is asked about a name
 * in another spelling than its own (and does not mind), only `look` finds it.
 */
export class Directories {
  private readonly listings = new Map<string, Listing>()
  private readonly realDirectories = new Map<string, string>()
  private realTurn = 0

  constructor(private readonly turn: Turn) {}

  /** From memory when the folder was read in this turn, or did not change since it was. */
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
    if (this.realTurn !== this.turn.current()) this.realDirectories.clear()
    this.realTurn = this.turn.current()
    const known = this.realDirectories.get(directory)
    const real = known ?? realOnDisk(directory)
    if (known === undefined) this.realDirectories.set(directory, real)
    return join(real, basename(path))
  }

  clear(): void {
    this.listings.clear()
    this.realDirectories.clear()
  }

  private listing(directory: string): ReadonlyMap<string, Listed> | undefined {
    const turn = this.turn.current()
    const known = this.listings.get(directory)
    if (known?.turn === turn) return known.entries
    const changed = changeTime(directory)
    if (known !== undefined && known.changed !== undefined && known.changed === changed) {
      known.turn = turn
      return known.entries
    }
    const reliable = changed !== undefined && Date.now() - changed > tickMs
    const listing: Listing = { turn, changed: reliable ? changed : undefined, entries: list(directory) }
    this.listings.set(directory, listing)
    return listing.entries
  }
}

function changeTime(directory: string): number | undefined {
  try {
    return statSync(directory, { throwIfNoEntry: false })?.mtimeMs
  } catch {
    // A file where a folder was expected, or no permission: as if it were not there.
    return undefined
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
