/** The shell's commands about processes: OTP c(3) `i`, `regs`, `flush`, `pid`. */
import { inspect } from 'node:util'
import { parsePid } from '../../protocol/ids'
import { BadArgError } from '../errors'
import { Pid } from '../process/pid'
import type { Command } from './scope'
import { table } from './table'

/** What the shell itself needs of the process API; every other function of it becomes a command as it is. */
export interface ShellProcesses {
  self(): Pid
  processes(): readonly Pid[]
  registered(): readonly string[]
  whereis(name: string): Pid | undefined
  send(to: Pid | string, message: unknown): unknown
  receive(pattern: (message: unknown) => boolean, options: { readonly after: number }): Promise<unknown>
  processInfo(pid: Pid): unknown
}

export interface ProcessCommandDeps {
  readonly processes: ShellProcesses
  /** That of a process that was, is, or is the runtime's own; undefined when there was no such process. */
  pidOf?(id: number): Pid | undefined
  write(text: string): void
}

export function processCommands(deps: ProcessCommandDeps): Record<string, Command> {
  const { processes, write } = deps
  return {
    async flush() {
      for (const message of await drain(processes)) write(`Shell got ${oneLine(message)}\n`)
      return 'ok'
    },
    pid: (...parts: readonly (number | string)[]) => findPid(deps, parts),
    i(...which: readonly (Pid | number | string)[]) {
      if (which.length > 0) return processes.processInfo(pidOf(deps, which))
      const all = processes.processes()
      const shown = all.slice(0, mostRows)
      write(table([['Pid', 'Name', 'Status', 'Messages', 'Running'], ...shown.map((one) => processRow(one, processes.processInfo(one)))]))
      if (all.length > shown.length) write(`and ${all.length - shown.length} more: processes() has them all, i(pid) shows one\n`)
      return 'ok'
    },
    regs() {
      write(table([['Name', 'Pid', 'Running'], ...[...processes.registered()].sort().map((name) => registeredRow(processes, name))]))
      return 'ok'
    },
    code_switch(to: Pid | string) {
      processes.send(to, 'code_switch')
      return 'code_switch'
    },
  }
}

/** A program may have a million processes; the first ones are those that started it. */
const mostRows = 200

const oneLine = (value: unknown): string => inspect(value, { breakLength: Infinity, compact: true })

/** Everything in the mailbox now, taken out. */
async function drain(processes: ShellProcesses): Promise<unknown[]> {
  const taken: unknown[] = []
  let found = true
  while (found) {
    found = false
    await processes.receive((message) => {
      found = true
      taken.push(message)
      return true
    }, { after: 0 })
  }
  return taken
}

/** `pid(0, 40, 0)`, `pid(40)` and `pid('<0.40.0>')`. */
function findPid({ processes, pidOf }: ProcessCommandDeps, parts: readonly (number | string)[]): Pid {
  if (parts.length === 0) throw new BadArgError('pid takes the numbers of a process: pid(0, 40, 0)')
  const id = parsePid(parts.join('.'))
  const found = id === undefined ? undefined : pidOf === undefined ? processes.processes().find((pid) => pid.id === id) : pidOf(id)
  if (found === undefined) throw new BadArgError(`there was no process ${id === undefined ? parts.join(', ') : `<0.${id}.0>`}`)
  return found
}

/** A pid, a registered name, or what `pid()` takes. */
function pidOf(deps: ProcessCommandDeps, which: readonly (Pid | number | string)[]): Pid {
  const [first] = which
  if (first instanceof Pid) return first
  const named = typeof first === 'string' ? deps.processes.whereis(first) : undefined
  return named ?? findPid(deps, which.flatMap((part) => (part instanceof Pid ? [] : [part])))
}

function processRow(pid: Pid, info: unknown): string[] {
  return [String(pid), text(field(info, 'registeredName') ?? field(info, 'label')), text(field(info, 'status')), text(field(info, 'messageQueueLen')), running(info)]
}

function registeredRow(processes: ShellProcesses, name: string): string[] {
  const pid = processes.whereis(name)
  return [name, String(pid), pid === undefined ? '' : running(processes.processInfo(pid))]
}

/** The innermost frame, its version and line; and the modules in whose old code some frame is. */
function running(info: unknown): string {
  const stack = field(info, 'currentStacktrace')
  const frames: readonly unknown[] = Array.isArray(stack) ? stack : []
  const [frame] = frames
  if (frame === undefined) return text(field(info, 'currentFunction') ?? field(info, 'initialCall'))
  const old = new Set(frames.filter((one) => field(one, 'slot') === 'old').map((one) => `${text(field(one, 'module'))} v${text(field(one, 'version'))}`))
  const at = `${text(field(frame, 'module'))}.${text(field(frame, 'function'))}, v${text(field(frame, 'version'))} line ${text(field(frame, 'line'))}`
  return old.size === 0 ? at : `${at}  (old: ${[...old].join(', ')})`
}

const text = (value: unknown): string => (value === undefined ? '' : typeof value === 'string' ? value : oneLine(value))
const field = (info: unknown, key: string): unknown => (info instanceof Object ? Reflect.get(info, key) : undefined)
