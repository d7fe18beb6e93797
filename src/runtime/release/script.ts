/**
 * A plan meets the running program: which modules, which texts, which processes, and what stands against it. Looking changes
 * nothing. Source: systools_rc.erl (the order of what a plan comes to) and release_handler_1.erl (check_old_processes).
 */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { inspect } from 'node:util'
import { moduleName, version, type ModuleName, type Version } from '../../protocol/ids'
import type { PurgeMethod, UpgradeDirection, UpgradeProblem } from '../../protocol/upgrade'
import type { CodeApi, ModuleRef } from '../code/codeApi'
import type { CodeAnswer, CodeRequest, WantedModule } from '../link'
import type { Instance, ModuleRecord, ModuleTable } from '../code/moduleTable'
import type { Process } from '../process/process'
import type { Processes } from '../process/processes'
import type { Change, Plan, Step } from './plan'
import { lookWhoRuns, type Restartable, type Runner } from './runners'

export interface ScriptDeps {
  readonly processes: Processes
  readonly table: ModuleTable
  readonly code: CodeApi
  isSticky(record: ModuleRecord): boolean
  /** A load waits for the top level or `onLoad` that asks. */
  isLoading(): boolean
  ask(request: CodeRequest): Promise<CodeAnswer>
  digest(module: ModuleName, text: string): Promise<string | undefined>
}

export interface Load {
  readonly kind: Exclude<Step['kind'], 'apply' | 'pointOfNoReturn' | 'delete'>
  readonly name: ModuleName
  readonly record: ModuleRecord | undefined
  readonly before: Instance | undefined
  readonly to: Version
  /** Absolute; `own` when that is the module's own file, and the text is what it says by then. */
  readonly textFile: string
  readonly own: boolean
  readonly text: string
  readonly wanted: WantedModule
  readonly prePurge: PurgeMethod
  readonly postPurge: PurgeMethod
}

export interface Update {
  readonly name: ModuleName
  readonly change: Change
  readonly timeout: number
  /** On the way down its state is changed before the load. */
  readonly early: boolean
  readonly oldVsn: unknown
  readonly runners: readonly Runner[]
}

export interface Restart { readonly name: ModuleName; readonly children: readonly Restartable[] }
export interface Delete { readonly name: ModuleName; readonly record: ModuleRecord | undefined; readonly prePurge: PurgeMethod; readonly postPurge: PurgeMethod }
export interface Call { readonly module: ModuleRef; readonly name: string; readonly args: readonly unknown[]; readonly text: string }

export interface Script {
  readonly title: string
  readonly direction: UpgradeDirection
  readonly problems: readonly UpgradeProblem[]
  readonly before: readonly Call[]
  readonly after: readonly Call[]
  readonly loads: readonly Load[]
  readonly updates: readonly Update[]
  readonly restarts: readonly Restart[]
  readonly deletes: readonly Delete[]
  /** Why nothing can be undone from the load on; undefined: it can, until the states are changed. */
  readonly early: string | undefined
}

type Loading = Extract<Step, { readonly kind: Load['kind'] }>
type Doing = Exclude<Step, { readonly kind: 'apply' | 'pointOfNoReturn' }>

export async function makeScript(deps: ScriptDeps, plan: Plan, direction: UpgradeDirection, base: string, asker: Process): Promise<Script> {
  const { table } = deps
  const problems: UpgradeProblem[] = []
  const problem = (reason: UpgradeProblem['reason'], module: string | undefined, message: string): void => void problems.push({ reason, message, ...(module === undefined ? {} : { module }) })
  const recordOf = (module: ModuleRef): ModuleRecord | undefined => (typeof module === 'string' ? table.find(module) : table.ofNamespace(module))
  const nameOf = (module: ModuleRef): ModuleName | undefined => recordOf(module)?.name ?? (typeof module === 'string' ? moduleName(module) : undefined)

  const doings = ordered(plan.steps.filter(isDoing), direction, nameOf, (module) => problem('bad_plan', textOf(module), `${textOf(module)} is named in deps and is not in the plan`))
  for (const [index, { module }] of doings.entries()) {
    if (doings.slice(0, index).some((other) => nameOf(other.module) === nameOf(module))) problem('bad_plan', textOf(module), `${textOf(module)} is in the plan twice`)
  }

  const found = doings.flatMap((step) => (step.kind === 'delete' ? [] : (loadOf(step, base, plan.texts) ?? [])))
  const compiled = found.length === 0 ? undefined : await deps.ask({ op: 'compile', modules: found.map(({ wanted }) => wanted) })
  const loads = found.map((load, index): Load => {
    const name = compiled?.kind === 'loaded' ? compiled.modules[index] : undefined
    return name === undefined || load.kind !== 'add' ? load : { ...load, name, textFile: deps.code.which(name) }
  })
  if (compiled?.kind === 'errors') compileProblems(compiled)
  const exportsOf = (load: Load): readonly string[] => (compiled?.kind === 'loaded' ? (compiled.exports?.[loads.indexOf(load)] ?? []) : [])
  const oldVsns = new Map<ModuleName, unknown>()
  for (const load of loads) oldVsns.set(load.name, await oldVsnOf(load))

  // From here on nothing waits: what is seen belongs together.
  const names = new Set(doings.flatMap(({ module }) => nameOf(module) ?? []))
  const running = lookWhoRuns(deps.processes, names, (module) => recordOf(module)?.name)
  const updates = doings.flatMap((step): Update[] => {
    const name = nameOf(step.module)
    if (step.kind !== 'update' || name === undefined) return []
    return [{ name, change: step.change, timeout: step.timeout, early: step.early, oldVsn: oldVsns.get(name), runners: running.runners.get(name) ?? [] }]
  })
  const restarts = doings.flatMap((step): Restart[] => {
    const name = nameOf(step.module)
    return step.kind === 'restart' && name !== undefined ? [{ name, children: running.children.get(name) ?? [] }] : []
  })
  const deletes = doings.flatMap((step): Delete[] => {
    const name = nameOf(step.module)
    return step.kind === 'delete' && name !== undefined ? [{ name, record: recordOf(step.module), prePurge: step.prePurge, postPurge: step.postPurge }] : []
  })
  const kills = loads.reduce((sum, load) => sum + lingeringBefore(deps, load).length, 0)
  const script = { title: plan.title, direction, loads, updates, restarts, deletes, ...calls(plan.steps), early: whyEarly(plan.steps, restarts, kills) }
  checkSlots()
  checkChanges()
  checkCalls()
  checkAsker()
  return { ...script, problems }

  function loadOf(step: Loading, folder: string, texts: string | undefined): Load | undefined {
    const record = recordOf(step.module)
    const shown = textOf(step.module)
    if (record?.current === undefined && step.kind !== 'add') return void problem('not_loaded', shown, `${shown} is not loaded: a plan adds it with addModule`)
    if (record?.current !== undefined && step.kind === 'add') return void problem('already_loaded', shown, `${shown} is loaded already`)
    const loading = { kind: step.kind, record, before: record?.current, to: record?.nextVersion() ?? version(1), prePurge: step.prePurge, postPurge: step.postPurge }
    // Where its file is only the compiler knows, as it has no name yet.
    if (step.kind === 'add') return { ...loading, name: moduleName(shown), textFile: '', own: true, text: '', wanted: record?.name ?? shown }
    const file = record?.file ?? shown
    const other = texts === undefined ? undefined : path.join(path.resolve(folder, texts), path.relative(folder, file))
    const otherText = other === undefined ? undefined : readText(other)
    const text = otherText ?? readText(file)
    if (text === undefined) return void problem('nofile', shown, `the file of ${shown} is gone: ${file}`)
    const own = other === undefined || otherText === undefined
    const name = record?.name ?? moduleName(shown)
    return { ...loading, name, textFile: own ? file : other, own, text, wanted: own ? name : [name, file, text] }
  }

  function compileProblems({ errors, printed }: Extract<CodeAnswer, { readonly kind: 'errors' }>): void {
    const lines = printed === '' ? [] : printed.split('\n')
    for (const [module, reason] of errors) problem(reason === 'nofile' ? 'nofile' : 'badfile', module, lines.length === 0 ? `${module} does not load: ${reason}` : lines.join('; '))
  }

  /** What `codeChange` is told: the vsn of the code the state comes from, on the way down of the code it goes to. */
  async function oldVsnOf({ name, before, text }: Load): Promise<unknown> {
    if (direction === 'up') return before === undefined ? undefined : deps.code.moduleInfo(name, 'attributes')[0]?.[1][0]
    const written = writtenVsn(text)
    if (written !== undefined) return ['down', written]
    const digest = await deps.digest(name, text)
    return ['down', digest === undefined ? undefined : BigInt(`0x${digest}`)]
  }

  function checkSlots(): void {
    for (const load of loads) {
      const { name, record, before, prePurge } = load
      if (record !== undefined && before !== undefined && deps.isSticky(record)) problem('sticky_directory', name, `${name} is sticky: it cannot be loaded again`)
      const many = lingeringBefore(deps, load).length
      if (prePurge === 'soft_purge' && many > 0) problem('old_processes', name, lingerText(name, many))
    }
    for (const { name, record, prePurge } of deletes) {
      if (record?.current === undefined) problem('not_loaded', name, `${name} is not loaded: there is nothing to delete`)
      const many = record?.old === undefined ? 0 : deps.processes.lingering(record.old.record).length
      if (prePurge === 'soft_purge' && many > 0) problem('old_processes', name, lingerText(name, many))
    }
    for (const { name, children } of restarts) {
      if (children.some(({ simple }) => simple)) problem('simple_one_for_one', name, `a child of a simpleOneForOne supervisor runs ${name}: it cannot be started again`)
    }
  }

  /** A server that cannot change its state would only be found out when half is done. */
  function checkChanges(): void {
    for (const { name, change, early, runners } of updates) {
      const servers = runners.filter(({ process }) => process.extras?.host?.behaviour === 'genServer' || process.extras?.host?.behaviour === 'genStatem')
      if (change.kind !== 'advanced' || servers.length === 0) continue
      const load = loads.find((one) => one.name === name)
      const doneByOld = direction === 'down' && early
      const exported = load === undefined ? [] : doneByOld ? Object.keys(load.before?.exports ?? {}) : exportsOf(load)
      if (exported.length > 0 && !exported.includes('codeChange') && !exported.includes('*')) problem('undef', name, `the ${doneByOld ? 'current' : 'new'} code of ${name} exports no codeChange`)
    }
  }

  /** What is loaded by the plan, or at the call, may export it by then. */
  function checkCalls(): void {
    for (const { module, name } of [...script.before, ...script.after]) {
      const record = recordOf(module)
      const exported = record?.current?.exports
      if (exported === undefined || loads.some((load) => load.record === record) || Object.hasOwn(exported, name) || Object.hasOwn(exported, '$handleUndefinedFunction')) continue
      problem('undef', textOf(module), `${textOf(module)} exports no ${name}, which the plan calls`)
    }
  }

  function checkAsker(): void {
    const involved = [...updates.flatMap(({ runners }) => runners), ...restarts.flatMap(({ children }) => children)]
    if (involved.some(({ process }) => process === asker)) problem('calling_self', undefined, 'the process that asks would have to be suspended itself: let another one ask')
    if (deps.isLoading()) problem('calling_self', undefined, 'a top level or onLoad cannot wait for an upgrade: loads wait for it')
  }
}

/** `export const vsn = 7` of a text that does not run yet, or of a constant of it. Undefined: what it says cannot be read off. */
function writtenVsn(text: string, name = 'export const vsn'): string | number | undefined {
  const declared = new RegExp(`^${name}(?:\\s*:[^=]+)?\\s*=\\s*(?:(-?\\d+(?:\\.\\d+)?)|'([^'\\\\]*)'|"([^"\\\\]*)"|([A-Za-z_]\\w*))\\s*;?\\s*$`, 'm').exec(text)
  if (declared === null) return undefined
  const [, number, single, double, other] = declared
  if (other !== undefined) return name.startsWith('export') ? writtenVsn(text, `const ${other}`) : undefined
  return number === undefined ? (single ?? double) : Number(number)
}

/** Who lingers in the old code that a load has to drop first. */
export function lingeringBefore({ processes }: Pick<ScriptDeps, 'processes'>, { record, before }: Pick<Load, 'record' | 'before'>): readonly Process[] {
  return before === undefined || record?.old === undefined ? [] : processes.lingering(record.old.record)
}

function whyEarly(steps: readonly Step[], restarts: readonly Restart[], kills: number): string | undefined {
  if (kills > 0) return `the load ends ${kills} ${kills === 1 ? 'process' : 'processes'} in old code`
  if (restarts.some(({ children }) => children.length > 0)) return 'processes are ended to be started again'
  return steps.some(({ kind }) => kind === 'pointOfNoReturn') ? 'the plan says so' : undefined
}

function calls(steps: readonly Step[]): { readonly before: readonly Call[]; readonly after: readonly Call[] } {
  const first = steps.findIndex(isDoing)
  const before: Call[] = []
  const after: Call[] = []
  for (const [index, step] of steps.entries()) {
    if (step.kind !== 'apply') continue
    const { module, name, args } = step
    const shown = args.map((arg) => inspect(arg, { breakLength: Infinity, depth: 2 })).join(', ');
    (first === -1 || index < first ? before : after).push({ module, name, args, text: `${textOf(module)}.${name}(${shown})` })
  }
  return { before, after }
}

/** Dependencies first; on the way down last. What has none stays where the plan has it; a circle is left as it is written. */
function ordered(steps: readonly Doing[], direction: UpgradeDirection, nameOf: (module: ModuleRef) => ModuleName | undefined, missing: (module: ModuleRef) => void): readonly Doing[] {
  const byName = new Map(steps.map((step) => [nameOf(step.module), step]))
  const needed = new Map<Doing, Doing[]>(steps.map((step) => [step, []]))
  for (const step of steps) {
    for (const dep of step.deps) {
      const other = byName.get(nameOf(dep))
      if (other === undefined) missing(dep)
      else if (direction === 'up') needed.get(step)?.push(other)
      else needed.get(other)?.push(step)
    }
  }
  const done = new Set<Doing>()
  const visit = (step: Doing, above: ReadonlySet<Doing>): void => {
    if (done.has(step) || above.has(step)) return
    for (const other of needed.get(step) ?? []) visit(other, new Set(above).add(step))
    done.add(step)
  }
  for (const step of steps) visit(step, new Set())
  return [...done]
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined // there is none: the caller says what is missing
  }
}

const isDoing = (step: Step): step is Doing => step.kind !== 'apply' && step.kind !== 'pointOfNoReturn'
const lingerText = (name: string, many: number): string => `${many} ${many === 1 ? 'process lingers' : 'processes linger'} in old code of ${name}, and the plan purges it softly`
export const textOf = (module: ModuleRef): string => (typeof module === 'string' ? module : '(module)')
