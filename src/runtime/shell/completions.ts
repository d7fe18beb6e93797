/**
 * The value of a line is that of its last statement that has one, as `eval` answers it: `if (1) { 3 }` is 3. ECMAScript calls it the
 * completion value, and says of each statement whether it keeps the value before it (a declaration, an empty block) or starts
 * with undefined (`if`, loops, `switch`, `try`, `with`). Here it is what was last assigned to `$answer`.
 */
import type { ModuleDeclaration, Program, Statement } from 'acorn'
import type { LineEdits } from './lineEdits'

/** The variable of the answer: no name of the line's own. */
export const answer = '$answer'

const none = `${answer} = undefined; `

export function completions(program: Program, edits: LineEdits): void {
  for (const statement of program.body) visit(statement, edits)
}

function visit(statement: Statement | ModuleDeclaration, edits: LineEdits): void {
  switch (statement.type) {
    case 'ExpressionStatement':
      edits.open(statement.start, `${answer} = (0, `) // the comma: a function must not be named after the variable
      return edits.close(statement.start, edits.beforeSemicolon(statement.end), '\n)')
    case 'BlockStatement':
      return visitAll(statement.body, edits)
    case 'LabeledStatement':
      if (unlabeled(statement).type === 'BlockStatement') return visit(unlabeled(statement), edits)
      edits.around(statement, `{ ${none}`, ' }')
      return visitParts(unlabeled(statement), edits)
    case 'IfStatement':
    case 'ForStatement':
    case 'ForInStatement':
    case 'ForOfStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'SwitchStatement':
    case 'TryStatement':
    case 'WithStatement':
      edits.around(statement, `{ ${none}`, ' }')
      return visitParts(statement, edits)
    default:
  }
}

function visitParts(statement: Statement, edits: LineEdits): void {
  switch (statement.type) {
    case 'IfStatement':
      visit(statement.consequent, edits)
      if (statement.alternate) visit(statement.alternate, edits)
      return
    case 'ForStatement':
    case 'ForInStatement':
    case 'ForOfStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'WithStatement':
      return visit(statement.body, edits)
    case 'SwitchStatement':
      for (const { consequent } of statement.cases) visitAll(consequent, edits)
      return
    case 'TryStatement':
      visitAll(statement.block.body, edits)
      if (!statement.handler) return
      edits.open(statement.handler.body.start + 1, none)
      return visitAll(statement.handler.body.body, edits) // `finally` has no say
    default:
      return visit(statement, edits)
  }
}

function visitAll(statements: readonly Statement[], edits: LineEdits): void {
  for (const statement of statements) visit(statement, edits)
}

/** `a: b: for (;;) {}` is one loop with two names. */
const unlabeled = (statement: Statement): Statement => (statement.type === 'LabeledStatement' ? unlabeled(statement.body) : statement)
