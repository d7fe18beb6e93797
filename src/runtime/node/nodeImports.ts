/**
 * `import()` in a package of a file that it found or was told of (plugins, entities, routes in a folder): it gets the module of the
 * program, as a `require` there does, and no copy that Node loads.
 */
import { existsSync } from 'node:fs'
import Module from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { isFunction } from '../../base/guards'
import type { AnyFunction } from '../../base/guards'

interface Context { readonly conditions: readonly string[]; readonly parentURL?: string; readonly importAttributes?: object }

/**
 * A hook of Node's loader, and text for a thread that knows nothing of this file. What is imported in the place of a file exports
 * `then`: who awaits it gets what that answers, each time, and so the namespace object of the module as it is by now.
 */
function resolveFor(own: string, specifier: string, context: Context, next: AnyFunction): unknown {
  const { conditions, parentURL, importAttributes } = context
  const asks = /^(?:file:|\/)/.test(specifier) && !/[\\/]node_modules[\\/]/.test(specifier) && conditions.includes('import')
  if (!asks || parentURL === undefined || parentURL === own || Object.keys(importAttributes ?? {}).length > 0) return next(specifier, context)
  const text = `export const then = (done, failed) => globalThis[Symbol.for('codeswitch.import')](${JSON.stringify(specifier)}).then(done, failed)`
  return { url: `data:text/javascript,${encodeURIComponent(text)}`, format: 'module', shortCircuit: true }
}

let isHeard = true

export function answerNodesImport(answer: (specifier: string) => Promise<unknown>): void {
  Object.defineProperty(globalThis, Symbol.for('codeswitch.import'), { value: answer })
  isHeard = false
}

/** Where hooks run in a thread of their own, its start takes a while: better while there is nothing else to do. */
export function hearNodesImportsEarly(folder: string): void {
  const hasPackages = (at: string): boolean => existsSync(path.join(at, 'node_modules')) || (path.dirname(at) !== at && hasPackages(path.dirname(at)))
  if (Reflect.get(Module, 'registerHooks') === undefined && hasPackages(folder)) hearNodesImports()
}

/** Before the first package is loaded. */
export function hearNodesImports(): void {
  if (isHeard) return
  isHeard = true
  const own = pathToFileURL(__filename).href // what this runtime imports is Node's
  const registerHooks: unknown = Reflect.get(Module, 'registerHooks')
  if (isFunction(registerHooks)) registerHooks({ resolve: (specifier: string, context: Context, next: AnyFunction) => resolveFor(own, specifier, context, next) })
  else Module.register(`data:text/javascript,${encodeURIComponent(`${String(resolveFor)}\nconst hook = (...args) => ${resolveFor.name}(${JSON.stringify(own)}, ...args)\nexport { hook as resolve }`)}`)
}
