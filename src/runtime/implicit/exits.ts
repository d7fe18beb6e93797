/**
 * How a program gives up that cannot be started (Nest does, and many a `main().catch`): `process.exit(1)`, `process.abort()`, an
 * error that nobody catches. When a top level that is loaded again does so, or what it started and did not await, the program
 * goes on: it was started before.
 *
 *                       process.exit(1), process.abort()              an error that nobody catches
 *   not committed yet   throws; behind an `await` the load fails      is told
 *   committed           the top level ends there, which is told       is told
 *
 * Servers of the version before go on until somebody listens in their place. In a request, a timer or a listener it is as in plain Node.
 */
import { isFunction } from '../../base/guards'
import type { ModuleName } from '../../protocol/ids'
import { KillSignal } from '../errors'
import { ENDED } from '../process/process'
import type { Processes } from '../process/processes'
import type { Ledger } from './ledger'
import { patch } from './patch'

export interface ExitsDeps {
  readonly processes: Processes
  log(message: string): void
  /** What a top level started threw. */
  onTopLevelFailed(module: ModuleName, thrown: unknown): void
}

export interface Exits {
  /** An error that nobody caught: whether it is one of a top level that was loaded again, and ends nothing. */
  outlives(error: unknown): boolean
}

export function installExits({ processes, log, onTopLevelFailed }: ExitsDeps): Exits {
  function loadedAgain(): Ledger | undefined {
    const running = processes.table.storage.getStore()
    return running?.ledger?.again === true && running.ledger.processes.includes(running) ? running.ledger : undefined
  }

  /** @returns when the program may end */
  function giveUp(call: string): void {
    const ledger = loadedAgain()
    const running = processes.table.storage.getStore()
    if (ledger === undefined || running === undefined) return
    const message = `${call} was called by the top level of ${ledger.module}`
    ledger.gaveUp = true
    if (ledger.state === 'draft') throw new Error(message)
    if (running.mode !== ENDED) {
      log(`${message}, which was loaded again: the program goes on`)
      processes.signals.stop(running, message)
    }
    throw new KillSignal()
  }

  patch(process, 'exit', (native) => function (...args) {
    const code = Number(args[0] ?? process.exitCode ?? 0)
    if (code !== 0) giveUp(`process.exit(${code})`)
    return Reflect.apply(native, process, args)
  })
  patch(process, 'abort', (native) => function () {
    giveUp('process.abort()')
    return Reflect.apply(native, process, [])
  })

  function outlives(error: unknown): boolean {
    const ledger = loadedAgain()
    if (ledger === undefined) return false
    ledger.gaveUp = true
    if (!(error instanceof KillSignal)) onTopLevelFailed(ledger.module, error)
    return true
  }

  // Node 20 has forgotten whose microtask it was when it threw.
  patch(globalThis, 'queueMicrotask', (native) => function (this: unknown, ...args) {
    const [callback] = args
    if (!isFunction(callback) || loadedAgain() === undefined) return Reflect.apply(native, this, args)
    return Reflect.apply(native, this, [() => {
      try {
        callback()
      } catch (error) {
        if (!outlives(error)) throw error
      }
    }])
  })

  return { outlives }
}
