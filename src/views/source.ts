import type { Snapshot } from '../protocol/snapshot'
import type { Event } from '../base/event'

/** All a view knows of the runtime: the last picture, and when there is a newer one. A `Host` fits. */
export interface SnapshotSource {
  readonly snapshot: Snapshot
  readonly onDidChange: Event<Snapshot>
}
