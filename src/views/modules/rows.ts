/** Snapshot -> rows of the Modules view. Pure: no vscode. */
import type { Problem } from '../../base/problem'
import type { FailedView, LingeringView, ModuleView, Snapshot, StagedView, VersionView } from '../../protocol/snapshot'
import type { Icon, Row } from '../row'
import { riskText, supervisorsAtRisk } from '../../protocol/atRisk'
import { stagedBatches } from '../stagedBatches'
import { moreRow, noteRow } from '../noteRows'
import { lingeringRows } from './lingeringRows'
import { clockTime, count, fileName, join, lingers, originText, problemPlace, failedText, missingText } from '../texts'

const SETTLED: Icon = { id: 'symbol-module' }
const OLD: Icon = { id: 'history' }
const LINGERS: Icon = { id: 'warning', color: 'list.warningForeground' }
const STAGED: Icon = { id: 'watch', color: 'list.warningForeground' }
const FAILED: Icon = { id: 'error', color: 'list.errorForeground' }

/** Up to `limit` modules: those that want attention first, then by name; the last row offers the rest. */
export function moduleRows(snapshot: Snapshot, limit: number): readonly Row[] {
  const lingering = new Map(snapshot.lingering.map((view) => [`${view.module}@${view.version}`, view]))
  const sorted = [...snapshot.modules].sort((a, b) => urgency(b, lingering) - urgency(a, lingering) || (a.name < b.name ? -1 : 1))
  const few = snapshot.modules.length <= 10
  const risks = risksOf(snapshot)
  const rows = sorted.slice(0, limit).map((module) => moduleRow(module, lingering, risks, few))
  const rest = sorted.length - rows.length
  return rest > 0 ? [...rows, moreRow('modules', rest)] : rows
}

type Lingering = ReadonlyMap<string, LingeringView>
const lingeringIn = (module: ModuleView, lingering: Lingering): LingeringView | undefined => module.old && lingering.get(`${module.name}@${module.old.version}`)

/** Rows may move only when this changes, so that a list does not jump with every save. */
const urgency = (module: ModuleView, lingering: Lingering): number =>
  module.failed !== undefined || module.staged !== undefined || module.missing !== undefined || lingeringIn(module, lingering) !== undefined ? 1 : 0

/** What a purge would do to supervisors, in words: of one module's old code, or to load one staged batch. */
interface Risks {
  module(name: string): readonly string[]
  batch(id: number): readonly string[]
}

function risksOf(snapshot: Snapshot): Risks {
  const batches = new Map(stagedBatches(snapshot).map((batch) => [batch.batch, batch.supervisors.map(riskText)]))
  return {
    module: (name) => supervisorsAtRisk(snapshot, new Set([name])).map(riskText),
    batch: (id) => batches.get(id) ?? [],
  }
}

function moduleRow(module: ModuleView, lingering: Lingering, risks: Risks, few: boolean): Row {
  const who = lingeringIn(module, lingering)
  return {
    id: `module:${module.name}`,
    label: module.name,
    description: join([
      module.current ? `v${module.current.version}` : 'no current',
      module.old && `old v${module.old.version}`,
      who && lingers(who.total),
      module.staged && 'staged',
      module.failed && `not loaded: ${failedText(module.failed)}`,
      module.missing && missingText(module.missing.length),
      module.sticky && 'sticky',
    ]),
    tooltip: join([module.file, module.current && loadedText(module.current)]),
    icon: module.failed ? FAILED : module.staged ? STAGED : who || module.missing ? LINGERS : SETTLED,
    flags: ['module', ...(module.current ? ['hasCurrent'] : []), ...(module.old ? ['hasOld'] : []), ...(who ? ['lingers'] : []), ...(module.staged ? ['staged'] : []), ...(module.failed ? ['failed'] : [])],
    expanded: few || urgency(module, lingering) > 0,
    target: { kind: 'module', module: module.name, file: module.file },
    children: [
      ...(module.failed ? [failedRow(module, module.failed)] : []),
      ...(module.missing ?? []).map((problem, index) => problemRow(`missing:${module.name}:${index}`, problem, LINGERS)),
      ...(module.staged ? [stagedRow(module, module.staged, who?.total ?? module.staged.victims, risks.batch(module.staged.batch))] : []),
      ...(module.current ? [versionRow(module, module.current, 'current', undefined, [])] : []),
      ...(module.old ? [versionRow(module, module.old, 'old', who, who ? risks.module(module.name) : [])] : []),
    ],
  }
}

const loadedText = (view: VersionView): string => `loaded ${clockTime(view.loadedAt)} (${originText(view.origin)})`

function versionRow(module: ModuleView, view: VersionView, slot: 'current' | 'old', who: LingeringView | undefined, risks: readonly string[]): Row {
  return {
    // With the slot: a row that had no children stays folded when it gets some, unless its id is new.
    id: `version:${module.name}@${view.version}:${slot}`,
    label: `v${view.version} ${slot}`,
    description: join([
      slot === 'old' ? (who ? lingers(who.total) : 'nobody lingers') : view.processes > 0 && count(view.processes, 'process', 'processes'),
      slot === 'current' && loadedText(view),
    ]),
    tooltip: join([`${module.name} v${view.version}`, slot, loadedText(view), `${view.size} characters`, view.hash.slice(0, 12)]),
    icon: slot === 'current' ? { id: 'circle-filled', color: 'charts.green' } : who ? LINGERS : OLD,
    flags: ['version', slot, ...(who ? ['lingers'] : [])],
    expanded: true,
    target: { kind: 'version', module: module.name, version: view.version, slot },
    children: [
      ...(who ? lingeringRows(module, who) : []),
      ...risks.map((risk, index) => ({ ...noteRow(`${module.name}@${view.version}:risk:${index}`, risk), icon: LINGERS })),
    ],
  }
}

function stagedRow(module: ModuleView, staged: StagedView, total: number, risks: readonly string[]): Row {
  return {
    id: `staged:${module.name}`,
    label: 'staged',
    description: join([`waits for ${count(total, 'process', 'processes')}`, staged.policy === 'soft' ? 'loads when they have left' : 'your choice']),
    tooltip: join([`batch ${staged.batch}`, `since ${clockTime(staged.since)}`, ...risks]),
    icon: STAGED,
    flags: ['staged', staged.policy],
    expanded: false,
    target: { kind: 'staged', module: module.name, batch: staged.batch },
    children: [],
  }
}

function failedRow(module: ModuleView, failed: FailedView): Row {
  return {
    id: `failed:${module.name}`,
    label: 'not loaded',
    description: join([failedText(failed), module.current && `v${module.current.version} runs on`, clockTime(failed.at)]),
    tooltip: failed.problems.map((problem) => problem.message).join('\n'),
    icon: FAILED,
    flags: ['failed'],
    expanded: true,
    target: { kind: 'note' },
    children: failed.problems.map((problem, index) => problemRow(`problem:${module.name}:${index}`, problem, FAILED)),
  }
}

const problemRow = (id: string, problem: Problem, icon: Icon): Row => ({
  id,
  label: problem.message,
  description: problemPlace(problem),
  tooltip: problem.stack ?? `${fileName(problem.file)}: ${problem.message}`,
  icon,
  flags: ['problem'],
  expanded: false,
  target: { kind: 'problem', problem },
  children: [],
})
