/**
 * `process.exit(1)` or `process.abort()` in a top level that is loaded again, or in what it started and still waits for: how a
 * program gives up that cannot be started (Nest does, and many a `main().catch`). The program that runs was started before, and
 * goes on.
 *
 *   not committed yet   the load fails
 *   committed           the top level ends there; servers of the version before go on until somebody listens in their place
 */
import { KillSignal } from '../errors'
import { ENDED, FINISHED } from '../process'
import type { Process } from '../process'
import type { Processes } from '../processes'
import { patch } from './patch'

export function installExits(processes: Processes, log: (message: string) => void): void {
  /** @returns when the program may end */
  function giveUp(call: string): void {
    const running = processes.table.storage.getStore()
    if (running === undefined || !isLoadedAgain(running)) return
    const message = `${call} was called by the top level of ${running.ledger?.module ?? 'a module'}`
    if (running.ledger?.state === 'draft') throw new Error(message)
    if (running.mode !== ENDED) {
      log(`${message}, which was loaded again: the program goes on`)
      processes.signals.end(running, message)
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
}

const isLoadedAgain = (running: Process): boolean =>
  running.mode !== FINISHED && running.ledger?.again === true && running.ledger.processes.includes(running)
