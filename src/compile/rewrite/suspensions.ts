/**
 * Places where a function is suspended: `await`, `yield`, `for await`, and `return` in an async generator. Before each the frame
 * gets its point, after each a frame that is dead or suspended parks (see `Emitted` in protocol/unit.ts).
 *
 * The point is stored before the operand is evaluated, which costs least; only when the operand suspends itself it has to be
 * stored afterwards.
 */
import type { AwaitExpression, Expression, ForOfStatement, ReturnStatement, YieldExpression } from 'acorn'
import { addPoint, type Context } from './context'

/** `value`: the result is used. `statement`: it is a statement of its own. */
type Position = 'value' | 'statement'

export function visitAwait(cx: Context, node: AwaitExpression, position: Position): void {
  visitSuspension(cx, node, node.argument, position, true)
}

export function visitYield(cx: Context, node: YieldExpression, position: Position): void {
  visitSuspension(cx, node, node.argument, position, cx.fn.kind === 'asyncGenerator')
}

function visitSuspension(cx: Context, node: AwaitExpression | YieldExpression, operand: Expression | null | undefined, position: Position, parks: boolean): void {
  const { fn, words, edits } = cx
  const first = node.start === cx.statementStart
  const point = words.point(addPoint(cx, node.start))
  const open = edits.reserve(node.start)
  const late = operand ? visitOperand(cx, operand, point) : false
  const after = afterResumption(cx, parks)
  fn.suspensions++
  if (position === 'statement') {
    edits.fill(open, late ? '' : `${point}, `)
    edits.insert(node.end, `, ${after.check}`)
    return
  }
  fn.usesTemporary = true
  const assign = `${words.temporary} = `
  // At the start of a statement an opening parenthesis would continue the line before.
  edits.fill(open, first ? `${late ? '0' : point}, (${assign}` : late ? `(${assign}` : `(${point}, ${assign}`)
  edits.insert(node.end, `, ${after.value})`)
}

/** What follows a suspension: as a check alone, and as an expression for the value. */
function afterResumption(cx: Context, parks: boolean): { check: string; value: string } {
  const { words, fn } = cx
  const { frame, temporary } = words
  if (!parks) return { check: words.yielded(), value: `${words.yielded()}, ${temporary}` }
  const check = `${frame}.d && ${words.park()}`
  if (fn.loopPoint === 0) return { check, value: `${frame}.d ? ${words.park(temporary)} : ${temporary}` }
  // The next thing this frame may wait for is the loop's next value.
  const reset = words.point(fn.loopPoint)
  return { check: `${check}, ${reset}`, value: `${frame}.d && (${temporary} = ${words.park(temporary)}), ${reset}, ${temporary}` }
}

/** Visits an operand. When it suspends itself the point is stored after it, and the result is true. */
function visitOperand(cx: Context, operand: Expression, point: string, before = ''): boolean {
  const { fn, edits, words } = cx
  const open = edits.reserve(operand.start)
  const suspensions = fn.suspensions
  cx.visit(cx, operand)
  if (fn.suspensions === suspensions) {
    if (before === '') return false
    edits.fill(open, before)
    edits.insert(operand.end, ')')
    return false
  }
  fn.usesTemporary = true
  const [left, right] = operand.type === 'SequenceExpression' ? ['(', ')'] : ['', '']
  edits.fill(open, `(${words.temporary} = ${left}`)
  edits.insert(operand.end, `${right}, ${point}, ${words.temporary})`)
  return true
}

/** `return E` of an async generator waits for E. */
export function visitReturn(cx: Context, node: ReturnStatement): void {
  const { argument } = node
  if (!argument) return
  if (cx.fn.kind !== 'asyncGenerator') return cx.visit(cx, argument)
  cx.fn.suspensions++
  const point = cx.words.point(addPoint(cx, node.start))
  visitOperand(cx, argument, point, `(${point}, `)
}

/** Everything of `for await` but its body: returns the point of the loop. */
export function visitForAwaitHead(cx: Context, node: ForOfStatement): number {
  cx.fn.suspensions++
  const index = addPoint(cx, node.start)
  const point = cx.words.point(index)
  visitOperand(cx, node.right, point, `(${point}, `)
  return index
}
