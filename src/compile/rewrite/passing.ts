/**
 * Arguments that whoever is called may keep. A function that is written as an argument is noticed where it is written, unless
 * the call consumes it: those of arrays, promises and strings, and what is given to the runtime, which knows the processes it
 * starts. Besides, a function passes on functions of its module (`app.get('/', list)`) and what other modules export
 * (`app.route('/users', users)`).
 */
import type { AnyNode, CallExpression, NewExpression } from 'acorn'
import type { Binding } from './bindings'
import { runsAtTopLevel } from './captures'
import type { Context } from './context'

export const CONSUMING: ReadonlySet<string> = new Set([
  'map', 'filter', 'forEach', 'reduce', 'reduceRight', 'some', 'every', 'find', 'findIndex', 'findLast', 'findLastIndex', 'flatMap', 'sort', 'toSorted', 'from',
  'then', 'catch', 'finally', 'replace', 'replaceAll', 'parse', 'stringify', 'group', 'groupBy',
])
/** What these are given is known from elsewhere, or gone soon. */
const TIMERS: ReadonlySet<string> = new Set(['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'])
const RUNTIME = 'codeswitch'

/** Visits the arguments. */
export function visitArguments(cx: Context, node: CallExpression | NewExpression): void {
  const consumes = isConsuming(cx, node)
  for (const argument of node.arguments) {
    if (consumes) cx.passing.add(argument)
    const passed = argument.type === 'SpreadElement' ? argument.argument : argument
    if (consumes || runsAtTopLevel(cx)) cx.visit(cx, argument)
    else visitPassed(cx, passed)
  }
}

export function isConsuming(cx: Context, { type, callee }: CallExpression | NewExpression): boolean {
  if (callee.type === 'Identifier') return (type === 'NewExpression' && callee.name === 'Promise') || TIMERS.has(callee.name) || isOfRuntime(cx, callee.name)
  return callee.type === 'MemberExpression' && ((callee.property.type === 'Identifier' && CONSUMING.has(callee.property.name)) || (callee.object.type === 'Identifier' && isOfRuntime(cx, callee.object.name)))
}

function isOfRuntime({ bindings, imports }: Context, name: string): boolean {
  const binding = bindings.get(name)
  return binding?.kind === 'import' && imports.specifier(binding.index) === RUNTIME
}

function visitPassed(cx: Context, node: AnyNode): void {
  const known = cx.bindings.get(rootOf(node) ?? '')
  const from = isForeign(known) ? known : undefined
  if (from === undefined && passesOwn(cx, node)) cx.fn.makesFunctions = true
  const open = from === undefined ? -1 : cx.edits.reserve(node.start)
  cx.visit(cx, node)
  if (from !== undefined) cx.scope.refer({ kind: 'passed', name: rootOf(node) ?? '', open, close: cx.edits.reserve(node.end), from, fn: cx.fn.index })
}

const isForeign = (binding: Binding | undefined): binding is Exclude<Binding, { readonly kind: 'require' }> =>
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
