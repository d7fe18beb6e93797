/** Functions: the check at their head, and a frame around the body of those that can be suspended. */
import type { ArrowFunctionExpression, BlockStatement, Expression, Function as FunctionNode, Statement, StaticBlock } from 'acorn'
import { noteAnswered } from './answered'
import { addFunction, newFunction, pointCount, type Context, type FunctionContext, type FunctionKind } from './context'
import { callsItselfLast } from './endless'
import { openOwnName, visitHandedOut } from './external'
import { noteHanded } from './handed'
import { conflictingFunctions } from './hoisting'
import { declare, visitBinding } from './patterns'
import { findToken } from './scan'
import { Scope } from './scope'

/** A method of a class of the outermost scope: kept as a value, it goes on in current code (`Emitted.moved`). */
export interface MethodOf { readonly className: string; readonly name: string }

/** `start` is the place that is shown for it. */
export function visitFunction(cx: Context, node: FunctionNode, name: string, start: number, method?: MethodOf, makesFunctions = false): void {
  const { fn: outer, scope: outside } = cx
  const scope = new Scope(outside)
  const index = addFunction(cx, name, start)
  const arrow = node.type === 'ArrowFunctionExpression'
  cx.scope = scope
  cx.fn = newFunction(kindOf(node), index, arrow, scope, outer)
  cx.fn.immediate = cx.called === node
  cx.fn.method = node.generator ? undefined : method
  cx.fn.makesFunctions = makesFunctions
  cx.fn.node = node
  const { thisIsClass } = cx
  if (!arrow) cx.thisIsClass = cx.staticMethod === node
  const closeName = node.type === 'FunctionExpression' && node.id ? openOwnName(cx, node, node.id.name) : undefined
  if (node.type === 'FunctionExpression' && node.id && closeName === undefined) declare(cx, scope, node.id.name)
  for (const parameter of node.params) visitBinding(cx, parameter, scope)
  if (isBlock(node.body)) visitBlockBody(cx, node, node.body, name)
  else visitExpressionBody(cx, node, node.body)
  if (cx.fn.immediate ? cx.fn.makesFunctions : !cx.passing.has(node)) outer.makesFunctions = true
  closeName?.()
  cx.thisIsClass = thisIsClass
  scope.close()
  cx.scope = outside
  cx.fn = outer
}

/** What every function starts with. */
function head({ words, fn }: Context): string {
  const check = fn.method === undefined ? words.headCheck() : words.methodCheck(fn.method.className, fn.method.name)
  return check + (fn.makesFunctions && !fn.immediate ? ` ${words.makes(fn.index)};` : '')
}

function isBlock(body: BlockStatement | Expression): body is BlockStatement {
  return body.type === 'BlockStatement'
}

function kindOf({ async, generator }: FunctionNode): FunctionKind {
  if (async) return generator ? 'asyncGenerator' : 'async'
  return generator ? 'generator' : 'sync'
}

/** An async generator waits for what it returns or yields, so it always has one. */
function isFramed(fn: FunctionContext): boolean {
  return fn.suspensions > 0 || fn.kind === 'asyncGenerator'
}

function visitBlockBody(cx: Context, node: FunctionNode, body: BlockStatement, name: string): void {
  const { edits, fn, words } = cx
  const first = pointCount(cx)
  const scope = new Scope(cx.scope)
  cx.scope = scope
  fn.varScope = scope
  const { end, open } = directivesEnd(cx.code, body)
  const start = edits.reserve(end)
  const conflicts = fn.kind === 'sync' ? [] : conflictingFunctions(node, body).map((declaration) => ({ declaration, edit: -1 }))
  for (const statement of body.body) {
    const conflict = conflicts.find(({ declaration }) => declaration === statement)
    if (conflict) conflict.edit = reserveName(cx, conflict.declaration)
    cx.visit(cx, statement)
  }
  const framed = isFramed(fn)
  decide(fn, framed)
  const renamed = framed ? conflicts.map(({ declaration, edit }) => renameHoisted(cx, declaration.id.name, edit)).join('') : ''
  edits.fill(start, open + head(cx) + (framed ? openFrame(cx) + renamed : '') + (framed && fn.kind === 'async' && callsItselfLast(node, body, name) ? ` ${words.parkIfOver(first, pointCount(cx) - 1, true)}` : ''))
  if (framed) edits.insert(body.end - 1, closeFrame(cx))
  scope.close()
}

function decide(fn: FunctionContext, framed: boolean): void {
  for (const settle of fn.later) settle(framed)
}

/** Where the first statement that is no directive can stand; `open` ends a directive that has no semicolon. */
export function directivesEnd(code: string, body: { readonly start: number; readonly body: readonly { readonly type: string; readonly end: number }[] }, from = body.start + 1): { end: number; open: string } {
  let end = from
  let open = ''
  for (const statement of body.body) {
    if (!('directive' in statement) || statement.directive === undefined) break
    end = statement.end
    open = code.charCodeAt(end - 1) === 59 ? '' : ';'
  }
  return { end, open }
}

/** `x => E`, and `async x => E` where E waits: that needs statements around it. */
function visitExpressionBody(cx: Context, node: FunctionNode, body: Expression): void {
  const { edits, words, fn } = cx
  const outside = fn.kind === 'async' ? edits.reserve(arrowEnd(cx.code, node)) : -1
  const inside = edits.reserve(body.start)
  noteHanded(cx, body)
  noteAnswered(cx, body)
  visitHandedOut(cx, body)
  const framed = isFramed(fn)
  decide(fn, framed)
  if (!framed) {
    edits.fill(inside, `(${words.headExpression()}${fn.makesFunctions && !fn.immediate ? `${words.makes(fn.index)}, ` : ''}`)
    edits.insert(body.end, ')')
    return
  }
  edits.fill(outside, ` {${head(cx)}${openFrame(cx)} return (`)
  edits.insert(node.end, `);${closeFrame(cx)}}`)
}

function arrowEnd(code: string, { start, params }: Pick<ArrowFunctionExpression, 'start' | 'params'>): number {
  const last = params[params.length - 1]
  return findToken(code, last ? last.end : start, '=>') + 2
}

function openFrame({ words, fn }: Context): string {
  return ` ${words.enter(fn.index)}${fn.usesTemporary ? ` let ${words.temporary};` : ''} try {`
}

function closeFrame({ words, fn }: Context): string {
  // Nobody waits for ever for a dead generator: it may belong to another process than who resumes it.
  const park = fn.kind === 'async' ? `${words.parkIfStopped()} ` : fn.kind === 'asyncGenerator' ? `if (${words.frame}.d === 2) ${words.park()}; ` : ''
  return ` } finally { ${park}${words.leave()} }`
}

/** Renamed to a name of our own; the old one becomes a `var` that holds it, which is what it was outside of a block. */
function reserveName(cx: Context, declaration: Statement & { readonly type: 'FunctionDeclaration' }): number {
  return cx.edits.reserve(declaration.id.start, declaration.id.end)
}

function renameHoisted(cx: Context, name: string, edit: number): string {
  const own = cx.words.own(`h${edit}`)
  cx.edits.fill(edit, own)
  return ` var ${name} = ${namedFunction(own, name)};`
}

/** Expression that gives a function its name back; `Object` could be shadowed. */
export function namedFunction(own: string, name: string): string {
  return `({}).constructor.defineProperty(${own}, "name", { value: ${JSON.stringify(name)}, configurable: true })`
}

/** Code of its own that is no function: it runs once, and cannot wait. */
export function visitStaticBlock(cx: Context, node: StaticBlock): void {
  const { fn: outer, scope: outside } = cx
  const scope = new Scope(outside)
  cx.scope = scope
  cx.fn = newFunction('sync', outer.index, false, scope, outer)
  cx.fn.immediate = true
  for (const statement of node.body) cx.visit(cx, statement)
  decide(cx.fn, false)
  scope.close()
  cx.scope = outside
  cx.fn = outer
}
