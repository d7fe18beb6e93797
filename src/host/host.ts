/**
 * What drives a running program, whatever it is written in. Implemented by `NodeHost` (a child Node process); a BEAM host can
 * stand behind it as well. The views, the commands and the shell know only this.
 */
import type { Disposable } from '../base/disposable'
import type { Event } from '../base/event'
import type { Notifications, Requests } from '../protocol/messages'
import type { Snapshot } from '../protocol/snapshot'

/** The host ended (or never started): the request that was open, and how it ended. */
export class HostDown extends Error {
  override readonly name = 'HostDown'
  constructor(readonly request: string, readonly cause_: string) {
    super(`${request}: the runtime host is down (${cause_})`)
  }
}

export interface Host extends Disposable {
  /** The last picture; kept when the host ends. Never undefined: before the first start it is an empty `stopped` one. */
  readonly snapshot: Snapshot
  readonly onDidChange: Event<Snapshot>
  readonly onDidLoad: Event<Notifications['loaded']>
  readonly onDidLoadWait: Event<Notifications['loadWaits']>
  readonly onDidLog: Event<Notifications['log']>
  readonly onDidChangeWatch: Event<Notifications['watch']>

  /** Resolves when the host answered `hello` and the entry's first load ended (well or not: see the snapshot). Never rejects: a failed start is `crashed` in the snapshot. */
  start(): Promise<void>
  /** Asks it to end, then makes it. Resolves when it is gone. */
  stop(): Promise<void>
  /** @throws HostDown when there is no host or it ends before it answered. */
  request<M extends keyof Requests>(method: M, params: Requests[M][0]): Promise<Requests[M][1]>
}
