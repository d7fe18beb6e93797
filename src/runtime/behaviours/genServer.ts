/** gen_server(3) for programs. */
import { type Callbacks, type Module } from './callbacks'
import type { GenServer } from './genServerTypes'
import type { Blueprint, Launcher } from './launch'
import type { ProcLib } from './procLib'
import type { Requests } from './request'
import { responsesOf } from './responses'
import type { ServerLoop } from './serverLoop'
import type { StartOptions, Timeout } from './terms'

const PATIENCE = 5000

export function createGenServer(callbacks: Callbacks, requests: Requests, procLib: ProcLib, launcher: Launcher, loop: ServerLoop): GenServer {
  const blueprint = (module: Module, args: unknown): Blueprint => ({
    behaviour: 'genServer', module,
    init: () => callbacks.call(module, 'init', [args]),
    accept: (born, answer) => loop.accept('genServer', module, born, answer)
  })

  return {
    start: (module: Module, args: unknown, options: StartOptions = {}) => launcher.start(blueprint(module, args), options, false),
    startLink: (module: Module, args: unknown, options: StartOptions = {}) => launcher.start(blueprint(module, args), options, true),
    startMonitor: (module: Module, args: unknown, options: StartOptions = {}) => launcher.startMonitor(blueprint(module, args), options),
    call: (server, request, timeout?: Timeout) =>
      requests.request(server, '$gen_call', request, timeout ?? PATIENCE, ['genServer', 'call', timeout === undefined ? [server, request] : [server, request, timeout]]),
    cast: (server, message) => requests.cast(server, ['$gen_cast', message]),
    reply: (from, value) => requests.reply(from, value),
    sendRequest: (server, request) => requests.sendRequest(server, '$gen_call', request),
    ...responsesOf(requests),
    stop: (server, reason, timeout) => procLib.stop(server, reason, timeout)
  }
}
