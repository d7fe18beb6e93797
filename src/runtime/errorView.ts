/** An exception as plain data: what it says and where in user code it came from. */
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { cutFrames } from './node/stackDepth'
import type { ErrorView } from './link'

const MAPPED = /(file:\/\/[^\s()]*?)\?v=(\d+):(\d+):(\d+)/g

export function viewError(thrown: unknown): ErrorView {
  if (!(thrown instanceof Error)) return { name: 'Thrown', message: inspect(thrown, { depth: 2 }), stack: '', at: [] }
  const stack = typeof thrown.stack === 'string' ? thrown.stack : ''
  return { name: thrown.name, message: thrown.message, stack, at: [...`${stack}${cutFrames(thrown)}`.matchAll(MAPPED)].flatMap(place) }
}

function place(match: RegExpMatchArray): ErrorView['at'][number][] {
  const [, url, version, line, column] = match
  if (url === undefined) return []
  return [{ file: fileURLToPath(url), version: Number(version), line: Number(line), column: Number(column) - 1 }]
}
