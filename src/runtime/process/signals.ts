/**
 * Links, monitors, exit signals and the end of a process. Source: OTP Reference Manual "Processes" (Error Handling).
 *
 * exit(Pid, Reason)       not trapping          trapping
 *   kill                  ends with `killed`    ends with `killed`
 *   normal                nothing (*)           ['EXIT', From, 'normal']
 *   other                 ends with Reason      ['EXIT', From, Reason]
 * a link whose other side ended with Reason
 *   normal                nothing               ['EXIT', Pid, 'normal']
 *   other, kill included  ends with Reason      ['EXIT', Pid, Reason]
 * (*) except to oneself: ends with `normal`.
 */
import { KillSignal, NoProcError } from '../errors'
import type { Frames } from './frames'
import { Pid, type Ref } from './pid'
import { ENDED, type FINISHED, type Monitor, type Process } from './process'
import type { ProcessTable } from './processTable'
import type { Receiving } from './receive'
import type { Registry } from './registry'

export interface SignalParts {
  readonly table: ProcessTable
  readonly registry: Registry
  readonly frames: Pick<Frames, 'dropStack'>
  readonly receiving: Pick<Receiving, 'deliver' | 'forget'>
  /** The process has ended: its timers, aliases and suspensions go. */
  readonly onEnded: (process: Process) => void
  readonly onReleaseFailed: (label: string, error: unknown) => void
  readonly onChange: () => void
}

export type Signals = ReturnType<typeof createSignals>

export function createSignals({ table, registry, frames, receiving, onEnded, onReleaseFailed, onChange }: SignalParts) {
  /** Ended processes whose neighbours have yet to be told. A queue, because a chain of links may be longer than the stack. */
  const untold: [Process, unknown][] = []
  let telling = false

  /** The process is gone when this returns: nothing of it goes on, its name is free. Then its neighbours are told. */
  function end(process: Process, reason: unknown, how: typeof ENDED | typeof FINISHED = ENDED): void {
    if (process.ended || process.system) return
    process.mode = how
    process.start = undefined
    process.mailbox = undefined
    receiving.forget(process)
    registry.free(process)
    table.remove(process)
    if (process.pNext !== process) frames.dropStack(process)
    if (process.extras !== undefined) tell(process, reason)
    if (process.connection !== undefined) disconnect(process)
    onChange()
  }

  /** As `end`; of one that finished what still carries it does not go on either. */
  function stop(process: Process, reason: unknown): void {
    end(process, reason)
    if (process.system || process.mode === ENDED) return
    process.mode = ENDED
    if (process.ledger?.late !== undefined) frames.dropStack(process.ledger.late)
  }

  function disconnect(process: Process): void {
    const { connection } = process
    process.connection = undefined
    if (process.mode !== ENDED) return // it came to its end by itself
    try {
      connection?.destroy()
    } catch (error) {
      onReleaseFailed('connection', error)
    }
  }

  function tell(process: Process, reason: unknown): void {
    untold.push([process, reason])
    if (telling) return
    telling = true
    try {
      for (let next = untold.shift(); next !== undefined; next = untold.shift()) tellNeighbours(...next)
    } finally {
      telling = false
    }
  }

  function tellNeighbours(process: Process, reason: unknown): void {
    const extras = process.extras
    if (extras === undefined) return
    onEnded(process)
    for (const monitor of extras.monitors?.values() ?? []) monitor.target.extras?.monitoredBy?.delete(monitor.ref)
    for (const monitor of extras.monitoredBy?.values() ?? []) fire(monitor, reason)
    for (const other of extras.links ?? []) {
      other.extras?.links?.delete(process)
      linkSignal(other, process.pid, reason)
    }
    for (const { label, release } of extras.resources ?? []) {
      try {
        release()
      } catch (error) {
        onReleaseFailed(label, error)
      }
    }
    extras.controller?.abort(reason)
    process.extras = undefined
  }

  function fire(monitor: Monitor, reason: unknown): void {
    monitor.watcher.extras?.monitors?.delete(monitor.ref)
    receiving.deliver(monitor.watcher, down(monitor.ref, monitor.as, reason))
  }

  function linkSignal(process: Process, from: Pid, reason: unknown): void {
    if (process.trapExit) receiving.deliver(process, ['EXIT', from, reason])
    else if (reason !== 'normal') end(process, reason)
  }

  /** @throws KillSignal when it ended the caller. */
  function exitSignal(target: Process | undefined, from: Process, reason: unknown): void {
    if (target === undefined) return
    if (reason === 'kill') end(target, 'killed')
    else if (target.trapExit) receiving.deliver(target, ['EXIT', from.pid, reason])
    else if (reason !== 'normal') end(target, reason)
    else if (target === from) end(target, reason)
    if (from.mode === ENDED) throw new KillSignal()
  }

  /** @throws NoProcError when there is no such process and the caller does not trap exits (else it gets a message). */
  function link(pid: Pid): true {
    const self = table.current()
    const other = table.find(pid)
    if (other === self) return true
    if (other !== undefined) join(self, other)
    else if (self.trapExit) receiving.deliver(self, ['EXIT', pid, 'noproc'])
    else throw new NoProcError(String(pid))
    return true
  }

  function join(one: Process, other: Process): void {
    (one.more().links ??= new Set()).add(other);
    (other.more().links ??= new Set()).add(one)
  }

  function unlink(pid: Pid): true {
    const self = table.current()
    const other = table.find(pid)
    if (other === undefined) return true
    self.extras?.links?.delete(other)
    other.extras?.links?.delete(self)
    return true
  }

  function monitor(who: Pid | string): Ref {
    const self = table.current()
    const ref = table.makeRef()
    const target = who instanceof Pid ? table.find(who) : registry.find(who)
    if (target === undefined) receiving.deliver(self, down(ref, who, 'noproc'))
    else if (target !== self) watch({ ref, watcher: self, target, as: who })
    return ref
  }

  function watch(monitor: Monitor): void {
    (monitor.watcher.more().monitors ??= new Map()).set(monitor.ref, monitor);
    (monitor.target.more().monitoredBy ??= new Map()).set(monitor.ref, monitor)
  }

  /** @returns whether it was still there. */
  function demonitor(ref: Ref, flush: boolean): boolean {
    const self = table.current()
    const found = self.extras?.monitors?.get(ref)
    self.extras?.monitors?.delete(ref)
    found?.target.extras?.monitoredBy?.delete(ref)
    if (flush) self.mailbox?.take((message: unknown) => Array.isArray(message) && message[0] === 'DOWN' && message[1] === ref)
    return found !== undefined
  }

  return { end, stop, exitSignal, link, join, unlink, monitor, watch, demonitor }
}

const down = (ref: Ref, who: Pid | string, reason: unknown): unknown[] => ['DOWN', ref, 'process', who, reason]
