import type { NextFunction, Request, Response } from 'express'

/** Passed on by import: the next request runs what `stamp` is then. */
export function stamp(_request: Request, response: Response, next: NextFunction): void {
  response.setHeader('x-served-by', 'stamp 1')
  next()
}
