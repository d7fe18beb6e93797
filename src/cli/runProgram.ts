/** `codeswitch run`: the program has our terminal, arguments, signals and exit code; we only add what saves came to. */
import { DisposableStore } from '../base/disposable'
import type { Event } from '../base/event'
import type { Host } from '../host/host'
import type { LoadReport } from '../protocol/messages'
import { readText } from './readText'
import { loadWaitsText, reportText } from './reportText'

export interface ProgramExit {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
}

export interface RunningHost extends Host {
  readonly onDidExit: Event<ProgramExit>
  readonly osPid: number | undefined
}

export interface RunProgramDeps {
  readonly host: RunningHost
  readonly cwd: string
  /** To the terminal, not into the program's output. */
  print(text: string): void
}

/** Resolves when the program has ended, with how it ended. */
export async function runProgram({ host, cwd, print }: RunProgramDeps): Promise<ProgramExit> {
  const store = new DisposableStore()
  const ended = new Promise<ProgramExit>((resolve) => store.add(host.onDidExit(resolve)))
  store.add(host.onDidLoad(printReport))
  store.add(host.onDidLoadWait(({ modules }) => print(`${loadWaitsText(modules)}\n`)))

  let said = ''
  /** The picture taken after the load came before this notice. */
  function printReport(report: LoadReport): void {
    const text = reportText(report, host.snapshot, { cwd, readText })
    // A start is tried again with every save, and may fail for the same reason. The text quotes the file as it is by now.
    const reason = JSON.stringify(report.outcomes)
    if (text !== '' && (report.origin !== 'start' || reason !== said)) print(text)
    if (text !== '') said = reason
  }

  await host.start()
  const { runtime } = host.snapshot
  const neverRan = runtime.state === 'crashed' && runtime.exitCode === null && runtime.signal === null
  const exit = neverRan ? { exitCode: 1, signal: null } : await ended
  store.dispose()
  return exit
}
