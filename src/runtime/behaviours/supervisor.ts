/** supervisor(3) for programs. */
import type { Processes } from '../process/processes'
import type { Process } from '../process/process'
import type { Callbacks, Module } from './callbacks'
import { checkSpecs } from './childSpecs'
import type { ChildTable } from './childTable'
import type { Blueprint, Launcher } from './launch'
import type { Requests } from './request'
import type { ServerLoop } from './serverLoop'
import { createSupervisorRisk } from './supervisorRisk'
import type { SupervisorServer } from './supervisorServer'
import type { Supervisor } from './supervisorTypes'
import type { ServerName, ServerRef } from './terms'

export function createSupervisor(processes: Processes, callbacks: Callbacks, requests: Requests, launcher: Launcher, loop: ServerLoop, server: SupervisorServer): Supervisor {
  const tables = new WeakMap<Process, ChildTable>()

  const blueprint = (module: Module, args: unknown): Blueprint => ({
    behaviour: 'supervisor', module,
    init() {
      processes.current().trapExit = true
      return callbacks.call(module, 'init', [args])
    },
    accept: (born, answer) => server.accept(module, args, born, answer, (_, table) => {
      tables.set(processes.current(), table)
      processes.current().more().host = { behaviour: 'supervisor', modules: () => [module], children: () => table.running() }
      return loop.accept('supervisor', server.module, born, ['ok', table], callbacks.nameOf(module))
    })
  })

  const ask = (name: string, supervisor: ServerRef, request: unknown, args: readonly unknown[]): Promise<never> =>
    requests.request(supervisor, '$gen_call', request, 'infinity', ['supervisor', name, [supervisor, ...args]])

  return {
    startLink: (module: Module, args: unknown, options: { readonly name?: ServerName } = {}) => launcher.start(blueprint(module, args), options, true),
    startChild: (supervisor, child) => ask('startChild', supervisor, ['start_child', child], [child]),
    terminateChild: (supervisor, id) => ask('terminateChild', supervisor, ['terminate_child', id], [id]),
    restartChild: (supervisor, id) => ask('restartChild', supervisor, ['restart_child', id], [id]),
    deleteChild: (supervisor, id) => ask('deleteChild', supervisor, ['delete_child', id], [id]),
    whichChildren: (supervisor) => ask('whichChildren', supervisor, 'which_children', []),
    countChildren: (supervisor) => ask('countChildren', supervisor, 'count_children', []),
    getChildspec: (supervisor, id) => ask('getChildspec', supervisor, ['get_childspec', id], [id]),
    checkChildspecs(specs) {
      const checked = checkSpecs(specs, 'allSignificant')
      return checked.ok ? 'ok' : ['error', checked.reason]
    },
    supervisorsAtRisk: createSupervisorRisk(processes, tables)
  }
}
