/** The shapes of gen_event(3): a manager that passes events on to handlers, which come and go. */
import type { Module } from './callbacks'
import type { RequestId } from './request'
import type { Responses } from './responses'
import type { Awaitable, ServerRef, StartOptions, StartResult, Timeout } from './terms'

/** A module, or [module, id] when it handles more than once. */
export type HandlerRef = Module | readonly [Module, unknown]

/** 'remove_handler' ends it with terminate('remove_handler', state); 'swap_handler' puts another in its place. */
export type EventAnswer<S> = readonly ['ok', S] | 'remove_handler' | readonly ['swap_handler', unknown, S, HandlerRef, unknown]

export interface GenEventModule<S, A = unknown> {
  /** After a swap the argument is [args, what terminate of the former answered]. Anything but ['ok', state] refuses. */
  readonly init: (args: A) => Awaitable<readonly ['ok', S] | readonly ['error', unknown]>
  readonly handleEvent: (event: never, state: S) => Awaitable<EventAnswer<S>>
  readonly handleCall?: (request: never, state: S) => Awaitable<readonly ['ok', unknown, S] | readonly ['remove_handler', unknown] | readonly ['swap_handler', unknown, unknown, S, HandlerRef, unknown]>
  readonly handleInfo?: (message: never, state: S) => Awaitable<EventAnswer<S>>
  /** reason: 'remove_handler', 'stop', ['stop', why], ['error', ['EXIT', why]], ['error', what it answered], or what `deleteHandler` was given. */
  readonly terminate?: (reason: unknown, state: S) => unknown
  readonly codeChange?: (oldVsn: never, state: never, extra: never) => Awaitable<readonly ['ok', S]>
}

/** gen_event(3). A handler that crashes is removed; the manager and the other handlers go on. */
export interface GenEvent extends Responses {
  start(options?: StartOptions): Promise<StartResult>
  startLink(options?: StartOptions): Promise<StartResult>
  /** 'ok', ['error', reason] or what its init answered instead. */
  addHandler<S, A>(manager: ServerRef, handler: GenEventModule<S, A> | readonly [GenEventModule<S, A>, unknown] | string | readonly [string, unknown], args: A): Promise<unknown>
  /** Tied to the caller: removed when he ends; he gets ['gen_event_EXIT', handler, reason] when it goes otherwise: 'normal', 'shutdown', ['swapped', handler, owner], ['EXIT', why]. */
  addSupHandler<S, A>(manager: ServerRef, handler: GenEventModule<S, A> | readonly [GenEventModule<S, A>, unknown] | string | readonly [string, unknown], args: A): Promise<unknown>
  /** What its terminate answered; ['error', 'module_not_found']. */
  deleteHandler(manager: ServerRef, handler: HandlerRef, args: unknown): Promise<unknown>
  swapHandler(manager: ServerRef, from: readonly [HandlerRef, unknown], to: readonly [HandlerRef, unknown]): Promise<unknown>
  /** `swapHandler`; the new one is tied to the caller. */
  swapSupHandler(manager: ServerRef, from: readonly [HandlerRef, unknown], to: readonly [HandlerRef, unknown]): Promise<unknown>
  whichHandlers(manager: ServerRef): Promise<readonly HandlerRef[]>
  /** To every handler, the last added first; goes on at once. */
  notify(manager: ServerRef, event: unknown): 'ok'
  /** Waits until every handler has seen it. */
  syncNotify(manager: ServerRef, event: unknown): Promise<'ok'>
  /** Asks one handler. ['error', 'bad_module'] when there is none such; ['error', ['EXIT', why]] when it crashed, ['error', what it answered] when that is no answer. */
  call<R = unknown>(manager: ServerRef, handler: HandlerRef, request: unknown, timeout?: Timeout): Promise<R>
  /** `call`, whose answer is fetched later. */
  sendRequest(manager: ServerRef, handler: HandlerRef, request: unknown): RequestId
  stop(manager: ServerRef, reason?: unknown, timeout?: Timeout): Promise<'ok'>
}
