/** A script as plain data: what would happen, in its order. Changes nothing. */
import { inspect } from 'node:util'
import { createHash } from 'node:crypto'
import { pidText } from '../../protocol/ids'
import type { SupervisorRiskView } from '../../protocol/snapshot'
import type { UpgradeLoad, UpgradePreview, UpgradeStep } from '../../protocol/upgrade'
import type { SupervisorAtRisk } from '../behaviours/supervisorTypes'
import type { Pid } from '../process/pid'
import type { Processes } from '../process/processes'
import { viewProcess, viewRunner } from './runners'
import { type Delete, lingeringBefore, type Load, type Script, type Update } from './script'

const SHOWN = 200

export interface PreviewDeps {
  readonly processes: Processes
  supervisorsAtRisk(victims: readonly Pid[]): readonly SupervisorAtRisk[]
}

export function previewOf(deps: PreviewDeps, script: Script): UpgradePreview {
  const { title, direction, problems } = script
  return { title, direction, ok: problems.length === 0, problems, steps: stepsOf(deps, script) }
}

function stepsOf(deps: PreviewDeps, script: Script): readonly UpgradeStep[] {
  const { direction, before, after, loads, updates, restarts, deletes, early } = script
  const down = direction === 'down'
  const changes = (which: (update: Update) => boolean): UpgradeStep[] => updates.filter((update) => update.change.kind !== 'soft' && which(update)).map((update) => changeOf(update, script))
  const point = (why: string): UpgradeStep => ({ step: 'pointOfNoReturn', why })
  const resumed = updates.reduce((sum, { runners }) => sum + runners.length, 0)
  const children = (step: 'stop' | 'start'): UpgradeStep[] =>
    restarts.map(({ name, children: list }) => ({ step, module: name, processes: list.map(({ process }) => viewProcess(process)) }))
  return [
    ...before.map(({ text }): UpgradeStep => ({ step: 'apply', call: text })),
    ...updates.map(({ name, runners }): UpgradeStep => ({ step: 'suspend', module: name, processes: runners.map(viewRunner) })),
    ...changes((update) => down && update.early),
    ...(early === undefined ? [] : [point(early)]),
    ...children('stop'),
    ...(loads.length === 0 ? [] : [loadStep(deps, loads)]),
    ...changes((update) => !(down && update.early)),
    ...(early === undefined ? [point('everything has its new code and its new state')] : []),
    ...children('start'),
    ...after.map(({ text }): UpgradeStep => ({ step: 'apply', call: text })),
    ...deletes.map((one) => deleteStep(deps, one)),
    ...(updates.length === 0 ? [] : [{ step: 'resume', processes: resumed } as const]),
    ...purges(deps, script),
  ]
}

function changeOf({ name, change, oldVsn, runners }: Update, { direction }: Script): UpgradeStep {
  const extra = change.kind === 'advanced' ? inspect(change.extra, { breakLength: Infinity }) : ''
  return { step: 'codeChange', direction, module: name, oldVsn: inspect(oldVsn), extra, processes: runners.map(viewRunner) }
}

function loadStep(deps: PreviewDeps, loads: readonly Load[]): UpgradeStep {
  const victims = loads.flatMap((load) => lingeringBefore(deps, load).map(({ pid }) => pid))
  return { step: 'load', modules: loads.map((load) => loadOf(deps, load)), supervisors: deps.supervisorsAtRisk(victims).map(riskOf) }
}

function loadOf(deps: PreviewDeps, load: Load): UpgradeLoad {
  const who = lingeringBefore(deps, load)
  const same = load.before?.unit.hash === createHash('sha1').update(load.text).digest('hex')
  return { module: load.name, from: load.before?.record.version, to: load.to, text: load.textFile, same, kills: who.slice(0, SHOWN).map(viewProcess), killed: who.length }
}

const deleteStep = ({ processes }: PreviewDeps, { name, record }: Delete): UpgradeStep =>
  ({ step: 'delete', module: name, version: record?.current?.record.version, killed: record?.old === undefined ? 0 : processes.lingering(record.old.record).length })

/** Who is in code that is current now, and not among those who are suspended: these would have left it. */
function purges({ processes }: PreviewDeps, { loads, deletes, updates }: Script): UpgradeStep[] {
  const suspended = new Set(updates.flatMap(({ runners }) => runners.filter(({ answers }) => answers).map(({ process }) => process)))
  return [...loads, ...deletes].flatMap(({ name, record, postPurge }): UpgradeStep[] => {
    if (record?.current === undefined) return []
    const lingering = processes.lingering(record.current.record).filter((process) => !suspended.has(process)).length
    return [{ step: 'purge', module: name, method: postPurge, lingering }]
  })
}

const riskOf = ({ pid, ...rest }: SupervisorAtRisk): SupervisorRiskView => ({ pid: pidText(pid.id), ...rest })
