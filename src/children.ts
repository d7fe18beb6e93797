/**
 * Preloaded (`--import`) in child processes and workers of a program that `codeswitch` runs: they understand TypeScript by tsx, and
 * find the package `codeswitch` also where it is not installed. Workers of `cluster` that are told to leave lose nobody. An ES module, because Node 20 can await nothing in other preloads.
 */
import diagnostics from 'node:diagnostics_channel'
import Module, { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { isMainThread } from 'node:worker_threads'
import { isFunction, type AnyFunction } from './base/guards'
import { LEAVING, mayBeTypeScript, tellTypeScript } from './runtime/node/typescriptChildren'

const PACKAGE = 'codeswitch'
const own = fileURLToPath(new URL('index.js', import.meta.url))
// Node names a worker's file only later; who started it has looked at that.
const entry = process.argv[1]

if (!isMainThread || (entry !== undefined && mayBeTypeScript(entry))) {
  const [commonjs, esm] = await Promise.all([import('tsx/cjs/api'), import('tsx/esm/api')])
  commonjs.register()
  esm.register()
  tellTypeScript()
}
if (!isInstalled()) providePackage()
if (process.connected) leaveWell(process)

/** Who keeps a connection alive would hold the worker, and be cut off: after the next answer he connects anew, to one that stays. */
function leaveWell(events: NodeJS.EventEmitter): void {
  events.on('internalMessage', (message: unknown) => {
    if (fieldOf(message, 'cmd') !== LEAVING) return
    diagnostics.subscribe('http.server.request.start', (about) => {
      const response = fieldOf(about, 'response')
      if (typeof response === 'object' && response !== null) Reflect.set(response, 'shouldKeepAlive', false)
    })
  })
}

const fieldOf = (value: unknown, name: string): unknown => (typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined)

function isInstalled(): boolean {
  try {
    createRequire(entry ?? path.join(process.cwd(), 'worker')).resolve(PACKAGE)
    return true
  } catch {
    return false
  }
}

function providePackage(): void {
  const { href } = pathToFileURL(own)
  const registerHooks: unknown = Reflect.get(Module, 'registerHooks')
  if (isFunction(registerHooks)) {
    registerHooks({ resolve: (specifier: string, context: unknown, next: AnyFunction) => (specifier === PACKAGE ? { url: href, shortCircuit: true } : next(specifier, context)) })
    return
  }
  const resolve: unknown = Reflect.get(Module, '_resolveFilename')
  if (isFunction(resolve)) {
    Reflect.set(Module, '_resolveFilename', function (this: unknown, ...args: readonly unknown[]): unknown {
      return args[0] === PACKAGE ? own : Reflect.apply(resolve, this, args)
    })
  }
  // The hooks of `import` run in a thread of their own, where this file is not loaded.
  const hooks = `export const resolve = (specifier, context, next) => specifier === '${PACKAGE}' ? { url: ${JSON.stringify(href)}, shortCircuit: true } : next(specifier, context)`
  Module.register(`data:text/javascript,${encodeURIComponent(hooks)}`)
}
