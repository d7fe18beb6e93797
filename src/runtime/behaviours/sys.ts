/** sys(3): the functions that look into a running server and change its code. A process that does not know system messages times out. */
import { ExitSignal } from '../errors'
import type { Pid } from '../process/pid'
import type { Processes } from '../process/processes'
import type { Module } from './callbacks'
import { Debug, type DebugEvent, type DebugFunction, type Statistics } from './debug'
import type { Requests } from './request'
import type { System, SystemState } from './system'
import { asPromised, type DebugOption, type From, type ServerRef, type Timeout } from './terms'

/** ['status', pid, ['module', name], [dictionary, state, parent, logged events, about it]]. */
export type Status = readonly ['status', Pid, readonly ['module', string], readonly [readonly (readonly [unknown, unknown])[], SystemState, Pid | undefined, readonly DebugEvent[], unknown]]

/** Every function but the last three waits at most `timeout` (default 5000 ms) and exits like a call: ['timeout', ['sys', 'suspend', [server]]]. */
export interface Sys {
  /** The server takes system messages only until it is resumed; others wait in its mailbox. It lingers nowhere. */
  suspend(server: ServerRef, timeout?: Timeout): Promise<'ok'>
  resume(server: ServerRef, timeout?: Timeout): Promise<'ok'>
  /**
   * Calls `codeChange(oldVsn, state, extra)` of current code. Only while suspended, else ['error', ['unknown_system_msg', …]].
   * @returns 'ok'; ['error', what codeChange answered]; ['error', ['EXIT', reason]] when it threw. On an error the state is as before and the server still suspended.
   */
  changeCode(server: ServerRef, module: Module, oldVsn: unknown, extra: unknown, timeout?: Timeout): Promise<'ok' | readonly ['error', unknown]>
  getState<S = unknown>(server: ServerRef, timeout?: Timeout): Promise<S>
  /** The function is called in the server. @returns the new state. @throws ExitSignal with ['callback_failed', …] when it threw: the state is as before. */
  replaceState<S = unknown>(server: ServerRef, fn: (state: S) => S, timeout?: Timeout): Promise<S>
  getStatus(server: ServerRef, timeout?: Timeout): Promise<Status>
  /** Prints every event of the server on the console. */
  trace(server: ServerRef, on: boolean, timeout?: Timeout): Promise<'ok'>
  /** Keeps the last 10 (or that many) events; 'get' answers them. */
  log(server: ServerRef, what: boolean | number, timeout?: Timeout): Promise<'ok'>
  log(server: ServerRef, what: 'get', timeout?: Timeout): Promise<readonly ['ok', readonly DebugEvent[]]>
  statistics(server: ServerRef, what: boolean, timeout?: Timeout): Promise<'ok'>
  statistics(server: ServerRef, what: 'get', timeout?: Timeout): Promise<readonly ['ok', Statistics | 'no_statistics']>
  /** `fn(state, event, name)` sees every event and answers its next state, 'done' when it wants no more. One that throws is removed. */
  install(server: ServerRef, fn: DebugFunction, state?: unknown, timeout?: Timeout): Promise<'ok'>
  remove(server: ServerRef, fn: DebugFunction, timeout?: Timeout): Promise<'ok'>
  noDebug(server: ServerRef, timeout?: Timeout): Promise<'ok'>
  terminate(server: ServerRef, reason: unknown, timeout?: Timeout): Promise<'ok'>
  /**
   * For a process written by hand: what to do with a message ['system', from, request]. `return` it: the stack is dropped, so the process lingers
   * nowhere while it is suspended, and goes on in `systemContinue(parent, debug, misc)` of current code. The module may also export
   * `systemTerminate(reason, parent, debug, misc)`, `systemCodeChange(misc, module, oldVsn, extra)` -> ['ok', misc],
   * `systemGetState(misc)` -> ['ok', state] and `systemReplaceState(fn, misc)` -> ['ok', state, misc].
   */
  handleSystemMsg(request: unknown, from: From, parent: Pid | undefined, module: Module, debug: Debug, misc: unknown): Promise<never>
  handleDebug(debug: Debug, event: DebugEvent, name?: unknown): Debug
  debugOptions(options?: readonly DebugOption[]): Debug
}

const PATIENCE = 5000

export function createSys(processes: Processes, requests: Requests, system: System): Sys {
  function ask(name: string, server: ServerRef, message: unknown, timeout: Timeout | undefined, args: readonly unknown[] = []): Promise<never> {
    const given = timeout === undefined ? [server, ...args] : [server, ...args, timeout]
    return requests.request(server, 'system', message, timeout ?? PATIENCE, ['sys', name, given])
  }

  async function value(name: string, server: ServerRef, message: unknown, timeout: Timeout | undefined, args: readonly unknown[] = []): Promise<never> {
    const answer: unknown = await ask(name, server, message, timeout, args)
    if (Array.isArray(answer) && answer[0] === 'ok') return asPromised(answer[1])
    throw new ExitSignal(Array.isArray(answer) ? answer[1] : answer)
  }

  return {
    suspend: (server, timeout) => ask('suspend', server, 'suspend', timeout),
    resume: (server, timeout) => ask('resume', server, 'resume', timeout),
    changeCode: (server, module, oldVsn, extra, timeout) => ask('changeCode', server, ['change_code', module, oldVsn, extra], timeout, [module, oldVsn, extra]),
    getState: (server, timeout) => value('getState', server, 'get_state', timeout),
    replaceState: (server, fn, timeout) => value('replaceState', server, ['replace_state', fn], timeout, [fn]),
    getStatus: (server, timeout) => ask('getStatus', server, 'get_status', timeout),
    trace: (server, on, timeout) => ask('trace', server, ['debug', ['trace', on]], timeout, [on]),
    log: (server: ServerRef, what: boolean | number | 'get', timeout?: Timeout) => ask('log', server, ['debug', ['log', what]], timeout, [what]),
    statistics: (server: ServerRef, what: boolean | 'get', timeout?: Timeout) => ask('statistics', server, ['debug', ['statistics', what]], timeout, [what]),
    install: (server, fn, state, timeout) => ask('install', server, ['debug', ['install', fn, state]], timeout, [fn]),
    remove: (server, fn, timeout) => ask('remove', server, ['debug', ['remove', fn]], timeout, [fn]),
    noDebug: (server, timeout) => ask('noDebug', server, ['debug', 'no_debug'], timeout),
    terminate: (server, reason, timeout) => ask('terminate', server, ['terminate', reason], timeout, [reason]),
    handleSystemMsg(request, from, parent, module, debug, misc) {
      const host = system.specialHost(module, parent, debug, misc)
      const serve = async (): Promise<unknown> => {
        await system.serve(host, from, request)
        return host.goOn()
      }
      return processes.flow.become({ kind: 'fun', fn: serve, args: [] })
    },
    handleDebug(debug, event, name = processes.current().registeredName ?? processes.current().pid) {
      debug.note(name, event)
      return debug
    },
    debugOptions: (options = []) => new Debug(options)
  }
}
