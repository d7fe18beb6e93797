/** What a batch came to, in as few lines as possible; nothing when nothing happened. */
import type { Problem } from '../base/problem'
import { riskText, supervisorsAtRisk } from '../protocol/atRisk'
import type { LoadReport, ModuleOutcome } from '../protocol/messages'
import type { LingeringView, Snapshot } from '../protocol/snapshot'
import { problemText, type ProblemContext } from './problemText'

type Outcome<K extends ModuleOutcome['kind']> = Extract<ModuleOutcome, { kind: K }>

const prefix = '[codeswitch]'
/** A batch of more modules than this is told by its number. */
const named = 3

export function reportText(report: LoadReport, snapshot: Snapshot, context: ProblemContext): string {
  const lines = [
    ...failedLines(of(report, 'failed'), context),
    ...(report.startsWhenRepaired === true ? [`${prefix} waiting: the program starts when this is repaired`] : []),
    ...heldBackLines(of(report, 'heldBack')),
    ...stagedLines(of(report, 'staged'), snapshot),
    ...(report.origin === 'start' ? [] : loadedLines(of(report, 'loaded'), report.tookMs, snapshot)),
    ...of(report, 'unchanged').flatMap(settledLines),
    ...of(report, 'deleted').map(({ module }) => `${prefix} ${module} is deleted: its file is gone and nobody imports it`),
    ...missingLines(report.missing ?? [], context),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

function of<K extends ModuleOutcome['kind']>(report: LoadReport, kind: K): Outcome<K>[] {
  const isKind = (outcome: ModuleOutcome): outcome is Outcome<K> => outcome.kind === kind
  return report.outcomes.filter(isKind)
}

function missingLines(missing: readonly Problem[], context: ProblemContext): string[] {
  const lines = missing.slice(0, named).map((problem) => `${prefix} ${problemText(problem, context).trimEnd()}`)
  return missing.length > named ? [...lines, `${prefix} ${count(missing.length - named, 'more import finds', 'more imports find')} nothing`] : lines
}

/** Nothing was loaded, but something is over that was said before. */
function settledLines({ module, settled }: Outcome<'unchanged'>): string[] {
  if (settled === undefined) return []
  return [`${prefix} ${module} is as it was loaded (v${settled.version}): nothing ${settled.was === 'failed' ? 'is wrong' : 'waits'} any more`]
}

function loadedLines(loaded: readonly Outcome<'loaded'>[], tookMs: number, snapshot: Snapshot): string[] {
  if (loaded.length === 0) return []
  const parts = loaded.slice(0, named).map((outcome) => loadedPart(outcome, snapshot))
  if (loaded.length > named) parts.push(`${loaded.length - named} more`)
  return [`${prefix} ${parts.join(', ')} ${Math.max(1, Math.round(tookMs))} ms`]
}

function loadedPart({ module, version, killed, why, notes: hints = [] }: Outcome<'loaded'>, snapshot: Snapshot): string {
  const notes: string[] = [...(why === undefined ? [] : [why]), ...hints]
  const lingering = snapshot.lingering.find((entry) => entry.module === module)
  if (lingering !== undefined && lingering.total > 0) notes.push(`old v${lingering.version}: ${count(lingering.total, 'lingers', 'linger')}`)
  if (killed.length > 0) notes.push(`${count(killed.length, 'process', 'processes')} ended`)
  return `${module} v${version}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}`
}

function stagedLines(staged: readonly Outcome<'staged'>[], snapshot: Snapshot): string[] {
  const waiting = staged.filter(({ victims }) => victims > 0).map(({ module, victims }) => {
    const lingering = snapshot.lingering.find((entry) => entry.module === module)
    return `${prefix} ${module} waits: ${count(victims, 'process lingers', 'processes linger')} in old code${who(lingering)}`
  })
  const risks = supervisorsAtRisk(snapshot, new Set(staged.map(({ module }) => module)))
  return [...waiting, ...risks.map((risk) => `${prefix} loading now: ${riskText(risk)}`)]
}

/** A load has been waiting for the program; no line end. */
export const loadWaitsText = (modules: readonly string[]): string =>
  `${prefix} ${modules.slice(0, named).join(', ')}${modules.length > named ? ', …' : ''} is not loaded yet: its top level or onLoad has not ended; a newer save takes its place`

/** The first who lingers, where it is. */
function who(lingering: LingeringView | undefined): string {
  const first = lingering?.processes[0]
  if (first === undefined) return ''
  const frame = first.stack.find((one) => one.slot === 'old' && one.module === lingering?.module)
  return ` (${first.name ?? first.label} ${first.pid}${frame === undefined ? '' : ` in ${frame.function}, line ${frame.line}`}${lingering !== undefined && lingering.total > 1 ? ', …' : ''})`
}

function failedLines(failed: readonly Outcome<'failed'>[], context: ProblemContext): string[] {
  return failed.flatMap(({ module, reason, problems }) => {
    if (reason === 'superseded') return [`${prefix} ${module}: a newer save took the place of one that had not ended`]
    if (problems.length === 0) return [`${prefix} ${module} is not loaded: ${reason}`]
    return problems.map((problem) => `${prefix} ${problemText(problem, context).trimEnd()}${problem.stack === undefined ? '' : `\n${frames(problem.stack)}`}`.trimEnd())
  })
}

/** The program's frames; the runtime is built beside this file. */
const frames = (stack: string): string =>
  stack.split('\n').filter((line) => /^\s+at /.test(line) && !line.includes(__dirname) && !/\((node:|<anonymous>)/.test(line)).slice(0, 5).join('\n')

function heldBackLines(heldBack: readonly Outcome<'heldBack'>[]): string[] {
  const first = heldBack[0]
  if (first === undefined) return []
  const names = heldBack.length > named ? `${heldBack.length} other modules` : heldBack.map(({ module }) => module).join(', ')
  return [`${prefix} ${names} ${heldBack.length === 1 ? 'is' : 'are'} held back: ${first.because} did not load`]
}

const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`
