/**
 * What the views see: plain immutable JSON, never live tables. Times are milliseconds since the epoch unless they are
 * named `...Ms` (durations). Nothing here is about JavaScript, so that a BEAM host can fill it in as well.
 */
import type { Problem } from '../base/problem'
import type { ModuleName, PidText, Version } from './ids'

export interface Snapshot {
  /** Grows by one at each change; an older one is never shown over a newer. */
  readonly seq: number
  readonly runtime: RuntimeView
  readonly modules: readonly ModuleView[]
  /** Files of modules that are being loaded for the first time. */
  readonly loading?: readonly string[]
  readonly processes: ProcessPage
  /** One entry per old version in which somebody lingers: what the next load of that module would kill. */
  readonly lingering: readonly LingeringView[]
  /** Which supervisors would end if those who linger were killed: for each module alone, for each staged batch, for all of them. */
  readonly atRisk?: readonly AtRiskView[]
}

/** The life of the runtime host. After `crashed` the last modules and processes stay in the snapshot. */
export type RuntimeView =
  | { readonly state: 'stopped' }
  | { readonly state: 'starting'; readonly entry: string | undefined }
  | { readonly state: 'running'; readonly osPid: number; readonly engine: string; readonly entry: string | undefined; readonly startedAt: number
      /** Set while user code keeps the main thread busy and no safepoint was reached: for how long, and where if known. */
      readonly busy?: { readonly forMs: number; readonly where?: string } }
  | { readonly state: 'exited'; readonly exitCode: number; readonly at: number }
  | { readonly state: 'crashed'; readonly message: string; readonly exitCode: number | null; readonly signal: string | null; readonly at: number }

export interface ModuleView {
  readonly name: ModuleName
  /** Absolute path of the source file. */
  readonly file: string
  readonly current: VersionView | undefined
  readonly old: VersionView | undefined
  /** Compiled and ready, but waiting because its load would purge lingering processes. */
  readonly staged: StagedView | undefined
  /** Why the last save of it did not load; cleared by the next load that succeeds. */
  readonly failed: FailedView | undefined
  /** What its loaded text imports and no longer finds: calls of it fail, until one of the two is repaired. */
  readonly missing?: readonly Problem[]
  readonly sticky: boolean
}

export interface VersionView {
  readonly version: Version
  /** Hash of the source text, hexadecimal. */
  readonly hash: string
  readonly loadedAt: number
  /** Length of the source text in UTF-16 units. */
  readonly size: number
  readonly origin: Origin
  /** Processes with an activation in this version. For an old version: who lingers. */
  readonly processes: number
}

/** What asked for a load. */
export type Origin = 'start' | 'save' | 'external' | 'command' | 'shell' | 'program' | 'rollback'

export interface StagedView {
  readonly since: number
  /** Modules of one batch are staged, loaded and discarded together; equal numbers belong together. */
  readonly batch: number
  readonly policy: 'ask' | 'soft'
  readonly hash: string
  readonly victims: number
  /** Files of modules that would be loaded with it for the first time: when one changes, what is staged is out of date. */
  readonly files?: readonly string[]
}

export interface FailedView {
  readonly at: number
  readonly reason: FailureReason
  readonly problems: readonly Problem[]
  /** Its own text may be well: it was to be loaded together with this one, which failed. */
  readonly because?: ModuleName
  /** Absolute paths, with or without extension, where an import was looked for: what comes to be there may repair it. */
  readonly wanted?: readonly string[]
}

/** OTP's atoms as string literals, and ours where OTP has none (`compile_error`). */
export type FailureReason =
  | 'compile_error' | 'badfile' | 'nofile' | 'not_purged' | 'sticky_directory' | 'on_load_failure' | 'evaluation_failed' | 'link_error'
  | 'on_load_not_allowed' | 'pending_on_load' | 'superseded' | 'duplicated' | 'not_loaded' | 'host_down'

export interface LingeringView {
  readonly module: ModuleName
  readonly version: Version
  readonly total: number
  /** The first of them (at most 200, few of each crowd), each with the frames that keep it there first in `stack`. */
  readonly processes: readonly ProcessView[]
  /** How many of them are in which crowd. */
  readonly crowds?: readonly { readonly label: string; readonly total: number }[]
}

/** Killing whoever lingers in the old code of exactly these modules (sorted) would end these supervisors, and all their children. */
export interface AtRiskView {
  readonly modules: readonly ModuleName[]
  readonly supervisors: readonly SupervisorRiskView[]
}

/** A supervisor that would have to restart more children within `period` seconds than its `intensity` allows. */
export interface SupervisorRiskView {
  readonly pid: PidText
  /** Registered name. */
  readonly name: string | undefined
  readonly label: string
  readonly restarts: number
  readonly intensity: number
  readonly period: number
  /** Milliseconds since the epoch: from then on it would not end, as earlier restarts are forgotten. Undefined: waiting does not help. */
  readonly until: number | undefined
}

export type ProcessStatus = 'running' | 'waiting' | 'suspended' | 'hibernating'

export interface ProcessView {
  readonly pid: PidText
  /** Registered name. */
  readonly name: string | undefined
  /** A readable name for a process that has none: its initial call or what started it. */
  readonly label: string
  readonly status: ProcessStatus
  readonly messages: number
  readonly startedAt: number
  readonly links: number
  readonly monitors: number
  readonly trapExit: boolean
  readonly parent: PidText | undefined
  /** Innermost frame first; only frames of modules loaded through Codeswitch. */
  readonly stack: readonly FrameView[]
  /** True when some frame is code of an old version. */
  readonly lingers: boolean
  /** The crowd it is shown with: many that do the same (requests of one route). */
  readonly crowd?: string
}

export interface FrameView {
  readonly module: ModuleName
  readonly version: Version
  readonly slot: 'current' | 'old'
  readonly function: string
  readonly file: string
  /** 1-based, in the text this version was compiled from. */
  readonly line: number
  /** 0-based, UTF-16 units. */
  readonly column: number
}

/** Processes that do the same, and are so many that they are shown as one. The label is its identity. */
export interface CrowdView {
  /** `GET /users/*` */
  readonly label: string
  readonly total: number
  /** So many of them linger in old code. */
  readonly lingering: number
  /** The oldest of them (at most 50). */
  readonly oldest: readonly ProcessView[]
}

/** `offset` and `items` are about those who are in no crowd. A page that was filtered knows no crowds. */
export interface ProcessPage {
  /** All processes, crowds included; or all that fit the filter. */
  readonly total: number
  readonly offset: number
  readonly items: readonly ProcessView[]
  /** How many are in no crowd (`items` are of these); `total` when absent. */
  readonly single?: number
  /** The largest crowds (at most 20), in order of birth. */
  readonly crowds?: readonly CrowdView[]
  /** What is in smaller crowds. */
  readonly otherCrowds?: { readonly crowds: number; readonly total: number }
}
