/** Load reports -> rows of the History view, the latest first. Pure: no vscode. */
import type { Problem } from '../../base/problem'
import type { LoadReport, ModuleOutcome } from '../../protocol/messages'
import type { Icon, Row } from '../row'
import { assertNever } from '../../base/assertNever'
import { clockTime, count, duration, join, missingText, originText, outcomeText, problemPlace, reasonText } from '../texts'

export const historyRows = (reports: readonly LoadReport[]): readonly Row[] => reports.map(batchRow)

function batchRow(report: LoadReport): Row {
  const of = (kind: ModuleOutcome['kind']): number => report.outcomes.filter((outcome) => outcome.kind === kind).length
  const only = report.outcomes.length === 1 ? report.outcomes[0] : undefined
  return {
    id: `batch:${report.batch}:${report.at}`,
    label: only?.module ?? count(report.outcomes.length, 'module'),
    description: join([
      ...(only ? [shortOutcome(only)] : [
        of('loaded') > 0 && `${of('loaded')} loaded`, of('staged') > 0 && `${of('staged')} staged`, of('failed') > 0 && `${of('failed')} not loaded`,
        of('heldBack') > 0 && `${of('heldBack')} held back`, of('unchanged') > 0 && `${of('unchanged')} unchanged`,
      ]),
      report.missing && missingText(report.missing.length),
      duration(report.tookMs), originText(report.origin), clockTime(report.at),
    ]),
    tooltip: `batch ${report.batch}`,
    icon: of('failed') > 0 ? { id: 'error', color: 'list.errorForeground' } : of('staged') > 0 ? { id: 'watch', color: 'list.warningForeground' } : report.missing ? WARNING : { id: 'zap' },
    flags: ['batch'],
    expanded: false,
    target: { kind: 'batch', batch: report.batch },
    children: [...report.outcomes.map((outcome) => outcomeRow(report, outcome)), ...(report.missing ?? []).map((problem, index) => missingRow(report, problem, index))],
  }
}

const WARNING: Icon = { id: 'warning', color: 'list.warningForeground' }

const missingRow = (report: LoadReport, problem: Problem, index: number): Row => ({
  id: `missing:${report.batch}:${report.at}:${index}`,
  label: problem.message,
  description: problemPlace(problem),
  tooltip: problem.message,
  icon: WARNING,
  flags: ['problem'],
  expanded: false,
  target: { kind: 'problem', problem },
  children: [],
})

/** What fits beside the time: the details are one level below. */
const shortOutcome = (outcome: ModuleOutcome): string =>
  outcome.kind === 'failed' ? `not loaded: ${reasonText(outcome.reason)}` : outcome.kind === 'staged' ? 'staged' : outcomeText(outcome)

const outcomeRow = (report: LoadReport, outcome: ModuleOutcome): Row => ({
  id: `outcome:${report.batch}:${report.at}:${outcome.module}`,
  label: outcome.module,
  description: outcomeText(outcome),
  tooltip: outcome.kind === 'failed' ? outcome.problems.map((problem) => problem.message).join('\n') : outcomeText(outcome),
  icon: outcomeIcon(outcome),
  flags: ['outcome', outcome.kind],
  expanded: false,
  target: outcome.kind === 'failed' && outcome.problems[0] ? { kind: 'problem', problem: outcome.problems[0] } : { kind: 'module', module: outcome.module, file: '' },
  children: [],
})

function outcomeIcon(outcome: ModuleOutcome): Icon {
  switch (outcome.kind) {
    case 'loaded': return { id: 'check' }
    case 'unchanged': return { id: 'dash' }
    case 'deleted': return { id: 'trash' }
    case 'staged': return { id: 'watch', color: 'list.warningForeground' }
    case 'failed': return { id: 'error', color: 'list.errorForeground' }
    case 'heldBack': return { id: 'circle-slash' }
    default: return assertNever(outcome)
  }
}
