/** The shapes of supervisor(3). */
import type { ModuleRef } from '../api'
import type { Pid } from '../process/pid'
import type { Awaitable, ServerName, ServerRef, StartResult, Timeout } from './terms'

/**
 * oneForOne        only the child that ended is restarted
 * oneForAll        all are
 * restForOne       it and those started after it are
 * simpleOneForOne  as oneForOne, with children that are all alike and started on demand
 */
export type Strategy = 'oneForOne' | 'oneForAll' | 'restForOne' | 'simpleOneForOne'

/** permanent: always restarted; transient: after an abnormal end; temporary: never. */
export type RestartType = 'permanent' | 'transient' | 'temporary'

/** More than `intensity` restarts within `period` seconds, and the supervisor ends itself and its children with 'shutdown'. */
export interface SupervisorFlags {
  /** Default 'oneForOne'. */
  readonly strategy?: Strategy
  /** Default 1. */
  readonly intensity?: number
  /** Seconds, default 5. */
  readonly period?: number
  /** Whether it ends with 'shutdown' when a significant child, or all of them, ended by themselves. Default 'never'. */
  readonly autoShutdown?: 'never' | 'anySignificant' | 'allSignificant'
}

export interface ChildSpec {
  /** Unlike that of every other child; any value. */
  readonly id: unknown
  /** [module, name, args]: a function that starts a process linked to its caller (`startLink`), looked up at every start and restart. */
  readonly start: readonly [ModuleRef, string, (readonly unknown[])?]
  /** Default 'permanent'. */
  readonly restart?: RestartType
  /** How it is ended: killed at once, or asked with 'shutdown' and killed after that many ms. Default 5000, of a supervisor Infinity. */
  readonly shutdown?: 'brutalKill' | Timeout
  /** Default 'worker'. */
  readonly type?: 'worker' | 'supervisor'
  /** For `autoShutdown`; not for permanent children. */
  readonly significant?: boolean
  /** The modules it runs, for upgrades. Default: the module of `start`. */
  readonly modules?: readonly ModuleRef[] | 'dynamic'
}

export type SupervisorInit = readonly ['ok', readonly [SupervisorFlags, readonly ChildSpec[]]] | 'ignore'

export interface SupervisorModule<A = unknown> {
  /** Also called by `sys.changeCode`: new specs are known then (and not started), vanished ones keep running. */
  readonly init: (args: A) => Awaitable<SupervisorInit>
}

/** ['ok', pid] · ['ok', pid, more] · ['ok', undefined] when its start function said 'ignore' · ['error', reason]. */
export type ChildResult = readonly ['ok', Pid | undefined] | readonly ['ok', Pid | undefined, unknown] | readonly ['error', unknown]

/** [id, pid, type, names of its modules]; instead of a pid undefined (not running) or 'restarting'; the id is undefined under simpleOneForOne. */
export type ChildRow = readonly [unknown, Pid | undefined | 'restarting', 'worker' | 'supervisor', readonly string[] | 'dynamic']

export interface ChildCounts {
  readonly specs: number
  readonly active: number
  readonly supervisors: number
  readonly workers: number
}

/** What a purge would do to a supervisor. */
export interface SupervisorAtRisk {
  readonly pid: Pid
  readonly name: string | undefined
  /** What people see when it has no name. */
  readonly label: string
  /** Restarts within `period` it would come to; `intensity` is the most it allows. */
  readonly restarts: number
  readonly intensity: number
  /** Seconds. */
  readonly period: number
  /** Milliseconds since the epoch: from then on it is not, if nothing else happens; earlier restarts are forgotten by then. */
  readonly until: number | undefined
}

/** supervisor(3). */
export interface Supervisor {
  /** Starts the children in order; when one fails those before it are ended and the answer is ['error', ['shutdown', ['failed_to_start_child', id, reason]]]. */
  startLink<A>(module: SupervisorModule<A>, args: A, options?: { readonly name?: ServerName }): Promise<StartResult>
  startLink(module: string, args: unknown, options?: { readonly name?: ServerName }): Promise<StartResult>
  /** A spec; under simpleOneForOne an array of further arguments. ['error', ['already_started', pid]], ['error', 'already_present'], ['error', [reason, spec]]. */
  startChild(supervisor: ServerRef, child: ChildSpec | readonly unknown[]): Promise<ChildResult>
  /** By id (under simpleOneForOne by pid). The spec stays, unless it is of a temporary child. */
  terminateChild(supervisor: ServerRef, id: unknown): Promise<'ok' | readonly ['error', 'not_found' | 'simple_one_for_one']>
  /** Starts a child that was terminated. ['error', 'running' | 'restarting' | 'not_found' | 'simple_one_for_one' | reason]. */
  restartChild(supervisor: ServerRef, id: unknown): Promise<ChildResult>
  deleteChild(supervisor: ServerRef, id: unknown): Promise<'ok' | readonly ['error', 'running' | 'restarting' | 'not_found' | 'simple_one_for_one']>
  /** Last started first. */
  whichChildren(supervisor: ServerRef): Promise<readonly ChildRow[]>
  countChildren(supervisor: ServerRef): Promise<ChildCounts>
  /** By id or pid. */
  getChildspec(supervisor: ServerRef, idOrPid: unknown): Promise<readonly ['ok', ChildSpec] | readonly ['error', 'not_found']>
  /** 'ok', or ['error', what is wrong with them]. */
  checkChildspecs(specs: readonly ChildSpec[]): 'ok' | readonly ['error', unknown]
  /** Which supervisors would exceed their restart intensity if these processes were killed now, and those linked to them died too. */
  supervisorsAtRisk(victims: readonly Pid[]): readonly SupervisorAtRisk[]
}
