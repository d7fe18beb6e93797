/** How a process's course is changed: its stack dropped (`become`, `hibernate`), stopped for a while (`suspendProcess`). */
import { BadArgError } from '../errors'
import { type Frames, framesOf, never } from './frames'
import type { Pid } from './pid'
import { ALIVE, type Parked, type Process, type Start, SUSPENDED } from './process'
import type { ProcessTable } from './processTable'
import type { Receiving } from './receive'
import type { Spawning } from './spawn'

export interface FlowParts {
  readonly table: ProcessTable
  readonly frames: Pick<Frames, 'dropStack'>
  readonly receiving: Pick<Receiving, 'forget' | 'catchUp'>
  readonly spawning: Pick<Spawning, 'schedule' | 'reschedule'>
  readonly onChange: () => void
}

export type Flow = ReturnType<typeof createFlow>

export function createFlow({ table, frames, receiving, spawning, onChange }: FlowParts) {
  function dropStack(what: string): Process {
    const self = table.current()
    if (self.system) throw new BadArgError(`${what}: only a process that was spawned can drop its stack`)
    self.incarnation++
    self.returned = false
    frames.dropStack(self)
    receiving.forget(self)
    return self
  }

  function become(start: Start): Promise<never> {
    const self = dropStack('become')
    if (!self.ended) spawning.schedule(self, start)
    return never()
  }

  function hibernate(start: Start): Promise<never> {
    const self = dropStack('hibernate')
    if (self.ended) return never()
    self.start = start
    self.hibernating = true
    if (self.mailbox !== undefined && self.mailbox.length > 0) wake(self)
    onChange()
    return never()
  }

  function wake(process: Process): void {
    if (process.start === undefined) return
    process.hibernating = false
    spawning.schedule(process, process.start)
  }

  function suspend(pid: Pid): true {
    const self = table.current()
    const process = table.find(pid)
    if (process === undefined || process === self || process.system) throw new BadArgError(`suspendProcess: ${String(pid)} cannot be suspended`)
    const suspending = (self.more().suspending ??= new Map<Process, number>())
    suspending.set(process, (suspending.get(process) ?? 0) + 1)
    process.more().suspendCount++
    if (process.mode !== ALIVE) return true
    process.mode = SUSPENDED
    for (const frame of framesOf(process)) frame.d = 2
    onChange()
    return true
  }

  function resume(pid: Pid): true {
    const suspending = table.current().extras?.suspending
    const process = table.find(pid)
    const count = process === undefined ? undefined : suspending?.get(process)
    if (process === undefined || suspending === undefined || count === undefined) throw new BadArgError(`resumeProcess: the caller has not suspended ${String(pid)}`)
    if (count === 1) suspending.delete(process)
    else suspending.set(process, count - 1)
    release(process, 1)
    return true
  }

  /** The process that suspended them has ended: as many suspensions are taken back. */
  function releaseAll(suspending: ReadonlyMap<Process, number>): void {
    for (const [process, count] of suspending) release(process, count)
  }

  function release(process: Process, count: number): void {
    const extras = process.more()
    extras.suspendCount -= count
    if (extras.suspendCount > 0 || process.mode !== SUSPENDED) return
    process.mode = ALIVE
    for (const frame of framesOf(process)) frame.d = 0
    const parked = extras.parked ?? []
    extras.parked = undefined
    // Not at once: who resumes may kill or suspend again before anything of the process has run.
    queueMicrotask(() => proceed(process, parked))
    receiving.catchUp(process)
    spawning.reschedule(process)
    onChange()
  }

  function proceed(process: Process, parked: readonly Parked[]): void {
    for (const one of parked) {
      if (one.frame.d === 0) one.resolve(one.value)
      else if (one.frame.d === 2) (process.more().parked ??= []).push(one)
    }
  }

  return { become, hibernate, wake, suspend, resume, releaseAll }
}
