/**
 * The server's side of sys(3). A process that can be suspended describes itself as a `SystemHost`; requests are served here.
 * While it is suspended it takes system messages only, the others wait in its mailbox, and no frame of its module is on its
 * stack: it lingers nowhere.
 */
import { ExitSignal } from '../errors'
import type { Pid } from '../process/pid'
import type { Processes } from '../process/processes'
import { type Attempt, reasonOf } from './attempt'
import type { Callbacks, Module } from './callbacks'
import type { Debug, DebugFunction } from './debug'
import type { Requests } from './request'
import type { From } from './terms'

export type SystemState = 'running' | 'suspended'

export interface SystemHost {
  /** Whose process it is, for `getStatus`: 'genServer', or the module of a process written by hand. */
  readonly module: Module
  readonly debug: Debug
  readonly parent: Pid | undefined
  /** The four may throw, or exit: the caller is told, nothing has changed. */
  readonly getState: () => unknown
  readonly replaceState: (fn: (state: unknown) => unknown) => unknown
  /** Answers 'ok', or what `codeChange` answered instead. */
  readonly changeCode: (module: Module, oldVsn: unknown, extra: unknown) => unknown
  /** The state as it is. Answers what brings it back, to be called while the process is suspended: an upgrade that fails undoes itself. */
  readonly keep: () => () => void
  readonly status: (state: SystemState) => unknown
  readonly terminate: (reason: unknown) => Promise<never>
}

export type System = ReturnType<typeof createSystem>

export function createSystem(processes: Processes, callbacks: Callbacks, requests: Requests, attempt: Attempt) {
  /** Serves the request, and all further ones until the process is running again. */
  async function serve(host: SystemHost, from: From, first: unknown): Promise<void> {
    let state = await answer(host, from, first, 'running')
    while (state === 'suspended') {
      const message = await processes.receiving.receive((got: unknown) => isSystemMessage(got) || isExitOf(got, host.parent))
      if (isSystemMessage(message)) state = await answer(host, message[1], message[2], state)
      else if (Array.isArray(message)) await host.terminate(message[2])
    }
  }

  /** @returns the state afterwards. */
  async function answer(host: SystemHost, from: From, request: unknown, state: SystemState): Promise<SystemState> {
    const [word, ...args]: unknown[] = Array.isArray(request) ? request : [request]
    switch (word) {
      case 'suspend':
      case 'resume':
        requests.reply(from, 'ok')
        return word === 'suspend' ? 'suspended' : 'running'
      case 'get_state':
        requests.reply(from, await called(host, word, () => host.getState()))
        return state
      case 'replace_state':
        requests.reply(from, await called(host, word, () => host.replaceState(asUpdate(args[0]))))
        return state
      case 'get_status':
        requests.reply(from, await statusOf(host, state))
        return state
      case 'debug':
        requests.reply(from, debug(host.debug, args[0]))
        return state
      case 'terminate':
        requests.reply(from, 'ok')
        return host.terminate(args[0])
      case '$keep_state':
        requests.reply(from, ['ok', host.keep()])
        return state
      case 'change_code':
        if (state === 'running') break
        requests.reply(from, await changed(host, args))
        return state
    }
    requests.reply(from, ['error', ['unknown_system_msg', request]])
    return state
  }

  async function called(host: SystemHost, what: string, work: () => unknown): Promise<unknown> {
    const outcome = await attempt(work)
    if (outcome.kind === 'returned') return ['ok', outcome.value]
    return ['error', ['callback_failed', [callbacks.nameOf(host.module), what], [outcome.kind, reasonOf(outcome)]]]
  }

  async function changed(host: SystemHost, [module, oldVsn, extra]: readonly unknown[]): Promise<unknown> {
    const outcome = await attempt(() => host.changeCode(isModule(module) ? module : '', oldVsn, extra))
    if (outcome.kind !== 'returned') return ['error', ['EXIT', reasonOf(outcome)]]
    return outcome.value === 'ok' ? 'ok' : ['error', outcome.value]
  }

  async function statusOf(host: SystemHost, state: SystemState): Promise<unknown> {
    const self = processes.current()
    const outcome = await attempt(() => host.status(state))
    const misc = outcome.kind === 'returned' ? outcome.value : reasonOf(outcome)
    return ['status', self.pid, ['module', callbacks.nameOf(host.module)], [[...(self.extras?.dictionary ?? [])], state, host.parent, host.debug.log, misc]]
  }

  function debug(options: Debug, what: unknown): unknown {
    const { reductions } = processes.current()
    const [option, value, initial]: unknown[] = Array.isArray(what) ? what : [what]
    switch (option) {
      case 'no_debug':
        options.clear()
        return 'ok'
      case 'install':
        if (isDebugFunction(value)) options.install(value, initial)
        return 'ok'
      case 'remove':
        if (isDebugFunction(value)) options.remove(value)
        return 'ok'
      case 'statistics':
        if (value === 'get') return ['ok', options.statistics(reductions) ?? 'no_statistics']
        options.set(option, value === true, reductions)
        return 'ok'
      case 'log':
        if (value === 'get') return ['ok', options.log]
        options.set(option, typeof value === 'number' ? value : value === true, reductions)
        return 'ok'
      case 'trace':
        options.set(option, value === true, reductions)
        return 'ok'
      default:
        return ['error', ['unknown_debug', what]]
    }
  }

  return { serve, specialHost }

  /** A process written by hand: its module exports `systemContinue`, `systemTerminate` and what else of these it wants. */
  function specialHost(module: Module, parent: Pid | undefined, options: Debug, misc: unknown): SystemHost & { readonly goOn: () => unknown } {
    let kept = misc
    const optional = (name: string, args: readonly unknown[], otherwise: unknown): unknown => (callbacks.find(module, name) === undefined ? otherwise : callbacks.call(module, name, args))
    return {
      module, parent, debug: options,
      getState: async () => tagged(await optional('systemGetState', [kept], ['ok', kept]))[1],
      async replaceState(fn) {
        const known = callbacks.find(module, 'systemReplaceState')
        const [, state, next] = tagged(known === undefined ? await both(fn, kept) : await known(fn, kept))
        kept = next
        return state
      },
      async changeCode(changedModule, oldVsn, extra) {
        const result = await callbacks.call(module, 'systemCodeChange', [kept, changedModule, oldVsn, extra])
        if (!Array.isArray(result) || result[0] !== 'ok') return result
        kept = result[1]
        return 'ok'
      },
      keep() {
        const before = kept
        return () => { kept = before }
      },
      status: () => kept,
      async terminate(reason) {
        await callbacks.call(module, 'systemTerminate', [reason, parent, options, kept])
        throw new ExitSignal(reason)
      },
      goOn: () => callbacks.call(module, 'systemContinue', [parent, options, kept])
    }
  }
}

async function both(fn: (state: unknown) => unknown, misc: unknown): Promise<unknown> {
  const next = await fn(misc)
  return ['ok', next, next]
}

/** @throws TypeError when a system callback answered something else than ['ok', …]. */
function tagged(result: unknown): readonly unknown[] {
  if (Array.isArray(result) && result[0] === 'ok') return result
  throw new TypeError("a system callback must answer ['ok', …]")
}

export const isSystemMessage = (message: unknown): message is readonly ['system', From, unknown] => Array.isArray(message) && message[0] === 'system' && Array.isArray(message[1])

export const isExitOf = (message: unknown, parent: Pid | undefined): message is readonly ['EXIT', Pid, unknown] =>
  parent !== undefined && Array.isArray(message) && message[0] === 'EXIT' && message[1] === parent

const isModule = (value: unknown): value is Module => typeof value === 'string' || (typeof value === 'object' && value !== null)
const isDebugFunction = (value: unknown): value is DebugFunction => typeof value === 'function'
const isUpdate = (value: unknown): value is (state: unknown) => unknown => typeof value === 'function'

function asUpdate(value: unknown): (state: unknown) => unknown {
  if (!isUpdate(value)) throw new TypeError('replaceState takes a function')
  return value
}
