/** What happens to an error that nobody caught: as in plain Node, except for what a kill or a purge leaves behind. */
import { writeSync } from 'node:fs'
import { inspect } from 'node:util'
import { BadFunError, KillSignal } from './errors'
import type { Crash } from './spawn'

const STDERR = 2

export function takeOverUncaught(log: (message: string) => void): void {
  process.setUncaughtExceptionCaptureCallback((error: unknown) => {
    if (error instanceof KillSignal) return
    // A callback that outlived its code: the code is gone, nothing else is wrong.
    if (error instanceof BadFunError) log(`a callback of purged code was called: ${error.message}`)
    else if (error instanceof Error && process.listenerCount('uncaughtException') > 0) process.listeners('uncaughtException').forEach((listener) => listener(error, 'uncaughtException'))
    else die(error)
  })
}

/** Node's last words and exit code. */
export function die(error: unknown): never {
  const text = error instanceof Error ? inspect(error) : `Uncaught ${inspect(error)}`
  writeSync(STDERR, `${text}\n\nNode.js ${process.version}\n`)
  process.exit(1)
}

/** A process that crashed ends alone; the program goes on. */
export function reportCrash({ pid, name, label, reason }: Crash): void {
  writeSync(STDERR, `Process ${String(pid)} (${name ?? label}) ended with ${inspect(reason)}\n`)
}
