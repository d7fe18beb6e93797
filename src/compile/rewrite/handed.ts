/**
 * Statements of a top level that give a function of the module to an object of another one: `bus.subscribe((event) => { … })`,
 * `app.get('/', list)`. Run again, they give it once more, and nobody can know how to take back what was given before.
 */
import type { AnyNode, CallExpression, Program } from 'acorn'
import type { Handed } from '../../protocol/unit'
import type { Context } from './context'
import { CONSUMING } from './passing'

export function handed({ bindings, code, lines }: Context, program: Program): readonly Handed[] | undefined {
  // Whoever disposes of something has thought of it.
  if (/\bdispose\b/.test(code)) return undefined
  const found = program.body.flatMap((item): Handed[] => {
    const call = item.type === 'ExpressionStatement' ? callOf(item.expression) : undefined
    const method = call?.callee.type === 'MemberExpression' && !call.callee.computed && call.callee.property.type === 'Identifier' ? call.callee.property.name : undefined
    const root = call === undefined ? undefined : rootOf(call.callee)
    const binding = bindings.get(root ?? '')
    if (call === undefined || method === undefined || root === undefined || CONSUMING.has(method) || binding?.kind !== 'import' || binding.imported === '*') return []
    const isFunction = (node: AnyNode): boolean => {
      const own = node.type === 'Identifier' ? bindings.get(node.name) : undefined
      return node.type === 'ArrowFunctionExpression' || node.type === 'FunctionExpression' || (own?.kind === 'own' && own.isFunction === true)
    }
    return call.arguments.some(isFunction) ? [{ index: binding.index, name: binding.imported, root, method, line: lines.line(call.start), column: lines.column(call.start) }] : []
  })
  return found.length === 0 ? undefined : found
}

function callOf(node: AnyNode): CallExpression | undefined {
  return node.type === 'CallExpression' ? node : node.type === 'AwaitExpression' ? callOf(node.argument) : undefined
}

/** `app` of `app.get` and of `app.route('/').get`. */
function rootOf(node: AnyNode): string | undefined {
  if (node.type === 'MemberExpression') return rootOf(node.object)
  if (node.type === 'CallExpression' && node.callee.type === 'MemberExpression') return rootOf(node.callee)
  return node.type === 'Identifier' ? node.name : undefined
}
