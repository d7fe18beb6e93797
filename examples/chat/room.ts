import { type CallResult, type CastResult, type From, genServer, type InitResult, monitor, type Pid, send, type StartResult } from 'codeswitch'
import * as room from './room'

export const vsn = 1

interface State {
  readonly lines: readonly string[]
  readonly members: ReadonlyMap<Pid, string>
}

type Request = 'history' | 'members' | readonly ['join', string]
type Said = readonly ['say', string, string]

// What others call.

export function startLink(name: string): Promise<StartResult> {
  return genServer.startLink(room, [], { name })
}

export const join = (name: string, who: string): Promise<'ok'> => genServer.call(name, ['join', who])
export const say = (name: string, who: string, text: string): 'ok' => genServer.cast(name, ['say', who, text])
export const history = (name: string): Promise<readonly string[]> => genServer.call(name, 'history')
export const members = (name: string): Promise<readonly string[]> => genServer.call(name, 'members')

// What the server calls, one message after another.

export function init(): InitResult<State> {
  return ['ok', { lines: [], members: new Map() }]
}

export function handleCall(request: Request, [caller]: From, state: State): CallResult<State> {
  if (request === 'history') return ['reply', state.lines, state]
  if (request === 'members') return ['reply', [...state.members.values()], state]
  monitor(caller)
  return ['reply', 'ok', { ...state, members: new Map(state.members).set(caller, request[1]) }]
}

export function handleCast([, who, text]: Said, state: State): CastResult<State> {
  for (const member of state.members.keys()) send(member, ['said', who, text])
  return ['noreply', { ...state, lines: [...state.lines, `${who}: ${text}`] }]
}

/** A member has gone: ['DOWN', ref, 'process', pid, reason]. */
export function handleInfo(message: unknown, state: State): CastResult<State> {
  if (!Array.isArray(message) || message[0] !== 'DOWN') return ['noreply', state]
  return ['noreply', { ...state, members: new Map([...state.members].filter(([pid]) => pid !== message[3])) }]
}
