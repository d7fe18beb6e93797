/**
 * `try`: no `catch` and no `finally` of a killed process runs. What a clause starts with depends on whether the function has a
 * frame, which is known when all of it has been visited.
 */
import type { BlockStatement, CatchClause, TryStatement } from 'acorn'
import type { Context, FunctionKind } from './context'
import { visitBinding } from './patterns'
import { findToken } from './scan'
import { Scope } from './scope'

export function visitTry(cx: Context, node: TryStatement): void {
  cx.visit(cx, node.block)
  if (node.handler) visitCatch(cx, node.handler)
  if (node.finalizer) visitFinally(cx, node.finalizer)
}

function visitCatch(cx: Context, node: CatchClause): void {
  const outer = cx.scope
  cx.scope = new Scope(outer)
  if (!node.param) visitBareCatch(cx, node)
  else if (node.param.type === 'Identifier') visitNamedCatch(cx, node, node.param.name)
  else visitPatternCatch(cx, node)
  cx.scope.close()
  cx.scope = outer
}

function visitBareCatch(cx: Context, { start, body }: CatchClause): void {
  const { edits, words, fn } = cx
  const error = words.own('e')
  const parameter = edits.reserve(start + 'catch'.length)
  const check = edits.reserve(body.start + 1)
  const reset = pointReset(cx)
  cx.visit(cx, body)
  fn.later.push((framed) => {
    if (unwinds(fn.kind, framed)) edits.fill(parameter, ` (${error})`)
    edits.fill(check, catchCheck(cx, fn.kind, framed, error, reset))
  })
}

function visitNamedCatch(cx: Context, node: CatchClause, name: string): void {
  const { edits, fn } = cx
  if (node.param) visitBinding(cx, node.param, cx.scope)
  const check = edits.reserve(node.body.start + 1)
  const reset = pointReset(cx)
  cx.visit(cx, node.body)
  fn.later.push((framed) => edits.fill(check, catchCheck(cx, fn.kind, framed, name, reset)))
}

/** `catch (PATTERN) { … }` becomes `catch (P_e) {check let PATTERN = P_e; { … }}`: taking an error apart can run code. */
function visitPatternCatch(cx: Context, node: CatchClause): void {
  const { edits, words, fn, code } = cx
  const { param, body } = node
  if (!param) return
  const error = words.own('e')
  const check = edits.reserve(param.start)
  const reset = pointReset(cx)
  visitBinding(cx, param, cx.scope)
  const close = findToken(code, param.end, ')')
  edits.replace(close, close + 1, ` = ${error};`)
  cx.visit(cx, body)
  edits.insert(body.end, '}')
  fn.later.push((framed) => edits.fill(check, `${error}) {${catchCheck(cx, fn.kind, framed, error, reset)} let `))
}

/** Inside a `for await` the frame's point is the loop's again. */
function pointReset({ fn, words }: Context): string {
  return fn.loopPoint === 0 ? '' : ` ${words.point(fn.loopPoint)};`
}

/** Whether the code of a dead process is unwound instead of waiting for ever. */
function unwinds(kind: FunctionKind, framed: boolean): boolean {
  return !framed || kind !== 'async'
}

function catchCheck({ words }: Context, kind: FunctionKind, framed: boolean, error: string, reset: string): string {
  if (framed && kind === 'async') return words.parkIfStopped() + reset
  const unwinding = `if (${words.dead()}) throw ${error};`
  if (!framed || kind === 'sync') return unwinding
  // Another process may be the one that runs the generator, and is killed.
  return kind === 'generator' ? `${unwinding} ${words.yielded()};` : `${unwinding} ${words.yielded()}; ${words.parkIfStopped()}${reset}`
}

function visitFinally(cx: Context, node: BlockStatement): void {
  const { edits, fn } = cx
  const open = edits.reserve(node.start + 1)
  cx.visit(cx, node)
  const close = edits.reserve(node.end - 1)
  fn.later.push((framed) => {
    edits.fill(open, finallyCheck(cx, fn.kind, framed))
    if (unwinds(fn.kind, framed)) edits.fill(close, '}')
  })
}

/** Opens a block, unless a dead frame waits for ever. */
function finallyCheck({ words }: Context, kind: FunctionKind, framed: boolean): string {
  if (framed && kind === 'async') return words.parkIfStopped()
  const condition = `if (!${words.dead()}) {`
  if (!framed || kind === 'sync') return condition
  return kind === 'generator' ? `${condition}${words.yielded()};` : `${condition}${words.yielded()}; ${words.parkIfStopped()}`
}
