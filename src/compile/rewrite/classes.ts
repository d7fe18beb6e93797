import type { Class, MethodDefinition, PropertyDefinition } from 'acorn'
import { isFunctionField } from './bindings'
import { addFunction } from './context'
import type { Context } from './context'
import { visitFunction, visitStaticBlock } from './functions'
import type { MethodOf } from './functions'
import { keyName } from './functionNames'
import { noteHanded } from './handed'
import { openPrivates } from './privates'
import { settle, visitName } from './references'
import { Scope } from './scope'

/** `definedAs`: the name of what it is assigned to. */
export function visitClass(cx: Context, node: Class, name: string, definedAs = name): void {
  const outside = cx.scope
  const scope = new Scope(outside)
  const isTop = outside.isOutermost && cx.fn.outer === undefined
  const known = isTop && isAnnounced(cx, node, definedAs)
  cx.scope = scope
  // In a class of the outermost scope its name is the same class, whose uses as a value count as well.
  const closeName = node.id && !(node.type === 'ClassDeclaration' && outside.isOutermost) ? openOwnName(cx, node.id.name) : undefined
  if (node.superClass?.type === 'Identifier') visitName(cx, node.superClass, isImport(cx, node.superClass.name) ? 'value' : 'construct')
  else if (node.superClass) cx.visit(cx, node.superClass)
  const closePrivates = openPrivates(cx, node)
  const makes = isTop && node.body.body.some(isFunctionField)
  if (makes) announceFields(cx, node, name)
  if (known && node.body.body.some(runsAtOnce)) cx.edits.insert(node.body.start + 1, ` static {${cx.words.begun(definedAs)} }`)
  for (const member of node.body.body) {
    if (member.type === 'StaticBlock') ofClass(cx, true, () => visitStaticBlock(cx, member))
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
    const { value } = member
    if (!member.static) cx.deferred++
    ofClass(cx, member.static, () => {
      if (member.static) noteHanded(cx, value, true)
      cx.visitNamed(cx, value, name)
    })
    if (!member.static) cx.deferred--
    return
  }
  const { kind } = member
  const { body } = member.value
  if (kind !== 'constructor' && isTop) cx.methodBodies.push(body)
  if (member.static) cx.staticMethod = member.value
  visitFunction(cx, member.value, kind === 'get' || kind === 'set' ? `${kind} ${name}` : name, member.start, isTop ? methodOf(member, className) : undefined, makes && kind === 'constructor')
}

/** `isClass`: what `this` is there. */
function ofClass(cx: Context, isClass: boolean, visit: () => void): void {
  const { thisIsClass } = cx
  cx.thisIsClass = isClass
  visit()
  cx.thisIsClass = thisIsClass
}

/** While the class is being defined its code may tell others of it (`static { register(this) }`). */
const runsAtOnce = (member: Class['body']['body'][number]): boolean =>
  member.type === 'StaticBlock' || (member.type === 'PropertyDefinition' && member.static && member.value?.type !== 'Literal')

/** Announced by that name where its definition ends (topClasses.ts). */
function isAnnounced({ bindings }: Context, node: Class, name: string): boolean {
  const binding = bindings.get(name)
  return binding?.kind === 'own' && (node.type === 'ClassDeclaration' ? node.id !== null : binding.init === node)
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
