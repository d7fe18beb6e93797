/**
 * Loops of a top level that was loaded again. The new one has begun its own (`while (true) { await …; poll() }`, `for await`, an
 * async function that ends with a call of itself), so the old ones end, in whatever module they are written: what goes by is the
 * process. Requests and spawned processes go on.
 *
 *   at the commit the loop waits
 *     for the next value of a `for await`, or
 *     for a listener that the handover removed      it ends, and so do those who wait for it
 *     within a turn                                 it is set aside, and so are those who wait for it: it holds up nobody, finishes
 *                                                   its turn in old code and ends at its head
 *   what its turn calls                             counts as ever
 * Whatever else waits for a listener that the handover removed is set aside as well.
 *
 * A loop that ends does so as in a kill: nothing of it goes on, no `catch` and no `finally`.
 */
import { isFunction } from '../../base/guards'
import type { Rewritten } from '../../protocol/unit'
import type { Frame } from '../process/frames'
import { never } from '../process/frames'
import { ALIVE } from '../process/process'
import type { Process } from '../process/process'
import type { Processes } from '../process/processes'
import type { VersionRecord } from '../code/version'
import type { Ledger } from './ledger'
import { Origin, STEP_OF_LOOP } from './place'
import type { Place, Places } from './place'

export interface LoopsDeps {
  readonly processes: Processes
  readonly places: Places
  /** The text of a version. */
  rewrittenOf(version: VersionRecord): Pick<Rewritten, 'points' | 'functions'> | undefined
  /** Versions with a function on the JavaScript stack. */
  runningVersions(): ReadonlySet<VersionRecord>
}

/** The loops that one activation has been in. */
interface Looping {
  /** Who led to the first of them. */
  readonly origin: Origin
  /** First point and last point of each. */
  readonly points: Map<number, number>
  /** Of those that are `for await`, the point at which they wait for their next value. */
  readonly heads: Set<number>
  /** Set aside with it. */
  waiting: readonly Frame[]
  readonly recursion: Recursion | undefined
}

/** A function that ends with a call of itself: each turn is an activation. */
interface Recursion {
  /** Who led to the first turn: to ask V8 who waits for a later one takes longer with each. */
  readonly origin: Origin
  /** Set aside with a turn. */
  readonly aside: Frame[]
}

/** Looked through for what has ended whenever it has doubled. */
const FIRST_SWEEP = 16

export class Loops {
  private readonly known = new WeakMap<Frame, Looping>()
  /** By function. */
  private readonly recursions = new WeakMap<Process, Map<string, Recursion>>()

  constructor(private readonly deps: LoopsDeps) {}

  /** See `Emitted`. A turn of a loop begins. */
  readonly over = (frame: Frame, first: number, last: number, again = false): boolean => {
    const { ledger } = frame.process
    if (ledger === undefined) return false
    if (ledger.replaced) this.ends(frame, again)
    else this.begun(frame, ledger, again).points.set(first, last)
    return ledger.replaced
  }

  /** See `Emitted`. A `for await` begins. */
  readonly each = (frame: Frame, first: number, last: number, iterable: unknown): unknown => {
    if (frame.process.ledger === undefined || iterable === null || iterable === undefined) return iterable
    const iterate: unknown = Reflect.get(Object(iterable), Symbol.asyncIterator, iterable)
    if (!isFunction(iterate)) return iterable
    const turn = (): boolean => {
      if (this.over(frame, first, last)) return false
      this.known.get(frame)?.heads.add(first)
      return true
    }
    return { [Symbol.asyncIterator]: () => guarded(Reflect.apply(iterate, iterable, []), turn) }
  }

  /** A frame that was set aside goes on: whether it counts again. A loop does not, until it is left. */
  goesOn(frame: Frame): boolean {
    return !this.isIn(frame)
  }

  /** There is a newer version of the top level. `released`: where it added the listeners that are removed now. */
  replaced(ledger: Ledger, released: readonly Origin[]): void {
    ledger.replaced = true
    for (const process of processesOf(ledger)) this.leave(process, released)
    ledger.looping.clear()
  }

  /** Listeners that were added there hear nothing more: whoever waits for one is set aside. */
  unheard(ledger: Ledger, added: readonly Origin[]): void {
    if (added.length === 0) return
    const { frames, framesOf, finish } = this.deps.processes
    for (const process of processesOf(ledger)) {
      for (const frame of framesOf(process)) if (added.some((origin) => this.isOn(origin.all, frame))) frames.setAside(frame)
      finish(process)
    }
  }

  private begun(frame: Frame, { looping }: Ledger, again: boolean): Looping {
    let known = this.known.get(frame)
    if (known === undefined) {
      const recursion = again ? this.recursionOf(frame) : undefined
      this.known.set(frame, (known = { origin: recursion?.origin ?? new Origin(this.deps.places, this.over), points: new Map(), heads: new Set(), waiting: [], recursion }))
      looping.add(frame.process)
      if (looping.size >= FIRST_SWEEP && (looping.size & (looping.size - 1)) === 0) for (const one of looping) if (one.ended) looping.delete(one)
    }
    return known
  }

  private recursionOf({ process, version, fn }: Frame): Recursion {
    const all = this.recursions.get(process) ?? new Map<string, Recursion>()
    this.recursions.set(process, all)
    const key = `${version.module} ${this.nameOf(version, fn)}` // of a class that was loaded again, the next turn is the new method's
    const recursion = all.get(key) ?? { origin: new Origin(this.deps.places, this.over), aside: [] }
    all.set(key, recursion)
    return recursion
  }

  private leave(process: Process, released: readonly Origin[]): void {
    const { frames, framesOf, finish } = this.deps.processes
    const all = framesOf(process)
    const stuck = new Set(all.filter((frame) => released.some((origin) => this.isOn(origin.all, frame))))
    const loops = all.filter((frame) => this.isIn(frame))
    if (stuck.size === 0 && loops.length === 0) return
    const running = loops.length === 0 ? new Set() : this.deps.runningVersions()
    for (const frame of loops) {
      const known = this.known.get(frame)
      if (known === undefined) continue
      const waiting = [...known.waiting, ...this.waitingFor(frame, known.origin)]
      const atHead = known.heads.has(frame.p) && !running.has(frame.version)
      if (atHead || stuck.has(frame)) {
        for (const one of [frame, ...waiting]) frames.end(one)
      } else {
        known.waiting = waiting
        known.recursion?.aside.push(...waiting)
        for (const one of [frame, ...waiting]) frames.setAside(one)
      }
    }
    for (const frame of stuck) frames.setAside(frame)
    finish(process)
  }

  /** It would begin another turn. */
  private ends(frame: Frame, again: boolean): void {
    const { frames } = this.deps.processes
    // Who went on meanwhile did not wait for it.
    const aside = (again ? this.recursionOf(frame).aside.splice(0) : (this.known.get(frame)?.waiting ?? [])).filter(({ d }) => d !== 0)
    const waiting = [...this.waitingFor(frame, new Origin(this.deps.places, this.over)), ...aside]
    for (const one of [frame, ...waiting]) frames.end(one)
    this.deps.processes.finish(frame.process)
  }

  private isIn(frame: Frame): boolean {
    for (const [first, last] of this.known.get(frame)?.points ?? []) if (first <= frame.p && frame.p <= last) return true
    return false
  }

  /** Other activations of its process that are in the very `await` from which this one was called. */
  private waitingFor(frame: Frame, { all }: Origin): readonly Frame[] {
    return this.deps.processes.framesOf(frame.process).filter((other) => other !== frame && this.isOn(all, other))
  }

  private nameOf(version: VersionRecord, fn: number): string {
    return this.deps.rewrittenOf(version)?.functions[fn]?.name ?? ''
  }

  private isOn(places: readonly Place[], { version, fn, p }: Frame): boolean {
    const text = this.deps.rewrittenOf(version)
    const name = this.nameOf(version, fn)
    return places.some((place) => place.module === version.module && place.version === version.version && isNamed(place, name) && lastPoint(text?.points ?? [], fn, place.at) === p)
  }
}

const processesOf = ({ processes, looping, late }: Ledger): readonly Process[] =>
  [...new Set([...processes, ...looping, ...(late === undefined ? [] : [late])])].filter((process) => process.mode === ALIVE)

/** V8 has no name for top levels and anonymous functions, or calls them `eval`; and it leaves out a method's class. */
const isNamed = (place: Place, name: string): boolean => lastWord(place.function).replace(/^eval$/, '') === (name.startsWith('(') ? '' : lastWord(name))

const lastWord = (name: string): string => name.slice(name.lastIndexOf('.') + 1)

/** The last point of a function that is not behind the place; 0 when there is none. */
function lastPoint(points: readonly number[], fn: number, at: { readonly line: number; readonly column: number }): number {
  let found = 0
  for (let i = 0; i < points.length; i += 3) {
    const [line = 0, column = 0] = [points[i + 1], points[i + 2]]
    if (points[i] === fn && (line < at.line || (line === at.line && column <= at.column))) found = i / 3
  }
  return found
}

/** Asks `turn` before each step; where that says no nobody waits any more, so nothing is asked for. */
function guarded(iterator: unknown, turn: () => boolean): unknown {
  if (typeof iterator !== 'object' || iterator === null) return iterator // V8 says what is wrong with it
  const next: unknown = Reflect.get(iterator, 'next')
  const step = isFunction(next) ? { [STEP_OF_LOOP]: (): unknown => (turn() ? Reflect.apply(next, iterator, []) : never()) }[STEP_OF_LOOP] : next
  return {
    next: step,
    get return(): unknown {
      const end: unknown = Reflect.get(iterator, 'return')
      return isFunction(end) ? (...args: readonly unknown[]): unknown => Reflect.apply(end, iterator, args) : end
    },
  }
}
