/**
 * Main's end of the link to the control thread. Messages are served from the event loop, at a safepoint of spinning user code
 * (`serveNow`), or while main waits for an answer (`askNow` keeps the others for later).
 */
import { receiveMessageOnPort } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import { trusted } from '../base/guards'
import { WAKE_POSTED, WAKE_SEEN } from './link'
import type { ControlRequests, MainNotice, MainRequests, Message } from './link'

export type MainHandlers = { readonly [M in keyof MainRequests]: (params: MainRequests[M][0], reply: (value: MainRequests[M][1]) => void) => void }
interface Open { readonly resolve: (value: never) => void; readonly reject: (error: Error) => void }

export class MainPort {
  private nextId = 1
  private readonly open = new Map<number, Open>()
  private readonly later: Message[] = []
  handlers: MainHandlers | undefined
  private holding = false
  private referenced = false

  constructor(private readonly port: MessagePort, private readonly wake: Int32Array) {
    port.on('message', (message: Message) => {
      this.serveLater()
      this.receive(message)
    })
    port.unref()
  }

  /** The program stays alive while `hold`, even when it has nothing else to do. */
  hold(hold: boolean): void {
    if (hold === this.holding) return // asked at each beginning and end of a process
    this.holding = hold
    this.reference()
  }

  /** While an answer is on its way there is something to wait for. */
  private reference(): void {
    const wanted = this.holding || this.open.size > 0
    if (wanted === this.referenced) return
    this.referenced = wanted
    if (wanted) this.port.ref()
    else this.port.unref()
  }

  notify(notice: MainNotice): void {
    this.port.postMessage({ kind: 'notice', notice } satisfies Message)
  }

  ask<M extends keyof ControlRequests>(method: M, params: ControlRequests[M][0]): Promise<ControlRequests[M][1]> {
    const id = this.nextId++
    this.port.postMessage({ kind: 'request', id, method, params } satisfies Message)
    return new Promise<ControlRequests[M][1]>((resolve, reject) => {
      this.open.set(id, { resolve, reject })
      this.reference()
    })
  }

  /** Blocks this thread until control has answered. */
  askNow<M extends keyof ControlRequests>(method: M, params: ControlRequests[M][0]): ControlRequests[M][1] {
    const id = this.nextId++
    this.port.postMessage({ kind: 'request', id, method, params } satisfies Message)
    for (;;) {
      const seen = Atomics.load(this.wake, WAKE_POSTED)
      for (let message = this.take(); message !== undefined; message = this.take()) {
        if ((message.kind === 'reply' || message.kind === 'fault') && message.id === id) return this.finish(message)
        this.later.push(message)
      }
      Atomics.wait(this.wake, WAKE_POSTED, seen, 1000)
    }
  }

  /** Serves what has arrived without returning to the event loop. */
  serveNow(): void {
    this.serveLater()
    for (let message = this.take(); message !== undefined; message = this.take()) this.receive(message)
  }

  private finish<T>(answer: Extract<Message, { readonly kind: 'reply' | 'fault' }>): T {
    this.seen()
    if (this.later.length > 0) setImmediate(() => this.serveLater())
    if (answer.kind === 'fault') throw new Error(answer.message)
    return trusted(answer.value, 'control answers each method with its own result type')
  }

  /** One by one: whoever is served may ask, and look here again. */
  private serveLater(): void {
    for (let message = this.later.shift(); message !== undefined; message = this.later.shift()) this.receive(message)
  }

  private take(): Message | undefined {
    const received: { readonly message: Message } | undefined = receiveMessageOnPort(this.port)
    return received?.message
  }

  /** Only what is served counts as seen: for what waits in `later`, control goes on ringing. */
  private seen(): void {
    Atomics.add(this.wake, WAKE_SEEN, 1)
  }

  private receive(message: Message): void {
    this.seen()
    if (message.kind === 'request') this.serve(message.id, message.method, message.params)
    else if (message.kind !== 'notice') {
      const open = this.open.get(message.id)
      this.open.delete(message.id)
      this.reference()
      if (message.kind === 'reply') open?.resolve(trusted(message.value, 'control answers each method with its own result type'))
      else open?.reject(new Error(message.message))
    }
  }

  private serve(id: number, method: string, params: unknown): void {
    const reply = (value: unknown): void => this.port.postMessage({ kind: 'reply', id, value } satisfies Message)
    try {
      const handler = this.handlers?.[trusted<keyof MainRequests>(method, 'control only sends names of MainRequests')]
      if (handler === undefined) throw new Error(`unknown request ${method}`)
      handler(trusted(params, 'control sends each method its own parameters'), reply)
    } catch (error) {
      this.port.postMessage({ kind: 'fault', id, message: error instanceof Error ? (error.stack ?? error.message) : String(error) } satisfies Message)
    }
  }
}
