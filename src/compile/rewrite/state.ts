/** What a module keeps at its top level and its functions change: a reload begins with it as it was written. */
import type { AnyNode, Expression } from 'acorn'
import type { Context } from './context'

/** Methods of arrays, maps and sets that change them. */
const CHANGING: ReadonlySet<string> = new Set([
  'set', 'add', 'delete', 'clear', 'push', 'pop', 'shift', 'unshift', 'splice', 'sort', 'reverse', 'fill', 'copyWithin',
])

/** `list.push(x)`, `state.users.set(k, v)`. */
export function noteChangingCall(cx: Context, callee: Expression): void {
  if (callee.type === 'MemberExpression' && callee.property.type === 'Identifier' && !callee.computed && CHANGING.has(callee.property.name)) noteChanged(cx, callee.object)
}

/** Something in this is written, deleted or added; only what a function does is no part of how it was written. */
export function noteChanged(cx: Context, object: AnyNode): void {
  if (cx.fn.outer === undefined && cx.deferred === 0) return
  let at = object
  while (at.type === 'MemberExpression') at = at.object
  const binding = at.type === 'Identifier' ? cx.bindings.get(at.name) : undefined
  if (at.type === 'Identifier' && binding?.kind === 'own' && binding.collects === true) cx.scope.refer({ kind: 'changed', name: at.name, binding })
}

/** Names of it, in the order of the text. */
export function stateOf({ bindings }: Context): string[] {
  const names: string[] = []
  for (const [name, binding] of bindings) {
    if (binding.kind !== 'own') continue
    const assigned = binding.assignedInFunction && (binding.declared === 'let' || binding.declared === 'var')
    if (assigned || binding.changedInFunction === true) names.push(name)
  }
  return names
}
