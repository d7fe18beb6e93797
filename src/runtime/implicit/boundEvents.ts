/**
 * Emitters whose events belong to a process, whoever emits them: a request, a response, a connection. Node emits them in the
 * context of the server, not of the request.
 */
import http from 'node:http'
import { isFunction, trusted } from '../../base/guards'
import type { AnyFunction } from '../../base/guards'
import { ALIVE } from '../process/process'
import type { Process } from '../process/process'
import type { Processes } from '../process/processes'
import { emission, emit } from './emit'
import { patch } from './patch'

const PROCESS = Symbol('codeswitch.process')
const ENDS = Symbol('codeswitch.ends')
/** Somebody may listen, or must hear that nobody does. */
const ANYBODY = Symbol('anybody')

interface Bound {
  [PROCESS]?: Process
  [ENDS]?: boolean
  /** How an EventEmitter knows its listeners. */
  readonly _events?: Readonly<Partial<Record<PropertyKey, unknown>>>
}

export const processOf = (emitter: object & Bound): Process | undefined => emitter[PROCESS]

/** The same for a request of `http`, of which there are many: their classes look for the process. Each member more makes them slower for Express. */
export function bindRequest(request: http.IncomingMessage & Bound, response: http.ServerResponse & Bound, process: Process): void {
  request[PROCESS] = process
  response[PROCESS] = process
  process.nodesFinish = response._events?.['finish']
}

/** From now on events of `emitter` are heard in `process`; with `ends` its 'close' is the end of the process. */
export function bindEvents(processes: Processes, emitter: NodeJS.EventEmitter & Bound, process: Process, ends: boolean): void {
  const bound = emitter[PROCESS] !== undefined
  emitter[PROCESS] = process
  emitter[ENDS] = ends
  if (bound) return
  const native: unknown = emitter.emit
  if (isFunction(native)) Object.defineProperty(emitter, 'emit', { value: boundEmit(processes, native, 'connection'), writable: true, configurable: true })
}

export function installBoundEvents(processes: Processes): void {
  patch(http.IncomingMessage.prototype, 'emit', (native) => boundEmit(processes, native, 'request'))
  patch(http.ServerResponse.prototype, 'emit', (native) => boundEmit(processes, native, 'response'))
}

/** Who listens to an event; undefined: nobody does. */
const listenersOf = ({ _events: listeners }: Bound, event: unknown): unknown => (listeners === undefined || typeof event !== 'string' || event === 'error' ? ANYBODY : listeners[event])

function boundEmit(processes: Processes, native: AnyFunction, kind: 'request' | 'response' | 'connection'): AnyFunction {
  const { storage } = processes.table
  // Most events of most requests are nobody's business. A connection may have an `emit` of its own.
  const skips = kind !== 'connection'
  const ends = kind === 'response'
  // No rest parameters: Node emits a dozen events for each request.
  return function (this: unknown, ...args): unknown {
    const emitter: Bound = trusted(this, 'a method of emitters, which are objects')
    const process = emitter[PROCESS]
    if (process === undefined) return emit(native, this, args)
    const event = args[0]
    const listeners = listenersOf(emitter, event)
    const inside = process.mode !== ALIVE || (event === 'finish' && listeners === process.nodesFinish) || storage.getStore() === process
    const heard = (listeners !== undefined || !skips) && (inside ? emit(native, this, args) : processes.runOpen(process, emission(native, this, args)))
    if (event === 'close' && (ends || emitter[ENDS] === true)) {
      process.nodesFinish = undefined // it holds the whole request
      processes.finish(process)
    }
    return heard
  }
}
