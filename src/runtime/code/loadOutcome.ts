/** What came of a load, on this thread: a failure still knows what was thrown. */
import type { ModuleName } from '../../protocol/ids'
import { DraftFailed } from './draftFailed'
import { viewError } from '../errorView'
import type { LoadResult } from '../link'

export type LoadOutcome = Exclude<LoadResult, { readonly kind: 'failed' }> | LoadFailure
export type LoadFailure = Extract<LoadResult, { readonly kind: 'failed' }> & { readonly thrown: unknown }

/** For the other thread: without the thrown value, which may be anything. */
export function withoutThrown(outcome: LoadOutcome): LoadResult {
  if (outcome.kind !== 'failed') return outcome
  const { thrown: _, ...rest } = outcome
  return rest
}

/** `names`: what was to be loaded. A bug is thrown on. */
export function failureOf(error: unknown, names: readonly ModuleName[]): LoadFailure {
  const first = names[0]
  if (error instanceof DraftFailed) return failed(error.module, error.reason, error.thrown, error.importIndex)
  if (first === undefined) throw error
  return failed(first, 'badfile', error)
}

function failed(module: ModuleName, reason: DraftFailed['reason'], thrown: unknown, at?: number): LoadFailure {
  return { kind: 'failed', module, reason, error: viewError(thrown), thrown, ...(at === undefined ? {} : { importIndex: at }) }
}
