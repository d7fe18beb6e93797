import type { FastifyReply, FastifyRequest } from 'fastify'

export async function timing(_request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.header('x-served-by', 'notes')
}
