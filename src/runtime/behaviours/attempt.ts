/**
 * Runs a callback for a server. What it threw is a value here, except when the process was ended meanwhile: then nothing of
 * it goes on, the server's own loop included.
 */
import { ExitSignal, KillSignal } from '../errors'
import { never } from '../process/frames'
import type { Processes } from '../process/processes'

/**
 * returned  what it returned, or threw when that was no Error (as in OTP, where a `throw` is a return)
 * exit      it called `exit(reason)`
 * error     it threw an Error
 */
export type Outcome =
  | { readonly kind: 'returned'; readonly value: unknown }
  | { readonly kind: 'exit'; readonly reason: unknown }
  | { readonly kind: 'error'; readonly error: Error }

export type Attempt = ReturnType<typeof createAttempt>

export function createAttempt(processes: Processes) {
  async function settled(promise: PromiseLike<unknown>): Promise<Outcome> {
    const process = processes.current()
    const { incarnation } = process
    let outcome: Outcome
    try {
      outcome = { kind: 'returned', value: await promise }
    } catch (error) {
      outcome = failure(error)
    }
    // Code that was not compiled by us goes on when its process has ended. We do not.
    return process.ended || process.incarnation !== incarnation ? never() : outcome
  }

  /** Answers at once when the callback does. */
  return function attempt(callback: () => unknown): Outcome | Promise<Outcome> {
    try {
      const value = callback()
      processes.throwIfEnded()
      return isThenable(value) ? settled(value) : { kind: 'returned', value }
    } catch (error) {
      processes.throwIfEnded()
      return failure(error)
    }
  }
}

function failure(error: unknown): Outcome {
  if (error instanceof KillSignal) throw error
  if (error instanceof ExitSignal) return { kind: 'exit', reason: error.reason }
  return error instanceof Error ? { kind: 'error', error } : { kind: 'returned', value: error }
}

/** The reason a process ends with when this happened to it. */
export const reasonOf = (outcome: Exclude<Outcome, { readonly kind: 'returned' }>): unknown => (outcome.kind === 'exit' ? outcome.reason : outcome.error)

/** What the body of a process throws to end with the reason: an Error as itself, so that it is reported with its stack. */
export const ending = (reason: unknown): Error => (reason instanceof Error ? reason : new ExitSignal(reason))

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
