/**
 * What else a top level may leave behind to be called: subscriptions of diagnostics channels, performance observers, async hooks,
 * and the one callback for uncaught errors. They end when the module is reloaded, because the new top level makes its own.
 */
import { createHook } from 'node:async_hooks'
import diagnostics from 'node:diagnostics_channel'
import { PerformanceObserver } from 'node:perf_hooks'
import { isFunction } from '../../base/guards'
import type { AnyFunction } from '../../base/guards'
import { ALIVE } from '../process/process'
import type { ImplicitDeps } from './context'
import type { Held, Ledger } from './ledger'
import { Origin } from './place'
import { patch } from './patch'

export function installSubscriptions(deps: ImplicitDeps): void {
  const { storage } = deps.processes.table

  /** Whose they are: of a top level, or of a timer or listener of one. */
  function ledgerNow(): Ledger | undefined {
    const process = storage.getStore()
    return process?.mode === ALIVE ? process.ledger : undefined
  }

  /** After `owner[name]` was called, `end` takes back what it did. */
  function hold(owner: object, name: string, what: string, end: (target: object, args: readonly unknown[]) => void): void {
    const add = (ledger: Ledger, target: object, origin: Origin, args: readonly unknown[]): void => {
      if (origin.ours) ledger.add(new Subscription(what, target, origin, () => end(target, args)))
    }
    patch(owner, name, (native) => {
      const own: AnyFunction = function (this: unknown, ...args) {
        const result: unknown = Reflect.apply(native, this, args)
        const ledger = ledgerNow()
        if (ledger !== undefined && typeof this === 'object' && this !== null) add(ledger, this, new Origin(deps.places, own), args)
        return result
      }
      return own
    })
  }

  hold(activeChannel(), 'subscribe', 'subscription', (channel, [subscriber]) => call(channel, 'unsubscribe', subscriber))
  hold(PerformanceObserver.prototype, 'observe', 'performance observer', (observer) => call(observer, 'disconnect'))
  const hooks: unknown = Object.getPrototypeOf(createHook({}))
  if (typeof hooks === 'object' && hooks !== null) hold(hooks, 'enable', 'async hook', (hook) => call(hook, 'disable'))
  installCapture(ledgerNow)
}

/** There can be one at a time: that of a newer version takes the place of the one before, and gives it back when its load fails. */
function installCapture(ledgerNow: () => Ledger | undefined): void {
  let active: { readonly ledger: Ledger; readonly callback: unknown } | undefined
  patch(process, 'setUncaughtExceptionCaptureCallback', (native) => function (callback) {
    const ledger = ledgerNow()
    const before = active
    if (!isFunction(callback) || ledger === undefined) {
      const result: unknown = Reflect.apply(native, process, [callback])
      active = undefined
      return result
    }
    if (before !== undefined && before.ledger !== ledger && before.ledger.module === ledger.module) Reflect.apply(native, process, [null])
    const result: unknown = Reflect.apply(native, process, [callback])
    const mine = active = { ledger, callback }
    ledger.add(new Subscription('uncaught exception callback', callback, undefined, () => {
      if (active !== mine) return
      active = before?.ledger.state === 'live' && before.ledger !== ledger ? before : undefined
      Reflect.apply(native, process, [null])
      if (active !== undefined) Reflect.apply(native, process, [active.callback])
    }))
    return result
  })
}

class Subscription implements Held {
  readonly kind = 'listener'
  readonly lasting = true
  private released = false

  constructor(private readonly what: string, readonly target: object, readonly origin: Origin | undefined, private readonly end: () => void) {}

  get label(): string {
    return `${this.what}${this.origin?.text ?? ''}`
  }

  gone(): boolean {
    return this.released
  }

  release(): void {
    this.released = true
    this.end()
  }
}

/** Channels get another prototype with their first subscriber. */
function activeChannel(): object {
  const channel = diagnostics.channel('codeswitch')
  const nobody = (): void => {}
  channel.subscribe(nobody)
  const prototype: unknown = Object.getPrototypeOf(channel)
  channel.unsubscribe(nobody)
  return typeof prototype === 'object' && prototype !== null ? prototype : diagnostics.Channel.prototype
}

function call(target: object, name: string, ...args: readonly unknown[]): void {
  const method: unknown = Reflect.get(target, name)
  if (isFunction(method)) Reflect.apply(method, target, args)
}
