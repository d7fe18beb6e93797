/** A plan is read whole before anything else: whatever is wrong with it is told at once, with its place in it. */
import { isFunction } from '../../base/guards'
import type { ModuleRef } from '../code/codeApi'
import type { PurgeMethod, UpgradeDirection } from '../../protocol/upgrade'

interface Loading { readonly module: ModuleRef; readonly prePurge: PurgeMethod; readonly postPurge: PurgeMethod; readonly deps: readonly ModuleRef[] }

export type Change = { readonly kind: 'soft' } | { readonly kind: 'supervisor' } | { readonly kind: 'advanced'; readonly extra: unknown }

/** An instruction with all its defaults. */
export type Step =
  | (Loading & { readonly kind: 'update'; readonly change: Change; readonly timeout: number; readonly early: boolean })
  | (Loading & { readonly kind: 'load' })
  | (Loading & { readonly kind: 'add' })
  | (Loading & { readonly kind: 'delete' })
  | (Loading & { readonly kind: 'restart' })
  | { readonly kind: 'apply'; readonly module: ModuleRef; readonly name: string; readonly args: readonly unknown[] }
  | { readonly kind: 'pointOfNoReturn' }

export interface Plan {
  readonly title: string
  readonly texts: string | undefined
  readonly steps: readonly Step[]
}

export type Parsed = { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly problems: readonly string[] }

type Fields = Readonly<Record<string, unknown>>

const PATIENCE = 5000
const WORDS = ['update', 'loadModule', 'addModule', 'deleteModule', 'restart', 'apply', 'pointOfNoReturn'] as const
type Word = (typeof WORDS)[number]
const PURGING = ['prePurge', 'postPurge', 'deps']
const ALLOWED: Readonly<Record<Word, readonly string[]>> = {
  update: ['change', 'timeout', 'modType', ...PURGING], loadModule: PURGING, addModule: ['deps'], deleteModule: PURGING, restart: PURGING, apply: [], pointOfNoReturn: [],
}

export function parsePlan(given: unknown, direction: UpgradeDirection): Parsed {
  const reader = new Reader()
  const plan = reader.plan(given, direction)
  return reader.problems.length === 0 ? { ok: true, plan } : { ok: false, problems: reader.problems }
}

class Reader {
  readonly problems: string[] = []

  plan(given: unknown, direction: UpgradeDirection): Plan {
    const nothing: Plan = { title: '', texts: undefined, steps: [] }
    if (!isRecord(given)) return this.wrong('a plan is an object with a list `up`', nothing)
    if (!['up', 'down'].includes(direction)) this.wrong(`direction: must be 'up' or 'down', and not ${String(direction)}`, undefined)
    this.only('the plan', given, ['$schema', 'title', 'texts', 'up', 'down'])
    const { title = 'upgrade', up, down } = given
    if (typeof title !== 'string') this.wrong('title: must be a text', undefined)
    const ups = this.steps('up', up)
    const downs = down === undefined ? backwards(ups) : this.steps('down', down)
    return { title: String(title), texts: this.texts(given.texts, direction), steps: direction === 'up' ? ups : downs }
  }

  private texts(given: unknown, direction: UpgradeDirection): string | undefined {
    if (given === undefined) return undefined
    if (typeof given === 'string') return direction === 'up' ? given : undefined
    if (!isRecord(given)) return this.wrong('texts: must be a folder, or { up, down }', undefined)
    this.only('texts', given, ['up', 'down'])
    const folder = given[direction]
    return folder === undefined || typeof folder === 'string' ? folder : this.wrong(`texts.${direction}: must be a folder`, undefined)
  }

  private steps(where: string, given: unknown): readonly Step[] {
    if (!Array.isArray(given)) return this.wrong(`${where}: must be a list of instructions`, [])
    const steps = given.flatMap((one: unknown, index): Step[] => {
      const step = this.step(`${where}[${index}]`, one)
      return step === undefined ? [] : [step]
    })
    const twice = steps.filter(({ kind }) => kind === 'pointOfNoReturn').length > 1
    return twice ? this.wrong(`${where}: there is one point of no return at most`, steps) : steps
  }

  private step(where: string, given: unknown): Step | undefined {
    if (!isRecord(given)) return this.wrong(`${where}: must be an object`, undefined)
    const words = WORDS.filter((word) => word in given)
    const [word] = words
    if (word === undefined || words.length > 1) return this.wrong(`${where}: must have exactly one of ${WORDS.join(', ')}`, undefined)
    this.only(where, given, [word, ...ALLOWED[word]])
    switch (word) {
      case 'apply': return this.apply(`${where}.apply`, given.apply)
      case 'pointOfNoReturn': return given.pointOfNoReturn === true ? { kind: 'pointOfNoReturn' } : this.wrong(`${where}.pointOfNoReturn: must be true`, undefined)
      case 'update': return { ...this.loading(where, given, word), kind: 'update', ...this.updating(where, given) }
      case 'loadModule': return { ...this.loading(where, given, word), kind: 'load' }
      case 'addModule': return { ...this.loading(where, given, word), kind: 'add' }
      case 'deleteModule': return { ...this.loading(where, given, word), kind: 'delete' }
      case 'restart': return { ...this.loading(where, given, word), kind: 'restart' }
    }
  }

  private loading(where: string, given: Fields, word: Word): Loading {
    const module = this.module(`${where}.${word}`, given[word])
    const { deps = [] } = given
    const list = Array.isArray(deps) ? deps.map((one: unknown, index) => this.module(`${where}.deps[${index}]`, one)) : this.wrong(`${where}.deps: must be a list of modules`, [])
    return { module, deps: list, prePurge: this.method(`${where}.prePurge`, given.prePurge), postPurge: this.method(`${where}.postPurge`, given.postPurge) }
  }

  private updating(where: string, { change = 'soft', timeout = PATIENCE, modType = 'dynamic' }: Fields): { readonly change: Change; readonly timeout: number; readonly early: boolean } {
    if (modType !== 'static' && modType !== 'dynamic') this.wrong(`${where}.modType: must be 'static' or 'dynamic'`, undefined)
    const ms = timeout === 'infinity' ? Infinity : timeout
    const fine = typeof ms === 'number' && ms >= 0
    return { change: this.change(`${where}.change`, change), early: modType === 'dynamic' && change !== 'supervisor', timeout: fine ? ms : this.wrong(`${where}.timeout: must be milliseconds or 'infinity'`, PATIENCE) }
  }

  private change(where: string, given: unknown): Change {
    if (given === 'soft' || given === 'supervisor') return { kind: given }
    if (Array.isArray(given) && given[0] === 'advanced' && given.length === 2) return { kind: 'advanced', extra: given[1] }
    return this.wrong(`${where}: must be 'soft', 'supervisor' or ['advanced', extra]`, { kind: 'soft' })
  }

  private apply(where: string, given: unknown): Step | undefined {
    const [module, name, args = []]: unknown[] = Array.isArray(given) ? given : []
    if (!isModule(module) || typeof name !== 'string' || !Array.isArray(args)) return this.wrong(`${where}: must be [module, name, arguments]`, undefined)
    return { kind: 'apply', module, name, args }
  }

  private module(where: string, given: unknown): ModuleRef {
    return isModule(given) ? given : this.wrong(`${where}: must be a module`, '')
  }

  private method(where: string, given: unknown): PurgeMethod {
    if (given === undefined || given === 'brutal_purge') return 'brutal_purge'
    return given === 'soft_purge' ? given : this.wrong(`${where}: must be 'soft_purge' or 'brutal_purge'`, 'brutal_purge')
  }

  private only(where: string, given: Fields, allowed: readonly string[]): void {
    for (const key of Object.keys(given)) if (!allowed.includes(key)) this.wrong(`${where}: there is no "${key}" in it (but ${allowed.filter((one) => !one.startsWith('$')).join(', ')})`, undefined)
  }

  private wrong<T>(problem: string, otherwise: T): T {
    this.problems.push(problem)
    return otherwise
  }
}

/** What was added is deleted, what was deleted is added; the rest is done again with the other texts. Nobody can say what undoes a call. */
const backwards = (steps: readonly Step[]): readonly Step[] =>
  steps.filter(({ kind }) => kind !== 'apply').reverse().map((step) => (step.kind === 'add' ? { ...step, kind: 'delete' } : step.kind === 'delete' ? { ...step, kind: 'add' } : step))

const isRecord = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)
const isModule = (value: unknown): value is ModuleRef => (typeof value === 'string' && value !== '') || (typeof value === 'object' && value !== null && !isFunction(value) && !Array.isArray(value))
