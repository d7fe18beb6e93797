/**
 * Functions that a module keeps at its top level, and that one of its functions lets out: `bus.add(api)`, `return api`, where
 * `const api = { hash }`. Whoever gets them has those of this version.
 */
import type { AnyNode, Identifier, MemberExpression } from 'acorn'
import type { OwnBinding } from './bindings'
import { runsAtTopLevel } from './captures'
import type { Context } from './context'
import { isConsumingName } from './methodNames'

const DEEP = 8

/** A name of the outermost scope is read as a value. */
export function noteLetOut(cx: Context, node: Identifier, binding: OwnBinding): void {
  if (!isOpen(cx, node)) return
  if (bindingCarries(cx, binding, 0)) cx.fn.makesFunctions = true
}

/** The same through a member: `all.api`. */
export function noteMemberLetOut(cx: Context, node: MemberExpression): void {
  const root = rootOf(node)
  if (root !== undefined && isOpen(cx, root) && memberCarries(cx, node) === true) cx.fn.makesFunctions = true
}

/** What is only compared, tested or called lets nothing out. */
export function staysInside(cx: Context, node: AnyNode): void {
  const root = rootOf(node)
  if (root !== undefined) cx.passing.add(root)
}

/** An argument begins with a name of the outermost scope: `api.hash`, `router.routes()`. What a member is, the text may not tell. */
export function letsOut(cx: Context, node: AnyNode, name: string | undefined): boolean {
  const binding = cx.bindings.get(name ?? '')
  if (node.type === 'Identifier' || name === undefined || binding?.kind !== 'own' || cx.scope.isShadowed(name)) return false
  return bindingCarries(cx, binding, 0) && (node.type !== 'MemberExpression' || memberCarries(cx, node) !== false)
}

const isOpen = (cx: Context, node: Identifier): boolean => !cx.fn.makesFunctions && !cx.passing.has(node) && !cx.scope.isShadowed(node.name) && !runsAtTopLevel(cx)

function rootOf(node: AnyNode): Identifier | undefined {
  let at = node
  while (at.type === 'MemberExpression' || at.type === 'ParenthesizedExpression') at = at.type === 'MemberExpression' ? at.object : at.expression
  return at.type === 'Identifier' ? at : undefined
}

const bindingCarries = (cx: Context, binding: OwnBinding, depth: number): boolean =>
  binding.isFunction === true || binding.filled === true || (binding.init !== undefined && carries(cx, binding.init, depth + 1))

function nameCarries(cx: Context, name: string, depth: number, inLiteral: boolean): boolean {
  const binding = cx.bindings.get(name)
  // A literal lists what others export, and the list may be another one.
  return binding?.kind === 'own' ? bindingCarries(cx, binding, depth) : binding?.kind === 'import' && inLiteral
}

/** Some function of this module is in it; a class and its objects have current code anyway. */
function carries(cx: Context, node: AnyNode, depth: number, inLiteral = false): boolean {
  const any = (nodes: readonly (AnyNode | null)[], literal = false): boolean => nodes.some((one) => one !== null && carries(cx, one, depth + 1, literal))
  if (depth > DEEP) return false
  switch (node.type) {
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
      return true
    case 'Identifier':
      return nameCarries(cx, node.name, depth + 1, inLiteral)
    case 'ObjectExpression':
      return any(node.properties.map((property) => (property.type === 'SpreadElement' ? property.argument : property.value)), true)
    case 'ArrayExpression':
      return any(node.elements, true)
    case 'SpreadElement':
    case 'AwaitExpression':
      return any([node.argument], inLiteral)
    case 'ParenthesizedExpression':
    case 'ChainExpression':
      return any([node.expression], inLiteral)
    case 'ConditionalExpression':
      return any([node.consequent, node.alternate])
    case 'LogicalExpression':
      return any([node.left, node.right])
    case 'CallExpression':
      return any(isConsumed(node.callee) ? [] : node.arguments) || (node.callee.type === 'MemberExpression' && any([node.callee.object]))
    case 'NewExpression':
      return any(node.arguments) || (node.callee.type === 'Identifier' && makesFields(cx, node.callee.name))
    default:
      return false
  }
}

const isConsumed = (callee: AnyNode): boolean => callee.type === 'MemberExpression' && callee.property.type === 'Identifier' && isConsumingName(callee.property.name)

function makesFields({ bindings }: Context, name: string): boolean {
  const binding = bindings.get(name)
  return binding?.kind === 'own' && binding.hasFunctionFields === true
}

/** `all.api` of `const all = { api: { hash } }`; undefined: the text does not tell. */
function memberCarries(cx: Context, node: AnyNode): boolean | undefined {
  const path: string[] = []
  let at = node
  while (at.type === 'MemberExpression' && !at.computed && at.property.type === 'Identifier') {
    path.unshift(at.property.name)
    at = at.object
  }
  const binding = at.type === 'Identifier' ? cx.bindings.get(at.name) : undefined
  if (binding?.kind !== 'own' || binding.filled === true || binding.assigned) return undefined
  let value: AnyNode | undefined = binding.init
  for (const name of path) {
    if (value?.type !== 'ObjectExpression') return undefined
    const found: AnyNode | undefined = value.properties.flatMap((property) => (property.type === 'Property' && !property.computed && property.key.type === 'Identifier' && property.key.name === name ? [property.value] : []))[0]
    if (found === undefined) return undefined
    value = found
  }
  return value === undefined ? undefined : carries(cx, value, 0)
}
