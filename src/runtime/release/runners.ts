/**
 * Who runs a module, for an upgrade: servers whose callbacks it has, whether a supervisor knows them or not, and supervised
 * children whose specification names it. OTP finds the latter only (release_handler_1:get_supervised_procs).
 */
import { pidText, type ModuleName } from '../../protocol/ids'
import type { UpgradeProcess } from '../../protocol/upgrade'
import type { Process } from '../process/process'
import type { Processes } from '../process/processes'

export interface Runner {
  readonly process: Process
  /** It is one of the behaviours: it answers system messages. */
  readonly answers: boolean
}

/** A child that can be ended and started again. */
export interface Restartable { readonly supervisor: Process; readonly id: unknown; readonly process: Process; readonly simple: boolean }

export interface Running {
  readonly runners: ReadonlyMap<ModuleName, readonly Runner[]>
  readonly children: ReadonlyMap<ModuleName, readonly Restartable[]>
}

/** Looks at every process once. `nameOf`: of a module as programs write it; undefined when it is none of ours. */
export function lookWhoRuns(processes: Processes, modules: ReadonlySet<ModuleName>, nameOf: (module: string | object) => ModuleName | undefined): Running {
  const runners = new Map<ModuleName, Map<Process, Runner>>()
  const children = new Map<ModuleName, Restartable[]>()
  const wanted = (list: readonly (string | object)[]): ModuleName[] => list.flatMap((module) => nameOf(module) ?? []).filter((name) => modules.has(name))
  const add = (name: ModuleName, process: Process): void => {
    const known = runners.get(name) ?? new Map<Process, Runner>()
    runners.set(name, known.set(process, { process, answers: process.extras?.host !== undefined }))
  }
  for (const supervisor of processes.table.all()) {
    const host = supervisor.extras?.host
    for (const name of wanted(host?.modules() ?? [])) add(name, supervisor)
    for (const { pid, id, modules: named, simple } of host?.children?.() ?? []) {
      const process = processes.find(pid)
      if (process === undefined) continue
      const own = named === 'dynamic' ? (process.extras?.host?.modules() ?? []) : named
      for (const name of new Set(wanted(own))) {
        add(name, process)
        children.set(name, [...(children.get(name) ?? []), { supervisor, id, process, simple }])
      }
    }
  }
  return { runners: new Map([...runners].map(([name, known]) => [name, [...known.values()]])), children }
}

export const viewRunner = ({ process, answers }: Runner): UpgradeProcess => ({ pid: pidText(process.pid.id), name: process.registeredName, label: process.label, answers })
export const viewProcess = (process: Process): UpgradeProcess => viewRunner({ process, answers: process.extras?.host !== undefined })
