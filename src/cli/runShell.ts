/** `codeswitch shell`: a runtime, an entry if one is named, and lines. Exit code 0 at the end of the input, else the program's. */
import { DisposableStore } from '../base/disposable'
import { historyFile, readHistory, writeHistory } from './lineHistory'
import type { ProgramExit, RunningHost } from './runProgram'
import { readText } from './readText'
import { reportText } from './reportText'
import { answerForPerson, answerForProgram } from './shellAnswers'
import { shellFromPipe } from './shellPipe'
import { shellInTerminal } from './shellTerminal'

export interface RunShellDeps {
  readonly host: RunningHost
  readonly json: boolean
  readonly version: string
  readonly cwd: string
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }
  readonly env: NodeJS.ProcessEnv
  /** To the terminal, not between the answers. */
  warn(text: string): void
}

export async function runShell(deps: RunShellDeps): Promise<ProgramExit> {
  const { host, stdout, warn, cwd } = deps
  const store = new DisposableStore()
  const ended = new Promise<ProgramExit>((resolve) => store.add(host.onDidExit(resolve)))
  // What became of a load that a line asked for is the answer to the line.
  store.add(host.onDidLoad((report) => {
    if (!report.ok && report.origin !== 'shell' && report.origin !== 'program') warn(reportText(report, host.snapshot, { cwd, readText }))
  }))
  await host.start()
  const { runtime } = host.snapshot
  if (runtime.state !== 'running') return runtime.state === 'crashed' && runtime.exitCode === null && runtime.signal === null ? { exitCode: 1, signal: null } : ended
  const byPerson = deps.stdin.isTTY === true && stdout.isTTY === true && !deps.json ? await inTerminal(deps, runtime.engine) : await fromPipe(deps)
  if (!byPerson) return ended
  await host.stop()
  store.dispose()
  return { exitCode: 0, signal: null }
}

function inTerminal({ host, stdin, stdout, env, version }: RunShellDeps, engine: string): Promise<boolean> {
  const file = historyFile(env)
  return shellInTerminal({
    host,
    input: stdin,
    output: stdout,
    colors: env['NO_COLOR'] === undefined || env['NO_COLOR'] === '',
    history: readHistory(file),
    keepHistory: (lines) => writeHistory(file, lines),
    banner: `Codeswitch ${version}, ${engine}. help() tells the commands, Ctrl-D leaves.\n`,
  })
}

const fromPipe = ({ host, stdin, stdout, json }: RunShellDeps): Promise<boolean> =>
  shellFromPipe({ host, input: stdin, print: (text) => void stdout.write(text), answerText: json ? answerForProgram : answerForPerson })
