/** The functions of the package `codeswitch`, made from one runtime's processes. What they promise is written in `api.ts`. */
import { trusted } from '../../base/guards'
import type * as Api from '../api'
import { createBehaviours } from '../behaviours/behaviours'
import { codeAlone } from '../code/codeAlone'
import { BadArgError, BadFunError, ExitSignal, NoProcError, UndefError } from '../errors'
import { any, timeout } from './match'
import { Pid, Ref } from './pid'
import type { Start } from './process'
import type { Processes, SpawnOptions } from './processes'
import { releaseAlone } from '../release/releaseAlone'
import { createTimerModule } from './timerModule'

/** Everything a program can import. */
export type ProcessApi = typeof Api

/** Where a host leaves its API for the package to find. */
export const API_KEY = Symbol.for('codeswitch.api')

export function createProcessApi(processes: Processes): ProcessApi {
  const { table, registry, signals, receiving, timers, flow, infos } = processes
  return {
    Pid, Ref, BadArgError, BadFunError, ExitSignal, NoProcError, UndefError, any, timeout,
    ...spawnFunctions(processes),
    ...dictionaryFunctions(processes),
    ...createBehaviours(processes),
    code: codeAlone,
    release: releaseAlone,
    self: () => table.current().pid,
    send: (destination, message) => {
      processes.send(destination, message)
      return message
    },
    // The pattern decides the type; only here the compiler has to be told so.
    receive: (pattern?: unknown, options?: Api.ReceiveOptions) => trusted<Promise<never>>(receiving.receive(pattern, options?.after), 'the pattern decides the type'),
    sleep: async (ms) => void (await receiving.sleep(ms)),
    register: (name, pid) => registry.register(name, pid),
    unregister: (name) => registry.unregister(name),
    whereis: (name) => registry.find(name)?.pid,
    registered: () => registry.registered(),
    link: (pid) => signals.link(checked(pid)),
    unlink: (pid) => signals.unlink(checked(pid)),
    monitor: (first: Pid | string, second?: Pid | string) => signals.monitor(second ?? first),
    demonitor(ref, { flush = false, info = false } = {}) {
      const found = signals.demonitor(ref, flush)
      return info ? found : true
    },
    exit: exitFunction(processes),
    processFlag(flag, value) {
      if (flag !== 'trapExit') throw new BadArgError(`processFlag: there is no flag ${String(flag)}`)
      const self = table.current()
      const before = self.trapExit
      self.trapExit = value
      return before
    },
    sendAfter: timers.sendAfter,
    startTimer: timers.startTimer,
    cancelTimer: timers.cancelTimer,
    readTimer: timers.readTimer,
    timer: createTimerModule(processes),
    makeRef: () => table.makeRef(),
    alias: processes.alias,
    unalias: processes.unalias,
    processes: () => Array.from(table.all(), (process) => process.pid),
    processInfo: infoFunction(processes),
    isProcessAlive: (pid) => table.find(checked(pid)) !== undefined,
    suspendProcess: (pid) => flow.suspend(checked(pid)),
    resumeProcess: (pid) => flow.resume(checked(pid)),
    hibernate: (module, name, args = []) => flow.hibernate({ kind: 'name', module, name, args }),
    become: (fn, ...args) => flow.become({ kind: 'fun', fn, args }),
    processLabel: (pid) => {
      const process = table.find(checked(pid))
      return process === undefined ? undefined : infos.get(process, 'label')
    },
    setLabel(label) {
      table.current().label = label
      return 'ok'
    }
  }
}

function spawnFunctions(processes: Processes) {
  function spawnWith(options: SpawnOptions, first: unknown, rest: readonly unknown[]): readonly [Pid, Ref | undefined] {
    const { pid, ref } = processes.spawn(startOf(first, rest), options)
    return [pid, ref]
  }

  function withMonitor(options: SpawnOptions, first: unknown, rest: readonly unknown[]): [Pid, Ref] {
    const [pid, ref] = spawnWith({ ...options, monitor: true }, first, rest)
    if (ref === undefined) throw new BadArgError('spawn: a monitor was asked for and not made')
    return [pid, ref]
  }

  return {
    spawn: (first: unknown, ...rest: unknown[]) => processes.spawn(startOf(first, rest)).pid,
    spawnLink: (first: unknown, ...rest: unknown[]) => spawnWith({ link: true }, first, rest)[0],
    spawnMonitor: (first: unknown, ...rest: unknown[]) => withMonitor({}, first, rest),
    spawnOpt: (first: unknown, ...rest: unknown[]): Pid & [Pid, Ref] => {
      const options = trusted<SpawnOptions>(rest.pop(), 'the last argument of spawnOpt, by its type')
      const args = typeof first === 'function' ? argumentList(rest[0]) : rest
      return trusted(options.monitor === true ? withMonitor(options, first, args) : spawnWith(options, first, args)[0], 'the option decides the type')
    }
  }
}

function startOf(first: unknown, rest: readonly unknown[]): Start {
  if (isFunction(first)) return { kind: 'fun', fn: first, args: rest }
  const [name, args = []] = rest
  if ((typeof first !== 'string' && !isObject(first)) || typeof name !== 'string') throw new BadArgError('spawn takes a function, or a module and the name of a function')
  return { kind: 'name', module: first, name, args: argumentList(args) }
}

function argumentList(args: unknown): readonly unknown[] {
  if (!Array.isArray(args)) throw new BadArgError('the arguments must be an array')
  return args
}

const isFunction = (value: unknown): value is (...args: never[]) => unknown => typeof value === 'function'
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

function checked(pid: Pid): Pid {
  if (!(pid instanceof Pid)) throw new BadArgError(`${String(pid)} is no pid`)
  return pid
}

function exitFunction({ table, signals }: Processes): typeof Api.exit {
  function exit(reason: unknown): never
  function exit(pid: Pid, reason: unknown): true
  function exit(...given: [unknown] | [Pid, unknown]): true {
    if (given.length === 1) throw new ExitSignal(given[0])
    const [pid, reason] = given
    signals.exitSignal(table.find(checked(pid)), table.current(), reason)
    return true
  }
  return exit
}

function infoFunction({ table, infos }: Processes): typeof Api.processInfo {
  function processInfo(pid: Pid): Api.ProcessInfo | undefined
  function processInfo<K extends keyof Api.ProcessInfo>(pid: Pid, key: K): Api.ProcessInfo[K] | undefined
  function processInfo(pid: Pid, key?: keyof Api.ProcessInfo): unknown {
    const process = table.find(checked(pid))
    if (key !== undefined && !infos.has(key)) throw new BadArgError(`processInfo: there is no key ${String(key)}`)
    if (process === undefined) return undefined
    return key === undefined ? infos.infoOf(process) : infos.get(process, key)
  }
  return processInfo
}

function dictionaryFunctions({ table }: Processes) {
  const dictionary = (): Map<unknown, unknown> => (table.current().more().dictionary ??= new Map<unknown, unknown>())

  function put(key: unknown, value: unknown): unknown {
    const own = dictionary()
    const before = own.get(key)
    own.set(key, value)
    return before
  }

  function get(): [unknown, unknown][]
  function get(key: unknown): unknown
  function get(...keys: [] | [unknown]): unknown {
    return keys.length === 0 ? [...dictionary()] : dictionary().get(keys[0])
  }

  function erase(): [unknown, unknown][]
  function erase(key: unknown): unknown
  function erase(...keys: [] | [unknown]): unknown {
    const own = dictionary()
    const before = keys.length === 0 ? [...own] : own.get(keys[0])
    if (keys.length === 0) own.clear()
    else own.delete(keys[0])
    return before
  }

  return { put, get, erase }
}
