import type { Mailbox, Waiter } from './mailbox'
import type { Crowd } from './crowds'
import type { Ledger } from '../implicit/ledger'
import type { Pid, Ref } from './pid'

/**
 * ALIVE     runs, or waits for something
 * SUSPENDED by `suspendProcess`: nothing of it goes on until it is resumed
 * ENDED     by an error or a signal: nothing of it may go on
 * FINISHED  its function returned and nothing of it was left; late callbacks that still carry it belong to `init`
 */
export const ALIVE = 0
export const SUSPENDED = 1
export const ENDED = 2
export const FINISHED = 3
export type Mode = typeof ALIVE | typeof SUSPENDED | typeof ENDED | typeof FINISHED

/** A process's stack is a circular list of frames; the process is its sentinel, `pNext` the innermost frame. */
export interface StackLinks {
  pPrev: StackLinks
  pNext: StackLinks
}

/** What a process does first, or next when its stack was dropped. By name: looked up when it starts. */
export type Start =
  | { readonly kind: 'fun'; readonly fn: (...args: never[]) => unknown; readonly args: readonly unknown[] }
  | { readonly kind: 'name'; readonly module: string | object; readonly name: string; readonly args: readonly unknown[] }

export type ProcessKind = 'init' | 'spawned' | 'implicit'

export interface Monitor {
  readonly ref: Ref
  readonly watcher: Process
  readonly target: Process
  /** What the DOWN message calls the target: the pid, or the name it was monitored by. */
  readonly as: Pid | string
}

/** Something a process holds that must not outlive it. */
export interface Resource {
  readonly label: string
  release(): void
}

/** A server of one of the behaviours, for those who look for everybody who runs a module. */
export interface BehaviourHost {
  readonly behaviour: string
  /** Whose callbacks it calls; asked each time, as handlers come and go. */
  modules(): readonly (string | object)[]
  /** Of a supervisor: its children that run. */
  children?(): Iterable<SupervisedChild>
}

export interface SupervisedChild {
  readonly pid: Pid
  readonly id: unknown
  /** What its specification says it runs. */
  readonly modules: readonly (string | object)[] | 'dynamic'
  /** One of many alike: it cannot be started again by its id. */
  readonly simple: boolean
}

/** What most processes never have. Made when first needed, so that an idle process stays small. */
export class Extras {
  links: Set<Process> | undefined = undefined
  /** Monitors this process holds. */
  monitors: Map<Ref, Monitor> | undefined = undefined
  monitoredBy: Map<Ref, Monitor> | undefined = undefined
  dictionary: Map<unknown, unknown> | undefined = undefined
  resources: Set<Resource> | undefined = undefined
  aliases: Set<Ref> | undefined = undefined
  /** Timers that will send to this process. */
  timers: Set<Ref> | undefined = undefined
  /** Whom this process suspended, and how often. */
  suspending: Map<Process, number> | undefined = undefined
  suspendCount = 0
  /** Activations that are in no list and may go on, see `setAside`. */
  aside = 0
  /** Continuations that arrived while suspended. */
  parked: Parked[] | undefined = undefined
  controller: AbortController | undefined = undefined
  host: BehaviourHost | undefined = undefined
}

export interface Parked {
  readonly frame: { readonly d: number }
  readonly value: unknown
  readonly resolve: (value: unknown) => void
}

/** One process. Only this folder's process files write to it. */
export class Process implements StackLinks {
  pPrev: StackLinks = this
  pNext: StackLinks = this
  mode: Mode = ALIVE
  trapExit = false
  /** The function has returned; the process ends when its last frame leaves. */
  returned = false
  hibernating = false
  /** How many times the stack was replaced: the end of a replaced function is not the end of the process. */
  incarnation = 0
  /** Messages taken and starts: a rough measure of how busy it was. */
  reductions = 0
  mailbox: Mailbox | undefined = undefined
  waiters: Waiter | undefined = undefined
  /** Set while it has yet to begin (or is hibernating). */
  start: Start | undefined = undefined
  registeredName: string | undefined = undefined
  extras: Extras | undefined = undefined
  /**
   * What calling a function of purged code does. It throws BadFunError (Erlang's badfun) in what was spawned. What a program did
   * not spawn knows nothing of versions: a request that has begun, or a package that keeps a callback, goes on in the code it
   * has. An open connection ends, so that its client connects to current code.
   */
  purgedCode: 'throws' | 'goes on' | 'ends it'
  /** What this process opens was opened by the top level of a version. */
  ledger: Ledger | undefined = undefined
  /** Of a request or connection: destroyed when the process is killed. A field and no resource, because there are so many of them. */
  connection: { destroy(): unknown } | undefined = undefined
  /** Of a request: what Node itself does when the response finishes, which belongs to nobody. */
  nodesFinish: unknown = undefined
  /** Those it is shown with when they are many. */
  crowd: Crowd | undefined = undefined

  constructor(
    readonly pid: Pid,
    readonly kind: ProcessKind,
    public label: string,
    readonly initialCall: string,
    readonly parent: Pid | undefined,
    readonly startedAt: number
  ) {
    this.purgedCode = kind === 'spawned' ? 'throws' : 'goes on'
  }

  /** The process that is always there: never ended, not listed. */
  get system(): boolean {
    return this.kind === 'init'
  }

  get ended(): boolean {
    return this.mode === ENDED || this.mode === FINISHED
  }

  more(): Extras {
    return (this.extras ??= new Extras())
  }
}
