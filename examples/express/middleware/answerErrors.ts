import type { NextFunction, Request, Response } from 'express'
import { NotFound } from '../notFound'

/** Express knows an error handler by its four parameters. */
export function answerErrors(error: unknown, _request: Request, response: Response, _next: NextFunction): void {
  const status = error instanceof NotFound ? 404 : 500
  response.status(status).json({ error: error instanceof Error ? error.message : String(error) })
}
