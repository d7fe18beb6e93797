/** What the parts of this folder share: who runs now, and how a callback becomes a process of its own. */
import type { AnyFunction } from '../../base/guards'
import { ALIVE } from '../process/process'
import type { Process } from '../process/process'
import type { Processes } from '../process/processes'
import type { Ledger } from './ledger'
import type { Place, Places } from './place'

/** A timer that a package set for a top level which has been replaced. */
export interface LeftOver {
  readonly of: Ledger
  /** Who led to it, or to the first of those that set each other. */
  readonly by: readonly Place[]
  /** The new top level has had such a one set as well. */
  readonly again: boolean
  stop(): void
}

export interface ImplicitDeps {
  readonly processes: Processes
  readonly places: Places
  /** Runs a callback of a timer that a package keeps for a top level which was replaced, see `leftovers`. */
  leftOver<T>(timer: LeftOver, run: () => T): T
}

/** Runs it as a new process that ends with it; what it opens is opened by `ledger`. */
export function runAs(processes: Processes, about: { readonly label: string; readonly parent: Process; readonly ledger: Ledger | undefined }, fn: AnyFunction, self: unknown, args: readonly unknown[]): unknown {
  const process = processes.newProcess({ label: about.label, kind: 'implicit', parent: about.parent.pid })
  process.ledger = about.ledger
  return processes.run(process, () => Reflect.apply(fn, self, args))
}

/** A request, a connection or a spawned process in its life: what is called back belongs to it. A top level only starts others. */
export const isActivity = (process: Process): boolean => process.mode === ALIVE && process.ledger === undefined
