/**
 * Emitters whose events belong to a process, whoever emits them: a request, a response, a connection. Node emits them in the
 * context of the server, not of the request.
 */
import http from 'node:http'
import { isFunction, trusted } from '../../base/guards'
import type { AnyFunction } from '../../base/guards'
import { ALIVE } from '../process'
import type { Process } from '../process'
import type { Processes } from '../processes'
import { patch } from './patch'

const PROCESS = Symbol('codeswitch.process')
const ENDS = Symbol('codeswitch.ends')

interface Bound {
  [PROCESS]?: Process
  [ENDS]?: boolean
}

export const processOf = (emitter: Bound): Process | undefined => emitter[PROCESS]

/** From now on events of `emitter` are heard in `process`; with `ends` its 'close' is the end of the process. */
export function bindEvents(processes: Processes, emitter: NodeJS.EventEmitter & Bound, process: Process, ends: boolean): void {
  const bound = emitter[PROCESS] !== undefined
  emitter[PROCESS] = process
  emitter[ENDS] = ends
  if (bound || emitter instanceof http.IncomingMessage || emitter instanceof http.ServerResponse) return
  const native: unknown = emitter.emit
  if (isFunction(native)) Object.defineProperty(emitter, 'emit', { value: boundEmit(processes, native), writable: true, configurable: true })
}

/** Requests and responses are many: their classes look for the process, no request gets a function of its own. */
export function installBoundEvents(processes: Processes): void {
  for (const prototype of [http.IncomingMessage.prototype, http.ServerResponse.prototype]) patch(prototype, 'emit', (native) => boundEmit(processes, native))
}

function boundEmit(processes: Processes, native: AnyFunction): AnyFunction {
  const { storage } = processes.table
  return function (this: unknown, ...args) {
    const emitter: Bound = trusted(this, 'a method of emitters, which are objects')
    const process = emitter[PROCESS]
    if (process === undefined) return Reflect.apply(native, this, args)
    const inside = process.mode !== ALIVE || storage.getStore() === process
    const heard: unknown = inside ? Reflect.apply(native, this, args) : processes.runOpen(process, native, this, args)
    if (args[0] === 'close' && emitter[ENDS] === true) processes.finish(process)
    return heard
  }
}
