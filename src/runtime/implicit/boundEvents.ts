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
const NODES = Symbol('codeswitch.nodes')

interface Bound {
  [PROCESS]?: Process
  [ENDS]?: boolean
  /** What Node itself does when it finishes, which belongs to nobody. */
  [NODES]?: unknown
  /** How an EventEmitter knows its listeners. */
  readonly _events?: Readonly<Partial<Record<PropertyKey, unknown>>>
}

export const processOf = (emitter: object & Bound): Process | undefined => emitter[PROCESS]

/** The same for a request of `http`, of which there are many: their classes look for the process. */
export function bindRequest(request: http.IncomingMessage & Bound, response: http.ServerResponse & Bound, process: Process): void {
  request[PROCESS] = process
  response[PROCESS] = process
  response[ENDS] = true
  response[NODES] = response._events?.['finish']
}

/** From now on events of `emitter` are heard in `process`; with `ends` its 'close' is the end of the process. */
export function bindEvents(processes: Processes, emitter: NodeJS.EventEmitter & Bound, process: Process, ends: boolean): void {
  const bound = emitter[PROCESS] !== undefined
  emitter[PROCESS] = process
  emitter[ENDS] = ends
  if (bound) return
  const native: unknown = emitter.emit
  if (isFunction(native)) Object.defineProperty(emitter, 'emit', { value: boundEmit(processes, native), writable: true, configurable: true })
}

export function installBoundEvents(processes: Processes): void {
  for (const prototype of [http.IncomingMessage.prototype, http.ServerResponse.prototype]) patch(prototype, 'emit', (native) => boundEmit(processes, native))
}

/** Most events of most requests are nobody's business. */
function isHeard({ _events: listeners, [NODES]: nodes }: Bound, event: unknown): boolean {
  if (listeners === undefined || typeof event !== 'string') return true
  const heard = listeners[event]
  return heard !== undefined && (heard !== nodes || event !== 'finish')
}

function boundEmit(processes: Processes, native: AnyFunction): AnyFunction {
  const { storage } = processes.table
  // No rest parameters: Node emits a dozen events for each request.
  return function (this: unknown, ...args): unknown {
    const emitter: Bound = trusted(this, 'a method of emitters, which are objects')
    const process = emitter[PROCESS]
    if (process === undefined) return emit(native, this, args)
    const inside = process.mode !== ALIVE || !isHeard(emitter, args[0]) || storage.getStore() === process
    const heard = inside ? emit(native, this, args) : processes.runOpen(process, emission(native, this, args))
    if (args[0] === 'close' && emitter[ENDS] === true) processes.finish(process)
    return heard
  }
}
