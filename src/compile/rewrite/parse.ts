import { Parser, type Options, type Program } from 'acorn'

export interface SyntaxProblem {
  /** Offset in the text. */
  readonly offset: number
  readonly message: string
}

export type Parsed = { readonly ok: true; readonly program: Program } | { readonly ok: false; readonly problem: SyntaxProblem }

/**
 * The part of acorn's parser that is replaced below. acorn calls itself once per operator, so that a few thousand string
 * concatenations (generated code, large templates) end in "Not enough stack space"; a loop has no such limit.
 */
interface OperatorParser {
  readonly type: { readonly binop: number | null; readonly label: string }
  readonly value: string
  readonly start: number
  readonly startLoc: unknown
  next(): void
  parseMaybeUnary(errors: null, sawUnary: boolean, incDec: boolean, forInit: unknown): object
  parseExprOp(left: object, start: number, startLoc: unknown, minimum: number, forInit: unknown): object
  buildBinary(start: number, startLoc: unknown, left: object, right: object, operator: string, logical: boolean): object
  raiseRecoverable(offset: number, message: string): void
}

const LOGICAL_AND = 2

function parseOperators(this: OperatorParser, left: object, start: number, startLoc: unknown, minimum: number, forInit: unknown): object {
  for (;;) {
    const { binop, label } = this.type
    if (typeof binop !== 'number' || binop <= minimum || (forInit && label === 'in')) return left
    const logical = label === '||' || label === '&&'
    const coalesce = label === '??'
    const operator = this.value
    this.next()
    const rightStart = this.start
    const rightLoc = this.startLoc
    const right = this.parseExprOp(this.parseMaybeUnary(null, false, false, forInit), rightStart, rightLoc, coalesce ? LOGICAL_AND : binop, forInit)
    left = this.buildBinary(start, startLoc, left, right, operator, logical || coalesce)
    const after = this.type.label
    if ((logical && after === '??') || (coalesce && (after === '||' || after === '&&'))) {
      this.raiseRecoverable(this.start, 'Logical expressions and coalesce expressions cannot be mixed. Wrap either by parentheses')
    }
  }
}

const DeepParser = Parser.extend((Base) => {
  class Deep extends Base {}
  Object.defineProperty(Deep.prototype, 'parseExprOp', { value: parseOperators })
  return Deep
})

/** A syntax error, or a text that nests too deeply, is a value. */
export function parse(code: string, sourceType: 'module' | 'commonjs'): Parsed {
  const options: Options = { ecmaVersion: 'latest', sourceType, allowHashBang: true }
  try {
    return { ok: true, program: DeepParser.parse(code, options) }
  } catch (error) {
    const problem = toProblem(error)
    if (problem === undefined) throw error
    return { ok: false, problem }
  }
}

function toProblem(error: unknown): SyntaxProblem | undefined {
  if (error instanceof RangeError) return { offset: 0, message: 'The code nests too deeply' }
  if (!(error instanceof SyntaxError)) return undefined
  const offset = 'pos' in error && typeof error.pos === 'number' ? error.pos : 0
  return { offset, message: error.message.replace(/ \(\d+:\d+\)$/, '') }
}
