/**
 * Starting a process and waiting until it says that it is ready: proc_lib(3). What behaviours start with, and what a process
 * written by hand needs to live under a supervisor.
 */
import { isDeepStrictEqual } from 'node:util'
import { any, timeout as timedOut } from '../process/match'
import type { Pid, Ref } from '../process/pid'
import type { Start } from '../process/process'
import type { Processes } from '../process/processes'
import { ending } from './attempt'
import type { Callbacks, Module } from './callbacks'
import type { Requests } from './request'
import { milliseconds, type ServerRef, type Timeout } from './terms'

export interface Launch {
  readonly link: boolean
  readonly timeout?: Timeout | undefined
  readonly label?: string
}

export type ProcLib = ReturnType<typeof createProcLib>

export function createProcLib(processes: Processes, callbacks: Callbacks, requests: Requests) {
  const { table, signals, receiving } = processes

  /** @returns what it acknowledged with; ['error', reason] when it ended before, ['error', 'timeout'] when it took too long and was killed. */
  async function launch(start: Start, { link, timeout = Infinity, label }: Launch): Promise<unknown> {
    const { pid } = processes.spawn(start, { link, ...(label === undefined ? {} : { label }) })
    const ref = signals.monitor(pid)
    const first = await receiving.receive((message: unknown) => isAck(message, pid) || isDown(message, ref), milliseconds(timeout))
    if (Array.isArray(first) && first[0] === 'ack') {
      signals.demonitor(ref, true)
      return first[2]
    }
    if (first === timedOut) return killLate(pid, ref)
    if (link) await receiving.receive(['EXIT', pid, any], 0)
    return ['error', Array.isArray(first) ? first[4] : first]
  }

  async function killLate(pid: Pid, ref: Ref): Promise<unknown> {
    signals.unlink(pid)
    signals.exitSignal(table.find(pid), table.current(), 'kill')
    await receiving.receive(['DOWN', ref, 'process', pid, any])
    await receiving.receive(['EXIT', pid, any], 0)
    await receiving.receive(['ack', pid, any], 0)
    return ['error', 'timeout']
  }

  /** To whoever started this process (or `parent`): it is ready, his start function returns `result`. */
  function initAck(...given: [result: unknown] | [parent: Pid, result: unknown]): 'ok' {
    const self = processes.current()
    const [to, result] = given.length === 2 ? given : [self.parent, given[0]]
    if (to !== undefined) processes.send(to, ['ack', self.pid, result])
    return 'ok'
  }

  /** It is not: his start function returns `result`, this process ends with `reason`. */
  function initFail(parent: Pid, result: unknown, reason: unknown): never {
    initAck(parent, result)
    throw ending(reason)
  }

  const byName = (module: Module, name: string, args: readonly unknown[]): Start => ({ kind: 'name', module, name, args })
  const label = (module: Module, name: string): string => `${callbacks.nameOf(module)}.${name}`

  /**
   * proc_lib:stop/3: asks a server that serves system messages to end with `reason`, and waits until it has.
   * @throws ExitSignal with 'noproc', 'timeout', or the reason it ended with when that is another
   */
  async function stop(server: ServerRef, reason: unknown = 'normal', within: Timeout = 'infinity'): Promise<'ok'> {
    const process = requests.find(server)
    if (process === undefined) throw ending('noproc')
    if (process === processes.current()) throw ending('calling_self')
    const ref = signals.monitor(process.pid)
    receiving.deliver(process, ['system', [table.current().pid, table.makeRef()], ['terminate', reason]])
    const down = await receiving.receive(['DOWN', ref, 'process', process.pid, any], milliseconds(within))
    signals.demonitor(ref, true)
    if (!Array.isArray(down)) throw ending('timeout')
    if (!isDeepStrictEqual(down[4], reason)) throw ending(down[4])
    return 'ok'
  }

  return {
    launch, initAck, initFail, stop,
    spawn: (module: Module, name: string, args: readonly unknown[] = []): Pid => processes.spawn(byName(module, name, args), { label: label(module, name) }).pid,
    spawnLink: (module: Module, name: string, args: readonly unknown[] = []): Pid => processes.spawn(byName(module, name, args), { link: true, label: label(module, name) }).pid,
    start: (module: Module, name: string, args: readonly unknown[] = [], timeout?: Timeout) => launch(byName(module, name, args), { link: false, timeout, label: label(module, name) }),
    startLink: (module: Module, name: string, args: readonly unknown[] = [], timeout?: Timeout) => launch(byName(module, name, args), { link: true, timeout, label: label(module, name) })
  }
}

const isAck = (message: unknown, pid: Pid): boolean => Array.isArray(message) && message[0] === 'ack' && message[1] === pid
const isDown = (message: unknown, ref: Ref): boolean => Array.isArray(message) && message[0] === 'DOWN' && message[1] === ref
