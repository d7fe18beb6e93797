/** gen_event(3) for programs. */
import type { Processes } from '../processes'
import type { createEventManager } from './eventManager'
import { Manager, moduleOf } from './eventManager'
import type { GenEvent } from './genEventTypes'
import type { Blueprint, Launcher } from './launch'
import type { ProcLib } from './procLib'
import type { Requests } from './request'
import { responsesOf } from './responses'
import type { ServerLoop } from './serverLoop'
import { type ServerRef, shownName, type StartOptions, type Timeout } from './terms'

const PATIENCE = 5000

export function createGenEvent(processes: Processes, requests: Requests, procLib: ProcLib, launcher: Launcher, loop: ServerLoop, manager: ReturnType<typeof createEventManager>): GenEvent {
  const blueprint = (name: string | undefined): Blueprint => ({
    behaviour: 'genEvent', module: name ?? 'manager',
    init() {
      processes.current().trapExit = true
      return ['ok', new Manager()]
    },
    accept(born, answer) {
      const made: unknown = Array.isArray(answer) ? answer[1] : undefined
      if (made instanceof Manager) processes.current().more().host = { behaviour: 'genEvent', modules: () => made.handlers.map(({ ref }) => moduleOf(ref)) }
      return loop.accept('genEvent', manager, born, answer, name ?? 'manager')
    }
  })
  const ask = (name: string, server: ServerRef, request: readonly unknown[], timeout: Timeout = 'infinity'): Promise<never> =>
    requests.request(server, '$gen_call', request, timeout, ['genEvent', name, [server, ...request.slice(1)]])

  return {
    start: (options = {}) => launcher.start(blueprint(shownOf(options)), options, false),
    startLink: (options = {}) => launcher.start(blueprint(shownOf(options)), options, true),
    addHandler: (server, handler, args) => ask('addHandler', server, ['add', handler, args]),
    addSupHandler: (server, handler, args) => ask('addSupHandler', server, ['add', handler, args, true]),
    deleteHandler: (server, handler, args) => ask('deleteHandler', server, ['delete', handler, args]),
    swapHandler: (server, from, to) => ask('swapHandler', server, ['swap', from, to]),
    whichHandlers: (server) => ask('whichHandlers', server, ['which_handlers']),
    notify: (server, event) => requests.cast(server, ['$gen_cast', ['notify', event]]),
    syncNotify: (server, event) => ask('syncNotify', server, ['sync_notify', event]),
    call: (server, handler, request, timeout = PATIENCE) => ask('call', server, ['call', handler, request], timeout),
    sendRequest: (server, handler, request) => requests.sendRequest(server, '$gen_call', ['call', handler, request]),
    ...responsesOf(requests),
    stop: (server, reason, timeout) => procLib.stop(server, reason, timeout)
  }
}

const shownOf = ({ name }: StartOptions): string | undefined => (name === undefined ? undefined : shownName(name))
