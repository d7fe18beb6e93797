/**
 * Variables of the outermost scope that functions answer: `let bot; export const getBot = () => bot ??= new Bot()`. Others have
 * what is in them, although no export shows it.
 */
import type { AnyNode } from 'acorn'
import type { OwnBinding } from './bindings'
import type { Context } from './context'
import { propertyKey } from './vocabulary'

/** Notes what a `return`, or the body of an arrow function, answers. */
export function noteAnswered(cx: Context, node: AnyNode): void {
  switch (node.type) {
    case 'Identifier': {
      const binding = cx.bindings.get(node.name)
      if (binding?.kind === 'own' && isVariable(binding)) cx.scope.refer({ kind: 'answered', name: node.name })
      return
    }
    case 'AssignmentExpression':
      return noteAnswered(cx, node.left)
    case 'LogicalExpression':
      noteAnswered(cx, node.left)
      return noteAnswered(cx, node.right)
    case 'ConditionalExpression':
      noteAnswered(cx, node.consequent)
      return noteAnswered(cx, node.alternate)
    case 'AwaitExpression':
      return noteAnswered(cx, node.argument)
    case 'ParenthesizedExpression':
      return noteAnswered(cx, node.expression)
    default:
  }
}

/** What a static method answers of its class, where nobody else can look: `return Bus.#one ??= new Bus()`. The value is told to the runtime. */
export function visitAnswered(cx: Context, node: AnyNode, visit: () => void): void {
  const name = privateOf(cx, node)
  if (name !== undefined) cx.edits.insert(node.start, cx.words.holds(name))
  visit()
  if (name !== undefined) cx.edits.insert(node.end, '))')
}

function privateOf(cx: Context, node: AnyNode): string | undefined {
  if (node.type === 'AssignmentExpression' || node.type === 'LogicalExpression') return privateOf(cx, node.left)
  if (node.type !== 'MemberExpression' || node.property.type !== 'PrivateIdentifier') return undefined
  const binding = node.object.type === 'Identifier' ? cx.bindings.get(node.object.name) : undefined
  const isStatic = (node.object.type === 'ThisExpression' && cx.thisIsClass) || (binding?.kind === 'own' && binding.isClass === true)
  return isStatic ? `#${node.property.name}` : undefined
}

const isVariable = ({ declared, isFunction, literal, required, taken }: OwnBinding): boolean =>
  declared !== 'class' && declared !== 'function' && isFunction !== true && literal === undefined && required === undefined && taken === undefined

/** To be written before the first statement. */
export const tellAnswered = ({ answered, words }: Context): string =>
  answered.size === 0 ? '' : `${words.prefix}.answers({ ${[...answered].map((name) => `${propertyKey(name)}: () => ${name}`).join(', ')} });`
