/**
 * A supervisor is a gen_server whose callbacks are these. Restarts begin when the EXIT of the child is taken out of the mailbox,
 * which is never before the current step of the main thread is over: a purge and the load it makes room for are one such step,
 * so a child that a purge killed is restarted in the version that was just loaded.
 */
import type { Processes } from '../process/processes'
import { Pid } from '../process/pid'
import type { Attempt } from './attempt'
import { reasonOf } from './attempt'
import type { Callbacks } from './callbacks'
import { checkFlags, checkSpec, checkSpecs } from './childSpecs'
import { type Child, ChildTable, restarts } from './childTable'
import type { Accepted, Born } from './launch'
import type { Shutdown } from './shutdown'
import type { ChildCounts, ChildResult, ChildRow, ChildSpec, SupervisorInit } from './supervisorTypes'

/** ['ok', pid] … as the caller sees it, or why not. */
type Started = { readonly ok: true; readonly result: ChildResult } | { readonly ok: false; readonly reason: unknown }
type Answer = readonly ['reply', unknown, ChildTable]
type Next = readonly ['noreply', ChildTable] | readonly ['stop', unknown, ChildTable]

export type SupervisorServer = ReturnType<typeof createSupervisorServer>

export function createSupervisorServer(processes: Processes, callbacks: Callbacks, attempt: Attempt, shutdown: Shutdown) {
  async function startProcess(child: Child): Promise<Started> {
    const [module, name, args] = child.spec.start
    const outcome = await attempt(() => callbacks.call(module, name, [...args, ...child.extra]))
    if (outcome.kind !== 'returned') return { ok: false, reason: ['EXIT', reasonOf(outcome)] }
    const { value } = outcome
    if (value instanceof Pid) return running(child, value, ['ok', value])
    if (value === 'ignore') return { ok: true, result: ['ok', undefined] }
    if (!Array.isArray(value)) return { ok: false, reason: value }
    const [word, pid, more]: unknown[] = value
    if (word === 'ok' && pid instanceof Pid) return running(child, pid, value.length === 2 ? ['ok', pid] : ['ok', pid, more])
    if (word === 'ok' && pid === undefined && value.length === 2) return { ok: true, result: ['ok', undefined] }
    return { ok: false, reason: word === 'error' ? pid : value }
  }

  function running(child: Child, pid: Pid, result: ChildResult): Started {
    child.set({ kind: 'running', pid })
    return { ok: true, result }
  }

  /** In order. @returns the first that could not be started. */
  async function startAll(table: ChildTable, children: readonly Child[]): Promise<{ readonly child: Child; readonly reason: unknown } | undefined> {
    for (const child of children) {
      const started = await startProcess(child)
      if (!started.ok) return { child, reason: started.reason }
      if (child.pid === undefined) table.ended(child)
    }
    return undefined
  }

  /** Last started first; under simpleOneForOne all at once. */
  async function endAll(table: ChildTable, children: Iterable<Child>): Promise<void> {
    if (table.simple) {
      const pids = [...children].flatMap(({ pid }) => (pid === undefined ? [] : [pid]))
      await shutdown(pids, table.template?.shutdown ?? 'brutalKill')
    }
    for (const child of [...children].reverse()) await endOne(table, child)
  }

  async function endOne(table: ChildTable, child: Child): Promise<void> {
    if (child.pid !== undefined && !table.simple) await shutdown([child.pid], child.spec.shutdown)
    table.ended(child)
  }

  /** What `init` of the supervisor's module answered becomes a table; `reason` when it is no good. */
  function tableOf(module: object | string, args: unknown, [, [flags, specs]]: Exclude<SupervisorInit, 'ignore'>): { readonly table: ChildTable } | { readonly reason: unknown } {
    const checked = checkFlags(flags)
    if (!checked.ok) return { reason: ['supervisor_data', checked.reason] }
    const full = checkSpecs(specs, checked.value.autoShutdown)
    if (!full.ok) return { reason: ['start_spec', full.reason] }
    if (checked.value.strategy === 'simpleOneForOne' && full.value.length !== 1) return { reason: ['bad_start_spec', specs] }
    return { table: new ChildTable(module, args, checked.value, full.value, processes.now) }
  }

  async function accept(module: object | string, args: unknown, born: Born, answer: unknown, run: (born: Born, table: ChildTable) => Accepted | undefined): Promise<Accepted | undefined> {
    if (answer === 'ignore') return { kind: 'end', answer, reason: 'normal' }
    if (!isInit(answer)) return failed(['bad_return', [callbacks.nameOf(module), 'init', answer]])
    const made = tableOf(module, args, answer)
    if ('reason' in made) return failed(made.reason)
    const failure = await startAll(made.table, [...made.table.children])
    if (failure === undefined) return run(born, made.table)
    await endAll(made.table, made.table.children)
    return failed(['shutdown', ['failed_to_start_child', failure.child.spec.id, failure.reason]])
  }

  /** @returns false when it is too much: the supervisor ends. */
  async function restart(table: ChildTable, child: Child): Promise<boolean> {
    if (!table.countRestart()) {
      table.ended(child)
      tellTooMany(table)
      return false
    }
    const failure = await restartWith(table, child)
    if (failure !== undefined) {
      failure.child.set({ kind: 'restarting' })
      const self = processes.current()
      processes.receiving.deliver(self, ['$gen_cast', ['try_again_restart', failure.child]])
    }
    return true
  }

  async function restartWith(table: ChildTable, child: Child): Promise<{ readonly child: Child } | undefined> {
    switch (table.flags.strategy) {
      case 'oneForOne':
      case 'simpleOneForOne':
        return startAll(table, [child])
      case 'restForOne': {
        await endAll(table, table.from(child).slice(1))
        return startAll(table, table.from(child))
      }
      case 'oneForAll':
        await endAll(table, [...table.children].filter((other) => other !== child))
        return startAll(table, [...table.children])
    }
  }

  function tellTooMany({ module, flags }: ChildTable): void {
    const self = processes.current()
    const reason = ['shutdown', ['reached_max_restart_intensity', { intensity: flags.intensity, period: flags.period }]]
    processes.report({ pid: self.pid, name: self.registeredName, label: `supervisor ${callbacks.nameOf(module)}`, reason })
  }

  const goOn = async (table: ChildTable, fine: Promise<boolean>): Promise<Next> => ((await fine) ? ['noreply', table] : ['stop', 'shutdown', table])

  async function childEnded(table: ChildTable, pid: Pid, reason: unknown): Promise<Next> {
    const child = table.byPid.get(pid)
    if (child === undefined) return ['noreply', table]
    child.set({ kind: 'stopped' })
    if (restarts(child.spec, reason)) return goOn(table, restart(table, child))
    table.ended(child)
    return endsWith(table, child) ? ['stop', 'shutdown', table] : ['noreply', table]
  }

  /** Whether the supervisor ends because a significant child did. */
  function endsWith({ flags, children }: ChildTable, child: Child): boolean {
    if (flags.autoShutdown === 'never' || !child.spec.significant) return false
    return flags.autoShutdown === 'anySignificant' || ![...children].some((other) => other.spec.significant && other.pid !== undefined)
  }

  async function startChild(table: ChildTable, given: unknown): Promise<ChildResult> {
    if (table.simple) return startAlike(table, given)
    const checked = checkSpec(given, table.flags.autoShutdown)
    if (!checked.ok) return ['error', checked.reason]
    const known = table.byId(checked.value.id)
    if (known !== undefined) return ['error', known.pid === undefined ? 'already_present' : ['already_started', known.pid]]
    const child = table.add(checked.value)
    const started = await startProcess(child)
    if (!started.ok) {
      table.remove(child)
      return ['error', isAlreadyStarted(started.reason) ? started.reason : [started.reason, given]]
    }
    if (child.pid === undefined) table.ended(child)
    return started.result
  }

  async function startAlike(table: ChildTable, extra: unknown): Promise<ChildResult> {
    const { template } = table
    if (template === undefined || !Array.isArray(extra)) return ['error', ['invalid_arguments', extra]]
    const child = table.add(template, extra)
    const started = await startProcess(child)
    if (child.pid === undefined) table.remove(child)
    return started.ok ? started.result : ['error', started.reason]
  }

  async function terminateChild(table: ChildTable, id: unknown): Promise<unknown> {
    if (table.simple && !(id instanceof Pid)) return ['error', 'simple_one_for_one']
    const child = table.simple && id instanceof Pid ? table.byPid.get(id) : table.byId(id)
    if (child === undefined) return wasOneOf(table, id) ? 'ok' : ['error', 'not_found']
    if (table.simple && child.pid !== undefined) await shutdown([child.pid], child.spec.shutdown)
    await endOne(table, child)
    return 'ok'
  }

  async function restartChild(table: ChildTable, id: unknown): Promise<ChildResult> {
    const child = stoppedChild(table, id)
    if (Array.isArray(child)) return ['error', child[1]]
    const started = await startProcess(child)
    return started.ok ? started.result : ['error', started.reason]
  }

  /** As in OTP: of many children that are all alike nobody remembers those that have ended, so every ended process may have been one. */
  const wasOneOf = (table: ChildTable, id: unknown): boolean => table.simple && id instanceof Pid && processes.find(id) === undefined

  function deleteChild(table: ChildTable, id: unknown): unknown {
    const child = stoppedChild(table, id)
    if (Array.isArray(child)) return child
    table.remove(child)
    return 'ok'
  }

  function stoppedChild(table: ChildTable, id: unknown): Child | ['error', string] {
    if (table.simple) return ['error', 'simple_one_for_one']
    const child = table.byId(id)
    if (child === undefined) return ['error', 'not_found']
    return child.state.kind === 'stopped' ? child : ['error', child.state.kind]
  }

  function rows(table: ChildTable): ChildRow[] {
    return [...table.children].reverse().map(({ spec, state }) => [
      table.simple ? undefined : spec.id, state.kind === 'running' ? state.pid : state.kind === 'restarting' ? 'restarting' : undefined,
      spec.type, spec.modules === 'dynamic' ? spec.modules : spec.modules.map(callbacks.nameOf)
    ])
  }

  function counts(table: ChildTable): ChildCounts {
    const children = [...table.children]
    const supervisors = children.filter(({ spec }) => spec.type === 'supervisor').length
    const active = children.filter(({ pid }) => pid !== undefined && processes.find(pid) !== undefined).length
    return { specs: table.simple ? 1 : children.length, active, supervisors, workers: children.length - supervisors }
  }

  function specOf(table: ChildTable, id: unknown): unknown {
    const spec = id instanceof Pid && !wasOneOf(table, id) ? table.byPid.get(id)?.spec : table.template ?? table.byId(id)?.spec
    return spec === undefined ? ['error', 'not_found'] : ['ok', spec]
  }

  async function answer(table: ChildTable, request: unknown): Promise<unknown> {
    const [word, argument]: unknown[] = Array.isArray(request) ? request : [request]
    switch (word) {
      case 'start_child': return startChild(table, argument)
      case 'terminate_child': return terminateChild(table, argument)
      case 'restart_child': return restartChild(table, argument)
      case 'delete_child': return deleteChild(table, argument)
      case 'which_children': return rows(table)
      case 'count_children': return counts(table)
      case 'get_childspec': return specOf(table, argument)
      default: return ['error', ['unknown_call', request]]
    }
  }

  /** Reads `init` again: B12 of OTP, nothing is started or ended. */
  async function codeChange(_oldVsn: unknown, table: ChildTable): Promise<readonly ['ok', ChildTable] | readonly ['error', unknown]> {
    const init = await callbacks.call(table.module, 'init', [table.args])
    if (init === 'ignore') return ['ok', table]
    if (!isInit(init)) return ['error', ['bad_return', init]]
    const made = tableOf(table.module, table.args, init)
    if ('reason' in made) return ['error', made.reason]
    table.update(made.table.flags, made.table.specs)
    return ['ok', table]
  }

  const module = {
    handleCall: async (request: unknown, _from: unknown, table: ChildTable): Promise<Answer> => ['reply', await answer(table, request), table],
    handleCast: async (message: unknown, table: ChildTable): Promise<Next> => {
      const child = Array.isArray(message) && message[0] === 'try_again_restart' ? [...table.children].find((one) => one === message[1]) : undefined
      return child?.state.kind === 'restarting' ? goOn(table, restart(table, child)) : ['noreply', table]
    },
    handleInfo: (message: unknown, table: ChildTable): Next | Promise<Next> => {
      if (Array.isArray(message) && message[0] === 'EXIT' && message[1] instanceof Pid) return childEnded(table, message[1], message[2])
      console.error(`a supervisor (${callbacks.nameOf(table.module)}) got`, message)
      return ['noreply', table]
    },
    terminate: (_reason: unknown, table: ChildTable): Promise<void> => endAll(table, table.children),
    codeChange
  }

  return { accept, module }
}

const failed = (reason: unknown): Accepted => ({ kind: 'end', answer: ['error', reason], reason })
const isAlreadyStarted = (reason: unknown): boolean => Array.isArray(reason) && reason[0] === 'already_started'

const isInit = (answer: unknown): answer is readonly ['ok', readonly [object, readonly ChildSpec[]]] =>
  Array.isArray(answer) && answer[0] === 'ok' && Array.isArray(answer[1]) && typeof answer[1][0] === 'object' && answer[1][0] !== null && Array.isArray(answer[1][1])
