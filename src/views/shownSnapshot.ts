import type { Snapshot } from '../protocol/snapshot'

/**
 * What the trees show of a snapshot: after a stop that was asked for nothing (the welcome view offers the start), after a
 * crash or an end of the program everything as it was.
 */
export const shownSnapshot = (snapshot: Snapshot): Snapshot =>
  snapshot.runtime.state === 'stopped' ? { ...snapshot, modules: [], processes: { total: 0, offset: 0, items: [] }, lingering: [] } : snapshot
