/** The shapes of gen_statem(3): names are OTP's in camelCase, tuples arrays. */
import type { RequestId } from './request'
import type { Responses } from './responses'
import type { Awaitable, From, ServerRef, StartMonitorResult, StartOptions, StartResult, Timeout } from './terms'

/** How a module handles events: a function for each state, or one for all. */
export type CallbackMode = 'stateFunctions' | 'handleEventFunction'

/**
 * ['call', from]     of `genStatem.call`; to be answered by a 'reply' action
 * 'cast'             of `genStatem.cast`
 * 'info'             any other message
 * 'timeout'          no event came within the time of a 'timeout' action
 * 'stateTimeout'     it was in the state for that long
 * ['timeout', name]  of a named timeout
 * 'internal'         of a 'nextEvent' action
 * 'enter'            it came into the state (with 'stateEnter'); the content is the state before
 */
export type EventType = readonly ['call', From] | 'cast' | 'info' | 'timeout' | 'stateTimeout' | readonly ['timeout', unknown] | 'internal' | 'enter'

/** 'update' gives one that runs another content; one that does not run comes at once. */
export type StatemTime = Timeout | 'cancel' | 'update'
/** `abs`: the time is a moment, milliseconds since the epoch. */
export interface StatemTimeOptions {
  readonly abs?: boolean
}

/**
 * 'postpone'                              this event again when the state has changed
 * ['nextEvent', type, content]            this event next, before all that wait
 * ['reply', from, value]                  answers a call
 * ['stateTimeout', ms, content]           an event when it is still in the state then; 'cancel', or set again, takes the former back
 * ['timeout', ms, content] or ms          an event when no other came by then
 * [['timeout', name], ms, content]        an event then, whatever comes meanwhile; one for each name
 * 'hibernate'                             saves memory until the next event
 */
export type Action =
  | 'postpone' | readonly ['postpone', boolean]
  | readonly ['nextEvent', EventType, unknown]
  | readonly ['reply', From, unknown]
  | readonly ['stateTimeout', StatemTime, unknown?, StatemTimeOptions?]
  | readonly ['timeout', StatemTime, unknown?, StatemTimeOptions?] | number
  | readonly [readonly ['timeout', unknown], StatemTime, unknown?, StatemTimeOptions?]
  | 'hibernate' | readonly ['hibernate', boolean]
/** One, or several in order. */
export type Actions = Action | readonly Action[]

export type StatemInit<S, D> = readonly ['ok', S, D] | readonly ['ok', S, D, Actions] | readonly ['stop', unknown] | readonly ['error', unknown] | 'ignore'

export type EventResult<S, D> =
  | readonly ['nextState', S, D] | readonly ['nextState', S, D, Actions]
  | readonly ['keepState', D] | readonly ['keepState', D, Actions]
  | 'keepStateAndData' | readonly ['keepStateAndData', Actions]
  /** As keepState, but with 'stateEnter' the state is entered again. */
  | readonly ['repeatState', D] | readonly ['repeatState', D, Actions]
  | 'repeatStateAndData' | readonly ['repeatStateAndData', Actions]
  | 'stop' | readonly ['stop', unknown] | readonly ['stop', unknown, D]
  | readonly ['stopAndReply', unknown, Actions] | readonly ['stopAndReply', unknown, Actions, D]

/** A callback module. With 'stateFunctions' it also exports a function `(eventType, content, data)` named as each state. */
export interface GenStatemModule<S, D, A = unknown> {
  readonly init: (args: A) => Awaitable<StatemInit<S, D>>
  /** Asked at the start and after `codeChange`, and remembered: a load alone does not change it. */
  readonly callbackMode: () => CallbackMode | readonly (CallbackMode | 'stateEnter')[]
  readonly handleEvent?: (type: EventType, content: never, state: S, data: D) => Awaitable<EventResult<S, D>>
  readonly terminate?: (reason: unknown, state: S, data: D) => unknown
  readonly codeChange?: (oldVsn: never, state: never, data: never, extra: never) => Awaitable<readonly ['ok', S, D] | readonly ['error', unknown]>
  readonly formatStatus?: (status: { readonly state: S; readonly data: D }) => { readonly state: unknown; readonly data: unknown }
}

/** gen_statem(3). */
export interface GenStatem extends Responses {
  start<S, D, A>(module: GenStatemModule<S, D, A>, args: A, options?: StartOptions): Promise<StartResult>
  start(module: string, args: unknown, options?: StartOptions): Promise<StartResult>
  startLink<S, D, A>(module: GenStatemModule<S, D, A>, args: A, options?: StartOptions): Promise<StartResult>
  startLink(module: string, args: unknown, options?: StartOptions): Promise<StartResult>
  startMonitor<S, D, A>(module: GenStatemModule<S, D, A>, args: A, options?: StartOptions): Promise<StartMonitorResult>
  startMonitor(module: string, args: unknown, options?: StartOptions): Promise<StartMonitorResult>
  /** As `genServer.call`, but waits for ever when not told otherwise. */
  call<R = unknown>(server: ServerRef, request: unknown, timeout?: Timeout): Promise<R>
  /** As `genServer.sendRequest`. */
  sendRequest(server: ServerRef, request: unknown): RequestId
  cast(server: ServerRef, message: unknown): 'ok'
  reply(from: From, value: unknown): 'ok'
  stop(server: ServerRef, reason?: unknown, timeout?: Timeout): Promise<'ok'>
}
