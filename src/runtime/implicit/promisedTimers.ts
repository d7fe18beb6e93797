/**
 * `setInterval` of `node:timers/promises`. It ends with the process that goes through it, when that is killed, and with the top
 * level that began it, when that is loaded again: whoever waits for its next value waits for ever then, instead of being thrown an error.
 */
import promises from 'node:timers/promises'
import { isFunction } from '../../base/guards'
import type { AnyFunction } from '../../base/guards'
import { never } from '../process/frames'
import { ALIVE } from '../process/process'
import type { ImplicitDeps } from './context'
import type { Held } from './ledger'
import { own } from './owned'
import type { Owned } from './owned'
import { Origin } from './place'
import { patch } from './patch'

export function installPromisedTimers(deps: ImplicitDeps): void {
  const { processes } = deps
  patch(promises, 'setInterval', (native) => {
    const replacement: AnyFunction = function (this: unknown, ...args) {
      const process = processes.table.storage.getStore()
      const ledger = process?.ledger
      if (process === undefined || (process.mode !== ALIVE && ledger === undefined)) return Reflect.apply(native, this, args)
      const [delay, value, options] = args
      const controller = new AbortController()
      const given: unknown = typeof options === 'object' && options !== null ? Reflect.get(options, 'signal') : undefined
      const signal = given instanceof AbortSignal ? AbortSignal.any([given, controller.signal]) : controller.signal
      // Whatever else it is must be refused by Node, in its words.
      const iterator: unknown = Reflect.apply(native, this, [delay, value, options === undefined ? { signal } : given === undefined || given instanceof AbortSignal ? { ...Object(options), signal } : options])
      if (typeof iterator !== 'object' || iterator === null) return iterator
      const interval = new PromisedInterval(iterator, controller, ledger === undefined ? undefined : Origin.read(deps.places, replacement))
      if (process.mode === ALIVE) own(processes, process, interval)
      ledger?.add(interval)
      return iterator
    }
    return replacement
  })
}

class PromisedInterval implements Held, Owned {
  readonly kind = 'timer'
  /** Its loop is what goes on; nothing but that loop hears of it. */
  readonly lasting = false
  private over = false

  constructor(readonly target: object, private readonly controller: AbortController, readonly origin: Origin | undefined) {
    this.around('return', (end) => (...args) => {
      this.over = true
      return end(...args)
    })
    this.around('next', (next) => async (...args) => {
      try {
        return await next(...args)
      } catch (error) {
        return this.controller.signal.aborted ? never() : Promise.reject(error)
      }
    })
  }

  get label(): string {
    return `setInterval${this.origin?.text ?? ''}`
  }

  gone(): boolean {
    return this.over || this.controller.signal.aborted
  }

  stop(): void {
    this.controller.abort()
  }

  /** The module has a newer version. */
  release(): void {
    if (this.origin?.ours === true) this.stop()
  }

  private around(name: 'next' | 'return', wrap: (native: (...args: readonly unknown[]) => unknown) => AnyFunction): void {
    const native: unknown = Reflect.get(this.target, name)
    if (!isFunction(native)) return
    const value = wrap((...args) => Reflect.apply(native, this.target, args))
    Object.defineProperty(this.target, name, { configurable: true, writable: true, value })
  }
}
