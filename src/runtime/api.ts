/**
 * The package `codeswitch`: processes with the semantics of Erlang's. Names are OTP's in camelCase, results OTP's terms:
 * atoms are string literals, tuples arrays. A program that imports this runs the same with plain `node`; what the VS Code
 * extension (or `codeswitch run`) adds is that its modules can be reloaded, and that killed code never goes on.
 *
 * Reasons with which a process ends:
 *   'normal'             its function returned and nothing of it was left, or `exit('normal')`
 *   the error itself     it did not catch an Error (UndefError, BadFunError, a TypeError …): Erlang's `{Reason, Stack}`
 *   ['nocatch', value]   it threw something that is no Error
 *   'killed'             `exit(pid, 'kill')` or a purge
 *   'noproc'             only in messages: there was no such process
 *   any other value      given to `exit`
 *
 * This file declares; `processApi.ts` is what runs.
 */
import type { FrameView, ProcessStatus } from '../protocol/snapshot'
import type { Matched, timeout } from './process/match'
import type { Pid, Ref } from './process/pid'
import type { CodeApi } from './code/codeApi'
import type { TimerModule } from './process/timerModule'
import type { GenServer } from './behaviours/genServerTypes'
import type { GenEvent } from './behaviours/genEventTypes'
import type { GenStatem } from './behaviours/genStatemTypes'
import type { ProcLibApi } from './behaviours/procLibTypes'
import type { Release } from './release/releaseTypes'
import type { Supervisor } from './behaviours/supervisorTypes'
import type { Sys } from './behaviours/sys'
import type { TaskApi } from './behaviours/task'

export type { Matched }
export type { CallResult, CastResult, CodeChangeResult, GenServerModule, InitResult, ServerStatus } from './behaviours/genServerTypes'
export type { EventAnswer, GenEventModule, HandlerRef } from './behaviours/genEventTypes'
export type { Action, Actions, CallbackMode, EventResult, EventType, GenStatemModule, StatemInit } from './behaviours/genStatemTypes'
export type { ChildCounts, ChildResult, ChildRow, ChildSpec, RestartType, Strategy, SupervisorAtRisk, SupervisorFlags, SupervisorInit, SupervisorModule } from './behaviours/supervisorTypes'
export type { BatchError, CodeApi, Loaded, LoadError, LoadErrorReason, ModuleInfo, ObjectCode, Wanted } from './code/codeApi'
export type { Instruction, PurgeMethod, Purging, Release, UpgradeDirection, UpgradeOptions, UpgradePlan, UpgradePreview, UpgradeProblem, UpgradeReport } from './release/releaseTypes'
export type { Status } from './behaviours/sys'
export type { TaskRef } from './behaviours/task'
export type { TimerModule, TimerStarted } from './process/timerModule'
export type { RequestId, Response } from './behaviours/request'
export type { From, ServerName, ServerRef, StartMonitorResult, StartOptions, StartResult, Timeout, ViaName, ViaRegistry } from './behaviours/terms'

/** A module: its name, or its namespace (`import * as t from './t'`). */
export type ModuleRef = string | Namespace
/** Any object that is no function. */
export interface Namespace {
  readonly [name: string]: unknown
  readonly [Symbol.hasInstance]?: never
}
/** Where a message goes: a pid, a registered name, or an alias. */
export type Destination = Pid | Ref | string
export type DownMessage = readonly ['DOWN', Ref, 'process', Pid | string, unknown]
export type ExitMessage = readonly ['EXIT', Pid, unknown]
export type TimeoutMessage = readonly ['timeout', Ref, unknown]

export interface SpawnOptions {
  readonly link?: boolean
  readonly monitor?: boolean
  /** What people see in place of the function's name. */
  readonly label?: string
}

/** See `processInfo`. */
export interface ProcessInfo {
  readonly registeredName: string | undefined
  /** `src/t.doLoop` of the innermost activation; undefined when it is in no module loaded through Codeswitch. */
  readonly currentFunction: string | undefined
  readonly currentLocation: { readonly file: string; readonly line: number; readonly column: number } | undefined
  /** Innermost first. */
  readonly currentStacktrace: readonly FrameView[]
  readonly initialCall: string
  readonly dictionary: readonly (readonly [unknown, unknown])[]
  readonly messageQueueLen: number
  readonly messages: readonly unknown[]
  readonly status: ProcessStatus
  readonly links: readonly Pid[]
  /** Pids, or names where it monitors by name. */
  readonly monitors: readonly (Pid | string)[]
  readonly monitoredBy: readonly Pid[]
  readonly trapExit: boolean
  /** How often it began or took a message: a measure of how busy it was, no reductions of a BEAM. */
  readonly reductions: number
  /** Bytes, estimated from what it is made of; what its functions hold is not known. */
  readonly memory: number
  readonly parent: Pid | undefined
  readonly ancestors: readonly Pid[]
  readonly label: string
  readonly suspending: readonly Pid[]
  /** Labels of what it owns and would release at its end. */
  readonly resources: readonly string[]
}

export interface ReceiveOptions {
  /** Milliseconds to wait; 0 looks only at what is there; Infinity (default) waits for ever. */
  readonly after: number
}

/** Process identifiers and references, for `instanceof` and patterns: `receive(['EXIT', Pid, any])`. */
export { Pid, Ref } from './process/pid'

/** What programs may catch; see each class for its Erlang reason. */
export { BadArgError, BadFunError, ExitSignal, NoProcError, UndefError } from './errors'
/** `any`, in a pattern, fits everything; `timeout` is what `receive` answers when its time is up. */
export { any, timeout } from './process/match'

/** erlang:spawn/1,3: a new process runs the function; the caller goes on first. A missing function ends the new process with UndefError. */
export declare function spawn<A extends unknown[]>(fn: (...args: A) => unknown, ...args: A): Pid
/** By name: the function that is current when the process starts. */
export declare function spawn(module: ModuleRef, name: string, args?: readonly unknown[]): Pid

/** erlang:spawn_link/1,3. */
export declare function spawnLink<A extends unknown[]>(fn: (...args: A) => unknown, ...args: A): Pid
export declare function spawnLink(module: ModuleRef, name: string, args?: readonly unknown[]): Pid

/** erlang:spawn_monitor/1,3. */
export declare function spawnMonitor<A extends unknown[]>(fn: (...args: A) => unknown, ...args: A): [Pid, Ref]
export declare function spawnMonitor(module: ModuleRef, name: string, args?: readonly unknown[]): [Pid, Ref]

/** erlang:spawn_opt/2,4; with `monitor` the answer is `[pid, ref]`. */
export declare function spawnOpt<A extends unknown[]>(fn: (...args: A) => unknown, args: A, options: SpawnOptions & { readonly monitor: true }): [Pid, Ref]
export declare function spawnOpt<A extends unknown[]>(fn: (...args: A) => unknown, args: A, options: SpawnOptions): Pid
export declare function spawnOpt(module: ModuleRef, name: string, args: readonly unknown[], options: SpawnOptions & { readonly monitor: true }): [Pid, Ref]
export declare function spawnOpt(module: ModuleRef, name: string, args: readonly unknown[], options: SpawnOptions): Pid

/** erlang:self/0. `self().signal` is aborted when the process ends. Code that runs in no process of its own runs in `init`, `<0.1.0>`. */
export declare function self(): Pid

/**
 * erlang:send/2. To a process that has ended: dropped. The message is not copied; one that is a promise arrives as what it resolves to.
 * @returns the message
 * @throws BadArgError when nobody is registered under the name
 */
export declare function send<M>(destination: Destination, message: M): M

/**
 * `receive … end`: the first message that fits, from the oldest on; the others stay as they are. A pattern is a class, a type guard or
 * predicate, an array or object of patterns, `any`, or a value (see `Matched`).
 * @throws BadArgError for a negative `after`; whatever a predicate throws
 */
export declare function receive(): Promise<unknown>
export declare function receive(pattern: undefined, options: ReceiveOptions): Promise<unknown>
export declare function receive<T>(guard: (message: unknown) => message is T): Promise<T>
export declare function receive(pattern: BooleanConstructor): Promise<boolean>
export declare function receive(predicate: (message: unknown) => boolean): Promise<unknown>
export declare function receive<const P>(pattern: P): Promise<Matched<P>>
/** `receive … after Ms -> … end`: `timeout` when no message came in time. */
export declare function receive<T>(guard: (message: unknown) => message is T, options: ReceiveOptions): Promise<T | typeof timeout>
export declare function receive(pattern: BooleanConstructor, options: ReceiveOptions): Promise<boolean | typeof timeout>
export declare function receive(predicate: (message: unknown) => boolean, options: ReceiveOptions): Promise<unknown>
export declare function receive<const P>(pattern: P, options: ReceiveOptions): Promise<Matched<P> | typeof timeout>

/** timer:sleep/1; messages wait meanwhile. */
export declare function sleep(ms: number): Promise<void>

/** erlang:register/2. @throws BadArgError when the name is taken, the process has ended or has a name. */
export declare function register(name: string, pid: Pid): true
/** erlang:unregister/1. @throws BadArgError when nobody has the name. */
export declare function unregister(name: string): true
/** erlang:whereis/1. */
export declare function whereis(name: string): Pid | undefined
/** erlang:registered/0. */
export declare function registered(): string[]

/** erlang:link/1. @throws NoProcError when there is no such process (a process that traps exits gets `['EXIT', pid, 'noproc']`). */
export declare function link(pid: Pid): true
/** erlang:unlink/1. */
export declare function unlink(pid: Pid): true
/** erlang:monitor/2: one `['DOWN', ref, 'process', pidOrName, reason]` when the process ends, at once with `noproc` when there is none. */
export declare function monitor(who: Pid | string): Ref
export declare function monitor(type: 'process', who: Pid | string): Ref
/** erlang:demonitor/1,2. `flush` also takes back a DOWN message that already came; with `info` the answer is whether the monitor was still there. */
export declare function demonitor(ref: Ref, options?: { readonly flush?: boolean; readonly info?: boolean }): boolean

/** erlang:exit/1: ends this process with the reason. Can be caught (ExitSignal). */
export declare function exit(reason: unknown): never
/**
 * erlang:exit/2: sends an exit signal. `kill` ends any process, and its neighbours see `killed`; `normal` is ignored; anything else ends
 * a process that does not trap exits and is a message `['EXIT', from, reason]` to one that does.
 */
export declare function exit(pid: Pid, reason: unknown): true
/** erlang:process_flag(trap_exit, …). @returns the former value. */
export declare function processFlag(flag: 'trapExit', value: boolean): boolean

/** erlang:send_after/3. @throws BadArgError for a time that is none. */
export declare function sendAfter(ms: number, destination: Pid | string, message: unknown): Ref
/** erlang:start_timer/3: sends `['timeout', ref, message]`. */
export declare function startTimer(ms: number, destination: Pid | string, message: unknown): Ref
/** erlang:cancel_timer/1. @returns the milliseconds that were left, or false when it has fired or was cancelled. */
export declare function cancelTimer(ref: Ref): number | false
/** erlang:read_timer/1. */
export declare function readTimer(ref: Ref): number | false

/** Calls and messages later, by module and name, once or again and again. timer(3). */
export declare const timer: TimerModule

/** erlang:make_ref/0. */
export declare function makeRef(): Ref
/** erlang:alias/0: a reference that can be sent to until it is taken back. */
export declare function alias(): Ref
/** erlang:unalias/1. */
export declare function unalias(ref: Ref): boolean

/** erlang:processes/0: who is alive, oldest first. */
export declare function processes(): Pid[]
/** erlang:process_info/1,2; undefined when the process has ended. @throws BadArgError for an unknown key. */
export declare function processInfo(pid: Pid): ProcessInfo | undefined
export declare function processInfo<K extends keyof ProcessInfo>(pid: Pid, key: K): ProcessInfo[K] | undefined
/** erlang:is_process_alive/1. */
export declare function isProcessAlive(pid: Pid): boolean

/** erlang:suspend_process/1. @throws BadArgError for the caller itself and for one that has ended. */
export declare function suspendProcess(pid: Pid): true
/** erlang:resume_process/1. @throws BadArgError when the caller has not suspended it. */
export declare function resumeProcess(pid: Pid): true

/** erlang:hibernate/3: drops the stack (no `finally` runs) and waits for a message, then calls the function that is current by then. */
export declare function hibernate(module: ModuleRef, name: string, args?: readonly unknown[]): Promise<never>
/**
 * What a tail call is in Erlang: drops the whole stack (no `finally` runs) and goes on in `fn`, same pid, name, mailbox and links.
 * `return become(t.loop, state)` moves a process to current code, and a loop of it needs no memory.
 */
export declare function become<A extends unknown[]>(fn: (...args: A) => unknown, ...args: A): Promise<never>

/** The process dictionary: erlang:put/2, get/0,1, erase/0,1. `put` and `erase` answer the former value. */
export declare function put(key: unknown, value: unknown): unknown
export declare function get(): [unknown, unknown][]
export declare function get(key: unknown): unknown
export declare function erase(): [unknown, unknown][]
export declare function erase(key: unknown): unknown

/** proc_lib:get_label/1: what people see for a process without a name. */
export declare function processLabel(pid: Pid): string | undefined
/** proc_lib:set_label/1. */
export declare function setLabel(label: string): 'ok'

/** Servers: a process that answers calls and keeps a state, with callbacks that are always current code. gen_server(3). */
export declare const genServer: GenServer
/** Servers that are state machines: events are handled by the state they are in. gen_statem(3). */
export declare const genStatem: GenStatem
/** Managers that pass events on to handlers, which come and go. gen_event(3). */
export declare const genEvent: GenEvent
/** One piece of work in a process of its own, whose result somebody waits for. */
export declare const task: TaskApi
/** Processes that start others and restart them when they end. supervisor(3). */
export declare const supervisor: Supervisor
/** Looking into running servers and changing their code. sys(3). */
export declare const sys: Sys
/** Starting processes that say when they are ready. proc_lib(3). */
export declare const procLib: ProcLibApi

/** The code server: loading, purging and deleting modules, and asking what is loaded. code(3). With plain `node` there is none: loads reject. */
export declare const code: CodeApi

/** Upgrade plans: several modules and the states of who runs them, checked whole, previewed, run as one step. release_handler(3). */
export declare const release: Release
