/**
 * The loop of a gen_server. It is the runtime's own code: while it waits for a message no frame of the callback module is on the
 * stack, so an idle server lingers nowhere, and each callback is looked up when it is called.
 */
import type { Processes } from '../process/processes'
import { type Attempt, ending, type Outcome, reasonOf } from './attempt'
import type { Callbacks, Module } from './callbacks'
import { KeptState } from './keptState'
import type { Accepted, Born } from './launch'
import { timeout as timedOut } from '../process/match'
import type { Requests } from './request'
import { isExitOf, isSystemMessage, type System, type SystemHost } from './system'
import { type From, milliseconds } from './terms'

export interface Server {
  readonly born: Born
  readonly behaviour: string
  /** Whose functions are called. */
  readonly module: Module
  /** The module's name, for people. */
  readonly title: string
  readonly host: SystemHost
  state: unknown
  then: Then
}

type Then = number | 'hibernate' | { readonly next: unknown }

/** An answer that ends the server. */
class Stop {
  constructor(readonly reason: unknown, readonly reply: (() => void) | undefined) {}
}

export type ServerLoop = ReturnType<typeof createServerLoop>

export function createServerLoop(processes: Processes, callbacks: Callbacks, requests: Requests, system: System, attempt: Attempt) {
  const { receiving, flow } = processes

  /** What a gen_server's `init` may answer. `title` is what people call the module, when that is not the one whose functions are called. */
  function accept(behaviour: string, module: Module, born: Born, answer: unknown, title = callbacks.nameOf(module)): Accepted | undefined {
    if (answer === 'ignore') return { kind: 'end', answer, reason: 'normal' }
    if (!Array.isArray(answer)) return undefined
    const [word, value, last]: unknown[] = answer
    if (word === 'stop' && answer.length === 2) return { kind: 'end', answer: ['error', value], reason: value }
    if (word === 'error' && answer.length === 2) return { kind: 'end', answer: ['error', value], reason: 'normal' }
    const then = answer.length === 3 ? thenOf(last) : Infinity
    if (word !== 'ok' || answer.length < 2 || answer.length > 3 || then === undefined) return undefined
    const server: Server = { born, behaviour, module, title, state: value, then, host: hostOf(() => server) }
    return { kind: 'run', body: () => loop(server) }
  }

  async function loop(server: Server): Promise<unknown> {
    for (;;) {
      const { then } = server
      if (then === 'hibernate') {
        server.then = Infinity
        return flow.hibernate({ kind: 'fun', fn: loop, args: [server] })
      }
      if (typeof then === 'object') {
        await handle(server, 'handleContinue', [then.next, server.state])
        continue
      }
      const message = await receiving.receive(undefined, then === Infinity ? server.born.hibernateAfter : then)
      if (message === timedOut && then === Infinity) {
        server.then = 'hibernate'
        continue
      }
      if (isSystemMessage(message)) await system.serve(server.host, message[1], message[2])
      else if (isExitOf(message, server.born.parent)) await parentEnded(server, message[2])
      else await take(server, message === timedOut ? 'timeout' : message)
    }
  }

  /** The normal end of a top level or a request is no reason to end; that of a process is. */
  async function parentEnded(server: Server, reason: unknown): Promise<void> {
    if (reason === 'normal' && server.born.passing) return
    await terminate(server, reason)
  }

  function take(server: Server, message: unknown): Promise<void> | void {
    server.born.debug.note(server.born.name, ['in', message])
    if (isCall(message)) return handle(server, 'handleCall', [message[2], message[1], server.state], message[1])
    if (isCast(message)) return handle(server, 'handleCast', [message[1], server.state])
    if (callbacks.find(server.module, 'handleInfo') === undefined) return drop(server, message)
    return handle(server, 'handleInfo', [message, server.state])
  }

  function drop(server: Server, message: unknown): void {
    server.then = Infinity
    if (message !== 'timeout') console.warn(`${server.behaviour} ${server.title} (${String(server.born.name)}) exports no handleInfo and got`, message)
  }

  async function handle(server: Server, name: string, args: readonly unknown[], from?: From): Promise<void> {
    const attempted = attempt(() => callbacks.call(server.module, name, args))
    const outcome = attempted instanceof Promise ? await attempted : attempted
    if (outcome.kind !== 'returned') return terminate(server, reasonOf(outcome))
    const stop = apply(server, outcome.value, from)
    if (stop !== undefined) await terminate(server, stop.reason, stop.reply)
  }

  /** Takes over what a callback answered. @returns why the server ends now. */
  function apply(server: Server, answer: unknown, from: From | undefined): Stop | undefined {
    const bad = new Stop(['bad_return_value', answer], undefined)
    if (!Array.isArray(answer)) return bad
    const [word, ...rest]: unknown[] = answer
    if (word === 'reply' && from !== undefined && rest.length >= 2) {
      const [value, state, ...last] = rest
      return goOn(server, state, last, bad, () => reply(server, from, value, state))
    }
    if (word === 'noreply' && rest.length >= 1) {
      const [state, ...last] = rest
      return goOn(server, state, last, bad, () => server.born.debug.note(server.born.name, ['noreply', state]))
    }
    if (word !== 'stop') return bad
    const [reason, second, third] = rest
    if (rest.length === 3 && from !== undefined) {
      server.state = third
      return new Stop(reason, () => reply(server, from, second, third))
    }
    if (rest.length !== 2) return bad
    server.state = second
    return new Stop(reason, undefined)
  }

  function goOn(server: Server, state: unknown, last: readonly unknown[], bad: Stop, act: () => void): Stop | undefined {
    const then = last.length === 0 ? Infinity : last.length === 1 ? thenOf(last[0]) : undefined
    if (then === undefined) return bad
    server.state = state
    server.then = then
    act()
    return undefined
  }

  function reply(server: Server, from: From, value: unknown, state: unknown): void {
    requests.reply(from, value)
    server.born.debug.note(server.born.name, ['out', value, from[0], state])
  }

  /**
   * Calls `terminate` and ends; what `terminate` throws becomes the reason. Whoever gets the last answer (`before`) gets it after `terminate`,
   * as in OTP, and finds the server gone and its name free.
   */
  async function terminate(server: Server, reason: unknown, before?: () => void): Promise<never> {
    const outcome: Outcome = callbacks.find(server.module, 'terminate') === undefined ? { kind: 'returned', value: 'ok' }
      : await attempt(() => callbacks.call(server.module, 'terminate', [reason, server.state]))
    const final = outcome.kind === 'returned' ? reason : reasonOf(outcome)
    reportEnd(server, final)
    if (before !== undefined) {
      const self = processes.current()
      const { pid, registeredName: name, label } = self
      before()
      processes.signals.end(self, final) // at once: the caller goes on before an exception would arrive
      if (final instanceof Error) processes.report({ pid, name, label, reason: final })
    }
    throw ending(final)
  }

  /** An Error is reported where it ends the process; other abnormal reasons here. */
  function reportEnd({ behaviour, title }: Server, reason: unknown): void {
    if (isOrderly(reason) || reason instanceof Error) return
    const self = processes.current()
    processes.report({ pid: self.pid, name: self.registeredName, label: `${behaviour} ${title}`, reason })
  }

  function hostOf(get: () => Server): SystemHost {
    return {
      get module() { return get().behaviour },
      get debug() { return get().born.debug },
      get parent() { return get().born.parent },
      getState: () => get().state,
      async replaceState(fn) {
        const next = await fn(get().state)
        return (get().state = next)
      },
      changeCode: (module, oldVsn, extra) => changeCode(get(), module, oldVsn, extra),
      keep: () => keep(get()),
      status: (state) => status(get(), state),
      terminate: (reason) => terminate(get(), reason)
    }
  }

  async function changeCode(server: Server, module: Module, oldVsn: unknown, extra: unknown): Promise<unknown> {
    // An event manager has handlers of many modules: only those of this one are meant.
    const which = server.state instanceof KeptState ? [module] : []
    const answer = await callbacks.call(server.module, 'codeChange', [oldVsn, server.state, extra, ...which])
    if (!Array.isArray(answer) || answer[0] !== 'ok' || answer.length !== 2) return answer
    server.state = answer[1]
    return 'ok'
  }

  function keep(server: Server): () => void {
    const { state } = server
    const inside = state instanceof KeptState ? state.keep() : undefined
    return () => {
      inside?.()
      server.state = state
    }
  }

  async function status(server: Server, state: string): Promise<unknown> {
    const shown = callbacks.find(server.module, 'formatStatus') === undefined ? { state: server.state }
      : await callbacks.call(server.module, 'formatStatus', [{ state: server.state }])
    return { header: `Status for ${server.behaviour} ${String(server.born.name)}`, status: state, module: server.title, ...(typeof shown === 'object' ? shown : { state: shown }) }
  }

  return { accept }
}

/** `normal`, `shutdown` and ['shutdown', why]: nobody needs to be told. */
export const isOrderly = (reason: unknown): boolean => reason === 'normal' || reason === 'shutdown' || (Array.isArray(reason) && reason.length === 2 && reason[0] === 'shutdown')

function thenOf(last: unknown): Then | undefined {
  if (last === 'hibernate') return 'hibernate'
  if (last === 'infinity') return Infinity
  if (typeof last === 'number' && last >= 0) return milliseconds(last)
  return Array.isArray(last) && last.length === 2 && last[0] === 'continue' ? { next: last[1] } : undefined
}

const isCall = (message: unknown): message is readonly ['$gen_call', From, unknown] => Array.isArray(message) && message[0] === '$gen_call' && message.length === 3
const isCast = (message: unknown): message is readonly ['$gen_cast', unknown] => Array.isArray(message) && message[0] === '$gen_cast' && message.length === 2
