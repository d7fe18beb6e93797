/**
 * Activations of generated code. Each frame is in two circular lists: that of its version (who lingers) and that of its
 * process (its stack). Entering and leaving are the hottest code of the runtime: no closures, one shape, no branches but
 * the two that must be there.
 */
import type { AsyncLocalStorage } from 'node:async_hooks'
import { BadFunError, KillSignal } from '../errors'
import { RING, WATCHED } from '../link'
import { ALIVE, ENDED, FINISHED, Process, type StackLinks, SUSPENDED } from './process'
import type { FrameLinks, FrameOf, VersionRecord } from '../code/version'

/** Values of `EmittedFrame.d`. */
const DEAD = 1
const STOPPED = 2
const ASIDE = 3

export class Frame implements FrameOf<Process>, StackLinks {
  d = 0
  p = 0
  /** A new frame is in no list: only its own links know where it will go (see `link`). */
  constructor(
    readonly version: VersionRecord,
    public process: Process,
    readonly fn: number,
    public vPrev: FrameLinks,
    public vNext: FrameLinks,
    public pPrev: StackLinks,
    public pNext: StackLinks
  ) {}
}

class FrameList implements FrameLinks {
  vPrev: FrameLinks = this
  vNext: FrameLinks = this
}

/** An empty list for `VersionRecord.frames`. */
export const frameList = (): FrameLinks => new FrameList()

export interface FrameOptions {
  readonly storage: AsyncLocalStorage<Process>
  readonly init: Process
  /** Shared with the control thread. */
  readonly traps: Int32Array
  readonly onTrap: ((version: VersionRecord) => void) | undefined
  /** A function of code that was replaced is called. */
  readonly onStale: ((version: VersionRecord, process: Process | undefined) => void) | undefined
  /** The function of a process has returned and its last frame left. */
  readonly onEmptied: (process: Process) => void
  /** The last frame in some old code has left. */
  readonly onDrained: () => void
  /** A frame that was set aside goes on. Answers whether it counts again. */
  readonly onGoesOn: (frame: Frame) => boolean
}

export type Frames = ReturnType<typeof createFrames>

export function createFrames({ storage, init, traps, onTrap, onStale, onEmptied, onDrained, onGoesOn }: FrameOptions) {
  /** Set aside, and what it waited for is gone: it will never go on. */
  const lost = new FinalizationRegistry<Process>((process) => {
    process.more().aside--
    emptied(process)
  })

  function trap(version: VersionRecord): void {
    const process = storage.getStore()
    // First: what ends here is not to be found lingering by whoever is served below.
    if (version.state === 'purged' || version.state === 'old' || (Atomics.load(traps, version.slot) & WATCHED) !== 0) onStale?.(version, process)
    if (version.state === 'purged') {
      if (losesPurgedCode(process)) throw new BadFunError(version)
    } else if (version.slot === 0 || (Atomics.load(traps, version.slot) & RING) !== 0) onTrap?.(version)
    throwIfEnded()
  }

  function enter(version: VersionRecord, fn: number): Frame {
    if (traps[version.slot] !== 0) trap(version)
    const process = storage.getStore() ?? init
    const list = version.frames
    const frame = new Frame(version, process, fn, list, list.vNext, process, process.pNext)
    if (process.mode === ALIVE) link(frame)
    else enterUnusual(frame, process)
    return frame
  }

  function leave(frame: Frame): void {
    if ((frame.d & DEAD) !== 0) return leaveUnlisted(frame)
    const { vPrev, vNext, pPrev, pNext } = frame
    vPrev.vNext = vNext
    vNext.vPrev = vPrev
    pPrev.pNext = pNext
    pNext.pPrev = pPrev
    // Two neighbours that are one: only the sentinel is left.
    if (vPrev === vNext && frame.version.state === 'old') onDrained()
    if (pPrev === pNext && frame.process.returned) emptied(frame.process)
  }

  function leaveUnlisted(frame: Frame): void {
    if (frame.d !== ASIDE) return
    frame.d = 0
    uncount(frame)
    emptied(frame.process)
  }

  function park(frame: Frame, value?: unknown): Promise<unknown> {
    if (frame.d === ASIDE) return goOn(frame, value)
    if (frame.d !== STOPPED) return never()
    return new Promise((resolve) => {
      (frame.process.more().parked ??= []).push({ frame, value, resolve })
    })
  }

  async function goOn(frame: Frame, value: unknown): Promise<unknown> {
    if (frame.process.mode === ENDED) {
      frame.d = DEAD
      return never()
    }
    if (onGoesOn(frame)) {
      back(frame, frame.process)
      uncount(frame)
    }
    return value
  }

  function back(frame: Frame, process: Process): void {
    frame.d = 0
    frame.process = process
    if (process.mode === ALIVE) insert(frame, process)
    else enterUnusual(frame, process)
  }

  /**
   * The frame holds up nobody any more: it is in no list, and a purge leaves it alone. When it goes on, `onGoesOn` says whether it
   * counts again.
   */
  function setAside(frame: Frame): void {
    if (frame.d !== 0) return
    takeOut(frame)
    frame.d = ASIDE
    frame.process.more().aside++
    lost.register(frame, frame.process, frame)
  }

  function uncount(frame: Frame): void {
    if (lost.unregister(frame)) frame.process.more().aside--
  }

  /** Ends one activation: it never goes on, no `catch` or `finally` of it runs. */
  function end(frame: Frame): void {
    if (frame.d === DEAD) return
    uncount(frame)
    takeOut(frame)
    emptied(frame.process)
  }

  function takeOut(frame: Frame): void {
    const { pPrev, pNext } = frame
    pPrev.pNext = pNext
    pNext.pPrev = pPrev
    if (drop(frame)) onDrained()
  }

  /** True only for a process that was ended by force; one that finished has no code to unwind. */
  function dead(): boolean {
    const process = storage.getStore()
    return process !== undefined && process.mode === ENDED
  }

  /** Before a `yield`: a generator that waits for its consumer is a value, like a function, and does not linger. */
  function pause(frame: Frame): void {
    leave(frame)
    isolate(frame)
  }

  /** After a `yield`: the activation belongs to whoever resumed it. */
  function yielded(frame: Frame): void {
    if (frame.d === DEAD) throw new BadFunError(frame.version)
    if (frame.vNext !== frame) return
    if (frame.version.state === 'purged' && losesPurgedCode(storage.getStore())) {
      frame.d = DEAD
      throw new BadFunError(frame.version)
    }
    uncount(frame)
    back(frame, storage.getStore() ?? init)
  }

  function enterUnusual(frame: Frame, process: Process): void {
    switch (process.mode) {
      case ENDED:
        // Whoever calls on behalf of a killed process gets an activation that stops at its first `await`.
        frame.d = DEAD
        isolate(frame)
        break
      case FINISHED:
        frame.process = lateOf(process)
        insert(frame, frame.process)
        break
      case SUSPENDED:
        frame.d = STOPPED
        insert(frame, process)
        break
      case ALIVE:
        insert(frame, process)
        break
    }
  }

  /** What still carries a process that finished belongs to `init`; of a top level it is known which. */
  function lateOf({ ledger }: Process): Process {
    if (ledger === undefined) return init
    if (ledger.late === undefined) {
      ledger.late = new Process(init.pid, init.kind, init.label, init.initialCall, undefined, init.startedAt)
      ledger.late.ledger = ledger
    }
    return ledger.late
  }

  /** Ends every activation of the process: none of them goes on, no `catch` or `finally` runs. */
  function dropStack(process: Process): void {
    let left = false
    for (let link = process.pNext; link !== process;) {
      const next = link.pNext
      if (link instanceof Frame) left = drop(link) || left
      link = next
    }
    process.pNext = process.pPrev = process
    if (left) onDrained()
  }

  /** Ends the activations that process has in that version. */
  function dropFrames(process: Process, version: VersionRecord): void {
    for (const frame of framesOf(process)) {
      if (frame.version !== version) continue
      frame.pPrev.pNext = frame.pNext
      frame.pNext.pPrev = frame.pPrev
      drop(frame)
    }
  }

  /** @returns whether it was the last one in old code. */
  function drop(frame: Frame): boolean {
    const { vPrev, vNext } = frame
    frame.d = DEAD
    vPrev.vNext = vNext
    vNext.vPrev = vPrev
    isolate(frame)
    return vPrev === vNext && frame.version.state === 'old'
  }

  /** Called for frames outside every list as well (a generator that was paused). */
  function emptied(process: Process): void {
    if (process.pNext === process) onEmptied(process)
  }

  /** @throws KillSignal when the running process was ended: what called us must unwind. */
  function throwIfEnded(): void {
    if (dead()) throw new KillSignal()
  }

  return { trap, enter, leave, park, dead, pause, yielded, end, setAside, dropStack, dropFrames, throwIfEnded }
}

const losesPurgedCode = (process: Process | undefined): boolean => process !== undefined && process.purgedCode !== 'goes on'

/** Puts a frame where its own links say: first in both lists. */
function link(frame: Frame): void {
  const { vPrev, vNext, pPrev, pNext } = frame
  vNext.vPrev = frame
  vPrev.vNext = frame
  pNext.pPrev = frame
  pPrev.pNext = frame
}

function insert(frame: Frame, process: Process): void {
  const list = frame.version.frames
  frame.vPrev = list
  frame.vNext = list.vNext
  frame.pPrev = process
  frame.pNext = process.pNext
  link(frame)
}

function isolate(frame: Frame): void {
  frame.vPrev = frame.vNext = frame
  frame.pPrev = frame.pNext = frame
}

/** A new one each time: reactions to a shared one would pile up. */
export const never = (): Promise<never> => new Promise<never>(() => {})

/** Innermost first. */
export function framesOf(process: Process): Frame[] {
  const frames: Frame[] = []
  for (let link = process.pNext; link !== process; link = link.pNext) {
    if (link instanceof Frame) frames.push(link)
  }
  return frames
}

/** Processes with an activation in the version, each once, oldest pid first. Costs as much as there are such activations. */
export function lingering(version: VersionRecord): Process[] {
  const found = new Set<Process>()
  for (let link = version.frames.vNext; link !== version.frames; link = link.vNext) {
    if (link instanceof Frame) found.add(link.process)
  }
  // The newest activation is first in the list: turned round it is almost in order.
  return [...found].reverse().sort((a, b) => a.pid.id - b.pid.id)
}
