/** How a behaviour's process starts: takes its name, runs the module's `init`, tells the starter, serves. */
import { BadArgError } from '../errors'
import type { Pid, Ref } from '../process/pid'
import type { Processes } from '../process/processes'
import { type Attempt, ending, reasonOf } from './attempt'
import type { Callbacks, Module } from './callbacks'
import { Debug } from './debug'
import type { ProcLib } from './procLib'
import { isVia, milliseconds, type ServerName, shownName, type StartMonitorResult, type StartOptions, type StartResult } from './terms'

/** What every server knows of itself. */
export interface Born {
  readonly pid: Pid
  /** What `trace` and the like call it. */
  readonly name: Pid | string
  /** Who started it with a link: it ends when he does. */
  readonly parent: Pid | undefined
  /** The parent was no process of the program but a top level, a request, a timer: its normal end means nothing. */
  readonly passing: boolean
  readonly debug: Debug
  /** Milliseconds without a message. */
  readonly hibernateAfter: number
}

export interface Blueprint {
  /** 'genServer', for people. */
  readonly behaviour: string
  readonly module: Module
  readonly init: () => unknown
  readonly badInit?: string
  /**
   * What to do with what `init` returned: the server's body when it may run; else what to answer and how to end.
   * Everything that is no good answer of an `init` ends it with [`badInit`, answer].
   */
  readonly accept: (born: Born, answer: unknown) => Accepted | undefined | Promise<Accepted | undefined>
}

export type Accepted =
  | { readonly kind: 'run'; readonly body: () => Promise<unknown> }
  | { readonly kind: 'end'; readonly answer: unknown; readonly reason: unknown }

export type Launcher = ReturnType<typeof createLauncher>

export function createLauncher(processes: Processes, callbacks: Callbacks, procLib: ProcLib, attempt: Attempt) {
  const { table, registry, signals } = processes

  async function body(blueprint: Blueprint, options: StartOptions, starter: Pid, link: boolean): Promise<unknown> {
    const self = processes.current()
    const taken = options.name === undefined ? undefined : named(options.name, self.pid)
    if (taken !== undefined) return void procLib.initAck(starter, ['error', taken])
    const born: Born = {
      pid: self.pid, name: options.name === undefined ? self.pid : shownName(options.name), hibernateAfter: milliseconds(options.hibernateAfter ?? 'infinity'), parent: link ? starter : undefined,
      passing: link && table.find(starter)?.kind !== 'spawned', debug: new Debug(options.debug)
    }
    const outcome = await attempt(blueprint.init)
    const accepted = outcome.kind !== 'returned' ? failed(reasonOf(outcome))
      : await blueprint.accept(born, outcome.value) ?? failed([blueprint.badInit ?? 'bad_return_value', outcome.value])
    if (accepted.kind === 'run') {
      self.more().host ??= { behaviour: blueprint.behaviour, modules: () => [blueprint.module] }
      procLib.initAck(starter, ['ok', self.pid])
      return accepted.body()
    }
    // The name is free before the starter hears of the failure: he may try again at once.
    registry.free(self)
    if (isVia(options.name)) callbacks.call(options.name[1], 'unregisterName', [options.name[2]])
    procLib.initAck(starter, accepted.answer)
    throw ending(accepted.reason)
  }

  /** @returns what is wrong, when the name cannot be had. */
  function named(name: ServerName, pid: Pid): unknown {
    if (isVia(name)) return callbacks.call(name[1], 'registerName', [name[2], pid]) === 'yes' ? undefined : ['already_started', callbacks.call(name[1], 'whereisName', [name[2]])]
    const owner = registry.find(name)
    if (owner !== undefined) return ['already_started', owner.pid]
    try {
      registry.register(name, pid)
      return undefined
    } catch (error) {
      if (error instanceof BadArgError) return error
      throw error
    }
  }

  async function start(blueprint: Blueprint, options: StartOptions, link: boolean): Promise<StartResult> {
    const name = callbacks.nameOf(blueprint.module)
    const starter = processes.current().pid
    const init = (): Promise<unknown> => body(blueprint, options, starter, link)
    Object.defineProperty(init, 'name', { value: `${name}.init` }) // what `initialCall` shows
    const result = await procLib.launch({ kind: 'fun', fn: init, args: [] }, { link, timeout: options.timeout, label: `${blueprint.behaviour} ${name}` })
    return isStartResult(result) ? result : ['error', result]
  }

  /** Of a process that was not started as a server and becomes one: whoever started it is its parent when they are linked. */
  function bornHere({ hibernateAfter = 'infinity', debug }: StartOptions): Born {
    const self = processes.current()
    const starter = self.parent === undefined ? undefined : table.find(self.parent)
    const parent = starter !== undefined && self.extras?.links?.has(starter) === true ? starter : undefined
    return { pid: self.pid, name: self.registeredName ?? self.pid, parent: parent?.pid, passing: parent !== undefined && parent.kind !== 'spawned', hibernateAfter: milliseconds(hibernateAfter), debug: new Debug(debug) }
  }

  async function startMonitor(blueprint: Blueprint, options: StartOptions): Promise<StartMonitorResult> {
    const result = await start(blueprint, options, false)
    if (result === 'ignore' || result[0] === 'error') return result
    const ref: Ref = signals.monitor(result[1])
    return ['ok', [result[1], ref]]
  }

  return { start, startMonitor, bornHere }
}

const failed = (reason: unknown): Accepted => ({ kind: 'end', answer: ['error', reason], reason })

const isStartResult = (result: unknown): result is StartResult => result === 'ignore' || (Array.isArray(result) && (result[0] === 'ok' || result[0] === 'error'))
