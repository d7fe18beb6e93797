import type { Host } from '../host/host'
import type { Requests } from '../protocol/messages'
import type { Snapshot } from '../protocol/snapshot'
import { Emitter } from '../base/event'
import { HostDown } from '../host/host'

const EMPTY: Snapshot = { seq: 0, runtime: { state: 'stopped' }, modules: [], processes: { total: 0, offset: 0, items: [] }, lingering: [] }

/** A host that never starts: what stands behind the views until there is a real one. */
export class NoHost implements Host {
  readonly snapshot = EMPTY
  readonly onDidChange = new Emitter<Snapshot>().event
  readonly onDidLoad = new Emitter<never>().event
  readonly onDidLog = new Emitter<never>().event
  readonly onDidChangeWatch = new Emitter<never>().event
  async start(): Promise<void> { /* nothing to start */ }
  async stop(): Promise<void> { /* nothing to stop */ }
  async request<M extends keyof Requests>(method: M): Promise<Requests[M][1]> {
    throw new HostDown(method, 'not started')
  }
  dispose(): void { /* holds nothing */ }
}
