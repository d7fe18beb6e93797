import { setTimeout as pause } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'

export async function statusRoutes(app: FastifyInstance): Promise<void> {
  app.get('/status', async () => ({ answered: app.answered.count }))

  /** Save this file while a request is here: it ends in the code it started in. */
  app.get<{ Querystring: { ms?: string } }>('/slow', async (request) => {
    await pause(Number(request.query.ms ?? 5000))
    return 'slow 1'
  })
}
