/**
 * A gen_event manager is a gen_server whose callbacks are these: it owns the handlers and calls them one after another.
 *
 * a handler goes because                terminate gets              its owner gets ['gen_event_EXIT', handler, …]
 *   it answered remove_handler            remove_handler              normal
 *   it was deleted with args              args                        normal
 *   it was swapped with args              args                        ['swapped', new handler, new owner | false]
 *   it threw an error, or called exit     ['error', ['EXIT', why]]    ['EXIT', why]
 *   it answered something else            ['error', answer]           answer
 *   the manager ends                      stop                        shutdown
 *   its owner ended                       ['stop', reason]            (is gone)
 */
import { isDeepStrictEqual } from 'node:util'
import { Pid } from '../process/pid'
import type { Processes } from '../process/processes'
import { type Attempt, reasonOf } from './attempt'
import type { Callbacks, Module } from './callbacks'
import type { HandlerRef } from './genEventTypes'
import { KeptState } from './keptState'

interface Handler {
  readonly ref: HandlerRef
  readonly owner: Pid | undefined
  state: unknown
}

export class Manager extends KeptState {
  /** The last added first. */
  handlers: readonly Handler[] = []

  keep(): () => void {
    const states = this.handlers.map((handler) => [handler, handler.state] as const)
    return () => {
      for (const [handler, state] of states) handler.state = state
    }
  }
}

type Done = readonly ['noreply', Manager]

export function createEventManager(processes: Processes, callbacks: Callbacks, attempt: Attempt) {
  const find = (manager: Manager, ref: unknown): Handler | undefined => manager.handlers.find((handler) => same(handler.ref, ref))

  /** What the handler's callback answered; an Exit when it threw an error or called `exit`. */
  async function ask(ref: HandlerRef, name: string, args: readonly unknown[]): Promise<unknown> {
    const outcome = await attempt(() => callbacks.call(moduleOf(ref), name, args))
    return outcome.kind === 'returned' ? outcome.value : new Exit(reasonOf(outcome))
  }

  async function add(manager: Manager, ref: HandlerRef, args: unknown, owner: Pid | undefined): Promise<unknown> {
    if (find(manager, ref) !== undefined) return ['error', 'already_present'] // ours: OTP lets one handle twice
    const answer = await ask(ref, 'init', [args])
    if (!Array.isArray(answer) || answer[0] !== 'ok') return termOf(answer)
    if (owner !== undefined) processes.signals.link(owner)
    manager.handlers = [{ ref, owner, state: answer[1] }, ...manager.handlers]
    return 'ok'
  }

  /** @returns what its terminate answered, 'ok' without one. */
  async function remove(manager: Manager, handler: Handler, reason: unknown, told: unknown): Promise<unknown> {
    manager.handlers = manager.handlers.filter((other) => other !== handler)
    const answer = callbacks.find(moduleOf(handler.ref), 'terminate') === undefined ? 'ok' : await ask(handler.ref, 'terminate', [reason, handler.state])
    if (handler.owner !== undefined) {
      if (!manager.handlers.some(({ owner }) => owner === handler.owner)) processes.signals.unlink(handler.owner)
      if (told !== undefined) processes.send(handler.owner, ['gen_event_EXIT', handler.ref, told])
    }
    return termOf(answer)
  }

  /** @param answer what no handler may answer, or an Exit */
  async function crashed(manager: Manager, handler: Handler, answer: unknown): Promise<unknown> {
    const term = termOf(answer)
    const reason = answer instanceof Exit ? answer.reason : ['bad_return_value', answer]
    const { pid, registeredName: name } = processes.current()
    processes.report({ pid, name, label: `genEvent handler ${callbacks.nameOf(moduleOf(handler.ref))}`, reason })
    await remove(manager, handler, ['error', term], term)
    return ['error', term]
  }

  /** To each that was there when it came. */
  async function tell(manager: Manager, name: 'handleEvent' | 'handleInfo', event: unknown): Promise<void> {
    for (const handler of [...manager.handlers]) {
      if (name === 'handleInfo' && callbacks.find(moduleOf(handler.ref), name) === undefined) {
        console.warn(`genEvent handler ${callbacks.nameOf(moduleOf(handler.ref))} exports no handleInfo and got`, event)
        continue
      }
      await apply(manager, handler, await ask(handler.ref, name, [event, handler.state]))
    }
  }

  async function apply(manager: Manager, handler: Handler, answer: unknown): Promise<void> {
    if (answer === 'remove_handler') return void await remove(manager, handler, 'remove_handler', 'normal')
    const [word, first, state, next, args]: unknown[] = Array.isArray(answer) ? answer : []
    if (word === 'ok') handler.state = first
    else if (word === 'swap_handler' && isHandlerRef(next)) {
      handler.state = state
      await swap(manager, handler, first, next, args)
    } else await crashed(manager, handler, answer)
  }

  async function swap(manager: Manager, from: Handler, reason: unknown, to: HandlerRef, args: unknown, owner = from.owner): Promise<unknown> {
    const left = await remove(manager, from, reason, ['swapped', to, owner ?? false])
    return add(manager, to, [args, left], owner)
  }

  async function callOne(manager: Manager, ref: unknown, request: unknown): Promise<unknown> {
    const handler = find(manager, ref)
    if (handler === undefined) return ['error', 'bad_module']
    const answer = await ask(handler.ref, 'handleCall', [request, handler.state])
    const [word, reply, first, state, next, args]: unknown[] = Array.isArray(answer) ? answer : []
    if (word === 'ok') handler.state = first
    else if (word === 'remove_handler') await remove(manager, handler, 'remove_handler', 'normal')
    else if (word === 'swap_handler' && isHandlerRef(next)) {
      handler.state = state
      await swap(manager, handler, first, next, args)
    } else return crashed(manager, handler, answer)
    return reply
  }

  async function answer(manager: Manager, request: unknown, caller: Pid): Promise<unknown> {
    const [word, first, second, third]: unknown[] = Array.isArray(request) ? request : [request]
    switch (word) {
      case 'sync_notify':
        await tell(manager, 'handleEvent', first)
        return 'ok'
      case 'call': return callOne(manager, first, second)
      case 'which_handlers': return manager.handlers.map(({ ref }) => ref)
      case 'add': return isHandlerRef(first) ? add(manager, first, second, third === true ? caller : undefined) : ['error', 'bad_module']
      case 'delete': {
        const handler = find(manager, first)
        return handler === undefined ? ['error', 'module_not_found'] : remove(manager, handler, second, 'normal')
      }
      case 'swap': return swapOnDemand(manager, first, second, third === true ? caller : undefined)
      default: return ['error', ['unknown_call', request]]
    }
  }

  async function swapOnDemand(manager: Manager, from: unknown, to: unknown, owner: Pid | undefined): Promise<unknown> {
    const [ref, reason]: unknown[] = Array.isArray(from) ? from : []
    const [next, args]: unknown[] = Array.isArray(to) ? to : []
    if (!isHandlerRef(next)) return ['error', 'bad_module']
    const handler = find(manager, ref)
    return handler === undefined ? add(manager, next, [args, 'error'], owner) : swap(manager, handler, reason, next, args, owner)
  }

  async function ownerEnded(manager: Manager, pid: Pid, reason: unknown): Promise<void> {
    for (const handler of manager.handlers.filter(({ owner }) => owner === pid)) await remove(manager, handler, ['stop', reason], undefined)
  }

  /** Every handler of the module that is changed. */
  async function codeChange(oldVsn: unknown, manager: Manager, extra: unknown, module: Module): Promise<readonly ['ok', Manager] | readonly ['error', unknown]> {
    for (const handler of manager.handlers.filter(({ ref }) => callbacks.areSame(moduleOf(ref), module))) {
      if (callbacks.find(moduleOf(handler.ref), 'codeChange') === undefined) continue
      const changed = await ask(handler.ref, 'codeChange', [oldVsn, handler.state, extra])
      if (!Array.isArray(changed) || changed[0] !== 'ok') return ['error', termOf(changed)]
      handler.state = changed[1]
    }
    return ['ok', manager]
  }

  return {
    handleCall: async (request: unknown, from: readonly [Pid, unknown], manager: Manager) => ['reply', await answer(manager, request, from[0]), manager] as const,
    handleCast: async (message: unknown, manager: Manager): Promise<Done> => {
      if (Array.isArray(message) && message[0] === 'notify') await tell(manager, 'handleEvent', message[1])
      return ['noreply', manager]
    },
    handleInfo: async (message: unknown, manager: Manager): Promise<Done> => {
      if (Array.isArray(message) && message[0] === 'EXIT' && message[1] instanceof Pid && manager.handlers.some(({ owner }) => owner === message[1])) await ownerEnded(manager, message[1], message[2])
      else await tell(manager, 'handleInfo', message)
      return ['noreply', manager]
    },
    terminate: async (_reason: unknown, manager: Manager): Promise<void> => {
      for (const handler of manager.handlers) await remove(manager, handler, 'stop', 'shutdown')
    },
    codeChange
  }
}

class Exit {
  constructor(readonly reason: unknown) {}
}

/** As OTP's `catch` has it. */
const termOf = (answer: unknown): unknown => (answer instanceof Exit ? ['EXIT', answer.reason] : answer)

export const moduleOf = (ref: HandlerRef): Module => (isPair(ref) ? ref[0] : ref)
const same = (a: HandlerRef, b: unknown): boolean => (isPair(a) ? isPair(b) && a[0] === b[0] && isDeepStrictEqual(a[1], b[1]) : a === b)
const isPair = (ref: unknown): ref is readonly [Module, unknown] => Array.isArray(ref)
const isHandlerRef = (ref: unknown): ref is HandlerRef => typeof ref === 'string' || (typeof ref === 'object' && ref !== null)
