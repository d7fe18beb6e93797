/** Words that all behaviours share. Source: OTP gen_server(3), gen_statem(3), supervisor(3), sys(3). */
import type { ModuleRef } from '../code/codeApi'
import type { Pid, Ref } from '../process/pid'

/** Milliseconds; `'infinity'` and Infinity are the same. */
export type Timeout = number | 'infinity'

/**
 * A server: its pid, its registered name, or ['via', registry, name]: whom a registry of the program's own has under that name.
 * Not there: {global, Name} and {Name, Node}, which need other nodes.
 */
export type ServerRef = Pid | string | ViaName
/** What a server can be started as. */
export type ServerName = string | ViaName
export type ViaName = readonly ['via', ViaRegistry | ModuleRef, unknown]

/** What OTP asks of a module given as {via, Module, Name}. It frees names of processes that have ended by itself. */
export interface ViaRegistry {
  readonly registerName: (name: never, pid: Pid) => 'yes' | 'no'
  readonly unregisterName: (name: never) => unknown
  readonly whereisName: (name: never) => Pid | undefined
}

/** Who asked, for `reply`: the caller and the reference his answer carries. */
export type From = readonly [Pid, Ref]

/**
 * ['ok', pid]        it runs, its `init` has returned
 * 'ignore'           its `init` said so
 * ['error', reason]  `init` stopped or crashed; ['already_started', pid] when the name is taken
 */
export type StartResult = readonly ['ok', Pid] | 'ignore' | readonly ['error', unknown]

/** As StartResult, of `startMonitor`. */
export type StartMonitorResult = readonly ['ok', readonly [Pid, Ref]] | 'ignore' | readonly ['error', unknown]

export interface StartOptions {
  /** Registered before `init` runs. */
  readonly name?: ServerName
  /** How long `init` may take (default: for ever); then it is killed and the answer is ['error', 'timeout']. */
  readonly timeout?: Timeout
  /** Milliseconds without a message after which it hibernates, to save memory. Default: never. */
  readonly hibernateAfter?: Timeout
  /** As sys(3): what to trace from the start on. */
  readonly debug?: readonly DebugOption[]
}

export type DebugOption = 'trace' | 'log' | 'statistics'

export type Awaitable<T> = T | PromiseLike<T>

/** What a server answers has the type its asker says it has: only here the compiler is told so. */
export function asPromised(value: unknown): never {
  // eslint-disable-next-line no-restricted-syntax -- a message carries no type
  return value as never
}

export const isVia = (ref: unknown): ref is ViaName => Array.isArray(ref) && ref.length === 3 && ref[0] === 'via'
/** As people read it. */
export const shownName = (name: ServerName): string => (typeof name === 'string' ? name : String(name[2]))

export const milliseconds = (timeout: Timeout): number => (timeout === 'infinity' ? Infinity : timeout)
