/**
 * Every sentence a person reads, in one place, so that the message, the tree, the status bar and the palette say the same
 * thing in the same words (Erlang's: current, old, lingers, purge). No vscode here: the texts are tested as they are.
 */
import type { FailedView, FailureReason, FrameView, Origin, ProcessView, SupervisorRiskView } from '../protocol/snapshot'
import type { ModuleOutcome } from '../protocol/messages'
import type { Problem } from '../base/problem'
import { assertNever } from '../base/assertNever'
import { clockTime } from '../base/clockTime'
import { riskText } from '../protocol/atRisk'

export const PRODUCT = 'Codeswitch'
export const PROGRAM_OUTPUT = 'Codeswitch: Program'
export const SHELL_TERMINAL = 'Codeswitch: Shell'

export const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`
export const lingers = (n: number): string => `${n} ${n === 1 ? 'lingers' : 'linger'}`
export const killed = (n: number): string => `${n} killed`
export const join = (parts: readonly (string | undefined | false)[]): string => parts.filter((part) => part !== undefined && part !== false && part !== '').join(' · ')

export { clockTime }

export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`
  const seconds = Math.floor(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

export const fileName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path
export const place = (frame: Pick<FrameView, 'file' | 'line'>): string => `${fileName(frame.file)}:${frame.line}`
export const frameText = (frame: FrameView): string => `${frame.function} ${place(frame)}`
export const processTitle = (process: ProcessView): string => process.name ?? process.label

const ORIGINS: Record<Origin, string> = {
  start: 'start', save: 'save', external: 'changed outside the editor', command: 'command', shell: 'shell', program: 'the program', rollback: 'rollback',
}
export const originText = (origin: Origin): string => ORIGINS[origin]

const REASONS: Record<FailureReason, string> = {
  compile_error: 'compile error', badfile: 'not a module', nofile: 'file is gone', not_purged: 'old code not purged', sticky_directory: 'sticky module',
  on_load_failure: 'onLoad failed', on_load_not_allowed: 'has an onLoad', pending_on_load: 'onLoad is running', evaluation_failed: 'top level threw', link_error: 'import not found', superseded: 'replaced by a newer save',
  duplicated: 'named twice', not_loaded: 'not loaded', host_down: 'runtime is down',
}
export const reasonText = (reason: FailureReason): string => REASONS[reason]
export const failedText = ({ reason, because }: Pick<FailedView, 'reason' | 'because'>): string => (because === undefined ? reasonText(reason) : `waits for ${because}`)

export const missingText = (n: number): string => count(n, 'import finds nothing', 'imports find nothing')

export const problemPlace = (problem: Problem): string => `${fileName(problem.file)}:${problem.line}:${problem.column + 1}`

export function outcomeText(outcome: ModuleOutcome): string {
  switch (outcome.kind) {
    case 'loaded': return join([`v${outcome.version} loaded`, outcome.killed.length > 0 && killed(outcome.killed.length), outcome.why, ...(outcome.notes ?? [])])
    case 'unchanged': return outcome.settled === undefined ? 'unchanged' : `as it was loaded (v${outcome.settled.version})`
    case 'deleted': return 'deleted: its file is gone and nobody imports it'
    case 'staged': return join(['staged', `waits for ${count(outcome.victims, 'process', 'processes')}`])
    case 'failed': return join([`not loaded: ${reasonText(outcome.reason)}`, outcome.problems[0] && `${problemPlace(outcome.problems[0])} ${outcome.problems[0].message}`])
    case 'heldBack': return `held back: ${outcome.because} did not load`
    default: return assertNever(outcome)
  }
}

/** The one message about a staged batch. Exactly these four buttons, in this order. */
export const stagedButtons = {
  kill: (n: number): string => `Load and kill ${n}`,
  wait: 'Load when they have left',
  show: 'Show',
  discard: 'Discard',
}

export interface VictimText {
  readonly name: string
  readonly pid: string
  /** What many have in common: `GET /users/*`. */
  readonly crowd?: string | undefined
  readonly where: string
  readonly since: number
}
/** How many victims a message names before it says "n more". */
const NAMED_VICTIMS = 10

const victimText = (victim: VictimText): string => `${victim.name} (${victim.pid}) in ${victim.where} since ${clockTime(victim.since)}`

/** From so many of a crowd on who wait at the same place they are one line. */
const ALIKE = 4

/** Whom a load or a purge would end, a line each: first those named, then how many more. */
export function victimTexts(victims: readonly VictimText[], total: number): readonly string[] {
  const alike = new Map<string, VictimText[]>()
  for (const victim of victims) {
    const key = victim.crowd === undefined ? victim.pid : `${victim.crowd} in ${victim.where}`
    alike.set(key, [...(alike.get(key) ?? []), victim])
  }
  const lines = [...alike].flatMap(([key, those]) => (those.length < ALIKE
    ? those.map((victim) => ({ text: victimText(victim), of: 1 }))
    : [{ text: `${those.length} × ${key}, the first since ${clockTime(Math.min(...those.map(({ since }) => since)))}`, of: those.length }]))
  const named = lines.slice(0, NAMED_VICTIMS)
  const rest = total - named.reduce((sum, { of }) => sum + of, 0)
  return [...named.map(({ text }) => text), ...(rest > 0 ? [`${rest} more`] : [])]
}

export function stagedMessage(modules: readonly string[], victims: readonly VictimText[], total: number, supervisors: readonly SupervisorRiskView[]): string {
  const list = victimTexts(victims, total)
  return `${modules.join(', ')}: loading now would kill ${count(total, 'process', 'processes')} in old code: ${list.join('; ')}.${supervisors.map((supervisor) => ` ${sentence(riskText(supervisor))}`).join('')}`
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`

export const texts = {
  loadWaits: (modules: readonly string[]) => `${modules.slice(0, 3).join(', ')}${modules.length > 3 ? ', …' : ''} is not loaded yet: its top level or onLoad has not ended. Old code runs on; a newer save takes its place.`,
  untrusted: 'This workspace is not trusted: Codeswitch runs nothing here.',
  crashed: (how: string, at: number): string => `The runtime crashed at ${clockTime(at)}: ${how}. What you see is its last picture.`,
  exited: (code: number, at: number): string => `The program ended at ${clockTime(at)} with exit code ${code}.`,
  restart: 'Restart',
  showOutput: 'Show Output',
  showLog: 'Show Log',
  stillRunning: (n: number): string => `Showing ${count(n, 'process', 'processes')} as they were.`,
  nextSaveKills: (n: number): string => `The next save kills ${count(n, 'process', 'processes')}`,
  andMore: (rest: number): string => `and ${rest} more`,
  otherCrowds: (crowds: number, processes: number): string => `${count(crowds, 'smaller group')}: ${count(processes, 'process', 'processes')}`,
  showMore: (rest: number): string => `Show more (${rest} left)`,
  cancelled: 'Cancelled.',
  noFolder: 'Open a folder first.',
  noEntry: 'No entry: set codeswitch.entry to the file that starts your program.',
  noSuchModule: (name: string): string => `No module is called "${name}".`,
  noSuchProcess: (pid: string): string => `No process ${pid}.`,
  noOldCode: (name: string): string => `${name} has no old code.`,
  nothingStaged: 'Nothing is staged.',
  notRunning: 'The runtime is not running.',
  lookingWhy: (name: string): string => `Looking for what keeps ${name}. The program stands still while its heap is copied.`,
  pickModule: 'Which module?',
  pickProcess: 'Which process?',
  pickStaged: 'What happens to the staged code?',
  pickEntry: 'Which file starts your program?',
  emptyRuntime: 'None: an empty runtime for the shell',
  sendPrompt: (who: string): string => `A JavaScript expression: the message for ${who}`,
  sendPlaceholder: '"code_switch"',
  confirmKill: (who: string): string => `Kill ${who}?`,
  kill: 'Kill',
  confirmPurge: (module: string, n: number): string => `Purging old ${module} kills ${count(n, 'process', 'processes')}.`,
  purgeAndKill: (n: number): string => `Purge and kill ${n}`,
  confirmUpgrade: (title: string, direction: 'up' | 'down'): string => `Run the upgrade "${title}" (${direction})?`,
  runUpgrade: 'Run',
  pickPlan: 'Which upgrade plan?',
  noPlan: 'There is no upgrade plan: a file *.upgrade.json.',
  pickDirection: 'Which way?',
  up: 'Up',
  down: 'Down',
  confirmDiscard: 'Discard',
  oldTitle: (file: string, version: number): string => `${fileName(file)} (old v${version})`,
  currentTitle: (file: string, version: number): string => `${fileName(file)} (current v${version})`,
  diskTitle: (file: string): string => `${fileName(file)} (disk)`,
  versus: (left: string, right: string): string => `${left} ↔ ${right}`,
  purgedText: (module: string, version: number): string => `// ${module} v${version} was purged: its text is no longer kept.\n`,
  shellBanner: 'Codeswitch shell. JavaScript, one expression a line; a module\'s name is its namespace. c(m) l(m) m() i() regs() flush()',
  shellPrompt: '> ',
}
