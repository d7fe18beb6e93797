/** What a state callback answered, read: gen_statem(3) has many forms of few things. */
import type { EventType } from './genStatemTypes'
import type { From } from './terms'

export interface Event {
  readonly type: EventType
  readonly content: unknown
  /** It is a timeout of no time. */
  readonly timer?: boolean
}

/** `state` and `data` when they are given; `repeat` for a state that is entered again. */
export type Result =
  | { readonly kind: 'next'; readonly state?: { readonly value: unknown }; readonly data?: { readonly value: unknown }; readonly repeat: boolean; readonly actions: unknown }
  | { readonly kind: 'stop'; readonly reason: unknown; readonly data?: { readonly value: unknown }; readonly replies: unknown }

const given = (rest: readonly unknown[], index: number): { data?: { readonly value: unknown } } => (rest.length > index ? { data: { value: rest[index] } } : {})

/** @returns undefined when it is none. */
export function readResult(answer: unknown): Result | undefined {
  const [word, ...rest]: unknown[] = Array.isArray(answer) ? answer : [answer]
  const count = rest.length
  switch (word) {
    case 'nextState':
      return count === 2 || count === 3 ? { kind: 'next', state: { value: rest[0] }, data: { value: rest[1] }, repeat: false, actions: rest[2] } : undefined
    case 'keepState':
    case 'repeatState':
      return count === 1 || count === 2 ? { kind: 'next', data: { value: rest[0] }, repeat: word === 'repeatState', actions: rest[1] } : undefined
    case 'keepStateAndData':
    case 'repeatStateAndData':
      return count <= 1 ? { kind: 'next', repeat: word === 'repeatStateAndData', actions: rest[0] } : undefined
    case 'stop':
      return count <= 2 ? { kind: 'stop', reason: count === 0 ? 'normal' : rest[0], ...given(rest, 1), replies: undefined } : undefined
    case 'stopAndReply':
      return count === 2 || count === 3 ? { kind: 'stop', reason: rest[0], ...given(rest, 2), replies: rest[1] } : undefined
    default:
      return undefined
  }
}

export type TimeoutKey = 'timeout' | 'stateTimeout' | readonly ['timeout', unknown]

export type ReadAction =
  | { readonly kind: 'postpone'; readonly on: boolean }
  | { readonly kind: 'hibernate'; readonly on: boolean }
  | { readonly kind: 'nextEvent'; readonly event: Event }
  | { readonly kind: 'reply'; readonly from: From; readonly value: unknown }
  | { readonly kind: 'timeout'; readonly key: TimeoutKey; readonly time: number | 'cancel' | 'update'; readonly absolute: boolean; readonly content: unknown }

export type ReadActions = { readonly ok: true; readonly actions: readonly ReadAction[] } | { readonly ok: false; readonly action: unknown }

/** One action or a list of them. */
export function readActions(actions: unknown): ReadActions {
  if (actions === undefined) return { ok: true, actions: [] }
  const one = readAction(actions)
  if (one !== undefined) return { ok: true, actions: [one] }
  if (!Array.isArray(actions)) return { ok: false, action: actions }
  const read: ReadAction[] = []
  for (const action of actions) {
    const next = readAction(action)
    if (next === undefined) return { ok: false, action }
    read.push(next)
  }
  return { ok: true, actions: read }
}

function readAction(action: unknown): ReadAction | undefined {
  if (typeof action === 'number') return timeout('timeout', action, action, undefined) // as in OTP, the time is its content
  const [word, first, second, options]: unknown[] = Array.isArray(action) ? action : [action, true]
  if (word === 'postpone' || word === 'hibernate') return typeof first === 'boolean' ? { kind: word, on: first } : undefined
  if (!Array.isArray(action)) return undefined
  if (word === 'nextEvent' && action.length === 3 && isEventType(first)) return { kind: 'nextEvent', event: { type: first, content: second } }
  if (word === 'reply' && isFrom(first)) return { kind: 'reply', from: first, value: second }
  if (word === 'timeout' || word === 'stateTimeout') return timeout(word, first, second, options)
  return isNamed(word) ? timeout(word, first, second, options) : undefined
}

function timeout(key: TimeoutKey, time: unknown, content: unknown, options: unknown): ReadAction | undefined {
  const absolute = isOptions(options) && options.abs === true
  if (time === 'cancel' || time === 'infinity' || time === Infinity) return { kind: 'timeout', key, time: 'cancel', absolute, content }
  if (time === 'update') return { kind: 'timeout', key, time, absolute, content }
  return typeof time === 'number' && (absolute || time >= 0) && (options === undefined || isOptions(options)) ? { kind: 'timeout', key, time, absolute, content } : undefined
}

const isOptions = (options: unknown): options is { readonly abs?: unknown } => typeof options === 'object' && options !== null && !Array.isArray(options)

const isNamed = (key: unknown): key is readonly ['timeout', unknown] => Array.isArray(key) && key[0] === 'timeout' && key.length === 2
const isFrom = (value: unknown): value is From => Array.isArray(value) && value.length === 2
const EVENT_TYPES: ReadonlySet<unknown> = new Set(['cast', 'info', 'timeout', 'stateTimeout', 'internal'])
const isEventType = (type: unknown): type is EventType => EVENT_TYPES.has(type) || isNamed(type) || (Array.isArray(type) && type[0] === 'call' && isFrom(type[1]))
