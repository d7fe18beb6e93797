/**
 * Places where a function is suspended: `await`, `yield`, `for await`, and `return` in an async generator. Before each the frame
 * gets its point, after each a frame that is dead or suspended parks (see `Emitted` in protocol/unit.ts).
 *
 * The point is stored before the operand is evaluated, which costs least; only when the operand suspends itself, or when the
 * frame pauses as well, that has to happen afterwards.
 */
import type { AwaitExpression, Expression, ForOfStatement, ReturnStatement, YieldExpression } from 'acorn'
import { noteAnswered, visitAnswered } from './answered'
import { addPoint, type Context } from './context'
import { visitHandedOut } from './external'

/** `value`: the result is used. `statement`: it is a statement of its own. */
type Position = 'value' | 'statement'

interface Suspension {
  readonly node: AwaitExpression | YieldExpression
  /** Run right before the frame is suspended. */
  readonly before: string
  /** The operand must not run after `before`. */
  readonly late: boolean
  /** What follows: as a check alone, and as an expression for the value. */
  readonly after: { readonly check: string; readonly value: string }
}

export function visitAwait(cx: Context, node: AwaitExpression, position: Position): void {
  const before = cx.words.point(addPoint(cx, node.start))
  visitSuspension(cx, { node, before, late: false, after: parkAfter(cx) }, position)
}

/**
 * A generator that waits for whoever asks for its next value is paused: nobody's activation, until it is resumed. An async one
 * that delegates is not: it may wait for something itself.
 */
export function visitYield(cx: Context, node: YieldExpression, position: Position): void {
  const { words, fn } = cx
  const point = words.point(addPoint(cx, node.start))
  const async = fn.kind === 'asyncGenerator'
  const pauses = !(async && node.delegate)
  const before = pauses ? `${point}, ${words.pause()}` : point
  const late = pauses && !!node.argument && node.argument.type !== 'Literal' && node.argument.type !== 'Identifier'
  const resumed = words.yielded()
  const parks = async ? parkAfter(cx) : undefined
  const after = { check: parks ? `${resumed}, ${parks.check}` : resumed, value: `${resumed}, ${parks ? parks.value : words.temporary}` }
  visitSuspension(cx, { node, before, late, after }, position)
}

function visitSuspension(cx: Context, { node, before, late: needsLate, after }: Suspension, position: Position): void {
  const { fn, words, edits } = cx
  const first = node.start === cx.statementStart
  const open = edits.reserve(node.start)
  const late = node.argument ? visitOperand(cx, node.argument, before, needsLate) : false
  fn.suspensions++
  if (position === 'statement') {
    edits.fill(open, late ? '' : `${before}, `)
    edits.insert(node.end, `, ${after.check}`)
    return
  }
  fn.usesTemporary = true
  const assign = `${words.temporary} = `
  // At the start of a statement an opening parenthesis would continue the line before.
  edits.fill(open, first ? `${late ? '0' : before}, (${assign}` : late ? `(${assign}` : `(${before}, ${assign}`)
  edits.insert(node.end, `, ${after.value})`)
}

function parkAfter({ words, fn }: Context): Suspension['after'] {
  const { frame, temporary } = words
  const check = `${frame}.d && ${words.park()}`
  if (fn.loopPoint === 0) return { check, value: `${frame}.d ? ${words.park(temporary)} : ${temporary}` }
  // The next thing this frame may wait for is the loop's next value.
  const reset = words.point(fn.loopPoint)
  return { check: `${check}, ${reset}`, value: `${frame}.d && (${temporary} = ${words.park(temporary)}), ${reset}, ${temporary}` }
}

/** Visits an operand. When `before` has to run after it, the result is true; else `opening` goes in front of it (and a parenthesis behind). */
function visitOperand(cx: Context, operand: Expression, before: string, late: boolean, opening = ''): boolean {
  const { fn, edits, words } = cx
  const open = edits.reserve(operand.start)
  const suspensions = fn.suspensions
  cx.visit(cx, operand)
  if (!late && fn.suspensions === suspensions) {
    if (opening === '') return false
    edits.fill(open, opening)
    edits.insert(operand.end, ')')
    return false
  }
  fn.usesTemporary = true
  const [left, right] = parentheses(operand)
  edits.fill(open, `(${words.temporary} = ${left}`)
  edits.insert(operand.end, `${right}, ${before}, ${words.temporary})`)
  return true
}

/** What keeps `P_t = E` from taking only the first of a sequence, or from naming an anonymous function or class. */
function parentheses({ type }: Expression): readonly [string, string] {
  if (type === 'SequenceExpression') return ['(', ')']
  if (type === 'ArrowFunctionExpression' || type === 'FunctionExpression' || type === 'ClassExpression') return ['(0, ', ')']
  return ['', '']
}

/** `return E` of an async generator waits for E. */
export function visitReturn(cx: Context, node: ReturnStatement): void {
  const { argument } = node
  if (!argument) return
  noteAnswered(cx, argument)
  if (cx.fn.kind !== 'asyncGenerator') return visitAnswered(cx, argument, () => visitHandedOut(cx, argument))
  cx.fn.suspensions++
  const point = cx.words.point(addPoint(cx, node.start))
  visitOperand(cx, argument, point, false, `(${point}, `)
}

/** Everything of `for await` but its body: the point of the loop, and what is to be told the last point in it. */
export function visitForAwaitHead(cx: Context, node: ForOfStatement): { readonly point: number; guard(last: number): void } {
  const { fn, edits, words } = cx
  fn.suspensions++
  const index = addPoint(cx, node.start)
  const point = words.point(index)
  const open = edits.reserve(node.right.start)
  visitOperand(cx, node.right, point, false, `(${point}, `)
  edits.insert(node.right.end, ')')
  return { point: index, guard: (last) => edits.fill(open, words.each(index, last)) }
}
