/** Ctrl-C and other signals are the program's to answer; we end when it has ended, and in the same way. */
import { isatty } from 'node:tty'
import type { Disposable } from '../base/disposable'
import type { ProgramExit } from './runProgram'

const passedOn = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const

/** While it lasts, a signal does not end us: the program gets it. */
export function passSignals(target: () => number | undefined): Disposable {
  const handlers = passedOn.map((signal) => {
    const handler = (): void => {
      const pid = target()
      // `process.stdin` would open the input, which is the program's. From a terminal, Ctrl-C goes to every process of the foreground group: the program has it already.
      const fromTerminal = isatty(0) && (signal === 'SIGINT' || signal === 'SIGQUIT')
      if (pid !== undefined && !fromTerminal) kill(pid, signal)
    }
    process.on(signal, handler)
    return { dispose: () => void process.off(signal, handler) }
  })
  return { dispose: () => handlers.forEach((handler) => handler.dispose()) }
}

/** Ends this process as the program ended: by its exit code, or by the signal that ended it. */
export function exitLike({ exitCode, signal }: ProgramExit): void {
  if (signal !== null && process.platform !== 'win32') {
    kill(process.pid, signal)
    return
  }
  // Not only `exitCode`: what a dead connection left behind must not keep us alive. Output to a pipe may still be on its way.
  process.stdout.write('', () => process.exit(exitCode ?? 1))
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It ended between the signal and now.
  }
}
