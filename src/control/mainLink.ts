/**
 * Control's end of the link to the main thread. A request that main does not take within a moment is rung for: every version's
 * trap is armed, so that user code which spins looks at its port at the next function or loop head.
 */
import type { MessagePort } from 'node:worker_threads'
import { trusted } from '../base/guards'
import { RING, WAKE_POSTED, WAKE_SEEN, WAKE_SLOTS } from '../runtime/link'
import type { ControlRequests, MainNotice, MainRequests, Message } from '../runtime/link'

const RING_AFTER_MS = 20

type Handlers = { readonly [M in keyof ControlRequests]: (params: ControlRequests[M][0]) => Promise<ControlRequests[M][1]> }
interface Open { readonly resolve: (value: never) => void; readonly reject: (error: Error) => void }

export class MainLink {
  private nextId = 1
  private posted = 0
  private bell: NodeJS.Timeout | undefined
  private readonly open = new Map<number, Open>()
  handlers: Handlers | undefined
  onNotice: (notice: MainNotice) => void = () => {}

  constructor(private readonly port: MessagePort, private readonly traps: Int32Array, private readonly wake: Int32Array) {
    port.on('message', (message: Message) => this.receive(message))
  }

  request<M extends keyof MainRequests>(method: M, params: MainRequests[M][0]): Promise<MainRequests[M][1]> {
    const id = this.nextId++
    return new Promise<MainRequests[M][1]>((resolve, reject) => {
      this.open.set(id, { resolve, reject })
      this.post({ kind: 'request', id, method, params })
    })
  }

  /** Messages that main has not even taken yet: above zero for long means that it is busy. */
  get untaken(): number {
    return this.posted - Atomics.load(this.wake, WAKE_SEEN)
  }

  private post(message: Message): void {
    this.port.postMessage(message)
    this.posted++
    Atomics.add(this.wake, WAKE_POSTED, 1)
    Atomics.notify(this.wake, WAKE_POSTED)
    this.bell ??= setTimeout(() => this.ring(), RING_AFTER_MS)
  }

  private ring(): void {
    this.bell = undefined
    if (this.untaken <= 0) return
    const used = Atomics.load(this.wake, WAKE_SLOTS)
    for (let slot = 0; slot <= used; slot++) Atomics.or(this.traps, slot, RING)
    this.bell = setTimeout(() => this.ring(), RING_AFTER_MS)
  }

  private receive(message: Message): void {
    if (message.kind === 'notice') this.onNotice(message.notice)
    else if (message.kind === 'request') void this.serve(message.id, message.method, message.params)
    else {
      const open = this.open.get(message.id)
      this.open.delete(message.id)
      if (message.kind === 'reply') open?.resolve(trusted(message.value, 'main answers each method with its own result type'))
      else open?.reject(new Error(message.message))
    }
  }

  private async serve(id: number, method: string, params: unknown): Promise<void> {
    try {
      const handler = this.handlers?.[trusted<keyof ControlRequests>(method, 'main only sends names of ControlRequests')]
      if (handler === undefined) throw new Error(`unknown request ${method}`)
      this.post({ kind: 'reply', id, value: await handler(trusted(params, 'main sends each method its own parameters')) })
    } catch (error) {
      this.post({ kind: 'fault', id, message: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  }
}
