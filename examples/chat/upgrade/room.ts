import { type CallResult, type CastResult, type CodeChangeResult, type From, genServer, type InitResult, monitor, type Pid, send, type StartResult } from 'codeswitch'
import * as room from './room'

export const vsn = 2

interface Line {
  readonly who: string
  readonly text: string
}

interface State {
  readonly topic: string
  readonly lines: readonly Line[]
  readonly members: ReadonlyMap<Pid, string>
}

/** As version 1 kept it. */
interface State1 {
  readonly lines: readonly string[]
  readonly members: ReadonlyMap<Pid, string>
}

type Request = 'history' | 'members' | 'topic' | readonly ['join', string] | readonly ['said by', string]
type Said = readonly ['say', string, string] | readonly ['topic', string]

// What others call.

export function startLink(name: string): Promise<StartResult> {
  return genServer.startLink(room, [], { name })
}

export const join = (name: string, who: string): Promise<'ok'> => genServer.call(name, ['join', who])
export const say = (name: string, who: string, text: string): 'ok' => genServer.cast(name, ['say', who, text])
export const history = (name: string): Promise<readonly string[]> => genServer.call(name, 'history')
export const members = (name: string): Promise<readonly string[]> => genServer.call(name, 'members')
/** New in this version. */
export const saidBy = (name: string, who: string): Promise<readonly string[]> => genServer.call(name, ['said by', who])
export const topic = (name: string): Promise<string> => genServer.call(name, 'topic')
export const setTopic = (name: string, text: string): 'ok' => genServer.cast(name, ['topic', text])

// What the server calls, one message after another.

export function init(): InitResult<State> {
  return ['ok', { topic: '', lines: [], members: new Map() }]
}

/** The state of version 1 becomes this version's: `sys.changeCode('lobby', room, 1, { topic })`. On the way down this version gives back what version 1 knows. */
export function codeChange(oldVsn: unknown, state: State1 | State, extra: { readonly topic: string }): CodeChangeResult<State | State1> {
  if ('topic' in state) return Array.isArray(oldVsn) ? ['ok', before(state)] : ['ok', state]
  const { lines, members } = state
  const split = lines.map((line): Line => {
    const colon = line.indexOf(': ')
    return { who: line.slice(0, colon), text: line.slice(colon + 2) }
  })
  return ['ok', { topic: extra.topic, lines: split, members }]
}

const before = ({ lines, members }: State): State1 => ({ lines: lines.map(({ who, text }) => `${who}: ${text}`), members })

export function handleCall(request: Request, [caller]: From, state: State): CallResult<State> {
  if (request === 'topic') return ['reply', state.topic, state]
  if (request === 'history') return ['reply', state.lines.map(({ who, text }) => `${who}: ${text}`), state]
  if (request === 'members') return ['reply', [...state.members.values()], state]
  const [what, who] = request
  if (what === 'said by') return ['reply', state.lines.filter((line) => line.who === who).map(({ text }) => text), state]
  monitor(caller)
  return ['reply', 'ok', { ...state, members: new Map(state.members).set(caller, who) }]
}

export function handleCast(said: Said, state: State): CastResult<State> {
  if (said[0] === 'topic') return ['noreply', { ...state, topic: said[1] }]
  const [, who, text] = said
  for (const member of state.members.keys()) send(member, ['said', who, text])
  return ['noreply', { ...state, lines: [...state.lines, { who, text }] }]
}

/** A member has gone: ['DOWN', ref, 'process', pid, reason]. */
export function handleInfo(message: unknown, state: State): CastResult<State> {
  if (!Array.isArray(message) || message[0] !== 'DOWN') return ['noreply', state]
  return ['noreply', { ...state, members: new Map([...state.members].filter(([pid]) => pid !== message[3])) }]
}
