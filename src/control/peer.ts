/** The host's end of the channel to whoever drives it: says hello first, then serves requests. */
import type { Socket } from 'node:net'
import { createMessageConnection, RequestType, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node'
import type { Message, MessageConnection } from 'vscode-jsonrpc/node'
import { trusted } from '../base/guards'
import type { Hello, HostOptions, Notifications } from '../protocol/messages'
import type { Api } from './api'

/** Writes one message after the other. */
class Writer extends StreamMessageWriter {
  last: Promise<void> = Promise.resolve()

  override write(message: Message): Promise<void> {
    return (this.last = super.write(message))
  }
}

export class Peer {
  private readonly connection: MessageConnection
  private readonly writer: Writer
  private gone = false

  constructor(socket: Socket, private readonly onGone: () => void) {
    this.writer = new Writer(socket)
    this.connection = createMessageConnection(new StreamMessageReader(socket), this.writer)
    this.connection.onClose(() => this.leave())
    this.connection.onError(() => this.leave()) // what came is no message: there is nobody to talk to
    socket.on('error', () => this.leave())
    this.connection.listen()
  }

  /** @throws when the other side speaks another protocol. */
  hello(hello: Hello): Promise<HostOptions> {
    return this.connection.sendRequest(new RequestType<Hello, HostOptions, void>('hello'), hello)
  }

  serve(api: Api): void {
    for (const [method, handler] of Object.entries(api)) {
      this.connection.onRequest<object, void>(method, (params: unknown): Promise<object> => handler(trusted(params, 'both sides share `Requests` and the protocol number')))
    }
  }

  /** Resolves when it is on its way: a process that ends before that cuts the message off. */
  async notify<N extends keyof Notifications>(method: N, params: Notifications[N]): Promise<void> {
    if (!this.gone) await this.connection.sendNotification(method, params).catch(() => this.leave())
  }

  /** Everything is on its way that was said until now, answers included. */
  async written(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve)) // what is being answered in this turn
    await this.writer.last.catch(() => {}) // whoever said it hears of that
  }

  private leave(): void {
    if (this.gone) return
    this.gone = true
    this.onGone()
  }
}

