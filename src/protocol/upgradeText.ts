/** Previews and reports of upgrades as people read them: Markdown that is legible in a terminal too. */
import { assertNever } from '../base/assertNever'
import { riskText } from './atRisk'
import type { UpgradeLoad, UpgradePreview, UpgradeProcess, UpgradeReport, UpgradeStep } from './upgrade'

const NAMED = 10

export function previewText(preview: UpgradePreview): string {
  const { title, direction, problems, steps } = preview
  return [
    `# ${title} (${direction})`, '',
    ...(problems.length === 0 ? ['Nothing stands against it.'] : ['It cannot run:', '', ...problems.map(({ message }) => `- ${message}`)]),
    ...(steps.length === 0 ? [] : ['', '## What would happen', '', stepsText(preview)]), '',
  ].join('\n')
}

export const stepsText = ({ steps }: UpgradePreview): string => steps.map((step, index) => `${index + 1}. ${stepText(step)}`).join('\n')

function stepText(step: UpgradeStep): string {
  switch (step.step) {
    case 'apply': return `call ${step.call}`
    case 'suspend': return `suspend ${step.module}: ${people(step.processes)}${silent(step.processes)}`
    case 'codeChange': return `change the state for ${step.module}, ${step.direction} (oldVsn ${step.oldVsn}${step.extra === '' ? '' : `, extra ${step.extra}`}): ${people(step.processes)}`
    case 'stop': return `end who runs ${step.module}: ${people(step.processes)}`
    case 'start': return `start again who ran ${step.module}: ${people(step.processes)}`
    case 'load': return ['load, all as one step:', ...step.modules.map(loadText), ...step.supervisors.map((supervisor) => `   - ${riskText(supervisor)}`)].join('\n')
    case 'pointOfNoReturn': return `point of no return: ${step.why}. What fails before it is undone`
    case 'delete': return `delete ${step.module}${step.version === undefined ? '' : ` v${step.version}`}${step.killed > 0 ? `, ending ${processes(step.killed)} in its old code` : ''}`
    case 'resume': return `resume ${processes(step.processes)}`
    case 'purge': return `drop old code of ${step.module}: ${purgeText(step.lingering, step.method === 'brutal_purge')}`
    default: return assertNever(step)
  }
}

function loadText({ module, from, to, text, same, kills, killed }: UpgradeLoad): string {
  const parts = [`   - ${module} ${from === undefined ? `v${to}, for the first time` : `v${from} → v${to}`} from ${text}`]
  if (same) parts.push('the text that runs already')
  if (killed > 0) parts.push(`ends ${processes(killed)} in old code: ${people(kills, killed)}`)
  return parts.join('; ')
}

const purgeText = (lingering: number, brutal: boolean): string =>
  lingering === 0 ? 'nobody is in it' : `it stays while ${processes(lingering)} ${lingering === 1 ? 'is' : 'are'} in it${brutal ? ', or until the upgrade is made permanent' : ''}`

export function reportText(report: UpgradeReport): string {
  return [`# ${report.title} (${report.direction}): ${report.kind}`, '', ...reportLines(report), ''].join('\n')
}

function reportLines(report: UpgradeReport): string[] {
  switch (report.kind) {
    case 'done': return [
      `Done in ${Math.round(report.tookMs)} ms.`, '',
      ...report.loaded.map(({ module, version }) => `- ${module} v${version} is current`),
      ...(report.killed.length > 0 ? [`- ended: ${report.killed.join(', ')}`] : []),
      ...report.unpurged.map(({ module, method, lingering }) => `- ${module}: old code stays, ${processes(lingering)} in it (${method})`),
      ...report.unanswered.map((process) => `- ${person(process)} did not answer in time: it was not suspended, and its state was not changed`),
    ]
    case 'refused': return ['Nothing was done:', '', ...report.problems.map(({ message }) => `- ${message}`)]
    case 'undone': return [`Stopped at: ${report.step}. ${report.reason}`, '', 'Everything is as before: code and states were brought back, everybody goes on.']
    case 'stopped': return [
      `Stopped at: ${report.step}. ${report.reason}`, '', 'This was after the point of no return. What is now:', '',
      ...report.state.current.map(({ module, version }) => `- ${module} v${version} is current`),
      ...report.state.changed.map((process) => `- ${person(process)} has the new state and goes on`),
      ...report.state.suspended.map((process) => `- ${person(process)} has a state of another version and stays suspended: change it (sys.changeCode), resume it or end it`),
      ...report.state.stopped.map((id) => `- child ${id} was ended and not started again`),
      ...(report.state.killed.length > 0 ? [`- ended: ${report.state.killed.join(', ')}`] : []),
    ]
    default: return assertNever(report)
  }
}

/** For a message: one sentence. */
export function reportSentence(report: UpgradeReport): string {
  if (report.kind === 'done') return `${report.title}: done.`
  if (report.kind === 'refused') return `${report.title}: ${report.problems.map(({ message }) => message).join('; ')}.`
  return `${report.title}: stopped at ${report.step}: ${report.reason}. ${report.kind === 'undone' ? 'Everything is as before.' : 'This was after the point of no return.'}`
}

function people(list: readonly UpgradeProcess[], total = list.length): string {
  if (total === 0) return 'nobody'
  const named = list.slice(0, NAMED).map(person)
  return total > named.length ? `${named.join(', ')}, ${total - named.length} more` : named.join(', ')
}

const person = ({ name, label, pid }: UpgradeProcess): string => `${name ?? label} (${pid})`
const processes = (n: number): string => `${n} ${n === 1 ? 'process' : 'processes'}`

function silent(list: readonly UpgradeProcess[]): string {
  const mute = list.filter(({ answers }) => !answers)
  return mute.length === 0 ? '' : `. Not a behaviour, may not answer: ${people(mute)}`
}
