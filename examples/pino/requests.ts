import type { IncomingMessage, ServerResponse } from 'node:http'
import { logger } from './logger'
import { Order } from './order'

const log = logger.child({ part: 'requests' })
let last = 0

export function answer(request: IncomingMessage, response: ServerResponse): void {
  const order = new Order(++last, [5, 7], '4111 1111')
  log.info({ order, url: request.url }, 'ordered')
  response.end(`order ${order.id}: ${order.total()}\n`)
}
