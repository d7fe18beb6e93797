/** What happens to an error that nobody caught: as in plain Node, except for what a kill or a purge leaves behind. */
import { writeSync } from 'node:fs'
import { inspect } from 'node:util'
import { BadFunError, KillSignal } from '../errors'
import type { ModuleName } from '../../protocol/ids'
import type { Crash } from './spawn'

const STDERR = 2
/** Node's own, before the program's calls of it are looked at. */
export const exit: (code?: number) => never = process.exit.bind(process)

type Capture = (error: unknown) => void

/** The program's own capture callback: ours has the only place Node has for one. */
let captured: Capture | null = null

export interface UncaughtDeps {
  log(message: string): void
  /** It ends nothing, and was told. */
  outlives(error: unknown): boolean
}

let outlives: UncaughtDeps['outlives'] = () => false

export function takeOverUncaught(deps: UncaughtDeps): void {
  outlives = (error) => deps.outlives(error)
  let origin: NodeJS.UncaughtExceptionOrigin = 'uncaughtException'
  process.on('uncaughtExceptionMonitor', (_, from) => { origin = from })
  process.setUncaughtExceptionCaptureCallback((error: unknown) => {
    if (error instanceof KillSignal) return
    // A callback that outlived its code: the code is gone, nothing else is wrong.
    if (error instanceof BadFunError) deps.log(`a callback of purged code was called: ${error.message}`)
    else uncaught(error, origin)
  })
  leavePlaceForCapture()
}

/** As Node does when the program's entry throws: of an ES module it is the promise of its evaluation that nobody handles. */
export function uncaughtAtStart(error: unknown, isModule: boolean): void {
  const origin = isModule ? 'unhandledRejection' : 'uncaughtException'
  Reflect.apply(process.emit, process, ['uncaughtExceptionMonitor', error, origin])
  uncaught(error, origin)
}

/** Whoever listens for uncaught errors gets it; else it is the end of the program. */
export function uncaught(error: unknown, origin: NodeJS.UncaughtExceptionOrigin): void {
  if (captured !== null) captured(error)
  else if (process.listenerCount('uncaughtException') > 0) for (const listener of process.listeners('uncaughtException')) Reflect.apply(listener, process, [error, origin])
  else if (!outlives(error)) die(error)
}

function leavePlaceForCapture(): void {
  const set = (fn: Capture | null): void => {
    if (fn !== null && captured !== null) throw Object.assign(new Error('`process.setupUncaughtExceptionCapture()` was called while a capture callback was already active'), { code: 'ERR_UNCAUGHT_EXCEPTION_CAPTURE_ALREADY_SET' })
    captured = fn
  }
  Object.assign(process, { setUncaughtExceptionCaptureCallback: set, hasUncaughtExceptionCaptureCallback: () => captured !== null })
}

/** Node's last words and exit code. */
export function die(error: unknown): never {
  const text = error instanceof Error ? inspect(error) : `Uncaught ${inspect(error)}`
  writeSync(STDERR, `${text}\n\nNode.js ${process.version}\n`)
  exit(1)
}

/** Node's exit code, and its words, for a program in which nothing can ever happen again while a top level still awaits. */
export function endUnsettled(file: string): never {
  writeSync(STDERR, `Warning: Detected unsettled top-level await at ${file}\n`)
  exit(13)
}

/** A process that crashed ends alone; the program goes on. */
export function reportCrash({ pid, name, label, reason }: Crash): void {
  writeSync(STDERR, `Process ${String(pid)} (${name ?? label}) ended with ${inspect(reason)}\n`)
}

/** The rest of a top level that was loaded while the program ran: no reason to end the program. */
export function reportTopLevel(module: ModuleName, thrown: unknown): void {
  writeSync(STDERR, `The top level of ${module} ended with ${inspect(thrown)}\n`)
}
