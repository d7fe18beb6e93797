/** gen_event(3) for programs. */
import { BadArgError } from '../errors'
import type { Processes } from '../process/processes'
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
  /** Exits with the bare reason, as in OTP all but `call` do. */
  const ask = (server: ServerRef, request: readonly unknown[]): Promise<never> => requests.request(server, '$gen_call', request, 'infinity', undefined)

  return {
    start: (options = {}) => launcher.start(blueprint(shownOf(options)), options, false),
    startLink: (options = {}) => launcher.start(blueprint(shownOf(options)), options, true),
    addHandler: (server, handler, args) => ask(server, ['add', handler, args]),
    addSupHandler: (server, handler, args) => ask(server, ['add', handler, args, true]),
    deleteHandler: (server, handler, args) => ask(server, ['delete', handler, args]),
    swapHandler: (server, from, to) => ask(server, ['swap', from, to]),
    swapSupHandler: (server, from, to) => ask(server, ['swap', from, to, true]),
    whichHandlers: (server) => ask(server, ['which_handlers']),
    notify(server, event) {
      if (typeof server === 'string' && requests.find(server) === undefined) throw new BadArgError(`nobody is registered as ${server}`)
      return requests.cast(server, ['$gen_cast', ['notify', event]])
    },
    syncNotify: (server, event) => ask(server, ['sync_notify', event]),
    call: (server, handler, request, timeout?: Timeout) =>
      requests.request(server, '$gen_call', ['call', handler, request], timeout ?? PATIENCE, ['genEvent', 'call', timeout === undefined ? [server, handler, request] : [server, handler, request, timeout]]),
    sendRequest: (server, handler, request) => requests.sendRequest(server, '$gen_call', ['call', handler, request]),
    ...responsesOf(requests),
    stop: (server, reason, timeout) => procLib.stop(server, reason, timeout)
  }
}

const shownOf = ({ name }: StartOptions): string | undefined => (name === undefined ? undefined : shownName(name))
