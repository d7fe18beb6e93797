import type { IncomingMessage, ServerResponse } from 'node:http'
import { routes } from './routes'

export async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  const route = routes[`${request.method} ${pathname}`]
  const send = (status: number, body: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
  if (route === undefined) return send(404, { error: 'No such route' })
  try {
    send(200, await route(searchParams))
  } catch (error) {
    send(500, { error: String(error) })
  }
}
