/** Node's own functions, replaced before any user code has seen them. */
import { isFunction } from '../../base/guards'
import type { AnyFunction } from '../../base/guards'

/** Replaces `owner[name]` (own or inherited) by what `make` builds around it. Everything that can be read of the function stays: name, length, properties. */
export function patch(owner: object, name: string, make: (native: AnyFunction) => AnyFunction): void {
  const native: unknown = Reflect.get(owner, name)
  if (!isFunction(native)) return
  const own = make(native)
  Object.defineProperties(own, Object.getOwnPropertyDescriptors(native))
  const before = Object.getOwnPropertyDescriptor(owner, name)
  Object.defineProperty(owner, name, { enumerable: before?.enumerable ?? false, writable: true, configurable: true, value: own })
}

/** The value of the own symbol property with this description: how Node keeps its private things. */
export function symbolOf(object: object, description: string): symbol | undefined {
  return Object.getOwnPropertySymbols(object).find((symbol) => symbol.description === description)
}
