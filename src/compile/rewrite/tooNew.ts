import type { SyntaxProblem } from './parse'

/** Syntax that acorn reads but the oldest supported Node does not. Thrown out of the walk: nobody calls it in a valid module. */
class TooNew extends Error {
  override readonly name = 'TooNew'
  constructor(readonly problem: SyntaxProblem) {
    super(problem.message)
  }
}

export function refuse(offset: number, message: string): never {
  throw new TooNew({ offset, message })
}

export function tooNew(error: unknown): SyntaxProblem | undefined {
  return error instanceof TooNew ? error.problem : undefined
}
