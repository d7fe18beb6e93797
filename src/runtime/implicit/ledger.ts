/**
 * What the top level of one version opened and what a reload has to do something about: timers, listeners, servers, watchers.
 * A process that a timer or a listener of it starts writes into the same ledger, so that a poller that sets itself again is
 * known as well; requests and spawned processes do not.
 *
 *   draft -> live      the version was committed
 *   draft -> released  it failed to load: everything it opened is closed
 *   live -> released   a newer version was committed
 */
import type { ModuleName } from '../../protocol/ids'
import { ENDED } from '../process/process'
import type { Process } from '../process/process'
import type { VersionRecord } from '../code/version'
import type { Folder } from './folder'
import type { Added, TimersAtPlace } from './packageAdditions'
import type { Origin } from './place'

export type HeldKind = 'timer' | 'listener' | 'server' | 'watcher' | 'child process' | 'worker' | 'socket'

export interface Held {
  readonly kind: HeldKind
  readonly label: string
  readonly target: object
  /** Who opened it. */
  readonly origin: Origin | undefined
  /** It goes on by itself; a one-shot timer that somebody waits for does not. */
  readonly lasting: boolean
  /** Closed, fired or removed: nothing is left to do. */
  gone(): boolean
  /** `next`: of the version that takes its place. */
  release(next: Ledger | undefined): void
  /** It is gone, and in no ledger any more. */
  forgotten?(): void
  /** It was kept in `hot.data`, and is the next version's. */
  moved?(to: Ledger): void
}

export interface MadeFunctions {
  readonly kind: 'functions'
  readonly by: VersionRecord
  readonly index: number
  /** Modules between the top level and this one, on any way. */
  readonly through: Set<ModuleName>
  /** So many calls are looked at for a way that is not known. */
  looks: number
}

export type Use =
  | MadeFunctions
  | { readonly kind: 'gave'; readonly by: VersionRecord; readonly index: number }
  | { readonly kind: 'received'; readonly by: VersionRecord; readonly index: number; readonly objects: WeakRef<object>[] }
  | { readonly kind: 'passed'; readonly by: ModuleName; readonly name: string; readonly through: ModuleName }
  | { readonly kind: 'taken'; readonly by: ModuleName; readonly name: string }
  | { readonly kind: 'metadata'; readonly by: ModuleName; readonly className: string }

/** Looked through for what is gone whenever it has doubled. */
const FIRST_SWEEP = 64

export class Ledger {
  state: 'draft' | 'live' | 'released' = 'draft'
  /** The processes that ran its top level and `onLoad`. */
  readonly processes: Process[] = []
  /** What it may hold of other modules, apart from what they opened for it. */
  readonly uses = new Map<string, Use>()
  /** Those of them, and of those that timers and listeners started, that were ever in a loop which may go on for ever. */
  readonly looping = new Set<Process>()
  /** Has the frames of whatever still carries a process that finished. */
  late: Process | undefined = undefined
  /** A newer version was loaded, or it is deleted: its loops end at their next turn. */
  replaced = false
  /** It called `process.exit(1)`, or something of it threw an error that nobody caught. */
  gaveUp = false
  /** Once it has called `process.chdir`. */
  folder: Folder | undefined = undefined
  /** What packages added for it before it was live, by what that is and its place. */
  readonly packageAdditions = new Map<string, Added[]>()
  /** Of those, timers, also once it is live. */
  readonly timersAtPlace = new Map<string, TimersAtPlace>()
  /** How many timers its top level has set. */
  timersSet = 0
  /** Another version of the module was live before. */
  again = false
  /** How many servers it asked for any free port: the n-th one gets the port of the n-th one before. */
  anyPort = 0
  private readonly held = new Set<Held>()
  private sweepAt = FIRST_SWEEP

  constructor(readonly module: ModuleName, readonly version: VersionRecord) {}

  /** What a released version still opens is closed at once. */
  add(held: Held): void {
    if (this.state === 'released') {
      held.release(undefined)
      return
    }
    this.held.add(held)
    if (this.held.size < this.sweepAt) return
    this.forgetGone()
    this.sweepAt = Math.max(FIRST_SWEEP, 2 * this.held.size)
  }

  /** What is gone is not held any more, also before there is so much of it that it is looked through. */
  forgetGone(): void {
    for (const one of this.held) {
      if (!one.gone()) continue
      this.held.delete(one)
      one.forgotten?.()
    }
  }

  /** Takes it out without releasing it. */
  drop(held: Held): void {
    this.held.delete(held)
  }

  /** Of a thousand top levels most opened nothing, and every save looks through them. */
  get isEmpty(): boolean {
    return this.held.size === 0 && this.uses.size === 0
  }

  all(): readonly Held[] {
    return [...this.held].filter((held) => !held.gone())
  }

  /** All of it, which is in it no more. */
  takeAll(): readonly Held[] {
    this.forgetGone()
    const all = [...this.held]
    this.held.clear()
    return all
  }

  /** Its top level gave up. */
  failed(): boolean {
    return this.gaveUp || this.processes.some((process) => process.mode === ENDED)
  }

  /** Whether its top level and what that awaits have come to an end. */
  settled(): boolean {
    return this.processes.every((process) => process.ended)
  }
}
