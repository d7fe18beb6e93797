import pino from 'pino'
import { serializers } from './serializers'

/** To the terminal, and to a file through a worker thread. */
const transport = pino.transport({
  targets: [
    { target: 'pino/file', options: { destination: 1 } },
    { target: 'pino/file', options: { destination: process.env.LOG_FILE ?? 'orders.log' } },
  ],
})

export const logger = pino({ base: { app: 'orders' }, serializers, redact: ['order.card'] }, transport)
