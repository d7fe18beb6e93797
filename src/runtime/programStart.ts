/** How the program starts, and how it ends when nothing is left to do. */
import type { CodeServer } from './code/codeServer'
import { die, endUnsettled, uncaught, uncaughtAtStart } from './process/crashes'
import type { MainRequests } from './link'
import type { LoadOutcome } from './code/loadOutcome'
import type { MainPort } from './mainPort'
import type { createProcesses } from './process/processes'
import { drive } from './steps'

/** A start that takes longer waits for something. */
const START_MS = 2000

/** Node would end here. So do we, unless a process waits for messages: those may still come from outside. */
export function whenNothingIsLeft(processes: ReturnType<typeof createProcesses>, entry: { file: string | undefined }, server: CodeServer, port: MainPort): void {
  process.on('beforeExit', () => {
    if ([...processes.table.all()].some((one) => one.waiters !== undefined)) return port.hold(true)
    const open = [...server.table.all()].find((record) => record.file === entry.file)
    const { evaluation } = open?.current ?? open?.drafting?.instance ?? {}
    if (evaluation?.isOver === false && process.exitCode === undefined) endUnsettled(entry.file ?? '')
  })
}

export const isSuperseded = (outcome: LoadOutcome): boolean => outcome.kind === 'failed' && outcome.reason === 'superseded'

/** Nothing of the program has run: with somebody who watches its files it need not end. */
export const isRepairable = (outcome: LoadOutcome, { watch }: MainRequests['start'][0]): boolean => watch && outcome.kind === 'failed' && outcome.reason === 'link_error'

export function startProgram(server: CodeServer, entry: { file: string | undefined }, params: MainRequests['start'][0], reply: (outcome: LoadOutcome) => void): void {
  entry.file = params.entryFile
  process.argv.splice(1, process.argv.length, params.entryFile, ...params.argv)
  server.offer(params.units)
  const isCommonjs = params.units.find((unit) => unit.module === params.entry)?.rewritten.format === 'commonjs'
  let answered = false
  const answer = (outcome: LoadOutcome): void => {
    if (!answered) reply(outcome)
    else if (outcome.kind === 'failed') uncaught(outcome.thrown, 'uncaughtException')
    answered = true
  }
  // A top level that awaits for ever has started all the same.
  const onLoaded = (module: string): void => {
    if (module === params.entry) setImmediate(() => answer({ kind: 'loaded', versions: loadedSoFar(server) }))
  }
  const start = (): void => drive(server.autoloader.autoload(params.entry, 'start', false, onLoaded, !params.keepAlive), (outcome) => {
    if (!outcome.ok) die(outcome.error)
    if (isSuperseded(outcome.value)) {
      if (!answered) reply(outcome.value)
      answered = true
      return
    }
    if (outcome.value.kind !== 'failed' || params.keepAlive || answered || isRepairable(outcome.value, params)) return answer(outcome.value)
    uncaughtAtStart(outcome.value.thrown, !isCommonjs)
    answer({ kind: 'loaded', versions: loadedSoFar(server) }) // somebody listened, and the program goes on
  })
  // Node evaluates ES modules from its queue of promises, CommonJS from none.
  if (isCommonjs) start()
  else queueMicrotask(start)
  // What never ends its top level has started all the same, even if others wait for it: it can be repaired by a save.
  setTimeout(() => answer({ kind: 'loaded', versions: loadedSoFar(server) }), START_MS).unref()
}

const loadedSoFar = (server: CodeServer): Extract<LoadOutcome, { readonly kind: 'loaded' }>['versions'] =>
  [...server.table.all()].flatMap(({ name, current }) => (current === undefined ? [] : [{ module: name, version: current.record.version, killed: [], origin: current.origin }]))
