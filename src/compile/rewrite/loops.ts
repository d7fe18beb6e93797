import type { BreakStatement, ContinueStatement, ForOfStatement, LabeledStatement, Statement } from 'acorn'
import { pointCount, type Context, type Label } from './context'
import { visitForLeft } from './patterns'
import { visitForAwaitHead } from './suspensions'

/** The body of a loop, with the check at its head (and `first` before that). Answers what else the head is to check, when that is known. */
export function visitLoopBody(cx: Context, body: Statement, first = ''): (check: string) => void {
  const { edits, words } = cx
  const block = body.type === 'BlockStatement'
  const head = edits.reserve(block ? body.start + 1 : body.start)
  cx.visit(cx, body)
  const resumed = first === '' && isContinuedAcrossAwait(cx, body) ? words.parkIfStopped() : first
  const fill = (check: string): void => edits.fill(head, block ? check + resumed + words.headCheck() : `{${check}${resumed}${words.headCheck()} `)
  fill('')
  if (!block) edits.insert(body.end, '}')
  return fill
}

/** One that may go on for ever. If it waits in its turns, each turn asks whether it is to be the last. */
export function visitEndlessLoop(cx: Context, visit: () => (check: string) => void): void {
  const { fn, words } = cx
  const { suspensions } = fn
  const first = pointCount(cx)
  const fill = visit()
  if (fn.suspensions > suspensions) fill(words.parkIfOver(first, pointCount(cx) - 1))
}

function isContinuedAcrossAwait(cx: Context, body: Statement): boolean {
  return cx.fn.labels.some(({ statement, continued }) => continued && 'body' in statement && statement.body === body)
}

/**
 * `for await`: its point is stored before the loop and again by whatever waits inside the body; the body starts with the check
 * of a frame that is resumed. The loop also waits when it ends, so the check follows it, in one block with the loop and its labels.
 */
export function visitForAwait(cx: Context, node: ForOfStatement): void {
  cx.edits.insert(node.start, '{')
  visitForAwaitLoop(cx, node)
  cx.edits.insert(node.end, afterForAwait(cx))
}

function visitForAwaitLoop(cx: Context, node: ForOfStatement): void {
  const { fn, words } = cx
  const outer = fn.loopPoint
  visitForLeft(cx, node.left)
  const { point, guard } = visitForAwaitHead(cx, node)
  fn.loopPoint = point
  for (const label of fn.labels) {
    if (label.statement === node) label.innerPoint = point
  }
  visitLoopBody(cx, node.body, words.parkIfStopped())
  guard(pointCount(cx) - 1)
  fn.loopPoint = outer
}

function afterForAwait(cx: Context): string {
  const { fn, words } = cx
  return ` ${words.parkIfStopped()}${fn.loopPoint === 0 ? '' : ` ${words.point(fn.loopPoint)};`}}`
}

/** Labels stay in front of their loop; what a `for await` needs around it goes outside of them. */
export function visitLabeled(cx: Context, node: LabeledStatement): void {
  const { fn, edits } = cx
  const open = edits.reserve(node.start)
  const labels = labelsOf(cx, node)
  const statement = labels[0]?.statement ?? node.body
  fn.labels.push(...labels)
  const forAwait = statement.type === 'ForOfStatement' && statement.await
  if (forAwait) visitForAwaitLoop(cx, statement)
  else cx.visit(cx, statement)
  fn.labels.length -= labels.length
  if (!forAwait && !labels.some(({ left }) => left)) return
  edits.fill(open, '{')
  edits.insert(node.end, afterForAwait(cx))
}

function labelsOf(cx: Context, node: LabeledStatement): Label[] {
  const names: string[] = []
  let statement: Statement = node
  for (; statement.type === 'LabeledStatement'; statement = statement.body) names.push(statement.label.name)
  const target = statement
  const { loopPoint } = cx.fn
  return names.map((name) => ({ name, statement: target, outerPoint: loopPoint, innerPoint: loopPoint, left: false, continued: false }))
}

/** A jump out of a `for await` to a label outside waits until the iterator has closed. */
export function visitJump(cx: Context, node: BreakStatement | ContinueStatement): void {
  const { fn, edits, words } = cx
  if (!node.label) return
  const { name } = node.label
  const target = fn.labels.findLast((label) => label.name === name)
  if (target === undefined) return
  if (node.type === 'BreakStatement') {
    if (target.outerPoint !== fn.loopPoint && target.innerPoint !== fn.loopPoint) target.left = true
    return
  }
  if (target.innerPoint === fn.loopPoint) return
  target.continued = true
  if (target.innerPoint === 0) return
  edits.insert(node.start, `{${words.point(target.innerPoint)}; `)
  edits.insert(node.end, '}')
}
