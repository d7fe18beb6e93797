/** What the one status bar item says. Pure. Worst news first: crashed, blocked, staged, would kill, busy, all well. */
import type { ModuleView, Snapshot } from '../protocol/snapshot'
import type { LoadReport } from '../protocol/messages'
import { riskText, supervisorsAtRisk } from '../protocol/atRisk'
import { stagedBatches } from './stagedBatches'
import { wouldKill } from './lingering'
import { count, duration, join, originText, outcomeText, PRODUCT, failedText, texts } from './texts'

export interface StatusText {
  readonly text: string
  readonly severity: 'quiet' | 'warning' | 'error'
  /** Lines of Markdown for the tooltip. */
  readonly tooltip: readonly string[]
  /** Command ids offered in the tooltip as links, with their titles. */
  readonly actions: readonly (readonly [title: string, command: string])[]
}

export interface StatusInput { readonly snapshot: Snapshot; readonly last: LoadReport | undefined; readonly loading: boolean; readonly waiting?: readonly string[] }

const START = ['Start', 'codeswitch.start'] as const
const RESTART = ['Restart', 'codeswitch.restart'] as const
const OUTPUT = ['Show Output', 'codeswitch.showOutput'] as const

export function statusText(input: StatusInput): StatusText {
  const { runtime } = input.snapshot
  switch (runtime.state) {
    case 'stopped': return { text: `$(circle-outline) ${PRODUCT}`, severity: 'quiet', tooltip: ['The runtime is stopped.'], actions: [START] }
    case 'starting': return { text: `$(sync~spin) ${PRODUCT}`, severity: 'quiet', tooltip: [`Starting ${runtime.entry ?? 'an empty runtime'}.`], actions: [] }
    case 'exited': return { text: `$(circle-slash) ${PRODUCT} ended`, severity: 'quiet', tooltip: [texts.exited(runtime.exitCode, runtime.at)], actions: [RESTART, OUTPUT] }
    case 'crashed': return { text: `$(error) ${PRODUCT} crashed`, severity: 'error', tooltip: [texts.crashed(runtime.message, runtime.at)], actions: [RESTART, OUTPUT] }
    case 'running': return runningText(input, runtime.busy)
  }
}

function runningText({ snapshot, last, loading, waiting = [] }: StatusInput, busy: { readonly forMs: number; readonly where?: string } | undefined): StatusText {
  const failed = snapshot.modules.filter((module) => module.failed !== undefined)
  const staged = stagedBatches(snapshot)
  const kills = wouldKill(snapshot)
  const tooltip = [
    ...(waiting.length > 0 ? [texts.loadWaits(waiting)] : []),
    ...failed.map((module) => `${module.name}: not loaded${module.failed === undefined ? '' : `, ${failedText(module.failed)}`}${module.current ? `; v${module.current.version} runs on` : ''}`),
    ...staged.map((batch) => `${batch.modules.join(', ')}: staged, waits for ${count(batch.total, 'process', 'processes')}`),
    ...(kills > 0 ? [`${texts.nextSaveKills(kills)} that linger in old code.`] : []),
    ...supervisorsAtRisk(snapshot).map(riskText),
    ...(busy ? [`The program has been busy for ${duration(busy.forMs)}${busy.where ? ` in ${busy.where}` : ''}.`] : []),
    ...(last ? lastLines(last) : []),
  ]
  const actions = [
    ...(staged.length > 0 ? [['Load Staged', 'codeswitch.loadStaged'] as const, ['Discard Staged', 'codeswitch.discardStaged'] as const] : []),
    ['Reload Modified', 'codeswitch.reloadModified'] as const,
    RESTART,
    OUTPUT,
  ]
  if (failed.length > 0) return { text: `$(error) ${subject(failed)} not loaded`, severity: 'error', tooltip, actions }
  const stagedTotal = staged.reduce((sum, batch) => sum + batch.total, 0)
  if (staged.length > 0) return { text: `$(watch) ${staged.flatMap((batch) => batch.modules).join(', ')} staged, waits for ${stagedTotal}`, severity: 'warning', tooltip, actions }
  if (kills > 0) return { text: `$(warning) next save kills ${kills}`, severity: 'warning', tooltip, actions }
  if (waiting.length > 0) return { text: `$(sync~spin) ${waiting.length === 1 ? `${waiting[0]}` : count(waiting.length, 'module')} not loaded yet`, severity: 'warning', tooltip, actions }
  if (loading || busy) return { text: `$(sync~spin) ${loading ? 'loading' : 'busy'}`, severity: 'quiet', tooltip, actions }
  return { text: last ? `$(zap) ${lastText(last)}` : `$(zap) ${count(snapshot.modules.length, 'module')}`, severity: 'quiet', tooltip, actions }
}

const subject = (modules: readonly ModuleView[]): string => modules.length === 1 ? `${modules[0]?.name}` : count(modules.length, 'module')

/** `t v2 · 42 ms`, `3 modules · 42 ms`. */
function lastText(report: LoadReport): string {
  const loaded = report.outcomes.flatMap((outcome) => outcome.kind === 'loaded' ? [outcome] : [])
  const one = loaded.length === 1 ? loaded[0] : undefined
  return join([one ? `${one.module} v${one.version}` : count(loaded.length, 'module'), duration(report.tookMs)])
}

function lastLines(report: LoadReport): string[] {
  const listed = report.outcomes.slice(0, 10).map((outcome) => `- ${outcome.module}: ${outcomeText(outcome)}`)
  const rest = report.outcomes.length - listed.length
  return [`Last batch (${originText(report.origin)}, ${duration(report.tookMs)}):`, ...listed, ...(rest > 0 ? [`- ${rest} more`] : [])]
}
