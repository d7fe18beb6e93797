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
import { isObject } from '../node/commonjs'
import { patch } from './patch'

export function installSubscriptions(deps: ImplicitDeps): void {
  const { storage } = deps.processes.table

  /** Whose they are: of a top level, or of a timer or listener of one. */
  function ledgerNow(): Ledger | undefined {
    const process = storage.getStore()
    return process?.mode === ALIVE ? process.ledger : undefined
  }

  /** `owner[ending]` takes back what `owner[name]` did; the same is done when the module is reloaded. */
  function hold(owner: object, name: string, what: string, ending: string): void {
    const open = new WeakMap<object, Set<Subscription>>()
    const add = (ledger: Ledger, target: object, origin: Origin, given: unknown): void => {
      if (!origin.ours) return
      const all = open.get(target) ?? new Set()
      const subscription = new Subscription(what, target, origin, given, () => call(target, ending, given))
      open.set(target, all.add(subscription))
      ledger.add(subscription)
    }
    patch(owner, name, (native) => {
      const own: AnyFunction = function (this: unknown, ...args) {
        const result: unknown = Reflect.apply(native, this, args)
        const ledger = ledgerNow()
        if (ledger !== undefined && isObject(this)) add(ledger, this, new Origin(deps.places, own), name === 'subscribe' ? args[0] : undefined)
        return result
      }
      return own
    })
    patch(owner, ending, (native) => function (this: unknown, ...args) {
      const result: unknown = Reflect.apply(native, this, args)
      const all = isObject(this) ? open.get(this) : undefined
      for (const one of all ?? []) {
        if (one.given !== undefined && one.given !== args[0]) continue
        one.over = true
        all?.delete(one)
      }
      return result
    })
  }

  hold(activeChannel(), 'subscribe', 'subscription', 'unsubscribe')
  hold(PerformanceObserver.prototype, 'observe', 'performance observer', 'disconnect')
  const hooks: unknown = Object.getPrototypeOf(createHook({}))
  if (isObject(hooks)) hold(hooks, 'enable', 'async hook', 'disable')
  installCapture(ledgerNow)
}

/** There can be one at a time: that of a newer version takes the place of the one before, and gives it back when its load fails. */
function installCapture(ledgerNow: () => Ledger | undefined): void {
  let active: { readonly ledger: Ledger; readonly callback: unknown; readonly held: Subscription } | undefined
  patch(process, 'setUncaughtExceptionCaptureCallback', (native) => function (callback) {
    const ledger = ledgerNow()
    const before = active
    if (!isFunction(callback) || ledger === undefined) {
      const result: unknown = Reflect.apply(native, process, [callback])
      if (before !== undefined) before.held.over = true
      active = undefined
      return result
    }
    if (before !== undefined && before.ledger !== ledger && before.ledger.module === ledger.module) Reflect.apply(native, process, [null])
    const result: unknown = Reflect.apply(native, process, [callback])
    const held = new Subscription('uncaught exception callback', callback, undefined, undefined, () => {
      if (active?.held !== held) return
      active = before?.ledger.state === 'live' && before.ledger !== ledger ? before : undefined
      Reflect.apply(native, process, [null])
      if (active !== undefined) Reflect.apply(native, process, [active.callback])
    })
    active = { ledger, callback, held }
    ledger.add(held)
    return result
  })
}

class Subscription implements Held {
  readonly kind = 'listener'
  readonly lasting = true
  over = false

  constructor(private readonly what: string, readonly target: object, readonly origin: Origin | undefined, readonly given: unknown, private readonly end: () => void) {}

  get label(): string {
    return `${this.what}${this.origin?.text ?? ''}`
  }

  gone(): boolean {
    return this.over
  }

  release(): void {
    this.over = true
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
