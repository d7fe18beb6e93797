/**
 * Asking a server and waiting for its answer: gen:call/4 of OTP. The answer comes to an alias, so that one that is late is
 * dropped instead of lying in the mailbox; a monitor tells when the server ends first.
 */
import { BadArgError, ExitSignal } from '../errors'
import { timeout as timedOut } from '../match'
import { Pid } from '../pid'
import type { Process } from '../process'
import type { Processes } from '../processes'
import { asPromised, type From, milliseconds, type ServerRef, type Timeout } from './terms'

/** What the caller did, for the reason he gets: ['genServer', 'call', [server, request]]. */
export type Caller = readonly [behaviour: string, name: string, args: readonly unknown[]]
export type Requests = ReturnType<typeof createRequests>

export function createRequests(processes: Processes) {
  const { table, registry, signals, receiving } = processes

  function find(who: ServerRef): Process | undefined {
    if (!(who instanceof Pid) && typeof who !== 'string') throw new BadArgError(`${String(who)} is no process`)
    return who instanceof Pid ? table.find(who) : registry.find(who)
  }

  /** @throws ExitSignal with [reason, caller]: 'timeout', 'noproc', 'calling_self', or the reason the server ended with. */
  async function request(who: ServerRef, label: string, message: unknown, within: Timeout, caller: Caller): Promise<never> {
    const server = find(who)
    if (server === undefined) throw new ExitSignal(['noproc', caller])
    if (server === processes.current()) throw new ExitSignal(['calling_self', caller])
    const ref = signals.monitor(server.pid)
    const tag = processes.alias()
    const from: From = [processes.current().pid, tag]
    receiving.deliver(server, [label, from, message])
    const answer = await receiving.receive((got: unknown) => Array.isArray(got) && (got[0] === tag || (got[0] === 'DOWN' && got[1] === ref)), milliseconds(within))
    processes.unalias(tag)
    signals.demonitor(ref, true)
    if (Array.isArray(answer) && answer[0] === tag) return asPromised(answer[1])
    throw new ExitSignal([answer === timedOut ? 'timeout' : Array.isArray(answer) ? answer[4] : answer, caller])
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

  return { find, request, reply, cast }
}
