/** How a supervisor ends children: asks with `shutdown` (or kills), waits, and kills who takes too long. */
import { any } from '../process/match'
import type { Pid, Ref } from '../process/pid'
import type { Processes } from '../process/processes'
import type { FullSpec } from './childSpecs'

export type Shutdown = ReturnType<typeof createShutdown>

export function createShutdown({ table, signals, receiving, now }: Processes) {
  /** All at once, and all are gone when this resolves; messages about their end are taken out of the mailbox. */
  return async function shutdown(pids: readonly Pid[], how: FullSpec['shutdown']): Promise<void> {
    const open = new Map<Ref, Pid>()
    for (const pid of pids) {
      open.set(signals.monitor(pid), pid)
      signals.unlink(pid)
      await receiving.receive(['EXIT', pid, any], 0)
    }
    tell(open, how === 'brutalKill' ? 'kill' : 'shutdown')
    await ended(open, how === 'brutalKill' ? Infinity : now() + how)
    if (open.size === 0) return
    tell(open, 'kill')
    await ended(open, Infinity)
  }

  function tell(open: ReadonlyMap<Ref, Pid>, reason: string): void {
    for (const pid of open.values()) signals.exitSignal(table.find(pid), table.current(), reason)
  }

  async function ended(open: Map<Ref, Pid>, until: number): Promise<void> {
    while (open.size > 0) {
      const down: unknown = await receiving.receive((message: unknown) => isDownOf(message, open), until === Infinity ? undefined : Math.max(0, until - now()))
      if (!isDownOf(down, open)) return
      open.delete(down[1])
    }
  }
}

const isDownOf = (message: unknown, open: ReadonlyMap<Ref, Pid>): message is readonly ['DOWN', Ref] => Array.isArray(message) && message[0] === 'DOWN' && open.has(message[1])
