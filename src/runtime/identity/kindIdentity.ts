/**
 * `util.types` and `util.inspect` look past closures and proxies at what they are made of, `Error.captureStackTrace` at what is on the
 * stack: for external funs they answer for the function they run.
 */
import { syncBuiltinESMExports } from 'node:module'
import { inspect, types } from 'node:util'
import type { InspectOptions } from 'node:util'
import { isFunction } from '../../base/guards'
import { rawOf } from './identity'

export function showKindOfExternalFuns(): void {
  for (const name of ['isAsyncFunction', 'isGeneratorFunction'] as const) {
    const native = types[name]
    const answer = { [name]: (value: unknown): boolean => native(typeof value === 'function' ? rawOf(value) : value) }[name]
    Object.defineProperty(types, name, { value: answer, writable: true, configurable: true, enumerable: true })
  }
  const { isProxy } = types
  const answer = { isProxy: (value: unknown): boolean => isProxy(typeof value === 'function' ? rawOf(value) : value) }.isProxy
  Object.defineProperty(types, 'isProxy', { value: answer, writable: true, configurable: true, enumerable: true })
  syncBuiltinESMExports()
  for (const kind of [async () => {}, function* () {}, async function* () {}]) {
    // Answering `this` means: as ever.
    const shown = function (this: unknown, _: number, options: InspectOptions): unknown {
      const raw = isFunction(this) ? rawOf(this) : this
      return raw === this ? this : inspect(raw, options)
    }
    Object.defineProperty(Object.getPrototypeOf(kind), inspect.custom, { value: shown, writable: true, configurable: true })
  }
  const native = Error.captureStackTrace
  // What is on the stack is the function that an external fun runs. Who names none must not see this one.
  const { captureStackTrace } = { captureStackTrace(target: object, above?: unknown): void {
    Reflect.apply(native, Error, [target, isFunction(above) ? rawOf(above) : captureStackTrace])
  } }
  Object.defineProperty(Error, 'captureStackTrace', { value: captureStackTrace, writable: true, configurable: true, enumerable: true })
}
