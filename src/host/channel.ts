/** JSON-RPC over the private pipe: typed, versioned, and no promise outlives the peer. */
import type { Readable, Writable } from 'node:stream'
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node'
import type { MessageConnection } from 'vscode-jsonrpc/node'
import type { Disposable } from '../base/disposable'
import { HostDown } from './host'

interface Open { readonly method: string; readonly reject: (error: Error) => void }

export class Channel implements Disposable {
  private readonly connection: MessageConnection
  private readonly open = new Set<Open>()
  private closed: string | undefined

  /** `onClose` is called once: the peer is gone, or sent what is no message. */
  constructor(input: Readable, output: Writable, private readonly onClose: (why: string) => void) {
    const reader = new StreamMessageReader(input)
    // Its timer for half a message goes on for ever when the peer dies in the middle of one, and keeps this process alive.
    reader.partialMessageTimeout = 0
    this.connection = createMessageConnection(reader, new StreamMessageWriter(output))
    this.connection.onError(([error]) => this.close(`the channel carried what is no message: ${error.message}`))
    this.connection.onClose(() => afterLastWords(() => this.close('the other side closed the channel')))
    input.on('error', (error) => this.close(error.message))
    output.on('error', (error) => this.close(error.message))
  }

  listen(): void {
    this.connection.listen()
  }

  onRequest<P>(method: string, handler: (params: P) => Promise<object>): void {
    this.connection.onRequest<object, void>(method, (params: P) => handler(params))
  }

  onNotification<P>(method: string, handler: (params: P) => void): void {
    this.connection.onNotification(method, handler)
  }

  notify(method: string, params: object): void {
    if (this.closed === undefined) void this.connection.sendNotification(method, params).catch(() => {}) // `close` tells what happened
  }

  /** @throws HostDown when the peer is gone, or goes before it answered. */
  request<R>(method: string, params: object): Promise<R> {
    if (this.closed !== undefined) return Promise.reject(new HostDown(method, this.closed))
    return new Promise<R>((resolve, reject) => {
      const open = { method, reject }
      this.open.add(open)
      this.connection.sendRequest<R>(method, params).then(resolve, reject).finally(() => this.open.delete(open))
    })
  }

  close(why: string): void {
    if (this.closed !== undefined) return
    this.closed = why
    for (const { method, reject } of this.open) reject(new HostDown(method, why))
    this.open.clear()
    this.connection.dispose()
    this.onClose(why)
  }

  dispose(): void {
    this.close('closed')
  }
}

/** The connection hands over one message a turn, and drops what is left when it is disposed: a peer's last words must be heard. */
export function afterLastWords(run: () => void, turns = 10): void {
  if (turns === 0) run()
  else setImmediate(() => afterLastWords(run, turns - 1))
}
