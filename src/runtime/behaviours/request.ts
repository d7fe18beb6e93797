/**
 * Asking a server and waiting for its answer: gen:call/4 of OTP. The answer comes to an alias, so that one that is late is
 * dropped instead of lying in the mailbox; a monitor tells when the server ends first.
 */
import { BadArgError, ExitSignal } from '../errors'
import { timeout as timedOut } from '../process/match'
import { Pid, type Ref } from '../process/pid'
import type { Process } from '../process/process'
import type { Processes } from '../process/processes'
import type { Callbacks } from './callbacks'
import { asPromised, type From, isVia, milliseconds, type ServerRef, type Timeout } from './terms'

/** What the caller did, for the reason he gets: ['genServer', 'call', [server, request]]. */
export type Caller = readonly [behaviour: string, name: string, args: readonly unknown[]]
export type Requests = ReturnType<typeof createRequests>

/** A request that was sent and whose answer is fetched later; opaque to its owner. */
export class RequestId {
  constructor(readonly tag: Ref, readonly monitor: Ref, readonly server: ServerRef) {}
}

export type Response<R = unknown> = readonly ['reply', R] | readonly ['error', readonly [reason: unknown, server: ServerRef]]

export function createRequests(processes: Processes, callbacks: Callbacks) {
  const { table, registry, signals, receiving } = processes

  function find(who: ServerRef): Process | undefined {
    if (isVia(who)) {
      const pid = callbacks.call(who[1], 'whereisName', [who[2]])
      return pid instanceof Pid ? table.find(pid) : undefined
    }
    if (!(who instanceof Pid) && typeof who !== 'string') throw new BadArgError(`${String(who)} is no process`)
    return who instanceof Pid ? table.find(who) : registry.find(who)
  }

  /** @throws ExitSignal with [reason, caller], or the reason alone: 'timeout', 'noproc', 'calling_self', or the reason the server ended with. */
  async function request(who: ServerRef, label: string, message: unknown, within: Timeout, caller: Caller | undefined): Promise<never> {
    const failed = (reason: unknown): ExitSignal => new ExitSignal(caller === undefined ? reason : [reason, caller])
    const server = find(who)
    if (server === undefined) throw failed('noproc')
    if (server === processes.current()) throw failed('calling_self')
    const ref = signals.monitor(server.pid)
    const tag = processes.alias()
    const from: From = [processes.current().pid, tag]
    receiving.deliver(server, [label, from, message])
    const answer = await receiving.receive((got: unknown) => Array.isArray(got) && (got[0] === tag || (got[0] === 'DOWN' && got[1] === ref)), milliseconds(within))
    processes.unalias(tag)
    signals.demonitor(ref, true)
    if (Array.isArray(answer) && answer[0] === tag) return asPromised(answer[1])
    throw failed(answer === timedOut ? 'timeout' : Array.isArray(answer) ? answer[4] : answer)
  }

  /** The answer to whoever asked; dropped when he no longer waits. */
  function reply(from: From, value: unknown): 'ok' {
    processes.send(from[1], [from[1], value])
    return 'ok'
  }

  /** Never fails: to nobody is dropped. */
  function cast(who: ServerRef, message: unknown): 'ok' {
    const server = find(who)
    if (server !== undefined) receiving.deliver(server, message)
    return 'ok'
  }

  /** gen:send_request: goes on at once. Of a server that is not there the response is an error, 'noproc'. */
  function sendRequest(who: ServerRef, label: string, message: unknown): RequestId {
    const server = find(who)
    const tag = processes.alias()
    const monitor = signals.monitor(server?.pid ?? (isVia(who) ? NOBODY : who))
    if (server !== undefined) receiving.deliver(server, [label, [processes.current().pid, tag], message])
    return new RequestId(tag, monitor, who)
  }

  const isResponse = (message: unknown, { tag, monitor }: RequestId): message is readonly unknown[] => Array.isArray(message) && (message[0] === tag || (message[0] === 'DOWN' && message[1] === monitor))

  function take(message: readonly unknown[], id: RequestId): Response<never> {
    processes.unalias(id.tag)
    signals.demonitor(id.monitor, true)
    return message[0] === id.tag ? ['reply', asPromised(message[1])] : ['error', [message[4], id.server]]
  }

  /** 'timeout' leaves it open: it can be waited for again. */
  async function waitResponse(id: RequestId, within: Timeout): Promise<Response<never> | 'timeout'> {
    const message: unknown = await receiving.receive((got: unknown) => isResponse(got, checked(id)), milliseconds(within))
    return isResponse(message, id) ? take(message, id) : 'timeout'
  }

  /** 'timeout' gives it up: an answer that comes later is dropped. */
  async function receiveResponse(id: RequestId, within: Timeout): Promise<Response<never> | 'timeout'> {
    const response = await waitResponse(id, within)
    if (response !== 'timeout') return response
    processes.unalias(id.tag)
    signals.demonitor(id.monitor, true)
    return response
  }

  /** Of a message that somebody else received. */
  const checkResponse = (message: unknown, id: RequestId): Response<never> | 'no_reply' => (isResponse(message, checked(id)) ? take(message, id) : 'no_reply')

  return { find, request, reply, cast, sendRequest, waitResponse, receiveResponse, checkResponse }
}

/** Nobody can have this name: to monitor it is to be told 'noproc'. */
const NOBODY = ''

function checked(id: RequestId): RequestId {
  if (!(id instanceof RequestId)) throw new BadArgError('this is no request that was sent')
  return id
}
