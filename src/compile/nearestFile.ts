import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Turn } from './turn'

/** What a file said, and every path whose change (or appearance) would change that. */
export interface Loaded<T> {
  readonly value: T
  readonly dependencies: readonly string[]
}

interface Entry<T> {
  turn: number
  stamps: readonly (readonly [path: string, stamp: string])[]
  value: T | undefined
}

/**
 * The nearest file of one name (`tsconfig.json`, `package.json`) from a directory upwards, read once and again when it
 * or something it depends on changed on disk. Looks at the disk at most once a turn per directory.
 */
export class NearestFile<T> {
  private readonly byDirectory = new Map<string, Entry<T>>()

  constructor(
    private readonly name: string,
    private readonly turn: Turn,
    /** Undefined: the file is there, but the search goes on above it. */
    private readonly load: (path: string) => Loaded<T | undefined>,
  ) {}

  of(directory: string): T | undefined {
    for (let at = directory; ; at = dirname(at)) {
      const value = this.at(at)
      if (value !== undefined) return value
      if (dirname(at) === at) return undefined
    }
  }

  /** Forgets what it knows, also within the turn. */
  clear(): void {
    this.byDirectory.clear()
  }

  private at(directory: string): T | undefined {
    const turn = this.turn.current()
    const known = this.byDirectory.get(directory)
    if (known?.turn === turn) return known.value
    if (known !== undefined && known.stamps.every(([path, before]) => stamp(path) === before)) {
      known.turn = turn
      return known.value
    }
    const entry = this.read(join(directory, this.name), turn)
    this.byDirectory.set(directory, entry)
    return entry.value
  }

  private read(path: string, turn: number): Entry<T> {
    // Stamped before reading: a change in between is then seen next time, never missed.
    const own = stamp(path)
    if (own === '') return { turn, stamps: [[path, own]], value: undefined }
    const { value, dependencies } = this.load(path)
    const stamps = [path, ...dependencies].map((each) => [each, each === path ? own : stamp(each)] as const)
    return { turn, stamps, value }
  }
}

/** Changes whenever the file does; empty when there is none. */
function stamp(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat === undefined || !stat.isFile() ? '' : `${stat.mtimeMs}:${stat.size}:${stat.ino}`
}
