/** A client for tests: requests one after the other on connections that stay open, or on a new one each. */
import http from 'node:http'

export interface Answer { readonly status: number; readonly body: string }

export function request(port: number, path: string, agent?: http.Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = http.get({ port, path, host: '127.0.0.1', agent: agent ?? false }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => { body += text })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body })).on('error', reject)
    })
    asked.on('error', reject)
  })
}

export interface Traffic {
  /** Ends it and waits for the last answer. */
  stop(): Promise<{ readonly answered: number; readonly bodies: ReadonlySet<string>; readonly failures: readonly string[] }>
}

/** `clients` ask again and again until they are stopped. */
export function traffic(port: number, path: string, clients: number, keepAlive: boolean): Traffic {
  const agent = keepAlive ? new http.Agent({ keepAlive: true, maxSockets: clients }) : undefined
  const bodies = new Set<string>()
  const failures: string[] = []
  let answered = 0
  let going = true
  const client = async (): Promise<void> => {
    while (going) {
      try {
        const { status, body } = await request(port, path, agent)
        answered++
        if (status !== 200) failures.push(`${status} ${body}`)
        bodies.add(body)
      } catch (error) {
        failures.push(String(error))
      }
    }
  }
  const clientsDone = Promise.all(Array.from({ length: clients }, client))
  return {
    async stop() {
      going = false
      await clientsDone
      agent?.destroy()
      return { answered, bodies, failures }
    },
  }
}
