/**
 * Listeners that a module's top level adds to an EventTarget (a bus, an AbortSignal, a WebSocket). They are removed when the module
 * is reloaded: what made the target is not known, and the new top level adds its own. A target has a function once, however often
 * it is added: what two versions added (a function of an import) goes with the last of them.
 */
import { getEventListeners } from 'node:events'
import { isFunction } from '../../base/guards'
import type { AnyFunction } from '../../base/guards'
import { ALIVE } from '../process/process'
import type { Process } from '../process/process'
import type { ImplicitDeps } from './context'
import type { Held } from './ledger'
import { Origin } from './place'
import { patch } from './patch'

export function installEventTargets(deps: ImplicitDeps): void {
  const { storage } = deps.processes.table
  patch(EventTarget.prototype, 'addEventListener', (native) => {
    const own: AnyFunction = function (this: unknown, ...args) {
      const process = storage.getStore()
      const [type, listener, options] = args
      if (process?.ledger !== undefined && process.mode === ALIVE && this instanceof EventTarget && isListener(listener)) {
        const origin = new Origin(deps.places, own)
        if (origin.ours) process.ledger.add(new TargetListener(this, String(type), listener, isCapture(options), isOnce(options), origin, process))
      }
      return Reflect.apply(native, this, args)
    }
    return own
  })
}

const added = new WeakMap<EventTarget, Set<TargetListener>>()

class TargetListener implements Held {
  readonly kind = 'listener'
  readonly lasting: boolean
  private readonly on: WeakRef<EventTarget>

  constructor(on: EventTarget, private readonly type: string, readonly target: AnyFunction | EventListenerObject, private readonly capture: boolean, once: boolean, readonly origin: Origin, private readonly by: Process) {
    this.on = new WeakRef(on)
    this.lasting = !once
    const all = added.get(on)
    if (all === undefined) added.set(on, new Set([this]))
    else all.add(this)
  }

  get label(): string {
    return `'${this.type}' listener${this.origin.text}`
  }

  isLike({ type, target, capture }: TargetListener): boolean {
    return type === this.type && target === this.target && capture === this.capture
  }

  /** Also when it was removed, or has heard what it hears once. */
  gone(): boolean {
    const on = this.on.deref()
    return on === undefined || !getEventListeners(on, this.type).some((one) => one === this.target)
  }

  forgotten(): void {
    const on = this.on.deref()
    if (on !== undefined) added.get(on)?.delete(this)
  }

  release(): void {
    this.forgotten()
    const on = this.on.deref()
    const others = on === undefined ? undefined : added.get(on)
    if ([...(others ?? [])].some((one) => one.isLike(this))) return
    // Old code that is still at work may wait for what it hears once.
    if (on !== undefined && (this.lasting || this.by.mode !== ALIVE)) Reflect.apply(on.removeEventListener, on, [this.type, this.target, { capture: this.capture }])
  }
}

interface EventListenerObject { handleEvent(event: Event): unknown }

const isListener = (value: unknown): value is AnyFunction | EventListenerObject =>
  isFunction(value) || (typeof value === 'object' && value !== null && isFunction(Reflect.get(value, 'handleEvent')))
const isCapture = (options: unknown): boolean => options === true || (typeof options === 'object' && options !== null && Reflect.get(options, 'capture') === true)
const isOnce = (options: unknown): boolean => typeof options === 'object' && options !== null && Reflect.get(options, 'once') === true
