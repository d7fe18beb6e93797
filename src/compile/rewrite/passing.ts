/**
 * Arguments that whoever is called may keep. A function that is written as an argument is noticed where it is written, unless
 * the call consumes it. Besides, a function passes on functions of its module (`app.get('/', list)`) and what other modules export
 * (`app.route('/users', users)`), also in a literal (`createSchema({ resolvers })`).
 */
import type { AnyNode, CallExpression, Identifier, NewExpression } from 'acorn'
import type { Binding } from './bindings'
import { runsAtTopLevel } from './captures'
import { isConsuming } from './consuming'
import type { Context } from './context'
import { visitHandedOut } from './external'
import { letsOut } from './letOut'

/** Visits the arguments. */
export function visitArguments(cx: Context, node: CallExpression | NewExpression): void {
  const consumes = isConsuming(cx, node)
  const receiving = cx.receiving.get(node)
  for (const [index, argument] of node.arguments.entries()) {
    if (consumes) cx.passing.add(argument)
    const passed = argument.type === 'SpreadElement' ? argument.argument : argument
    const isFirst = index === 0 && typeof receiving === 'string'
    if (isFirst) cx.edits.insert(passed.start, `(${receiving}, `)
    if (consumes || runsAtTopLevel(cx)) visitHandedOut(cx, argument)
    else visitPassed(cx, passed)
    if (isFirst) cx.edits.insert(passed.end, ')')
  }
}

function visitPassed(cx: Context, node: AnyNode): void {
  const root = rootOf(node)
  if (!isForeign(cx.bindings.get(root ?? '')) && (passesOwn(cx, node) || letsOut(cx, node, root))) cx.fn.makesFunctions = true
  visitForeign(cx, node, root, () => visitHandedOut(cx, node))
}

/** Part of a literal, which a function may pass on: `new Server({ resolvers })`. */
export function visitPart(cx: Context, node: AnyNode, visit: () => void): void {
  if (runsAtTopLevel(cx) || (node.type !== 'Identifier' && node.type !== 'MemberExpression')) visit()
  else visitForeign(cx, node, rootOf(node), visit)
}

/** `{ resolvers }` as `{ resolvers: resolvers }`. */
export function visitShorthand(cx: Context, node: Identifier, visit: () => void): void {
  if (runsAtTopLevel(cx) || !isForeign(cx.bindings.get(node.name))) return visit()
  cx.edits.insert(node.start, `${node.name}: `)
  visitForeign(cx, node, node.name, () => cx.visit(cx, node))
}

/** What another module exports is told to the runtime where a function lets it out. */
function visitForeign(cx: Context, node: AnyNode, root: string | undefined, visit: () => void): void {
  const from = cx.bindings.get(root ?? '')
  if (root === undefined || !isForeign(from)) return visit()
  const open = cx.edits.reserve(node.start)
  visit()
  cx.scope.refer({ kind: 'passed', name: root, open, close: cx.edits.reserve(node.end), from, fn: cx.fn.index })
}

const isForeign = (binding: Binding | undefined): binding is Exclude<Binding, { readonly kind: 'given' }> =>
  binding?.kind === 'import' || (binding?.kind === 'own' && binding.required !== undefined)

/** A function of the outermost scope, or a literal with one. Names are not looked up scope by scope: one too many does no harm. */
function passesOwn(cx: Context, node: AnyNode): boolean {
  switch (node.type) {
    case 'Identifier': {
      const binding = cx.bindings.get(node.name)
      return binding?.kind === 'import' || (binding?.kind === 'own' && binding.isFunction === true)
    }
    case 'ParenthesizedExpression':
      return passesOwn(cx, node.expression)
    case 'ConditionalExpression':
      return passesOwn(cx, node.consequent) || passesOwn(cx, node.alternate)
    case 'ObjectExpression':
      return node.properties.some((property) => passesOwn(cx, property.type === 'SpreadElement' ? property.argument : property.value))
    case 'ArrayExpression':
      return node.elements.some((element) => element !== null && passesOwn(cx, element.type === 'SpreadElement' ? element.argument : element))
    default:
      return false
  }
}

/** `users` of `users` and of `users.routes().all`; a function that is called (`make()`) tells for itself what it makes. */
function rootOf(node: AnyNode): string | undefined {
  let at = node
  for (;;) {
    if (at.type === 'MemberExpression') at = at.object
    else if (at.type === 'CallExpression' && at.callee.type === 'MemberExpression') at = at.callee
    else return at.type === 'Identifier' ? at.name : undefined
  }
}
