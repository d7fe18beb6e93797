/**
 * A library that is called deep (a schema that is validated) fills the ten frames which V8 keeps of an error, and nobody would know
 * which line of the program it was about. So while a module is loaded again more are kept: the program sees ten, Problems the line.
 */
import { isFunction } from '../../base/guards'

const NORMAL = 10
/** No program would choose it. */
const RAISED = 107

const cut = new WeakMap<object, string>()

/** Frames of an error that its stack does not show, as text. */
export const cutFrames = (error: object): string => cut.get(error) ?? ''

/** Unless the program has a limit of its own. */
export function withDeepStacks<T>(run: () => T): T {
  if (Error.stackTraceLimit !== NORMAL) return run()
  Error.stackTraceLimit = RAISED
  try {
    return run()
  } finally {
    // The program may have set its own.
    if (Number(Error.stackTraceLimit) === RAISED) Error.stackTraceLimit = NORMAL
  }
}

/** What the program would have. `rest`: the text of the others. */
export function asProgramHasThem<T>(sites: readonly T[], error?: unknown, rest?: (sites: readonly T[]) => string): readonly T[] {
  const limit: number = Error.stackTraceLimit
  if (sites.length <= NORMAL || (limit !== NORMAL && limit !== RAISED)) return sites
  if (rest !== undefined && ((typeof error === 'object' && error !== null) || isFunction(error))) cut.set(error, rest(sites.slice(NORMAL)))
  return sites.slice(0, NORMAL)
}
