/**
 * Static private members (`static #n`) are those of one class, and what stands for it elsewhere (`this` of a method that is called
 * through an import) has none. So whoever is asked for one is the class of this version (`Emitted.itself`); the same in what compilers
 * make of private members: `__privateGet(C, _n)`.
 */
import type { AnyNode, BinaryExpression, CallExpression, Class, LogicalExpression, MemberExpression } from 'acorn'
import type { Context } from './context'

/** @returns ends it: behind the class its names mean something else */
export function openPrivates(cx: Context, { body: { body } }: Class): () => void {
  const outside = cx.staticPrivates
  const names = body.flatMap((member) => (member.type !== 'StaticBlock' && member.static && member.key.type === 'PrivateIdentifier' ? [member.key.name] : []))
  if (names.length > 0) cx.staticPrivates = new Set([...outside, ...names])
  return () => { cx.staticPrivates = outside }
}

/** `this.#n`, `C.#n`; a class that is known by its name is the one of this version. */
export const readsPrivate = (cx: Context, { object, property }: MemberExpression): boolean =>
  property.type === 'PrivateIdentifier' && cx.staticPrivates.has(property.name) && !isItself(cx, object)

/** `#n in C` */
export const looksForPrivate = (cx: Context, { left }: BinaryExpression | LogicalExpression): boolean => left.type === 'PrivateIdentifier' && cx.staticPrivates.has(left.name)

/** Of esbuild, TypeScript and Babel. */
const HELPER = /^_+(?:private|classPrivate|classStaticPrivate|accessCheck|assertClassBrand)/
/** An object that is being made: no class. */
const MAKING = /^_+(?:privateAdd|classPrivate\w+InitSpec)$/

export const isPrivateHelper = ({ callee }: CallExpression): boolean => callee.type === 'Identifier' && HELPER.test(callee.name)

/** First the object and the member, or the other way round; then what it is given. */
export function visitPrivateCall(cx: Context, { callee, arguments: given }: CallExpression): void {
  const isMaking = callee.type === 'Identifier' && MAKING.test(callee.name)
  for (const [index, one] of given.entries()) {
    cx.own.themselves.add(one)
    if ((isMaking && one.type === 'ThisExpression') || index > 1 || one.type === 'SpreadElement' || isItself(cx, one)) cx.visit(cx, one)
    else visitItself(cx, one)
  }
}

export function visitItself(cx: Context, node: AnyNode): void {
  const isList = node.type === 'SequenceExpression' // its parentheses are no part of it
  cx.edits.insert(node.start, `${cx.words.itself()}(${isList ? '(' : ''}`)
  if (node.type !== 'ThisExpression') cx.visit(cx, node)
  cx.edits.insert(node.end, isList ? '))' : ')')
}

function isItself({ bindings, scope }: Context, node: AnyNode): boolean {
  const binding = node.type === 'Identifier' && !scope.isShadowed(node.name) ? bindings.get(node.name) : undefined
  return binding?.kind === 'own' && binding.declared === 'class'
}
