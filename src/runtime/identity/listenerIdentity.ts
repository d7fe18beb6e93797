/**
 * A listener that was added as an external fun may be removed by the module that defines it, under the name it has there, and
 * the other way round; after a reload as well. `listeners()` and everything else about emitters stay as they are.
 */
import { EventEmitter } from 'node:events'
import { isFunction } from '../../base/guards'
import { slotOf } from './identity'

export function removeListenersByIdentity(): void {
  const native = EventEmitter.prototype.removeListener
  const removeListener = { removeListener(this: EventEmitter, type: string | symbol, listener: (...args: unknown[]) => void): EventEmitter {
    return Reflect.apply(native, this, [type, isFunction(listener) ? sameListener(this, type, listener) : listener])
  } }.removeListener
  for (const name of ['removeListener', 'off'] as const) Object.defineProperty(EventEmitter.prototype, name, { value: removeListener, writable: true, configurable: true, enumerable: true })

  const remove = EventTarget.prototype.removeEventListener
  const removeEventListener = { removeEventListener(this: EventTarget, type: string, listener: unknown, options?: unknown): void {
    Reflect.apply(remove, this, [type, listener, options])
    const slot = isFunction(listener) ? slotOf(listener) : undefined
    if (slot === undefined) return
    for (const same of [slot.stable, slot.fn]) Reflect.apply(remove, this, [type, same, options])
  } }.removeEventListener
  Object.defineProperty(EventTarget.prototype, 'removeEventListener', { value: removeEventListener, writable: true, configurable: true, enumerable: true })
}

/** What the emitter knows this listener by: itself if it is there, else the last one that is the same function. */
function sameListener(emitter: EventEmitter, type: string | symbol, listener: object): unknown {
  const slot = slotOf(listener)
  if (slot === undefined || !isFunction(emitter.rawListeners)) return listener
  const all = emitter.rawListeners(type)
  if (all.some((one) => one === listener || Reflect.get(one, 'listener') === listener)) return listener
  return all.findLast((one) => slotOf(innermost(one)) === slot) ?? listener
}

/** `once` puts a function around the listener. */
function innermost(listener: object): object {
  let at = listener
  for (let inner: unknown = Reflect.get(at, 'listener'); isFunction(inner); inner = Reflect.get(at, 'listener')) at = inner
  return at
}
