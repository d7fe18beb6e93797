/** System messages to many servers at once: each has the same time to answer. */
import { timeout as timedOut } from '../process/match'
import type { Pid, Ref } from '../process/pid'
import type { Process } from '../process/process'
import type { Processes } from '../process/processes'

export type Answer = { readonly kind: 'answered'; readonly value: unknown } | { readonly kind: 'ended'; readonly reason: unknown } | { readonly kind: 'silent' }

/** @param within milliseconds */
export async function askAll(processes: Processes, servers: readonly Process[], request: unknown, within: number): Promise<ReadonlyMap<Process, Answer>> {
  const { signals, receiving } = processes
  const answers = new Map<Process, Answer>(servers.map((server) => [server, { kind: 'silent' }]))
  const byTag = new Map<unknown, Process>()
  const byMonitor = new Map<unknown, Process>()
  const open = new Map<Process, { readonly tag: Ref; readonly ref: Ref }>()
  for (const server of servers) {
    const ref = signals.monitor(server.pid)
    const tag = processes.alias()
    open.set(server, { tag, ref })
    byTag.set(tag, server)
    byMonitor.set(ref, server)
    receiving.deliver(server, ['system', [processes.current().pid, tag], request])
  }
  const isOurs = (message: unknown): boolean => Array.isArray(message) && (byTag.has(message[0]) || (message[0] === 'DOWN' && byMonitor.has(message[1])))
  const deadline = processes.now() + within
  while (open.size > 0) {
    const message = await receiving.receive(isOurs, Math.max(0, deadline - processes.now()))
    if (message === timedOut || !Array.isArray(message)) break
    const server = byTag.get(message[0]) ?? byMonitor.get(message[1])
    if (server === undefined || !open.has(server)) continue
    answers.set(server, byTag.has(message[0]) ? { kind: 'answered', value: message[1] } : { kind: 'ended', reason: message[4] })
    close(server)
  }
  for (const server of [...open.keys()]) close(server)
  return answers

  function close(server: Process): void {
    const asked = open.get(server)
    if (asked === undefined) return
    open.delete(server)
    processes.unalias(asked.tag)
    signals.demonitor(asked.ref, true)
  }
}

/** Without waiting for an answer. */
export function tell(processes: Processes, server: Process, request: unknown, from: Pid): void {
  processes.receiving.deliver(server, ['system', [from, processes.table.makeRef()], request])
}
