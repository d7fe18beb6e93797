import Fastify, { type FastifyInstance } from 'fastify'
import { countRequests } from './plugins/countRequests.js'
import { edition } from './plugins/edition.js'
import { noteRoutes } from './routes/notes.js'
import { statusRoutes } from './routes/status.js'

export async function buildApp(): Promise<FastifyInstance> {
  const app = Fastify({ logger: { level: process.env.LOG_LEVEL ?? 'info' } })
  app.setErrorHandler((error: Error, request, reply) => {
    request.log.error(error)
    return reply.code(500).send({ error: error.message })
  })
  app.addHook('onRequest', edition)
  await app.register(countRequests)
  await app.register(noteRoutes, { prefix: '/notes' })
  await app.register(statusRoutes)
  return app
}
