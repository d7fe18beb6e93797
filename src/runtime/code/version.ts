import type { EmittedFrame } from '../../protocol/unit'
import type { ModuleName, Version } from '../../protocol/ids'

/**
 * One version of one module inside the runtime. The record outlives nothing: when the version is purged, nobody but
 * functions that were kept as values still points here, and those throw BadFunError.
 *
 *   loading -> current -> old -> purged        rollback: old <-> current
 *   loading -> purged                          the load failed; nothing was visible
 */
export interface VersionRecord {
  readonly module: ModuleName
  readonly version: Version
  /** Of its script, by which V8 knows it. */
  readonly url: string
  /** Index of this version in the shared trap array. */
  readonly slot: number
  state: 'loading' | 'current' | 'old' | 'purged'
  /** Sentinel of the circular list of frames whose code is this version: `frames.vNext === frames` when there is none. */
  readonly frames: FrameLinks
}

/** A frame is in two circular lists: those of its version (who lingers) and those of its process (its stack, innermost first). */
export interface FrameLinks {
  vPrev: FrameLinks
  vNext: FrameLinks
}

export interface FrameOf<P> extends EmittedFrame, FrameLinks {
  readonly version: VersionRecord
  readonly process: P
  /** Index into the version's function table. */
  readonly fn: number
}
