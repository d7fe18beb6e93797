import type { FastifyInstance } from 'fastify'
import { notebook } from '../notebook.js'

const byId = { schema: { params: { type: 'object', properties: { id: { type: 'integer' } } } } }
const withText = { schema: { body: { type: 'object', required: ['text'], properties: { text: { type: 'string', minLength: 1 } } } } }

export async function noteRoutes(app: FastifyInstance): Promise<void> {
  app.get('/', async () => notebook.all())

  app.get<{ Params: { id: number } }>('/:id', byId, async (request, reply) => {
    const note = notebook.find(request.params.id)
    return note ?? reply.code(404).send({ error: `There is no note ${request.params.id}` })
  })

  app.post<{ Body: { text: string } }>('/', withText, async (request, reply) => {
    const note = notebook.add(request.body.text)
    request.log.info({ note: note.id }, 'added')
    return reply.code(201).send(note)
  })
}
