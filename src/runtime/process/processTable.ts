/** Who lives: every process by number, the one that runs, and the numbers of pids and refs. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { Crowds } from './crowds'
import { Pid, Ref } from './pid'
import { FINISHED, Process, type ProcessKind } from './process'

/** As in an Erlang shell: the numbers below belong to the system. */
const FIRST_PID = 40
const INIT_PID = 1
/** So many wait for somebody who looks; the ended ones among them are not kept longer. */
const NEWCOMERS = 128

export interface NewProcess {
  readonly label: string
  readonly kind: ProcessKind
  readonly initialCall?: string
  readonly parent?: Pid | undefined
}

export class ProcessTable {
  readonly storage = new AsyncLocalStorage<Process>()
  /** Runs whatever runs in no other process. Always there, never listed. */
  readonly init: Process
  private readonly living = new Map<number, Process>()
  /** Not in `living` or a crowd yet, in order of birth: most requests have ended before anybody looks. */
  private newcomers: Process[] = []
  private alive = 0
  readonly crowds = new Crowds()
  /** Living processes that the program spawned. */
  spawned = 0
  private nextPid = FIRST_PID
  private nextRef = 1

  private readonly signalOf = (pid: Pid): AbortSignal => {
    const process = this.find(pid)
    return process === undefined ? AbortSignal.abort() : (process.more().controller ??= new AbortController()).signal
  }

  constructor(private readonly now: () => number) {
    this.init = new Process(new Pid(INIT_PID, this.signalOf), 'init', 'init', 'init', undefined, now())
  }

  /** The process whose code runs. */
  current(): Process {
    const process = this.storage.getStore()
    return process === undefined || process.mode === FINISHED ? this.init : process
  }

  add({ label, kind, initialCall = label, parent }: NewProcess): Process {
    const id = this.nextPid++
    const process = new Process(new Pid(id, this.signalOf), kind, label, initialCall, parent, this.now())
    this.alive++
    if (kind === 'spawned') this.spawned++
    if (this.newcomers.push(process) === NEWCOMERS) this.settle()
    return process
  }

  /** It has just ended. */
  remove(process: Process): void {
    this.alive--
    if (process.kind === 'spawned') this.spawned--
    if (this.living.delete(process.pid.id)) this.crowds.remove(process)
  }

  /** From now on everybody who lives can be found, and `Process.crowd` is right. */
  settle(): void {
    if (this.newcomers.length === 0) return
    const { newcomers } = this
    this.newcomers = []
    for (const process of newcomers) {
      if (process.ended) continue
      this.living.set(process.pid.id, process)
      if (process.kind !== 'spawned') this.crowds.add(process)
    }
  }

  find(pid: Pid | number): Process | undefined {
    const id = typeof pid === 'number' ? pid : pid.id
    this.settle()
    return id === INIT_PID ? this.init : this.living.get(id)
  }

  /** Of a process that is there or was; undefined when there never was one. */
  pidOf(id: number): Pid | undefined {
    const known = this.find(id)?.pid
    return known ?? (id >= FIRST_PID && id < this.nextPid ? new Pid(id, this.signalOf) : undefined)
  }

  makeRef(): Ref {
    return new Ref(this.nextRef++)
  }

  /** Without `init`. */
  get size(): number {
    return this.alive
  }

  /** In order of birth, without `init`. */
  all(): IterableIterator<Process> {
    this.settle()
    return this.living.values()
  }

  /** Those who are in no crowd. */
  page(offset: number, limit: number): Process[] {
    this.settle()
    const items: Process[] = []
    let index = 0
    for (const process of this.living.values()) {
      if (items.length >= limit) break
      if (process.crowd?.crowded !== true && index++ >= offset) items.push(process)
    }
    return items
  }
}
