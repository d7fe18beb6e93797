/** gen_server(3) for programs. */
import { BadArgError } from '../errors'
import type { Processes } from '../process/processes'
import { type Callbacks, type Module } from './callbacks'
import type { GenServer } from './genServerTypes'
import type { Blueprint, Launcher } from './launch'
import type { ProcLib } from './procLib'
import type { Requests } from './request'
import { responsesOf } from './responses'
import type { ServerLoop } from './serverLoop'
import type { StartOptions, Timeout } from './terms'

const PATIENCE = 5000

export function createGenServer(processes: Processes, callbacks: Callbacks, requests: Requests, procLib: ProcLib, launcher: Launcher, loop: ServerLoop): GenServer {
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
    async enterLoop(module, state, then = 'infinity', options = {}) {
      const accepted = loop.accept('genServer', module, launcher.bornHere(options), ['ok', state, then])
      if (accepted?.kind !== 'run') throw new BadArgError(`${String(then)} is nothing that a server can do next`)
      processes.current().more().host = { behaviour: 'genServer', modules: () => [module] }
      return processes.flow.become({ kind: 'fun', fn: accepted.body, args: [] })
    },
    sendRequest: (server, request) => requests.sendRequest(server, '$gen_call', request),
    ...responsesOf(requests),
    stop: (server, reason, timeout) => procLib.stop(server, reason, timeout)
  }
}
