import { createMiddleware } from 'hono/factory'
import { shelf } from '../shelf'

/** Every answer says how many books are out. */
export const borrowed = createMiddleware(async (c, next) => {
  await next()
  c.header('x-borrowed', String(shelf.borrowed))
})
