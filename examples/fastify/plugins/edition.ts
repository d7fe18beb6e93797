import type { FastifyReply, FastifyRequest } from 'fastify'

/** A hook: every answer says which edition of the program gave it. */
export async function edition(_request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.header('x-edition', '1')
}
