/** `util.types` looks past closures and proxies at what they are made of; for external funs it answers for the function they run. */
import { syncBuiltinESMExports } from 'node:module'
import { types } from 'node:util'
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
}
