/** gen_statem(3) for programs. */
import type { Callbacks, Module } from './callbacks'
import type { GenStatem } from './genStatemTypes'
import type { Blueprint, Launcher } from './launch'
import type { ProcLib } from './procLib'
import type { Requests } from './request'
import { responsesOf } from './responses'
import type { StatemLoop } from './statemLoop'
import type { StartOptions, Timeout } from './terms'

export function createGenStatem(callbacks: Callbacks, requests: Requests, procLib: ProcLib, launcher: Launcher, loop: StatemLoop): GenStatem {
  const blueprint = (module: Module, args: unknown): Blueprint => ({
    behaviour: 'genStatem', module, badInit: 'bad_return_from_init',
    init: () => callbacks.call(module, 'init', [args]),
    accept: (born, answer) => loop.accept(module, born, answer)
  })

  return {
    start: (module: Module, args: unknown, options: StartOptions = {}) => launcher.start(blueprint(module, args), options, false),
    startLink: (module: Module, args: unknown, options: StartOptions = {}) => launcher.start(blueprint(module, args), options, true),
    startMonitor: (module: Module, args: unknown, options: StartOptions = {}) => launcher.startMonitor(blueprint(module, args), options),
    call: (server, request, timeout: Timeout = 'infinity') => requests.request(server, '$gen_call', request, timeout, ['genStatem', 'call', [server, request, timeout]]),
    cast: (server, message) => requests.cast(server, ['$gen_cast', message]),
    reply: (from, value) => requests.reply(from, value),
    sendRequest: (server, request) => requests.sendRequest(server, '$gen_call', request),
    ...responsesOf(requests),
    stop: (server, reason, timeout) => procLib.stop(server, reason, timeout)
  }
}
