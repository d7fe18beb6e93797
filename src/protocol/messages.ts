/**
 * The contract between a host and those who drive it (the extension, `codeswitch run`, the shell): JSON-RPC over a private
 * pipe. The host speaks first, with `hello` and its protocol number; a mismatch ends the connection with both numbers named.
 * Every request gets exactly one reply. `snapshot`, `loaded` and `log` come unasked, in order. If the host ends, every open
 * request fails with `HostDown`. Absent on purpose: editor positions, anything only VS Code or only JavaScript understands.
 */
import type { Problem } from '../base/problem'
import type { FailureReason, Origin, ProcessPage, ProcessView, Snapshot } from './snapshot'
import type { ModuleName, PidText, Version } from './ids'
import type { UpgradeDirection, UpgradePreview, UpgradeReport } from './upgrade'

export const PROTOCOL = 1

export type PurgePolicy = 'ask' | 'soft' | 'brutal'

/** What the host needs to know before it runs anything. Sent once, as the reply to `hello`. */
export interface HostOptions {
  /** Workspace folder, absolute: module names are paths from here. */
  readonly root: string
  /** Program to run, absolute or from `root`; undefined: an empty runtime (shell without a program). */
  readonly entry: string | undefined
  readonly argv: readonly string[]
  /** Globs from `root`: which files are modules. */
  readonly include: readonly string[]
  readonly exclude: readonly string[]
  readonly purgePolicy: PurgePolicy
  /** Milliseconds that somebody on the way out gets before anybody is asked or killed. */
  readonly purgeGrace: number
  /** `true`: the host watches the files of its modules, and loads what is saved; `false`: whoever drives it tells it. */
  readonly watch: boolean
  /** `true`: whoever drives it shows processes, and is told when they change; `false`: only about code (`codeswitch run`, where each picture would take time from the program). */
  readonly showsProcesses: boolean
  /** `true`: the host stays when the program has nothing left to do, or failed to start (shell, editor). */
  readonly keepAlive: boolean
}

export interface LoadParams {
  /** Names (or unique last parts, or absolute paths); undefined: every loaded module whose file changed. */
  readonly modules: readonly string[] | undefined
  readonly origin: Origin
  /** `true`: load even when the text is that of current (as Erlang's `l` does); `false`: unchanged text loads nothing. */
  readonly force: boolean
  /** Overrides the host's policy for this load. */
  readonly policy?: PurgePolicy
}

export type ModuleOutcome =
  | { readonly module: ModuleName; readonly kind: 'loaded'; readonly version: Version; readonly killed: readonly PidText[]
      /** Why it was loaded although nobody saved it. */
      readonly why?: string
      /** What did not become new with it (objects of a class with private members keep their old code), and state that it began without. */
      readonly notes?: readonly string[] }
  /** `settled`: it had failed or was staged, and its text is that of current again. */
  | { readonly module: ModuleName; readonly kind: 'unchanged'; readonly settled?: { readonly was: 'failed' | 'staged'; readonly version: Version } }
  /** Its file is gone and nobody imports it any more: current became old. */
  | { readonly module: ModuleName; readonly kind: 'deleted' }
  | { readonly module: ModuleName; readonly kind: 'staged'; readonly victims: number; readonly policy: 'ask' | 'soft' }
  | { readonly module: ModuleName; readonly kind: 'failed'; readonly reason: FailureReason; readonly problems: readonly Problem[] }
  /** The batch was atomic and another module of it failed: nothing of this one changed. */
  | { readonly module: ModuleName; readonly kind: 'heldBack'; readonly because: ModuleName }

/** One batch, one report. `ok` is true when every module was loaded, deleted or unchanged. */
export interface LoadReport {
  readonly batch: number
  readonly ok: boolean
  readonly origin: Origin
  readonly at: number
  readonly tookMs: number
  readonly outcomes: readonly ModuleOutcome[]
  /** The program has not started, and starts when this is repaired. */
  readonly startsWhenRepaired?: true
  /** Imports of loaded modules that find nothing any more since this load. */
  readonly missing?: readonly Problem[]
}

export type PurgeReport = { readonly module: ModuleName; readonly result: boolean; readonly killed: readonly PidText[] }
export type Refusal = { readonly error: FailureReason | 'unknown_module' | 'ambiguous_module' | 'noproc' | 'badarg' | 'no_old_code' | 'nothing_staged'; readonly message: string }

export interface SourceText { readonly module: ModuleName; readonly version: Version; readonly slot: 'current' | 'old'; readonly file: string; readonly text: string }

export interface ProcessDetails {
  readonly process: ProcessView
  readonly ancestors: readonly PidText[]
  readonly links: readonly PidText[]
  readonly monitors: readonly PidText[]
  readonly monitoredBy: readonly PidText[]
  /** Printed with util.inspect, bounded in depth and length. */
  readonly mailbox: readonly string[]
  readonly dictionary: readonly (readonly [string, string])[]
  readonly resources: readonly string[]
}

/** Something that keeps a version. `file` and `line` say where it was made, `heldBy` by what it is held, the nearest first. */
export interface WhyKeeper {
  readonly kind: 'frame' | 'timer' | 'listener' | 'server' | 'resource' | 'export' | 'closure'
  readonly text: string
  readonly pid?: PidText
  readonly file?: string
  readonly line?: number
  readonly heldBy?: readonly string[]
}

export interface WhyView {
  readonly module: ModuleName
  readonly version: Version
  /** `purged`: in no slot any more, but functions of it are still held; `failed`: never in one, because its load failed. Found by a heap walk only. */
  readonly slot: 'current' | 'old' | 'purged' | 'failed'
  readonly keepers: readonly WhyKeeper[]
  /** So many more processes have an activation in it. */
  readonly unlisted?: number
  /** The heap walk found more than it tells. */
  readonly more?: boolean
}

/** What became of the heap walk. The program stands still while the snapshot is taken (`snapshotMs` at most), not afterwards. */
export type HeapWalkView =
  | { readonly state: 'skipped' }
  | { readonly state: 'done'; readonly heapMb: number; readonly snapshotMs: number; readonly tookMs: number }
  | { readonly state: 'stopped'; readonly because: 'cancelled' | 'time'; readonly heapMb: number; readonly tookMs: number }
  | { readonly state: 'tooBig'; readonly heapMb: number; readonly maxHeapMb: number }
  | { readonly state: 'failed'; readonly message: string }

/** `columns` and `colors`: of the terminal that shows the answer. */
export interface ShellLine { readonly line: string; readonly columns?: number; readonly colors?: boolean }

/** One shell line. `incomplete`: nothing ran, as the text only begins a statement. `value` is what a person reads (util.inspect); `json` the value for programs (`--json`), pids and refs as text. */
export type ShellAnswer =
  | { readonly ok: true; readonly value: string; readonly json: unknown }
  | { readonly ok: false; readonly error: { readonly name: string; readonly message: string; readonly stack?: string; readonly incomplete?: boolean } }

/** method -> [params, result]. A `Refusal` is an answer, not a fault: the call was understood and declined. */
export interface Requests {
  load: [LoadParams, LoadReport | Refusal]
  /** These files (absolute) have changed and may have to be loaded in a moment: whoever has to compile may begin. */
  prepare: [{ readonly files: readonly string[] }, Record<string, never>]
  /** Loads what is staged (all, or the batch of `module`); `kill`: purge those who linger, else wait until they left. */
  loadStaged: [{ readonly module?: string; readonly kill: boolean }, LoadReport | Refusal]
  discardStaged: [{ readonly module?: string }, { readonly discarded: readonly ModuleName[] } | Refusal]
  purge: [{ readonly module: string; readonly soft: boolean }, PurgeReport | Refusal]
  /** Every module that has old code. */
  purgeAll: [{ readonly soft: boolean }, { readonly modules: readonly PurgeReport[] }]
  delete: [{ readonly module: string }, { readonly module: ModuleName; readonly result: boolean } | Refusal]
  rollback: [{ readonly module: string }, LoadReport | Refusal]
  /** What the plan in this file (absolute) would do now. */
  previewUpgrade: [{ readonly file: string; readonly direction: UpgradeDirection }, UpgradePreview]
  runUpgrade: [{ readonly file: string; readonly direction: UpgradeDirection }, UpgradeReport]
  snapshot: [Record<string, never>, Snapshot]
  processes: [{ readonly offset: number; readonly limit: number; readonly filter?: string }, ProcessPage]
  inspect: [{ readonly pid: string }, ProcessDetails | Refusal]
  kill: [{ readonly pid: string; readonly reason?: string }, { readonly killed: boolean } | Refusal]
  /** `text` is a JavaScript expression (`"code_switch"`, `{ type: "stop" }`); evaluated in the host. */
  send: [{ readonly pid: string; readonly text: string }, { readonly sent: true } | Refusal]
  source: [{ readonly module: string; readonly slot: 'current' | 'old' }, SourceText | Refusal]
  /**
   * Everything that keeps the versions of a module. `heap`: looks through the whole heap as well, for what others hold (default
   * false); not when it is larger than `maxHeapMb` (256), and for `maxMs` at most (60 000). `text`: the answer as Markdown.
   */
  why: [
    { readonly module: string; readonly slot?: 'current' | 'old'; readonly heap?: boolean; readonly maxHeapMb?: number; readonly maxMs?: number },
    { readonly versions: readonly WhyView[]; readonly heap: HeapWalkView; readonly text: string } | Refusal,
  ]
  /** Every heap walk under way is stopped; its request is answered with what is known. */
  cancelWhy: [Record<string, never>, { readonly cancelled: number }]
  shell: [ShellLine, ShellAnswer]
  /** Changes policy or grace while running. */
  configure: [{ readonly purgePolicy?: PurgePolicy; readonly purgeGrace?: number }, Record<string, never>]
  openInspector: [Record<string, never>, { readonly url: string }]
  shutdown: [Record<string, never>, Record<string, never>]
}

/** A snapshot whose modules are only those that changed since the one before; the first one has all. `gone` are there no more. */
export interface SnapshotUpdate extends Snapshot {
  readonly gone: readonly ModuleName[]
}

export interface Notifications {
  snapshot: SnapshotUpdate
  /** A batch ended (also the one of the program's start); for the history view and the Problems view. */
  loaded: LoadReport
  /** A load of these has been waiting for the program for a while. What is saved next need not wait for it: it takes its place. */
  loadWaits: { readonly modules: readonly ModuleName[] }
  /** A text the person should be able to find again (log channel). */
  log: { readonly level: 'info' | 'warn' | 'error'; readonly message: string }
  /** The files that matter changed: whoever watches for this host (one that does not do so itself) watches these folders (absolute). */
  watch: { readonly folders: readonly string[] }
}

/** First message of the host. */
export interface Hello { readonly protocol: number; readonly engine: string; readonly osPid: number }
export type { ProcessView, Snapshot }
