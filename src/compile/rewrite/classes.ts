import type { Class, MethodDefinition, PropertyDefinition } from 'acorn'
import type { Context } from './context'
import { visitFunction, visitStaticBlock } from './functions'
import { keyName } from './functionNames'
import { declare } from './patterns'
import { Scope } from './scope'

export function visitClass(cx: Context, node: Class, name: string): void {
  const outside = cx.scope
  const scope = new Scope(outside)
  cx.scope = scope
  if (node.id) declare(cx, scope, node.id.name)
  if (node.superClass) cx.visit(cx, node.superClass)
  for (const member of node.body.body) {
    if (member.type === 'StaticBlock') visitStaticBlock(cx, member)
    else visitMember(cx, member, name)
  }
  scope.close()
  cx.scope = outside
}

function visitMember(cx: Context, member: MethodDefinition | PropertyDefinition, className: string): void {
  const { key, computed } = member
  if (computed && key.type !== 'PrivateIdentifier') cx.visit(cx, key)
  const name = `${className}.${keyName(cx.code, key, computed)}`
  if (member.type === 'PropertyDefinition') {
    if (member.value) cx.visitNamed(cx, member.value, name)
    return
  }
  const { kind } = member
  visitFunction(cx, member.value, kind === 'get' || kind === 'set' ? `${kind} ${name}` : name, member.start)
}
