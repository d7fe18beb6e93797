/** `setInterval` of `node:timers/promises`: it ends with the process that goes through it, when that is killed. Nothing would ever ask for its next value. */
import promises from 'node:timers/promises'
import { isFunction } from '../../base/guards'
import { ALIVE } from '../process'
import type { Processes } from '../processes'
import { own } from './owned'
import { patch } from './patch'

export function installPromisedTimers(processes: Processes): void {
  patch(promises, 'setInterval', (native) => function (this: unknown, ...args) {
    const process = processes.table.storage.getStore()
    if (process === undefined || process.mode !== ALIVE) return Reflect.apply(native, this, args)
    const [delay, value, options] = args
    const controller = new AbortController()
    const given: unknown = typeof options === 'object' && options !== null ? Reflect.get(options, 'signal') : undefined
    const signal = given instanceof AbortSignal ? AbortSignal.any([given, controller.signal]) : controller.signal
    // Whatever else it is must be refused by Node, in its words.
    const iterator: unknown = Reflect.apply(native, this, [delay, value, options === undefined ? { signal } : given === undefined || given instanceof AbortSignal ? { ...Object(options), signal } : options])
    if (typeof iterator !== 'object' || iterator === null) return iterator
    let over = false
    own(processes, process, { kind: 'timer', gone: () => over, stop: () => controller.abort() })
    const end: unknown = Reflect.get(iterator, 'return')
    if (isFunction(end)) {
      Object.defineProperty(iterator, 'return', { configurable: true, writable: true, value: (...rest: readonly unknown[]): unknown => {
        over = true
        return Reflect.apply(end, iterator, rest)
      } })
    }
    return iterator
  })
}
