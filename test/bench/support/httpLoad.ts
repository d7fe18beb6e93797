/** Clients that ask one server again and again: on connections that stay open, and on a new one for each request. */
import http from 'node:http'
import net from 'node:net'

export interface Share {
  readonly answered: number
  /** Status other than 200, broken connections. */
  readonly failed: readonly string[]
  readonly refused: number
  /** Milliseconds, of each answer on a connection that stays open. */
  readonly times: readonly number[]
  readonly tookMs: number
}

const CONTENT_LENGTH = /\r\ncontent-length: (\d+)/i

export class HttpLoad {
  private going = true
  private readonly running: Promise<void>[] = []
  private times: number[] = []
  private failed: string[] = []
  private refused = 0
  private answered = 0
  private since = performance.now()

  constructor(private readonly port: number, private readonly path: string, { open, anew = 0 }: { readonly open: number; readonly anew?: number }) {
    for (let i = 0; i < open; i++) this.running.push(this.onOneConnection())
    for (let i = 0; i < anew; i++) this.running.push(this.onNewConnections())
  }

  /** What happened since the last time this was asked. */
  share(): Share {
    const { times, failed, refused, answered, since } = this
    this.times = []
    this.failed = []
    this.refused = 0
    this.answered = 0
    this.since = performance.now()
    return { times, failed, refused, answered, tookMs: this.since - since }
  }

  async stop(): Promise<Share> {
    this.going = false
    await Promise.all(this.running)
    return this.share()
  }

  private fail(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error)
    if (text.includes('ECONNREFUSED')) this.refused++
    else this.failed.push(text)
  }

  /** Raw: a client that parses much would be what is measured. */
  private onOneConnection(): Promise<void> {
    return new Promise((resolve) => {
      const request = `GET ${this.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: keep-alive\r\n\r\n`
      const socket = net.connect(this.port, '127.0.0.1').setEncoding('latin1').setNoDelay()
      let text = ''
      let asked = 0
      let over = false
      const ask = (): void => {
        asked = performance.now()
        socket.write(request)
      }
      const end = (why?: unknown): void => {
        if (over) return
        over = true
        if (why !== undefined) this.fail(why)
        socket.destroy()
        resolve()
      }
      socket.on('connect', ask).on('error', end).on('close', () => end('the connection was closed'))
      socket.on('data', (data: string) => {
        text += data
        const head = text.indexOf('\r\n\r\n')
        const length = head < 0 ? undefined : CONTENT_LENGTH.exec(text)?.[1]
        if (length === undefined || text.length < head + 4 + Number(length)) return
        this.times.push(performance.now() - asked)
        this.answered++
        if (!text.startsWith('HTTP/1.1 200')) this.failed.push(text.slice(0, 80))
        text = ''
        if (this.going) ask()
        else end()
      })
    })
  }

  private async onNewConnections(): Promise<void> {
    while (this.going) {
      try {
        const status = await requestOnce(this.port, this.path)
        this.answered++
        if (status !== 200) this.failed.push(`status ${status}`)
      } catch (error) {
        this.fail(error)
      }
    }
  }
}

function requestOnce(port: number, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    http.get({ port, path, host: '127.0.0.1', agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0)).on('error', reject)
    }).on('error', reject)
  })
}

export function bodyOf(port: number, path: string, agent: http.Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    http.get({ port, path, host: '127.0.0.1', agent }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => { body += text })
      response.on('end', () => resolve(body)).on('error', reject)
    }).on('error', reject)
  })
}
