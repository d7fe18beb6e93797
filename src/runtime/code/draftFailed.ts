/** Why a version did not come to be, and the errors that say so. */
import type { ModuleName } from '../../protocol/ids'
import type { FailureReason } from '../../protocol/snapshot'

/** Why a draft did not become a version. `importIndex` points into `rewritten.imports`. */
export class DraftFailed extends Error {
  constructor(readonly module: ModuleName, readonly reason: FailureReason, readonly thrown: unknown, readonly importIndex?: number) {
    super(`${module}: ${reason}`)
  }
}

/** What the program threw. */
export const thrownBy = (error: unknown): unknown => (error instanceof DraftFailed ? error.thrown : error)

/** Node's errors, and those of its parser. */
export function codedError(code: string, message: string): Error {
  if (code === 'ERR_INVALID_MODULE') return new SyntaxError(message)
  const isType = code === 'ERR_PACKAGE_IMPORT_NOT_DEFINED' || code === 'ERR_INVALID_MODULE_SPECIFIER'
  return Object.assign(isType ? new TypeError(message) : new Error(message), { code })
}
