/**
 * Between the two threads of the host: the main thread, where user code and the code server run, and the control thread, which
 * compiles, decides and talks to the outside. Structured clones over one MessagePort, in order. Each `...Request` carries an
 * `id` and gets exactly one `reply`. When main is busy, control rings through the trap array and main serves its port at the
 * next safepoint (function or loop head of user code); a `require` of code that is not compiled yet blocks main on `reply`.
 */
import type { MessagePort } from 'node:worker_threads'
import type { Rewritten } from '../protocol/unit'
import type { ModuleName, PidText, Version } from '../protocol/ids'
import type { AtRiskView, CrowdView, FailureReason, LingeringView, Origin, ProcessPage, ProcessView } from '../protocol/snapshot'
import type { UpgradeDirection, UpgradePreview, UpgradeReport } from '../protocol/upgrade'
import type { HeldKind } from './implicit/ledger'
import type { ProcessDetails, Requests, ShellAnswer, ShellLine } from '../protocol/messages'

/** Where a specifier leads. */
export type Link =
  | { readonly kind: 'module'; readonly module: ModuleName }
  | { readonly kind: 'native'; readonly target: string }
  /** `wanted`: absolute paths, with or without extension, at which it was looked for. */
  | { readonly kind: 'failed'; readonly code: string; readonly message: string; readonly wanted?: readonly string[] }

/** A compiled module with its specifiers resolved. */
export interface Unit {
  readonly module: ModuleName
  readonly file: string
  readonly hash: string
  /** Length of the source text. */
  readonly size: number
  readonly rewritten: Rewritten
  /** esbuild's source map, when the text was transformed. */
  readonly map: string | undefined
  /** One per `rewritten.imports`. */
  readonly links: readonly Link[]
  /** Node would not link it when it imports a name that is not there (TypeScript that becomes CommonJS gets `undefined`). */
  readonly strict: boolean
  /** For literal `require` and `import()`. */
  readonly dynamic: Readonly<Record<string, Link>>
  /** `//# sourceMappingURL=…` with the whole map, only while a debugger is attached. */
  readonly inlineMap: string | undefined
}

/** What becomes of lingering processes: nothing is loaded (`refuse`), or they are ended (`kill`). `never`: the old slot must be empty. */
export type PurgeMode = 'refuse' | 'kill' | 'never'

export type LoadResult =
  | { readonly kind: 'loaded'; readonly versions: readonly LoadedVersion[] }
  | { readonly kind: 'lingering'; readonly modules: readonly { readonly module: ModuleName; readonly pids: readonly PidText[] }[] }
  | { readonly kind: 'refused'; readonly reason: FailureReason; readonly modules: readonly ModuleName[] }
  | { readonly kind: 'failed'; readonly module: ModuleName; readonly reason: FailureReason; readonly error: ErrorView; readonly importIndex?: number }

export interface LoadedVersion { readonly module: ModuleName; readonly version: Version; readonly killed: readonly PidText[]; readonly origin: Origin; readonly notes?: readonly string[] }

/** An exception as text; `at` are source positions (line 1-based, column 0-based UTF-16). */
export interface ErrorView {
  readonly name: string
  readonly message: string
  readonly stack: string
  /** Where in user code it was thrown, innermost first. */
  readonly at: readonly { readonly file: string; readonly version: number; readonly line: number; readonly column: number }[]
}

/** Main's tables as plain data; control adds texts, lines, what is staged and what failed. */
export interface Picture extends ProcessPicture {
  readonly modules: readonly PictureModule[]
  readonly atRisk: readonly AtRiskView[]
}
/** Only the modules that are not as they were in the last picture; `gone` are in no slot any more. */
export interface PictureUpdate extends Picture {
  readonly gone: readonly ModuleName[]
}
export interface ProcessPicture {
  readonly total: number
  readonly offset: number
  readonly single: number
  readonly processes: readonly PictureProcess[]
  readonly crowds: readonly PictureCrowd[]
  readonly otherCrowds: NonNullable<ProcessPage['otherCrowds']>
  readonly lingering: readonly PictureLingering[]
}
export type PictureCrowd = Omit<CrowdView, 'oldest'> & { readonly oldest: readonly PictureProcess[] }
export type PictureLingering = Omit<LingeringView, 'processes'> & { readonly processes: readonly PictureProcess[] }
export interface PictureModule {
  readonly name: ModuleName
  readonly file: string
  readonly sticky: boolean
  readonly current: PictureVersion | undefined
  readonly old: PictureVersion | undefined
}
export interface PictureVersion { readonly version: Version; readonly hash: string; readonly size: number; readonly loadedAt: number; readonly origin: Origin; readonly processes: number }
export type PictureProcess = Omit<ProcessView, 'stack'> & { readonly stack: readonly PictureFrame[] }
export interface PictureFrame {
  readonly module: ModuleName
  readonly version: Version
  readonly slot: 'current' | 'old'
  /** Of the text the version was compiled from. */
  readonly hash: string | undefined
  readonly fn: number
  readonly point: number
  /** Position in generated code, for a frame that is running (known from the stack, not from a stored point). */
  readonly at?: { readonly line: number; readonly column: number; readonly function: string }
}

/** What main's tables know about why the versions of a module are there. */
export interface Diagnosis {
  readonly file: string
  /** The highest number that a version of it ever had. */
  readonly last: number
  readonly versions: readonly VersionDiagnosis[]
  readonly heapBytes: number
  /** What a heap walk needs to know. */
  readonly walk?: WalkView
}
export interface WalkView {
  /** Every script that has a URL, and which one is the runtime. */
  readonly scripts: readonly ScriptView[]
  readonly runtimeFile: string
  /** Where the export tables of the modules are in the marker's `held`. */
  readonly modules: readonly { readonly name: ModuleName; readonly at: readonly number[] }[]
}
/** `total`: how many processes have an activation in it. */
export interface VersionDiagnosis extends Omit<PictureLingering, 'module'> {
  readonly slot: 'current' | 'old'
  /** What its top level has open. `at`: its place in the marker's `held`; -1 when nothing was marked. */
  readonly held: readonly { readonly kind: HeldKind; readonly label: string; readonly file?: string; readonly line?: number; readonly at: number }[]
  /** Exported objects. */
  readonly exports: readonly { readonly name: string; readonly at: number }[]
}
export interface ScriptView { readonly id: number; readonly url: string }

/** method -> [params, result]; control asks, main answers. */
export interface MainRequests {
  /** Units of the start to come: main makes functions of their texts while others are compiled. */
  ahead: [{ readonly units: readonly Unit[] }, true]
  /** Runs the program: `units`, and those of these modules that came `ahead`, are all that can be reached; `entry` is evaluated first. */
  start: [{ readonly units: readonly Unit[]; readonly ahead: readonly ModuleName[]; readonly entry: ModuleName; readonly entryFile: string; readonly argv: readonly string[]; readonly keepAlive: boolean; readonly watch: boolean }, LoadResult]
  /** `reload` are loaded whatever they were; `units` beyond them are ready in case they are imported for the first time. */
  load: [{ readonly units: readonly Unit[]; readonly reload: readonly ModuleName[]; readonly purge: PurgeMode; readonly origin: Origin; readonly atomic?: boolean; readonly turn?: number; readonly soft?: readonly ModuleName[] }, LoadResult]
  /** What became of the last load is on its way to those who wait for it: a program that has nothing left to do may end. */
  told: [Record<string, never>, true]
  /** A newer load of these modules waits its turn: one under way that waits for a top level, or spins in it, is given up; with `onLoad` also one that is in an `onLoad`. */
  giveWay: [{ readonly modules: readonly ModuleName[]; readonly onLoad: boolean }, true]
  /** Who lingers in the old code of these. */
  lingering: [{ readonly modules: readonly ModuleName[] }, readonly { readonly module: ModuleName; readonly old: boolean; readonly total: number; readonly pids: readonly PidText[] }[]]
  /** For each name the exports that are no functions; `*`: all of them, `=`: `module.exports` itself. */
  plain: [{ readonly wanted: readonly { readonly module: ModuleName; readonly names: readonly string[] }[] }, readonly { readonly module: ModuleName; readonly names: readonly { readonly name: string; readonly plain: readonly string[] }[] }[]]
  /** For each: whether the object keeps what it is given by this method, and is given a function. */
  holds: [{ readonly asked: readonly HeldBy[] }, readonly boolean[]]
  /** Whose top level (`module`) has something of code of another module (`by`). */
  openers: [Record<string, never>, readonly Opener[]]
  /** `walk`: a heap snapshot follows, until `unmark`. Undefined: no such module. */
  diagnose: [{ readonly module: ModuleName; readonly walk: boolean }, Diagnosis | undefined]
  unmark: [Record<string, never>, true]
  /** What finds the places of these scripts, as long as something of them is there. */
  positions: [{ readonly urls: readonly string[] }, readonly (PositionsOf | undefined)[]]
  purge: [{ readonly module: ModuleName; readonly soft: boolean }, { readonly result: boolean; readonly killed: readonly PidText[] }]
  delete: [{ readonly module: ModuleName }, { readonly result: boolean }]
  rollback: [{ readonly module: ModuleName }, { readonly version: Version } | { readonly error: 'no_old_code' }]
  /** `together`: modules that would be purged at the same time, group by group. */
  previewUpgrade: [{ readonly file: string; readonly direction: UpgradeDirection }, UpgradePreview]
  runUpgrade: [{ readonly file: string; readonly direction: UpgradeDirection }, UpgradeReport]
  picture: [{ readonly together: readonly (readonly ModuleName[])[] }, PictureUpdate]
  page: [{ readonly offset: number; readonly limit: number; readonly filter?: string }, ProcessPicture]
  inspect: [{ readonly pid: string }, (Omit<ProcessDetails, 'process'> & { readonly process: PictureProcess }) | undefined]
  kill: [{ readonly pid: string; readonly reason: string }, boolean]
  send: [{ readonly pid: string; readonly text: string }, { readonly error: 'noproc' | 'badarg'; readonly message: string } | true]
  shell: [ShellLine, ShellAnswer]
  ping: [Record<string, never>, true]
  openInspector: [Record<string, never>, { readonly url: string }]
  shutdown: [{ readonly exitCode: number }, true]
}

/** What `compile/positions.ts` needs of a compiled module. */
export interface PositionsOf { readonly map: string | undefined; readonly rewritten: Pick<Rewritten, 'shifts'> }

/** An object: what leads to it from an export. */
export interface ExportedObject { readonly module: ModuleName; readonly name: string; readonly members: readonly string[] }

/** Its method is given one of these; none: functions, that is certain. */
export interface HeldBy extends ExportedObject {
  readonly method: string
  readonly values: readonly { readonly module: ModuleName; readonly name: string }[]
}

/**
 *   opened     its code opened something for that top level
 *   functions  its code made functions, which whoever that top level dealt with may hold
 *   passed     `what` passed on what `by` exports as `name`, which is no function
 *   taken      a package that top level dealt with loaded it, and has its `what`, which is no function
 *   gave       its own code, in the function of this index, gave functions to what it imports
 *   received   its code, in the call of this index, gave functions to an object that came from elsewhere
 *   metadata   that top level, or a package it called, read what decorators say about classes of it
 */
export interface Opener {
  readonly kind: 'opened' | 'functions' | 'gave' | 'received' | 'passed' | 'taken' | 'metadata'
  readonly name: string | undefined
  readonly module: ModuleName
  readonly by: ModuleName
  /** What is open; the function; the module; the export; the class. */
  readonly what: string
  readonly line: number
  /** Which function of that text; `received`: which call. */
  readonly made?: { readonly index: number; readonly version: Version }
  /** `received`: where other modules export the object. */
  readonly to?: readonly ExportedObject[]
  /** Whom the top level called in order to get there: they have to call what is new. */
  readonly through: readonly ModuleName[]
}

/** The `importer` of whoever is no file: a line of the shell, which resolves as a TypeScript module in the workspace folder does. */
export const FROM_ROOT = ''

/** main asks, control answers. */
export interface ControlRequests {
  /** What a specifier that was not known at compile time leads to, with everything that is needed to load it. `deleted`: control's picture may be older. */
  resolve: [{ readonly specifier: string; readonly importer: string; readonly kind: 'import' | 'require'; readonly deleted: readonly ModuleName[] }, { readonly link: Link; readonly units: readonly Unit[] }]
  fileOf: [{ readonly module: string }, string | undefined]
  /** The text that the rewriter was given for this version, as long as somebody needs it. */
  inputOf: [{ readonly module: ModuleName; readonly hash: string }, string | undefined]
  /** A module by the name a person typed (auto-load). */
  find: [{ readonly text: string; readonly deleted: readonly ModuleName[] }, Found]
  /** Every module of the workspace folder, loaded or not; with `of` what that module exports, as far as its text says. For completion. */
  names: [{ readonly of?: string }, { readonly names: readonly string[] }]
  /** A digest of what the text does, deaf to comments and names of variables: of this text, of the one with this hash, or of what is on disk. */
  digest: [{ readonly module: ModuleName; readonly hash?: string; readonly text?: string }, string | undefined]
  why: Requests['why']
  /** The code functions that need the compiler. */
  code: [CodeRequest & { readonly nested: boolean }, CodeAnswer]
}

export type CodeRequest =
  | { readonly op: 'l' | 'c' | 'loadFile'; readonly module: string }
  | { readonly op: 'loadBinary'; readonly module: string; readonly file: string; readonly text: string }
  | { readonly op: 'atomicLoad' | 'prepare' | 'compile'; readonly modules: readonly WantedModule[] }
  | { readonly op: 'finish'; readonly handle: number }
  /** An upgrade plan: all as one step, modules with `onLoad` too. Nobody may linger in the old code of `soft`, who lingers in that of others is ended. */
  | { readonly op: 'upgrade'; readonly modules: readonly WantedModule[]; readonly soft: readonly ModuleName[] }
  /** Nobody can finish it any more. */
  | { readonly op: 'drop'; readonly handle: number }
  | { readonly op: 'objectCode'; readonly module: string }
  | { readonly op: 'status' }
/** A module by name, or with a text: [module, file, text]. */
export type WantedModule = string | readonly [module: string, file: string, text: string]
export type Found = { readonly module: ModuleName; readonly units: readonly Unit[] } | { readonly error: string }
export type CodeAnswer =
  | { readonly kind: 'loaded'; readonly modules: readonly ModuleName[]; readonly killed?: readonly PidText[]
      /** Of what was compiled: the names each module exports, as far as its text tells. */
      readonly exports?: readonly (readonly string[])[] }
  | { readonly kind: 'errors'; readonly errors: readonly (readonly [string, string])[]; readonly printed: string }
  | { readonly kind: 'prepared'; readonly handle: number }
  | { readonly kind: 'consumed' }
  | { readonly kind: 'objectCode'; readonly module: ModuleName; readonly file: string; readonly text: string }
  | { readonly kind: 'status'; readonly modules: readonly { readonly module: ModuleName; readonly status: 'loaded' | 'modified' | 'removed' }[] }

/** `code`: which versions there are, or nobody is in some old one any more. `processes`: who runs. */
export type Change = 'code' | 'processes'

/** Main's unasked messages. */
export type MainNotice =
  /** Something a picture shows has changed since the last one was taken. */
  | { readonly type: 'changed'; readonly what: Change }
  | { readonly type: 'autoloaded'; readonly versions: readonly LoadedVersion[] }
  /** The load with this turn runs an `onLoad` that waits: loads of other modules need not wait for it. */
  | { readonly type: 'onLoadWaits'; readonly turn: number }
  | { readonly type: 'log'; readonly level: 'info' | 'warn' | 'error'; readonly message: string }

export type Message =
  | { readonly kind: 'request'; readonly id: number; readonly method: string; readonly params: unknown }
  | { readonly kind: 'reply'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'fault'; readonly id: number; readonly message: string }
  | { readonly kind: 'notice'; readonly notice: MainNotice }

/** Trap array: bit 0 the version is purged, bit 1 control rings, bit 2 it was replaced, bit 3 somebody wants to know who calls it. Slot 0 is for versions that found no slot of their own. */
export const PURGED = 1
export const RING = 2
export const REPLACED = 4
export const WATCHED = 8
export const TRAP_SLOTS = 1 << 20

/** What the worker thread is given at its birth. */
export interface ControlData { readonly traps: SharedArrayBuffer; readonly wake: SharedArrayBuffer; readonly port: MessagePort; readonly engine: string; readonly conditions: readonly string[]; readonly channelFd: number }

/** Elements of the wake array. */
export const WAKE_POSTED = 0 // grows with each message control posts; main sleeps on it while it waits for an answer
export const WAKE_SEEN = 1 // grows with each message main has taken; control sees by it that main is not stuck
export const WAKE_SLOTS = 2 // how many trap slots are in use
