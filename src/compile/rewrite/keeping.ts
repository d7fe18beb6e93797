/**
 * Functions of the outermost scope that keep what they are given in their module. `add`: in a list, each time once more
 * (`handlers.push(fn)`). `replace`: under a key or a name, where it takes the place of what was there (`handlers[name] = fn`).
 */
import type { AnyNode, AssignmentExpression, CallExpression, Function as FunctionNode } from 'acorn'
import type { Keeping } from '../../protocol/unit'
import { eachName } from './bindings'
import type { Context } from './context'
import { isAdding } from './methodNames'
import { childrenOf } from './nodes'
import { WHOLE } from './ownExports'

/** Notes what the function around this call or assignment does with its parameters. */
export function noteKept(cx: Context, node: CallExpression | AssignmentExpression): void {
  const around = outermost(cx)
  if (around === undefined) return
  const keeping = node.type === 'CallExpression' ? addedBy(cx, node) : assignedBy(cx, node)
  if (keeping === undefined) return
  const parameters = parametersOf(around.node)
  const given = node.type === 'CallExpression' ? node.arguments : [node.right]
  if (cx.keeps.get(around.name) !== 'add' && parameters.size > 0 && given.some((one) => mentions(one, parameters))) cx.keeps.set(around.name, keeping)
}

/** By the names under which others know these functions, too. What has no name of its own is called `exports` when it is assigned to `module.exports`. */
export function byNames<T>({ exports, own }: Context, known: ReadonlyMap<string, T>): Readonly<Record<string, T>> | undefined {
  if (known.size === 0) return undefined
  const names = [[WHOLE, 'exports'] as const, ...[...own.names].map(([local, name]) => [name, local] as const), ...exports.map(({ name, value }) => [name, value] as const)]
  const exported = names.flatMap(([name, value]) => [...known].flatMap(([key, found]) => (key === value || key.startsWith(`${value}.`) ? [[name + key.slice(value.length), found] as const] : [])))
  return Object.fromEntries([...known, ...exported])
}

/** The function of the outermost scope around the visited place. */
export function outermost(cx: Context): { readonly name: string; readonly node: FunctionNode | undefined } | undefined {
  let { fn } = cx
  if (fn.outer === undefined) return undefined
  while (fn.outer?.outer !== undefined) fn = fn.outer
  const { node } = fn
  return { name: (node && cx.own.expressions.get(node)) ?? cx.functions[fn.index]?.name ?? '', node }
}

function addedBy(cx: Context, { callee }: CallExpression): Keeping | undefined {
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') return undefined
  const { name } = callee.property
  const keeping = name === 'set' ? 'replace' : isAdding(name) ? 'add' : undefined
  return keeping !== undefined && isOwnState(cx, callee.object) ? keeping : undefined
}

const assignedBy = (cx: Context, { left, right }: AssignmentExpression): Keeping | undefined =>
  !isOwnState(cx, left) ? undefined : right.type === 'ArrayExpression' ? 'add' : 'replace'

function isOwnState({ bindings }: Context, node: AnyNode): boolean {
  let at = node
  while (at.type === 'MemberExpression') at = at.object
  const binding = at.type === 'Identifier' ? bindings.get(at.name) : undefined
  return binding?.kind === 'own' && binding.required === undefined && binding.isFunction !== true
}

function parametersOf(fn: FunctionNode | undefined): ReadonlySet<string> {
  const names = new Set<string>()
  for (const parameter of fn?.params ?? []) eachName(parameter, (name) => names.add(name))
  return names
}

/** As a value: what is only called is not kept, unless a function that is kept calls it. */
function mentions(node: AnyNode, names: ReadonlySet<string>): boolean {
  switch (node.type) {
    case 'Identifier':
      return names.has(node.name)
    case 'ObjectExpression':
      return node.properties.some((property) => mentions(property.type === 'SpreadElement' ? property.argument : property.value, names))
    case 'ArrayExpression':
      return node.elements.some((element) => element !== null && mentions(element, names))
    case 'SpreadElement':
      return mentions(node.argument, names)
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
      return anywhere(node.body, names)
    default:
      return false
  }
}

const anywhere = (node: AnyNode, names: ReadonlySet<string>): boolean =>
  node.type === 'Identifier' ? names.has(node.name) : childrenOf(node).some((child) => anywhere(child, names))
