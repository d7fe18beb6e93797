/** The shapes of gen_server(3): what its callbacks are given and may answer. Tuples are arrays, atoms string literals. */
import type { ModuleRef } from '../code/codeApi'
import type { Pid, Ref } from '../process/pid'
import type { RequestId } from './request'
import type { Responses } from './responses'
import type { Awaitable, From, ServerRef, StartMonitorResult, StartOptions, StartResult, Timeout } from './terms'

/** Last element of an answer: the message 'timeout' if none came by then; save memory until one comes; call `handleContinue` at once. */
export type Then = Timeout | 'hibernate' | readonly ['continue', unknown]

export type InitResult<S> = readonly ['ok', S] | readonly ['ok', S, Then] | readonly ['stop', unknown] | readonly ['error', unknown] | 'ignore'
export type CastResult<S> = readonly ['noreply', S] | readonly ['noreply', S, Then] | readonly ['stop', unknown, S]
export type CallResult<S, R = unknown> = readonly ['reply', R, S] | readonly ['reply', R, S, Then] | readonly ['stop', unknown, R, S] | CastResult<S>
export type CodeChangeResult<S> = readonly ['ok', S] | readonly ['error', unknown]

/** What `formatStatus` may change before people see it. */
export interface ServerStatus<S = unknown> {
  readonly state: S
  readonly reason?: unknown
}

/**
 * A callback module. Only `init` must be there; a call or cast without its handler ends the server with UndefError. Callbacks may be async: while
 * one awaits, the server takes no other message and lingers in the version it called.
 */
export interface GenServerModule<S, A = unknown> {
  readonly init: (args: A) => Awaitable<InitResult<S>>
  readonly handleCall?: (request: never, from: From, state: S) => Awaitable<CallResult<S>>
  readonly handleCast?: (message: never, state: S) => Awaitable<CastResult<S>>
  /** Any other message; without this one they are dropped with a warning. */
  readonly handleInfo?: (message: never, state: S) => Awaitable<CastResult<S>>
  readonly handleContinue?: (what: never, state: S) => Awaitable<CastResult<S>>
  /** Before it ends by itself: a stop, a crash, or (when it traps exits) the end of its parent. Not when it is killed. */
  readonly terminate?: (reason: unknown, state: S) => unknown
  /** `sys.changeCode`: the state of an other version becomes this version's. */
  readonly codeChange?: (oldVsn: never, state: never, extra: never) => Awaitable<CodeChangeResult<S>>
  readonly formatStatus?: (status: ServerStatus<S>) => ServerStatus
}

/** gen_server(3). Servers are named by pid, registered name or ['via', registry, name]. Not there: multi_call and abcast, which ask other nodes. */
export interface GenServer extends Responses {
  /** Waits until `init` has returned. */
  start<S, A>(module: GenServerModule<S, A>, args: A, options?: StartOptions): Promise<StartResult>
  start(module: string, args: unknown, options?: StartOptions): Promise<StartResult>
  /** Linked to the caller, who is its parent: when he ends, so does it (in order, with `terminate`, if it traps exits). */
  startLink<S, A>(module: GenServerModule<S, A>, args: A, options?: StartOptions): Promise<StartResult>
  startLink(module: string, args: unknown, options?: StartOptions): Promise<StartResult>
  /** @returns ['ok', [pid, ref]] */
  startMonitor<S, A>(module: GenServerModule<S, A>, args: A, options?: StartOptions): Promise<StartMonitorResult>
  startMonitor(module: string, args: unknown, options?: StartOptions): Promise<StartMonitorResult>
  /**
   * Sends a request and waits for the answer, at most 5000 ms.
   * @throws ExitSignal with [why, ['genServer', 'call', [server, request]]]; why: 'timeout', 'noproc', 'calling_self', or the reason the server ended with ('killed')
   */
  call<R = unknown>(server: ServerRef, request: unknown, timeout?: Timeout): Promise<R>
  /**
   * gen_server:enter_loop/3,4: the calling process, started with `procLib`, becomes a server of the module, with this state; `init` is not called.
   * `return` it: it drops the stack. A name is registered before.
   */
  enterLoop(module: ModuleRef, state: unknown, then?: Then, options?: Pick<StartOptions, 'hibernateAfter' | 'debug'>): Promise<never>
  /** Sends a request and goes on; its answer is fetched with `receiveResponse` and the like. */
  sendRequest(server: ServerRef, request: unknown): RequestId
  /** Sends and goes on; to nobody is dropped. */
  cast(server: ServerRef, message: unknown): 'ok'
  /** Answers a call later, from anywhere: `handleCall` returned ['noreply', …] and kept `from`. */
  reply(from: From, value: unknown): 'ok'
  /** Ends it in order (`terminate` is called). @throws ExitSignal with 'noproc', 'timeout', or the reason it ended with when that is another */
  stop(server: ServerRef, reason?: unknown, timeout?: Timeout): Promise<'ok'>
}

export type { From, Pid, Ref }
