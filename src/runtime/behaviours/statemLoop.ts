/**
 * The loop of a gen_statem; like that of a gen_server it is the runtime's own code. Order of events, as in OTP: those a callback
 * inserts, then (when the state has changed) the postponed ones, then those that waited, then the mailbox.
 */
import { isDeepStrictEqual } from 'node:util'
import { timeout as timedOut } from '../process/match'
import type { Processes } from '../process/processes'
import { type Attempt, ending, reasonOf } from './attempt'
import type { Callbacks, Module } from './callbacks'
import type { CallbackMode, EventType } from './genStatemTypes'
import type { Accepted, Born } from './launch'
import type { Requests } from './request'
import { isOrderly } from './serverLoop'
import { type Event, readActions, type ReadAction, readResult, type Result, type TimeoutKey } from './statemResult'
import { StatemTimers } from './statemTimers'
import { isExitOf, isSystemMessage, type System, type SystemHost } from './system'
import type { From } from './terms'

interface Statem {
  readonly born: Born
  readonly module: Module
  readonly host: SystemHost
  readonly timers: StatemTimers
  mode: Mode
  state: unknown
  data: unknown
  /** To be taken before the mailbox. */
  queue: Event[]
  postponed: Event[]
  hibernate: boolean
}

interface Mode {
  readonly how: CallbackMode
  readonly stateEnter: boolean
}

/** What the actions of one answer come to. */
interface Effects {
  readonly inserted: Event[]
  readonly late: Event[]
  postpone: boolean
}

export type StatemLoop = ReturnType<typeof createStatemLoop>

export function createStatemLoop(processes: Processes, callbacks: Callbacks, requests: Requests, system: System, attempt: Attempt) {
  const { receiving, flow } = processes

  async function accept(module: Module, born: Born, answer: unknown): Promise<Accepted | undefined> {
    if (answer === 'ignore') return { kind: 'end', answer, reason: 'normal' }
    if (!Array.isArray(answer)) return undefined
    const [word, first, data, actions]: unknown[] = answer
    if (word === 'stop' && answer.length === 2) return { kind: 'end', answer: ['error', first], reason: first }
    if (word === 'error' && answer.length === 2) return { kind: 'end', answer: ['error', first], reason: 'normal' }
    if (word !== 'ok' || answer.length < 3 || answer.length > 4) return undefined
    const mode = await modeOf(module)
    if ('reason' in mode) return { kind: 'end', answer: ['error', mode.reason], reason: mode.reason }
    const statem: Statem = {
      born, module, mode, state: first, data, queue: [], postponed: [], hibernate: false,
      timers: new StatemTimers(processes), host: hostOf(() => statem)
    }
    return { kind: 'run', body: () => begin(statem, actions) }
  }

  async function modeOf(module: Module): Promise<Mode | { readonly reason: unknown }> {
    const outcome = await attempt(() => callbacks.call(module, 'callbackMode', []))
    if (outcome.kind !== 'returned') return { reason: reasonOf(outcome) }
    const words: unknown[] = Array.isArray(outcome.value) ? outcome.value : [outcome.value]
    const how = words.find(isMode)
    return how === undefined ? { reason: ['bad_return_from_callback_mode', outcome.value] } : { how, stateEnter: words.includes('stateEnter') }
  }

  async function begin(statem: Statem, actions: unknown): Promise<unknown> {
    const effects = await act(statem, actions)
    if (effects.postpone) await terminate(statem, ['bad_action_from_state_function', 'postpone'])
    if (statem.mode.stateEnter) await enter(statem, statem.state, effects)
    enqueue(statem, effects)
    return loop(statem)
  }

  async function loop(statem: Statem): Promise<unknown> {
    for (;;) {
      const event = statem.queue.shift()
      if (event !== undefined) {
        await take(statem, event)
        continue
      }
      if (statem.hibernate) {
        statem.hibernate = false
        return flow.hibernate({ kind: 'fun', fn: loop, args: [statem] })
      }
      const message = await receiving.receive(undefined, statem.born.hibernateAfter)
      if (message === timedOut) statem.hibernate = true
      else if (isSystemMessage(message)) await system.serve(statem.host, message[1], message[2])
      else if (isExitOf(message, statem.born.parent)) await parentEnded(statem, message[2])
      else await take(statem, statem.timers.take(message) ?? eventOf(message))
    }
  }

  async function parentEnded(statem: Statem, reason: unknown): Promise<void> {
    if (reason === 'normal' && statem.born.passing) return
    await terminate(statem, reason)
  }

  async function take(statem: Statem, event: Event): Promise<void> {
    statem.hibernate = false
    await cancel(statem, 'timeout') // any event ends the wait for one
    statem.born.debug.note(statem.born.name, ['in', [event.type, event.content], statem.state])
    const result = await call(statem, event.type, event.content)
    const effects = await act(statem, result.actions)
    if (effects.postpone) statem.postponed.push(event)
    const before = statem.state
    if (result.data !== undefined) statem.data = result.data.value
    if (result.state !== undefined) statem.state = result.state.value
    const changed = !isDeepStrictEqual(before, statem.state)
    if (changed) {
      statem.queue = [...statem.postponed, ...statem.queue]
      statem.postponed = []
    }
    if (statem.mode.stateEnter && (changed || result.repeat)) await enter(statem, before, effects)
    enqueue(statem, effects)
  }

  function enqueue(statem: Statem, { inserted, late }: Effects): void {
    const waiting = [...inserted, ...statem.queue]
    // No event came within no time: only when there is none.
    statem.queue = [...waiting, ...late.filter(({ type }) => type !== 'timeout' || waiting.length === 0)]
  }

  /** Also one of no time, whose event waits already. */
  async function cancel(statem: Statem, key: TimeoutKey): Promise<void> {
    statem.queue = statem.queue.filter((event) => event.timer !== true || !isDeepStrictEqual(event.type, key))
    await statem.timers.cancel(key)
  }

  async function enter(statem: Statem, before: unknown, effects: Effects): Promise<void> {
    for (let old = before, again = true; again; old = statem.state) {
      const result = await call(statem, 'enter', old)
      if (result.state !== undefined && !isDeepStrictEqual(result.state.value, statem.state)) await terminate(statem, ['bad_state_enter_return_from_state_function', result.state.value])
      const more = await act(statem, result.actions)
      if (more.postpone || more.inserted.length > 0) await terminate(statem, ['bad_state_enter_action_from_state_function', result.actions])
      if (result.data !== undefined) statem.data = result.data.value
      effects.late.push(...more.late)
      again = result.repeat
    }
  }

  /** Calls the state's callback. Ends the process when it fails, stops, or answers what is no answer. */
  async function call(statem: Statem, type: EventType, content: unknown): Promise<Extract<Result, { readonly kind: 'next' }>> {
    const { module, mode, state, data } = statem
    const attempted = attempt(() => (mode.how === 'stateFunctions' ? callbacks.call(module, String(state), [type, content, data]) : callbacks.call(module, 'handleEvent', [type, content, state, data])))
    const outcome = attempted instanceof Promise ? await attempted : attempted
    if (outcome.kind !== 'returned') return terminate(statem, reasonOf(outcome))
    const result = readResult(outcome.value)
    if (result === undefined) return terminate(statem, ['bad_return_from_state_function', outcome.value])
    if (result.kind === 'next') {
      // Before its own actions: they may set the new state's timeout.
      if (result.state !== undefined && !isDeepStrictEqual(result.state.value, state)) await cancel(statem, 'stateTimeout')
      return result
    }
    if (result.data !== undefined) statem.data = result.data.value
    await act(statem, result.replies)
    return terminate(statem, result.reason)
  }

  async function act(statem: Statem, given: unknown): Promise<Effects> {
    const read = readActions(given)
    const effects: Effects = { inserted: [], late: [], postpone: false }
    if (!read.ok) return terminate(statem, ['bad_action_from_state_function', read.action])
    for (const action of read.actions) await actOne(statem, action, effects)
    return effects
  }

  async function actOne(statem: Statem, action: ReadAction, effects: Effects): Promise<void> {
    switch (action.kind) {
      case 'postpone':
        effects.postpone = action.on
        break
      case 'hibernate':
        statem.hibernate = action.on
        break
      case 'nextEvent':
        effects.inserted.push(action.event)
        break
      case 'reply':
        requests.reply(action.from, action.value)
        statem.born.debug.note(statem.born.name, ['out', action.value, action.from[0]])
        break
      case 'timeout':
        await setTimer(statem, action, effects)
    }
  }

  async function setTimer(statem: Statem, { key, time, absolute, content }: Extract<ReadAction, { readonly kind: 'timeout' }>, effects: Effects): Promise<void> {
    const isIt = (event: Event): boolean => event.timer === true && isDeepStrictEqual(event.type, key)
    if (time === 'update') {
      const renewed = (event: Event): Event => (isIt(event) ? { ...event, content } : event)
      const due = statem.queue.some(isIt) || effects.late.some(isIt)
      statem.queue = statem.queue.map(renewed)
      effects.late.splice(0, Infinity, ...effects.late.map(renewed))
      if (due || statem.timers.update(key, content)) return
    }
    await cancel(statem, key)
    effects.late.splice(0, Infinity, ...effects.late.filter((event) => !isIt(event)))
    const ms = time === 'cancel' ? undefined : time === 'update' ? 0 : absolute ? Math.max(0, time - processes.now()) : time
    // At once: after the events that are there, before what has yet to be received.
    if (ms === 0) effects.late.push({ type: key, content, timer: true })
    else if (ms !== undefined) statem.timers.start(key, ms, content)
  }

  async function terminate(statem: Statem, reason: unknown): Promise<never> {
    const { module, state, data } = statem
    const outcome = callbacks.find(module, 'terminate') === undefined ? undefined : await attempt(() => callbacks.call(module, 'terminate', [reason, state, data]))
    const final = outcome === undefined || outcome.kind === 'returned' ? reason : reasonOf(outcome)
    const self = processes.current()
    if (!isOrderly(final) && !(final instanceof Error)) processes.report({ pid: self.pid, name: self.registeredName, label: `genStatem ${callbacks.nameOf(module)}`, reason: final })
    throw ending(final)
  }

  function hostOf(get: () => Statem): SystemHost {
    return {
      module: 'genStatem',
      get debug() { return get().born.debug },
      get parent() { return get().born.parent },
      getState: () => [get().state, get().data],
      async replaceState(fn) {
        const next = await fn([get().state, get().data])
        if (!Array.isArray(next) || next.length !== 2) throw new TypeError('the state of a genStatem is [state, data]')
        const statem = get()
        statem.state = next[0]
        statem.data = next[1]
        return next
      },
      changeCode: (_module, oldVsn, extra) => changeCode(get(), oldVsn, extra),
      keep() {
        const statem = get()
        const { mode, state, data } = statem
        return () => void Object.assign(statem, { mode, state, data })
      },
      status: (state) => status(get(), state),
      terminate: (reason) => terminate(get(), reason)
    }
  }

  async function changeCode(statem: Statem, oldVsn: unknown, extra: unknown): Promise<unknown> {
    const answer = await callbacks.call(statem.module, 'codeChange', [oldVsn, statem.state, statem.data, extra])
    if (!Array.isArray(answer) || answer[0] !== 'ok' || answer.length !== 3) return answer
    const mode = await modeOf(statem.module)
    if ('reason' in mode) return ['error', mode.reason]
    statem.mode = mode
    statem.state = answer[1]
    statem.data = answer[2]
    return 'ok'
  }

  async function status({ born, module, state, data, postponed }: Statem, sysState: string): Promise<unknown> {
    const shown = callbacks.find(module, 'formatStatus') === undefined ? { state, data } : await callbacks.call(module, 'formatStatus', [{ state, data }])
    return { header: `Status for genStatem ${String(born.name)}`, status: sysState, module: callbacks.nameOf(module), postponed: postponed.map(({ type, content }) => [type, content]), ...(typeof shown === 'object' ? shown : { state: shown }) }
  }

  return { accept }
}

function eventOf(message: unknown): Event {
  if (isCall(message)) return { type: ['call', message[1]], content: message[2] }
  return isCast(message) ? { type: 'cast', content: message[1] } : { type: 'info', content: message }
}

const isMode = (word: unknown): word is CallbackMode => word === 'stateFunctions' || word === 'handleEventFunction'
const isCall = (message: unknown): message is readonly ['$gen_call', From, unknown] => Array.isArray(message) && message[0] === '$gen_call' && message.length === 3
const isCast = (message: unknown): message is readonly ['$gen_cast', unknown] => Array.isArray(message) && message[0] === '$gen_cast' && message.length === 2
