/**
 * Everything about processes, put together: frames for generated code, what programs call, what the code server and the
 * control side ask. One call of `createProcesses` is one runtime; nothing is shared between two.
 */
import type { Disposable } from '../../base/disposable'
import type { FrameView } from '../../protocol/snapshot'
import { type Clock, systemClock } from '../clock'
import type { CodeLookup } from '../code/codeApi'
import { BadArgError } from '../errors'
import { createFlow } from './flow'
import { createFrames, type Frame, framesOf, lingering as lingeringFrames } from './frames'
import { PURGED } from '../link'
import { Pid, Ref } from './pid'
import type { Process, ProcessKind, Resource, Start } from './process'
import { createProcessInfos } from './processInfo'
import { ProcessTable } from './processTable'
import { createReceiving } from './receive'
import { Registry } from './registry'
import { createSignals } from './signals'
import { type Crash, createSpawning } from './spawn'
import { createTimers } from './timers'
import type { VersionRecord } from '../code/version'

export interface ProcessesOptions {
  readonly lookup: CodeLookup
  /** Element `slot` is set when that version was purged, or when the control thread wants to be heard there. */
  readonly traps: Int32Array
  readonly now?: () => number
  readonly setTimer?: (callback: () => void, ms: number) => unknown
  readonly clearTimer?: (timer: unknown) => void
  /** A process began, ended, was named, suspended or resumed. Often: gather before you look. */
  readonly onChange?: () => void
  /** Nobody is in some old code any more. */
  readonly onDrained?: () => void
  /** Generated code of a version that is not purged found its trap set: serve the control thread. */
  readonly onTrap?: (version: VersionRecord) => void
  /** A function of code that was replaced is called; `process` is undefined when nobody is known to run. */
  readonly onStale?: (version: VersionRecord, process: Process | undefined) => void
  /** A frame that was set aside goes on: whether it counts again. */
  readonly onGoesOn?: (frame: Frame) => boolean
  /** An uncaught error ended a process; once per process. */
  readonly report?: (crash: Crash) => void
  /** Releasing what an ended process owned threw. */
  readonly onReleaseFailed?: (label: string, error: unknown) => void
  /** Versions with a synchronous function on the JavaScript stack right now. */
  readonly runningVersions?: () => ReadonlySet<VersionRecord>
  /** A frame as people read it: function, file, line. */
  readonly describe?: (frame: Frame) => FrameView
}

export interface SpawnOptions {
  readonly link?: boolean
  readonly monitor?: boolean
  readonly label?: string
}

export type Destination = Pid | Ref | string

export type Processes = ReturnType<typeof createProcesses>

export function createProcesses(options: ProcessesOptions) {
  const onChange = options.onChange ?? nothingToTell
  const clock: Clock = {
    now: options.now ?? systemClock.now,
    setTimer: options.setTimer ?? systemClock.setTimer,
    clearTimer: options.clearTimer ?? systemClock.clearTimer
  }
  const { traps } = options
  const table = new ProcessTable(clock.now)
  const registry = new Registry(table, onChange)
  const aliases = new Map<Ref, Process>()
  // The parts know each other through these arrows, so that none imports another's making.
  const frames = createFrames({ storage: table.storage, init: table.init, traps, onTrap: options.onTrap, onStale: options.onStale, onEmptied: (process) => spawning.emptied(process), onDrained: options.onDrained ?? nothingToTell, onGoesOn: options.onGoesOn ?? (() => true) })
  const receiving = createReceiving(table, clock, (process) => flow.wake(process))
  const timers = createTimers(table, registry, clock, receiving.deliver)
  const signals = createSignals({ table, registry, frames, receiving, onEnded, onReleaseFailed: options.onReleaseFailed ?? nothingToTell, onChange })
  const spawning = createSpawning({ table, lookup: options.lookup, end: signals.end, report: options.report ?? nothingToTell, onChange })
  const flow = createFlow({ table, frames, receiving, spawning, onChange })
  const infos = createProcessInfos(table, options.describe)

  function onEnded({ extras }: Process): void {
    if (extras?.timers !== undefined) timers.dropAll(extras.timers)
    if (extras?.suspending !== undefined) flow.releaseAll(extras.suspending)
    for (const ref of extras?.aliases ?? []) aliases.delete(ref)
  }

  function spawn(start: Start, { link = false, monitor = false, label }: SpawnOptions = {}): { readonly pid: Pid; readonly ref: Ref | undefined } {
    const self = table.current()
    const child = spawning.spawn(start, label)
    if (link) signals.join(self, child)
    return { pid: child.pid, ref: monitor ? signals.monitor(child.pid) : undefined }
  }

  function send(destination: Destination, message: unknown): void {
    const process = destination instanceof Pid ? table.find(destination) : destination instanceof Ref ? aliases.get(destination) : named(destination)
    if (process !== undefined) receiving.deliver(process, message)
  }

  function named(name: string): Process {
    const process = registry.find(name)
    if (process === undefined) throw new BadArgError(`nobody is registered as ${String(name)}`)
    return process
  }

  function alias(): Ref {
    const self = table.current()
    const ref = table.makeRef()
    aliases.set(ref, self);
    (self.more().aliases ??= new Set()).add(ref)
    return ref
  }

  function unalias(ref: Ref): boolean {
    table.current().extras?.aliases?.delete(ref)
    return aliases.delete(ref)
  }

  /** The process will release the resource when it ends (at once if it has). Disposing takes it back without releasing. */
  function own(process: Process, resource: Resource): Disposable {
    if (process.ended) {
      resource.release()
      return { dispose: nothingToTell }
    }
    const resources = (process.more().resources ??= new Set())
    resources.add(resource)
    return { dispose: () => void resources.delete(resource) }
  }

  function newProcess(about: { readonly label: string; readonly kind?: ProcessKind; readonly parent?: Pid }): Process {
    const process = table.add({ label: about.label, kind: about.kind ?? 'implicit', parent: about.parent ?? table.current().pid })
    onChange()
    return process
  }

  /** Everybody with an activation in the version: suspended ones leave frames, of running ones only the JavaScript stack knows. */
  function lingering(version: VersionRecord): Process[] {
    const found = lingeringFrames(version)
    const self = table.current()
    if (!self.system && !found.includes(self) && options.runningVersions?.().has(version) === true) found.push(self)
    return found
  }

  /**
   * Ends everybody who lingers in the version, and marks it so that its functions throw BadFunError to whom they are lost. `init` is not ended,
   * only its activations there are. When the caller itself is ended, `throwIfEnded` must unwind it.
   */
  function purgeVersion(version: VersionRecord): Pid[] {
    const victims = new Set(lingering(version))
    version.state = 'purged'
    Atomics.or(traps, version.slot, PURGED)
    for (const victim of victims) {
      if (victim.system) frames.dropFrames(victim, version)
      else signals.end(victim, 'killed')
    }
    return [...victims].map((victim) => victim.pid)
  }

  /** exit/2 on behalf of `init`. @returns whether there was such a process. */
  function exitProcess(pid: Pid, reason: unknown): boolean {
    const process = table.find(pid)
    if (process === undefined) return false
    signals.exitSignal(process, table.init, reason)
    return true
  }

  return {
    frames: { enter: frames.enter, leave: frames.leave, park: frames.park, dead: frames.dead, yielded: frames.yielded, pause: frames.pause, trap: frames.trap, end: frames.end, setAside: frames.setAside },
    table, registry, signals, receiving, timers, flow, infos,
    spawn, send, alias, unalias, own, newProcess, run: spawning.run, runOpen: spawning.runOpen, finish: spawning.finish,
    lingering, framesOf, purgeVersion, exitProcess,
    throwIfEnded: frames.throwIfEnded,
    lookup: options.lookup,
    report: options.report ?? nothingToTell,
    now: clock.now,
    /** Nobody knows which process runs any more. For tests: every runtime of a program costs each promise of it a little. */
    dispose: () => table.storage.disable(),
    current: () => table.current(),
    find: (pid: Pid | number) => table.find(pid),
    page: (offset: number, limit: number) => table.page(offset, limit),
    get count(): number { return table.size }
  }
}

function nothingToTell(): void {
  // Who gave no listener wants to hear nothing.
}
