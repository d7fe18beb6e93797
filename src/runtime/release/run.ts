/**
 * Takes the steps of a script. Each that can be undone says how; until the point of no return a failure undoes them, last first,
 * and everybody goes on in the code and with the state they had. Source: release_handler_1.erl, eval_script. Different from OTP:
 * all modules are loaded as one step, and what fails half way is told instead of restarting the node.
 */
import { inspect } from 'node:util'
import { pidText, type PidText } from '../../protocol/ids'
import type { UpgradeReport, StoppedState, Unpurged, LoadedModule } from '../../protocol/upgrade'
import type { Supervisor } from '../behaviours/supervisorTypes'
import type { CodeServer } from '../code/codeServer'
import type { CodeAnswer, CodeRequest } from '../link'
import type { Process } from '../process/process'
import type { Processes } from '../process/processes'
import { askAll, tell } from './ask'
import { viewProcess } from './runners'
import { type Call, type Delete, lingeringBefore, type Restart, type Script, textOf, type Update } from './script'

export interface RunDeps {
  readonly processes: Processes
  readonly server: CodeServer
  readonly supervisor: Pick<Supervisor, 'terminateChild' | 'restartChild'>
  ask(request: CodeRequest): Promise<CodeAnswer>
}

const PATIENCE = 5000
const TIMEOUT = ['error', 'timeout'] as const

/** A step that did not work. */
class StepFailed extends Error {
  constructor(readonly step: string, readonly reason: string) {
    super(`${step}: ${reason}`)
  }
}

export class Run {
  private readonly undos: (() => void)[] = []
  private readonly asked = new Set<Process>()
  private readonly silent: Process[] = []
  private readonly changed = new Set<Process>()
  private readonly unchanged = new Set<Process>()
  private readonly stopped = new Set<string>()
  private readonly killed: PidText[] = []
  private final = false

  constructor(private readonly deps: RunDeps, private readonly script: Script) {}

  /** Runs in a process of its own: it must not linger in what it loads, nor be ended by it. */
  async run(): Promise<UpgradeReport> {
    const { title, direction } = this.script
    const { processes } = this.deps
    const started = processes.now()
    try {
      const unpurged = await this.steps()
      const tookMs = processes.now() - started
      return { kind: 'done', title, direction, tookMs, loaded: this.current(), killed: this.killed, unpurged, unanswered: this.silent.map(viewProcess) }
    } catch (error) {
      return error instanceof StepFailed ? this.failed(error.step, error.reason) : this.failed('upgrade', textOfReason(error))
    }
  }

  /** The process that ran it was ended: nobody must be left waiting. */
  abandon(): UpgradeReport {
    return this.failed('upgrade', 'the process that ran it was ended')
  }

  private failed(step: string, reason: string): UpgradeReport {
    const { title, direction } = this.script
    if (this.final) return { kind: 'stopped', title, direction, step, reason, state: this.stay() }
    this.undo()
    return { kind: 'undone', title, direction, step, reason }
  }

  private async steps(): Promise<readonly Unpurged[]> {
    const { before, after, updates, restarts, deletes, direction, early } = this.script
    const first = updates.filter((update) => direction === 'down' && update.early)
    for (const call of before) await this.call(call)
    await this.suspend()
    for (const update of first) await this.change(update)
    if (early !== undefined) this.final = true
    for (const restart of restarts) await this.stop(restart)
    await this.load()
    for (const update of updates) if (!first.includes(update)) await this.change(update)
    this.final = true
    for (const restart of restarts) await this.start(restart)
    for (const call of after) await this.call(call)
    for (const one of deletes) this.delete(one)
    this.resume()
    return this.purge()
  }

  private async call({ module, name, args, text }: Call): Promise<void> {
    const target = typeof module === 'string' ? module : this.deps.server.table.ofNamespace(module)?.name
    try {
      await this.deps.server.calls.apply(target ?? textOf(module), name, args)
    } catch (error) {
      throw new StepFailed(`apply ${text}`, textOfReason(error))
    }
  }

  /** Who does not answer in time may do so later: it is resumed with the others. */
  private async suspend(): Promise<void> {
    const waits = new Map<number, Set<Process>>()
    for (const { timeout, runners } of this.script.updates) {
      const group = waits.get(timeout) ?? new Set<Process>()
      for (const { process } of runners) if (!this.asked.has(process)) group.add(process)
      for (const process of group) this.asked.add(process)
      waits.set(timeout, group)
    }
    for (const [timeout, group] of waits) {
      const answers = await askAll(this.deps.processes, [...group], 'suspend', timeout)
      for (const [process, answer] of answers) if (answer.kind === 'silent') this.silent.push(process)
    }
  }

  private async change({ name, change, oldVsn, timeout, runners }: Update): Promise<void> {
    if (change.kind === 'soft') return
    const extra = change.kind === 'advanced' ? change.extra : []
    const suspended = runners.map(({ process }) => process).filter((process) => !this.silent.includes(process) && !process.ended)
    for (const process of suspended) this.unchanged.add(process)
    for (const process of suspended) {
      const kept = await this.answerOf(process, '$keep_state', PATIENCE)
      const answer = await this.answerOf(process, ['change_code', name, oldVsn, extra], Math.max(timeout, PATIENCE))
      if (answer === undefined) continue // it has ended meanwhile, and with it its state
      if (answer === TIMEOUT) {
        // What it answers later would be a state for code that is gone by then: undone, it is ended, and its supervisor starts it anew.
        this.undos.push(() => void this.deps.processes.exitProcess(process.pid, 'kill'))
        throw new StepFailed(`codeChange of ${name} in ${shown(process)}`, 'timeout; undoing ends it, as nobody could say which state it has')
      }
      if (answer !== 'ok') throw new StepFailed(`codeChange of ${name} in ${shown(process)}`, textOfReason(Array.isArray(answer) ? answer[1] : answer))
      this.unchanged.delete(process)
      this.changed.add(process)
      const restore: unknown = Array.isArray(kept) ? kept[1] : undefined
      if (isRestore(restore)) this.undos.push(restore)
    }
  }

  private async answerOf(process: Process, request: unknown, within: number): Promise<unknown> {
    const answer = (await askAll(this.deps.processes, [process], request, within)).get(process)
    if (answer === undefined || answer.kind === 'ended') return undefined
    return answer.kind === 'answered' ? answer.value : TIMEOUT
  }

  private async stop({ name, children }: Restart): Promise<void> {
    for (const { supervisor, id } of children) {
      const answer = await this.deps.supervisor.terminateChild(supervisor.pid, id)
      if (answer !== 'ok') throw new StepFailed(`stop ${name}`, textOfReason(answer[1]))
      this.stopped.add(String(id))
    }
  }

  private async start({ name, children }: Restart): Promise<void> {
    for (const { supervisor, id } of children) {
      const answer = await this.deps.supervisor.restartChild(supervisor.pid, id)
      if (answer[0] !== 'ok') throw new StepFailed(`start ${name}`, textOfReason(answer[1]))
      this.stopped.delete(String(id))
    }
  }

  /** All or none. From here on it is undone by going back to what is old then: nobody is ended for that. */
  private async load(): Promise<void> {
    const { script: { loads, early }, deps: { server, processes } } = this
    if (loads.length === 0) return
    const late = early === undefined ? loads.find((load) => lingeringBefore({ processes }, load).length > 0) : undefined
    if (late !== undefined) throw new StepFailed('load', `somebody has come to linger in old code of ${late.name} since the plan was checked`)
    // When the plan ends nobody, nobody is ended.
    const soft = loads.filter(({ prePurge }) => prePurge === 'soft_purge' || early === undefined).map(({ name }) => name)
    const answer = await this.deps.ask({ op: 'upgrade', modules: loads.map(({ wanted }) => wanted), soft })
    if (answer.kind === 'errors') throw new StepFailed('load', answer.printed === '' ? answer.errors.map(([module, reason]) => `${module}: ${reason}`).join(', ') : answer.printed)
    if (answer.kind === 'loaded') this.killed.push(...(answer.killed ?? []))
    this.undos.push(() => {
      for (const { name, before } of loads) {
        if (before === undefined) server.delete(name)
        else server.rollback(name)
        server.softPurge(name)
      }
    })
  }

  private delete({ name, record }: Delete): void {
    const { server } = this.deps
    if (record === undefined) return
    this.killed.push(...server.purge(name).map((pid) => pidText(pid.id)))
    server.delete(name)
  }

  private purge(): readonly Unpurged[] {
    const { script: { loads, deletes }, deps: { server, processes } } = this
    return [...loads, ...deletes].flatMap(({ name, postPurge }): Unpurged[] => {
      const old = server.table.get(name)?.old
      if (old === undefined || server.softPurge(name)) return []
      return [{ module: name, method: postPurge, lingering: processes.lingering(old.record).length }]
    })
  }

  private undo(): void {
    // States last first, then code: what a state was brought back to belongs to the code that comes back.
    for (const undo of this.undos.splice(0).reverse()) undo()
    this.unchanged.clear()
    this.resume()
  }

  private resume(): void {
    const { processes } = this.deps
    for (const process of this.asked) if (!process.ended && !this.unchanged.has(process)) tell(processes, process, 'resume', processes.table.init.pid)
    this.asked.clear()
  }

  /** After the point of no return: who has a state for the current code goes on, who has not stays suspended. */
  private stay(): StoppedState {
    const suspended = [...this.unchanged].filter((process) => !process.ended).map(viewProcess)
    this.resume()
    return { current: this.current(), changed: [...this.changed].filter((process) => !process.ended).map(viewProcess), suspended, stopped: [...this.stopped], killed: this.killed }
  }

  private current(): readonly LoadedModule[] {
    return this.script.loads.flatMap(({ name }): LoadedModule[] => {
      const current = this.deps.server.table.get(name)?.current
      return current === undefined ? [] : [{ module: name, version: current.record.version }]
    })
  }
}

const isRestore = (value: unknown): value is () => void => typeof value === 'function'
const shown = (process: Process): string => `${process.registeredName ?? process.label} (${pidText(process.pid.id)})`
const textOfReason = (reason: unknown): string => (reason instanceof Error ? `${reason.name}: ${reason.message}` : typeof reason === 'string' ? reason : inspect(reason, { depth: 4, breakLength: Infinity }))
