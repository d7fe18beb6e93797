import type { Class, MethodDefinition, PropertyDefinition } from 'acorn'
import { isFunctionField } from './bindings'
import { addFunction } from './context'
import type { Context } from './context'
import { visitFunction, visitStaticBlock } from './functions'
import type { MethodOf } from './functions'
import { keyName } from './functionNames'
import { openPrivates } from './privates'
import { settle, visitName } from './references'
import { Scope } from './scope'

export function visitClass(cx: Context, node: Class, name: string): void {
  const outside = cx.scope
  const scope = new Scope(outside)
  cx.scope = scope
  // In a class of the outermost scope its name is the same class, whose uses as a value count as well.
  const closeName = node.id && !(node.type === 'ClassDeclaration' && outside.isOutermost) ? openOwnName(cx, node.id.name) : undefined
  if (node.superClass?.type === 'Identifier') visitName(cx, node.superClass, isImport(cx, node.superClass.name) ? 'value' : 'construct')
  else if (node.superClass) cx.visit(cx, node.superClass)
  const closePrivates = openPrivates(cx, node)
  const isTop = outside.isOutermost && cx.fn.outer === undefined
  const makes = isTop && node.body.body.some(isFunctionField)
  if (makes) announceFields(cx, node, name)
  for (const member of node.body.body) {
    if (member.type === 'StaticBlock') visitStaticBlock(cx, member)
    else visitMember(cx, member, { isTop, makes }, name)
  }
  closePrivates()
  closeName?.()
  scope.close()
  cx.scope = outside
}

/**
 * The name that a class has inside: as a value it is the stable class, as everywhere (`new.target === Shape`).
 * @returns ends that
 */
function openOwnName(cx: Context, name: string): () => void {
  const { bindings, scope } = cx
  const outside = bindings.get(name)
  bindings.set(name, { kind: 'own', declared: 'class', assigned: false, assignedInFunction: false, isClass: true })
  return () => {
    if (outside === undefined) bindings.delete(name)
    else bindings.set(name, outside)
    settle(cx, scope.take(name))
  }
}

function visitMember(cx: Context, member: MethodDefinition | PropertyDefinition, { isTop, makes }: { readonly isTop: boolean; readonly makes: boolean }, className: string): void {
  const { key, computed } = member
  if (computed && key.type !== 'PrivateIdentifier') cx.visit(cx, key)
  const name = `${className}.${keyName(cx.code, key, computed)}`
  if (member.type === 'PropertyDefinition') {
    if (!member.value) return
    if (!member.static) cx.deferred++
    cx.visitNamed(cx, member.value, name)
    if (!member.static) cx.deferred--
    return
  }
  const { kind } = member
  const { body } = member.value
  if (kind !== 'constructor' && isTop) cx.methodBodies.push(body)
  visitFunction(cx, member.value, kind === 'get' || kind === 'set' ? `${kind} ${name}` : name, member.start, isTop ? methodOf(member, className) : undefined, makes && kind === 'constructor')
}

/** Who makes such an object holds these functions: a class without a constructor gets the one it has anyway, to say so. */
function announceFields(cx: Context, node: Class, name: string): void {
  if (node.body.body.some((member) => member.type === 'MethodDefinition' && member.kind === 'constructor')) return
  const makes = cx.words.makes(addFunction(cx, `new ${name}`, node.start))
  const args = cx.words.own('a')
  cx.edits.insert(node.body.start + 1, node.superClass ? ` constructor(...${args}) { ${makes}; super(...${args}); }` : ` constructor() { ${makes}; }`)
}

/** A method that can be found again by its name. */
function methodOf({ kind, computed, key, static: ofClass }: MethodDefinition, className: string): MethodOf | undefined {
  if (kind !== 'method' || ofClass || computed || key.type !== 'Identifier') return undefined
  return { className, name: key.name }
}

function isImport(cx: Context, name: string): boolean {
  return cx.bindings.get(name)?.kind === 'import'
}
