/** Which loops have no end of their own: nothing but a jump out of them, or a flag that somebody changes, ends them. */
import type { AnyNode, BlockStatement, DoWhileStatement, Expression, ForStatement, Function as FunctionNode, WhileStatement } from 'acorn'
import { childrenOf } from './nodes'

/** `for (;;)`, `while (true)`, `while (running)`, `while (!this.stopped)`. A loop that assigns what it looks at (`page = page.next`) gets on by itself. */
export function isEndless({ test, body }: ForStatement | WhileStatement | DoWhileStatement): boolean {
  if (!test) return true
  const { negated, inner } = withoutNot(test)
  if (inner.type === 'Literal') return Boolean(inner.value) !== negated
  const flag = nameOf(inner)
  return flag !== undefined && !isAdvanced(body, flag)
}

/**
 * `return loop()`, `loop()`, `void this.loop(socket)` at the end of `loop`. With anything but its own parameters it gets on by
 * itself (`return page(next)`).
 */
export function callsItselfLast({ params }: FunctionNode, { body }: BlockStatement, name: string): boolean {
  const last = body.at(-1)
  const value = last?.type === 'ReturnStatement' ? last.argument : last?.type === 'ExpressionStatement' ? last.expression : undefined
  const call = value?.type === 'UnaryExpression' && value.operator === 'void' ? value.argument : value
  if (call?.type !== 'CallExpression') return false
  const own = nameOf(call.callee)
  return (own === name || own === `this.${name.slice(name.lastIndexOf('.') + 1)}`) && call.arguments.every((given, index) => {
    const parameter = params[index]
    return given.type === 'Identifier' && parameter?.type === 'Identifier' && given.name === parameter.name
  })
}

function withoutNot(test: Expression): { readonly negated: boolean; readonly inner: Expression } {
  let negated = false
  let inner = test
  for (; inner.type === 'UnaryExpression' && inner.operator === '!'; inner = inner.argument) negated = !negated
  return { negated, inner }
}

/** `a`, `a.b`, `this.a?.b`; undefined for anything else. */
function nameOf(node: AnyNode): string | undefined {
  if (node.type === 'Identifier') return node.name
  if (node.type === 'ThisExpression') return 'this'
  if (node.type === 'ChainExpression') return nameOf(node.expression)
  if (node.type !== 'MemberExpression' || node.computed) return undefined
  const object = nameOf(node.object)
  const { property } = node
  return object === undefined || (property.type !== 'Identifier' && property.type !== 'PrivateIdentifier') ? undefined : `${object}.${property.name}`
}

/** Whether the body gives it another value than a constant. */
function isAdvanced(node: AnyNode, flag: string): boolean {
  if (node.type === 'UpdateExpression' && nameOf(node.argument) === flag) return true
  if (node.type === 'AssignmentExpression' && has(node.left, flag) && withoutNot(node.right).inner.type !== 'Literal') return true
  return childrenOf(node).some((child) => isAdvanced(child, flag))
}

/** A target, or a part of a pattern. */
const has = (node: AnyNode, flag: string): boolean => nameOf(node) === flag || (node.type !== 'MemberExpression' && childrenOf(node).some((child) => has(child, flag)))
