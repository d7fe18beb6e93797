/** Entry of `codeswitch`, built as dist/cli.js beside the runtime it starts. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { assertNever } from '../base/assertNever'
import { NodeHost } from '../host/nodeHost'
import type { HostOptions } from '../protocol/messages'
import { parseArguments, type Command, type RunCommand, type ShellCommand } from './arguments'
import { findPlaces, type Places } from './places'
import { relayMessages } from './messages'
import { runProgram, type ProgramExit } from './runProgram'
import { runShell } from './runShell'
import { exitLike, passSignals } from './signals'
import { usage } from './usage'

const wrongUsage: ProgramExit = { exitCode: 2, signal: null }
const success: ProgramExit = { exitCode: 0, signal: null }

const warn = (text: string): void => void process.stderr.write(text)

function main(command: Command): Promise<ProgramExit> | ProgramExit {
  switch (command.kind) {
    case 'help':
      process.stdout.write(usage)
      return success
    case 'version':
      process.stdout.write(`${ownVersion()}\n`)
      return success
    case 'wrong':
      return refuse(command.message)
    case 'run':
    case 'shell':
      return withPlaces(command)
    default:
      return assertNever(command)
  }
}

function withPlaces(command: RunCommand | ShellCommand): Promise<ProgramExit> | ProgramExit {
  const places = findPlaces(command, process.cwd())
  if (!places.ok) return refuse(places.error)
  return command.kind === 'run' ? run(command, places.value) : shell(command, places.value)
}

async function run(command: RunCommand, places: Places): Promise<ProgramExit> {
  const { argv, purgePolicy, purgeGrace } = command
  const host = hostFor(command, { ...places, argv, purgePolicy, purgeGrace, include: command.include, exclude: command.exclude, watch: command.watch, showsProcesses: false, keepAlive: false })
  const signals = passSignals(() => host.osPid)
  const exit = await runProgram({ host, cwd: process.cwd(), print: warn })
  signals.dispose()
  host.dispose()
  return exit
}

async function shell(command: ShellCommand, places: Places): Promise<ProgramExit> {
  // Loads are typed here, and mean what they mean in Erlang.
  const host = hostFor(command, { ...places, argv: [], purgePolicy: 'brutal', purgeGrace: 0, include: command.include, exclude: command.exclude, watch: false, showsProcesses: false, keepAlive: true })
  const { stdin, stdout, env } = process
  const exit = await runShell({ host, json: command.json, version: ownVersion(), cwd: process.cwd(), stdin, stdout, env, warn })
  host.dispose()
  return exit
}

function hostFor(command: RunCommand | ShellCommand, options: HostOptions): NodeHost {
  return new NodeHost({
    options: () => options,
    runtimeExecutable: command.node,
    runtimeArgs: command.nodeArgs,
    cwd: process.cwd(),
    distDir: __dirname,
    stdio: 'inherit',
    onMessages: command.kind === 'run' && process.send !== undefined ? relayMessages : undefined,
    stdin: command.kind === 'shell' ? 'pipe' : 'inherit',
    log: (level, message) => {
      if (level !== 'info') warn(`[codeswitch] ${message}\n`)
    },
  })
}

function refuse(message: string): ProgramExit {
  warn(`codeswitch: ${message}\n`)
  return wrongUsage
}

function ownVersion(): string {
  const text: unknown = JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8'))
  return text instanceof Object && 'version' in text && typeof text.version === 'string' ? text.version : 'unknown'
}

void Promise.resolve(main(parseArguments(process.argv.slice(2)))).then(exitLike)
