/** What of a module others can see of its classes without calling anything: all but the bodies of methods. */
import { createHash } from 'node:crypto'
import type { Context } from './context'

/** Undefined: nothing of it can change unseen. */
export function shapeOf({ code, methodBodies }: Context): string | undefined {
  if (methodBodies.length === 0) return undefined
  const hash = createHash('sha1')
  let from = 0
  for (const { start, end } of methodBodies) {
    hash.update(code.slice(from, start))
    from = end
  }
  return hash.update(code.slice(from)).digest('base64')
}
