import type { FastifyInstance } from 'fastify'

declare module 'fastify' {
  interface FastifyInstance {
    answered: { count: number }
  }
}

/** A plugin with a decorator and a hook, both for the whole app. */
export async function countRequests(app: FastifyInstance): Promise<void> {
  const answered = { count: 0 }
  app.decorate('answered', answered)
  app.addHook('onResponse', async () => {
    answered.count++
  })
}

// Fastify's word for "not in a scope of its own"; the package fastify-plugin sets it too.
Object.assign(countRequests, { [Symbol.for('skip-override')]: true })
