/**
 * How a process begins and how its function's end becomes its own. The body starts in a microtask: whoever spawned it
 * goes on first, as in Erlang. It ends when its function has returned (a promise: settled) and no activation of it is left.
 *
 * function                  the process ends with
 *   returns                 normal
 *   throws an Error         that error
 *   exit(reason)            reason
 *   throws another value    ['nocatch', value]
 *   cannot be found         an UndefError
 */
import { trusted } from '../../base/guards'
import type { CodeLookup } from '../code/codeApi'
import { BadFunError, ExitSignal, KillSignal, UndefError } from '../errors'
import { framesOf } from './frames'
import type { Pid } from './pid'
import { ENDED, FINISHED, type Process, type Start, SUSPENDED } from './process'
import type { ProcessTable } from './processTable'
import type { Signals } from './signals'

/** An uncaught error ended a process. */
export interface Crash {
  readonly pid: Pid
  readonly name: string | undefined
  readonly label: string
  readonly reason: unknown
}

export interface SpawnParts {
  readonly table: ProcessTable
  readonly lookup: CodeLookup
  readonly end: Signals['end']
  readonly report: (crash: Crash) => void
  readonly onChange: () => void
}

export type Spawning = ReturnType<typeof createSpawning>

export function createSpawning({ table, lookup, end, report, onChange }: SpawnParts) {
  const { storage } = table
  const turn = Promise.resolve()
  let due: Process[] = []

  function spawn(start: Start, label = nameOf(start)): Process {
    const process = table.add({ label, kind: 'spawned', initialCall: nameOf(start), parent: table.current().pid })
    schedule(process, start)
    onChange()
    return process
  }

  /** The process begins (again) with `start` in a microtask. */
  function schedule(process: Process, start: Start): void {
    process.start = start
    if (due.push(process) === 1) void turn.then(startDue)
  }

  /** It was suspended when its turn came. */
  function reschedule(process: Process): void {
    if (process.start !== undefined && !process.hibernating) schedule(process, process.start)
  }

  function startDue(): void {
    const now = due
    due = []
    for (const process of now) {
      if (process.start === undefined || process.ended || process.mode === SUSPENDED) continue
      storage.run(process, begin, process, process.start)
    }
  }

  function begin(process: Process, start: Start): void {
    process.start = undefined
    process.reductions++
    const { incarnation } = process
    try {
      const result = call(start)
      if (!isThenable(result)) returned(process, incarnation)
      else if (incarnation === 0 && isPlainPromise(result)) result.then(firstReturned, firstCrashed)
      else result.then(() => returned(process, incarnation), (error: unknown) => crashed(process, incarnation, error))
    } catch (error) {
      crashed(process, incarnation, error)
    }
  }

  function call(start: Start): unknown {
    if (start.kind === 'fun') return Reflect.apply(start.fn, undefined, start.args)
    const { module, name, args } = start
    const fn: unknown = typeof module === 'string' ? lookup.exported(module, name) : Reflect.get(module, name)
    if (typeof fn !== 'function' && typeof module === 'string' && lookup.call !== undefined) return lookup.call(module, name, args)
    if (typeof fn !== 'function') throw new UndefError(moduleText(module), name, args.length)
    return Reflect.apply(fn, undefined, args)
  }

  // Most processes have one body: these know it by the context they were called in, and cost no closure a process.
  function firstReturned(): void {
    const process = storage.getStore()
    if (process !== undefined) returned(process, 0)
  }

  function firstCrashed(error: unknown): void {
    const process = storage.getStore()
    if (process !== undefined) crashed(process, 0, error)
  }

  function returned(process: Process, incarnation: number): void {
    if (process.incarnation !== incarnation || process.ended) return
    process.returned = true
    emptied(process)
  }

  /** Called whenever its last activation left after the function returned. */
  function emptied(process: Process): void {
    if (process.returned && process.pNext === process && (process.extras?.aside ?? 0) === 0) end(process, 'normal', FINISHED)
  }

  function crashed(process: Process, incarnation: number, error: unknown): void {
    if (process.incarnation !== incarnation || process.ended || error instanceof KillSignal) return
    if (error instanceof ExitSignal) {
      end(process, error.reason)
      return
    }
    const { pid, registeredName: name, label } = process
    const reason = error instanceof Error ? error : ['nocatch', error]
    end(process, reason)
    report({ pid, name, label, reason })
  }

  /**
   * Runs a callback as `process`, at once: how requests and timers become processes. The process ends when the callback
   * has returned (a promise: settled) and no activation is left. What the callback throws goes to the caller.
   */
  function run<T>(process: Process, fn: () => T): T | undefined {
    const outer = storage.getStore()
    const result = storage.run(process, guarded, process, fn)
    // The callback may have ended whoever was running below it.
    if (outer !== undefined && outer.mode === ENDED) throw new KillSignal()
    return trusted(result, '`guarded` answers what fn answered, or undefined when the process was ended')
  }

  function guarded(process: Process, fn: () => unknown): unknown {
    try {
      const result = fn()
      if (result instanceof Promise && framesOf(process).length === 0) return settled(process, result)
      returned(process, process.incarnation)
      return result
    } catch (error) {
      if (error instanceof KillSignal && process.ended) return undefined
      end(process, error instanceof ExitSignal ? error.reason : error)
      throw error
    }
  }

  /** The promise that the caller gets instead, so that a rejection stays his to handle. */
  async function settled(process: Process, promise: Promise<unknown>): Promise<unknown> {
    const { incarnation } = process
    try {
      return await promise
    } catch (error) {
      if (process.incarnation === incarnation) end(process, error instanceof ExitSignal ? error.reason : error)
      throw error
    } finally {
      returned(process, incarnation)
    }
  }

  /**
   * Calls `fn` as `process`, which stays open until `finish`: how requests and connections become processes. What `fn` throws
   * goes to the caller, except for what ends the process itself.
   */
  function runOpen(process: Process, fn: () => unknown): unknown {
    const outer = storage.getStore()
    const result = open(process, fn)
    if (outer !== undefined && outer.mode === ENDED) throw new KillSignal()
    return result
  }

  function open(process: Process, fn: () => unknown): unknown {
    try {
      return storage.run(process, fn)
    } catch (error) {
      if (error instanceof KillSignal && process.ended) return undefined
      if (error instanceof ExitSignal || error instanceof BadFunError) end(process, error instanceof ExitSignal ? error.reason : error)
      if (error instanceof ExitSignal) return undefined
      throw error
    }
  }

  /** Nothing more will come for it: it ends when its last activation leaves. */
  const finish = (process: Process): void => returned(process, process.incarnation)

  return { spawn, schedule, reschedule, run, runOpen, finish, emptied }
}

function nameOf(start: Start): string {
  if (start.kind === 'fun') return start.fn.name === '' ? '(anonymous)' : start.fn.name
  return typeof start.module === 'string' ? `${start.module}.${start.name}` : start.name
}

const moduleText = (module: string | object): string => (typeof module === 'string' ? module : '(module)')

/** Its reactions run in the context they were attached in; those of other thenables wherever they please. */
function isPlainPromise(value: object): boolean {
  return Object.getPrototypeOf(value) === Promise.prototype
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
