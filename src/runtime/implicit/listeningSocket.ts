/**
 * The open socket of a listening server, and how it changes hands. Node keeps it in `server._handle`; new connections go to the
 * server that the handle's private symbol `owner_symbol` names (lib/net.js, `onconnection`).
 */
import type net from 'node:net'
import { isFunction } from '../../base/guards'
import { symbolOf } from './patch'

const HANDLE = '_handle'

/** `to` is seen to listen at the socket of `from`, which goes on accepting. */
export function shareSocket(from: net.Server, to: net.Server): void {
  Reflect.set(to, HANDLE, Reflect.get(from, HANDLE))
  Reflect.set(to, '_connectionKey', Reflect.get(from, '_connectionKey'))
  Reflect.set(to, '_pipeName', Reflect.get(from, '_pipeName')) // the address of a socket that is a file
  const id = symbolOf(from, 'async_id_symbol')
  if (id !== undefined) Reflect.set(to, id, Reflect.get(from, id))
}

/** New connections are those of `to` from now on. */
export function passSocket(from: net.Server, to: net.Server): void {
  const handle: unknown = Reflect.get(from, HANDLE)
  if (typeof handle === 'object' && handle !== null) {
    for (const symbol of Object.getOwnPropertySymbols(handle)) if (Reflect.get(handle, symbol) === from) Reflect.set(handle, symbol, to)
  }
  dropSocket(from)
}

/** Closes the socket: the port is free. */
export function closeSocket(server: net.Server): void {
  const handle: unknown = Reflect.get(server, HANDLE)
  const close: unknown = typeof handle === 'object' && handle !== null ? Reflect.get(handle, 'close') : undefined
  if (isFunction(close)) Reflect.apply(close, handle, [])
  dropSocket(server)
}

export function dropSocket(server: net.Server): void {
  Reflect.set(server, HANDLE, null)
}

/** It is as if `server` had never listened. */
export function takeSocketBack(server: net.Server): void {
  dropSocket(server)
  endChecks(server)
}

/** `server` accepts no more; when its last connection has gone, nothing of it is left. It says no 'close': its port is open. */
export function settleOld(server: net.Server, drained: () => void): void {
  const look = (): void => {
    if (Reflect.get(server, '_connections') !== 0) return
    endChecks(server)
    drained()
  }
  // Node calls this whenever a connection of the server has closed.
  Object.defineProperty(server, '_emitCloseIfDrained', { value: look, configurable: true, writable: true })
  look()
}

/** The interval by which http servers look for requests that take too long. */
function endChecks(server: net.Server): void {
  const checks = symbolOf(server, 'http.server.connectionsCheckingInterval')
  const interval: unknown = checks === undefined ? undefined : Reflect.get(server, checks)
  const close: unknown = typeof interval === 'object' && interval !== null ? Reflect.get(interval, 'close') : undefined
  if (isFunction(close)) Reflect.apply(close, interval, [])
}
