import type { AssignmentProperty, Expression, Pattern, VariableDeclaration } from 'acorn'
import { eachName } from './bindings'
import type { Context } from './context'
import { visitAssigned, visitName } from './references'
import type { Scope } from './scope'
import { noteChanged } from './state'

/** A pattern that declares names in `scope`: what it evaluates is visited. */
export function visitBinding(cx: Context, pattern: Pattern, scope: Scope): void {
  eachName(pattern, (name) => declare(cx, scope, name))
  visitPattern(cx, pattern, false)
}

/** Only names that could shadow one we look for are worth recording. */
export function declare(cx: Context, scope: Scope, name: string): void {
  if (cx.bindings.has(name)) scope.declare(name)
}

/** A pattern whose names are assigned to. */
export function visitTarget(cx: Context, pattern: Pattern): void {
  visitPattern(cx, pattern, true)
}

export function visitForLeft(cx: Context, left: VariableDeclaration | Pattern): void {
  if (left.type === 'VariableDeclaration') cx.visit(cx, left)
  else visitTarget(cx, left)
}

function visitPattern(cx: Context, pattern: Pattern, assigns: boolean, shorthand = false): void {
  switch (pattern.type) {
    case 'Identifier':
      if (assigns) visitAssigned(cx, pattern, shorthand)
      return
    case 'ObjectPattern':
      for (const property of pattern.properties) {
        if (property.type === 'RestElement') visitPattern(cx, property.argument, assigns)
        else visitProperty(cx, property, assigns)
      }
      return
    case 'ArrayPattern':
      for (const element of pattern.elements) {
        if (element) visitPattern(cx, element, assigns)
      }
      return
    case 'RestElement':
      return visitPattern(cx, pattern.argument, assigns)
    case 'AssignmentPattern':
      visitPattern(cx, pattern.left, assigns, shorthand)
      return visitDefault(cx, pattern)
    default:
      // A member expression (or, in sloppy code, a call that throws when it is assigned to).
      return visitWritten(cx, pattern)
  }
}

/** What is written to, or deleted: for a namespace that is the object itself, which refuses, and not the table behind it. */
export function visitWritten(cx: Context, node: Expression | Pattern): void {
  if (node.type === 'MemberExpression') noteChanged(cx, node.object)
  cx.own.places.add(node)
  if (node.type !== 'MemberExpression' || node.object.type !== 'Identifier' || node.property.type === 'PrivateIdentifier') return cx.visit(cx, node)
  visitName(cx, node.object, 'object')
  if (node.computed) cx.visit(cx, node.property)
}

function visitProperty(cx: Context, property: AssignmentProperty, assigns: boolean): void {
  if (property.computed) cx.visit(cx, property.key)
  visitPattern(cx, property.value, assigns, property.shorthand)
}

function visitDefault(cx: Context, { left, right }: Pattern & { readonly type: 'AssignmentPattern' }): void {
  if (left.type === 'Identifier') cx.visitNamed(cx, right, left.name)
  else cx.visit(cx, right)
}
