import type { Snapshot } from '../protocol/snapshot'

/**
 * Files that a snapshot has and the one before had not. A module is loaded a moment before a snapshot tells of it, and a write
 * in that moment concerned nobody yet: its file has to be looked at once.
 */
export class FirstSeen {
  private known: ReadonlySet<string> = new Set()

  of({ modules, loading = [] }: Pick<Snapshot, 'modules' | 'loading'>): readonly string[] {
    const files = new Set([...modules.map(({ file }) => file), ...loading])
    const first = [...files].filter((file) => !this.known.has(file))
    this.known = files
    return first
  }
}
