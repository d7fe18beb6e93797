/** Where a server is asked to listen: the arguments of `server.listen`. */
import type net from 'node:net'
import type { ModuleName } from '../../protocol/ids'

export type Address =
  | { readonly kind: 'port'; readonly port: number; readonly host: string | undefined; readonly text: string }
  /** Port 0: the n-th that the top level of this module asks for. */
  | { readonly kind: 'any'; readonly index: number; readonly module: ModuleName | undefined; readonly text: string }
  | { readonly kind: 'path'; readonly path: string; readonly text: string }

/** Undefined for handles and file descriptors, which somebody else opened. */
export function addressOf(args: readonly unknown[]): Address | undefined {
  const [first, second] = args
  if (typeof first === 'object' && first !== null) return ofOptions(first)
  const port = portOf(first)
  if (port !== undefined) return ofPort(port, typeof second === 'string' ? second : undefined)
  return typeof first === 'string' ? { kind: 'path', path: first, text: first } : undefined
}

function ofOptions(options: object): Address | undefined {
  if ('_handle' in options || 'handle' in options || 'fd' in options) return undefined
  const path: unknown = Reflect.get(options, 'path')
  if (typeof path === 'string') return { kind: 'path', path, text: path }
  const port = 'port' in options ? portOf(options.port) : undefined
  const host: unknown = Reflect.get(options, 'host')
  return port === undefined ? undefined : ofPort(port, typeof host === 'string' ? host : undefined)
}

/** `listen()` and `listen(callback)` ask for any port. */
function portOf(value: unknown): number | undefined {
  if (value === undefined || value === null || typeof value === 'function') return 0
  if (typeof value === 'number') return value
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : undefined
}

function ofPort(port: number, host: string | undefined): Address {
  if (port === 0) return { kind: 'any', index: 0, module: undefined, text: host === undefined ? 'any port' : `any port of ${host}` }
  return { kind: 'port', port, host: everywhere(host) ? undefined : host, text: host === undefined ? `port ${port}` : `${host}:${port}` }
}

const everywhere = (host: string | undefined): boolean => host === '::' || host === '0.0.0.0'

/** Whether `server`, which was asked to listen at `its`, is where `wanted` is. */
export function sameAddress(server: net.Server, its: Address, wanted: Address): boolean {
  switch (wanted.kind) {
    case 'path':
      return its.kind === 'path' && its.path === wanted.path
    case 'any':
      return its.kind === 'any' && its.index === wanted.index && its.module === wanted.module
    case 'port': {
      const bound = server.address()
      return typeof bound === 'object' && bound !== null && bound.port === wanted.port
    }
  }
}
