import type { Identifier } from 'acorn'
import type { OwnBinding } from './bindings'
import { runsAtTopLevel } from './captures'
import type { Context } from './context'
import { settleExternal, visitExported } from './external'
import { noteLetOut } from './letOut'
import type { ImportUse, Reference } from './scope'
import { propertyAccess, type Vocabulary } from './vocabulary'

/** A name that is read, called or (as the object of a called member) received through. */
export function visitName(cx: Context, node: Identifier, use: ImportUse = 'value', shorthand = false, member?: string): void {
  const binding = cx.bindings.get(node.name)
  if (binding === undefined) {
    if (node.name === 'arguments') visitArguments(cx, node, shorthand)
    return
  }
  if (binding.kind === 'own') return visitOwn(cx, node, binding, use, shorthand, member)
  if (binding.kind !== 'import') return
  cx.scope.refer({
    kind: 'import',
    name: node.name,
    binding,
    edit: cx.edits.reserve(node.start, node.end),
    use,
    shorthand,
    first: node.start === cx.statementStart,
    direct: cx.code.charCodeAt(node.end) === 40,
    takenAt: runsAtTopLevel(cx) ? node.start : -1,
    decorating: cx.decorating > 0,
    member,
  })
}

/** A class as a value is its stable face; what `require` answered, or was awaited, may be taken by the top level. */
function visitOwn(cx: Context, node: Identifier, binding: OwnBinding, use: ImportUse, shorthand: boolean, member: string | undefined): void {
  const { name } = node
  const isValue = use === 'value' || (use === 'receiver' && binding.inherits === true) // `User.init({ … })` of a package that keeps its models
  if (binding.isClass === true && isValue && !cx.own.themselves.has(node)) cx.scope.refer({ kind: 'class', name, edit: cx.edits.reserve(node.start, node.end), shorthand })
  else if (binding.isClass !== true && binding.exported !== undefined) visitExported(cx, node, binding, use, shorthand, member)
  if (use === 'value') noteLetOut(cx, node, binding)
  const taken = use === 'object' ? (member ?? '*') : use === 'value' ? '*' : undefined
  const specifier = binding.required ?? binding.awaited
  if (specifier === undefined || taken === undefined || !runsAtTopLevel(cx)) return
  cx.scope.refer({ kind: 'taken', name, specifier, member: taken, takenAt: node.start })
}

/** A name that is assigned to. */
export function visitAssigned(cx: Context, node: Identifier, shorthand = false): void {
  const binding = cx.bindings.get(node.name)
  if (binding?.kind === 'import') return visitName(cx, node, 'assign', shorthand)
  if (binding?.kind === 'own') cx.scope.refer({ kind: 'assign', name: node.name, binding, end: Math.max(node.end, cx.assignmentEnd), inFunction: cx.fn.outer !== undefined || cx.deferred > 0 })
}

/** A module has no `arguments`; in the generated function it must not find those of that function. */
function visitArguments(cx: Context, node: Identifier, shorthand: boolean): void {
  if (cx.format !== 'esm') return
  for (let fn = cx.fn; fn.outer !== undefined; fn = fn.outer) {
    if (!fn.arrow) return
  }
  cx.edits.replace(node.start, node.end, `${shorthand ? 'arguments: ' : ''}globalThis.arguments`)
}

/** Writes what became of the references that no inner scope shadowed. */
export function settle(cx: Context, references: readonly Reference[]): void {
  for (const reference of references) {
    if (reference.kind === 'import') settleImport(cx, reference)
    else if (reference.kind === 'require') cx.dynamic.add(reference.specifier)
    else if (reference.kind === 'class') cx.edits.fill(reference.edit, `${reference.shorthand ? `${reference.name}: ` : ''}${cx.words.identity(reference.name)}`)
    else if (reference.kind === 'passed') settlePassed(cx, reference)
    else if (reference.kind === 'changed') reference.binding.changedInFunction = true
    else if (reference.kind === 'answered') cx.answered.add(reference.name)
    else if (reference.kind === 'handed') cx.handed.push(reference.handed)
    else if (reference.kind === 'member') reference.binding.hasMembers = true
    else if (reference.kind === 'taken') cx.captures.addRequire(reference.specifier, reference.member, reference.takenAt)
    else if (reference.kind === 'assign') {
      reference.binding.assigned = true
      if (reference.inFunction) reference.binding.assignedInFunction = true
      else reference.binding.replacedUntil = reference.end
    }
  }
  // Now it is known which names stay what they are.
  for (const reference of references) settleExternal(cx, reference)
}

function settlePassed(cx: Context, { open, close, from, fn }: Reference & { readonly kind: 'passed' }): void {
  const source = from.kind === 'import' ? [from.index, from.imported] : [from.required, '*']
  cx.edits.fill(open, `${cx.words.pass()}(`)
  cx.edits.fill(close, `, ${fn}, ${source.map((one) => JSON.stringify(one)).join(', ')})`)
}

function settleImport(cx: Context, reference: Reference & { readonly kind: 'import' }): void {
  const { binding, edit, name, shorthand, first } = reference
  const use = plainUse(reference.use, binding.imported)
  capture(cx, reference)
  if (use === 'call') {
    cx.edits.fill(edit, `${first ? '0,' : ''}(0, ${importCall(cx.words, binding.index, binding.imported)})`)
    if (reference.direct) cx.edits.pin(edit)
    return
  }
  const text = use === 'assign' ? cx.words.constant()
    : use === 'receiver' ? cx.words.receiver(binding.index, name)
    : use === 'raw' ? importCall(cx.words, binding.index, binding.imported) : importValue(cx.words, binding.index, binding.imported)
  cx.edits.fill(edit, shorthand ? `${name}: ${text}` : text)
}

/** What a use comes to: `raw` is the class itself, which `new` and `instanceof` find faster than its stable face. */
function plainUse(use: ImportUse, imported: string): 'assign' | 'call' | 'receiver' | 'raw' | 'value' {
  const isNamespace = imported === '*'
  switch (use) {
    case 'assign':
      return use
    case 'call':
      return isNamespace ? 'value' : use
    case 'receiver':
      return isNamespace ? use : 'value'
    case 'construct':
    case 'right':
      return isNamespace ? 'value' : 'raw'
    case 'object':
    case 'value':
      return 'value'
  }
}

/** Calls and `new` take nothing; neither does a member that is called on a namespace. */
function capture(cx: Context, { binding, use, member, takenAt, decorating }: Reference & { readonly kind: 'import' }): void {
  if (takenAt < 0 || use === 'assign' || use === 'call' || use === 'construct' || (use === 'receiver' && binding.imported === '*')) return
  cx.captures.addImport(binding.index, binding.imported === '*' && use === 'object' ? (member ?? '*') : binding.imported, takenAt, decorating)
}

/** Expression for an imported value; `*` is the namespace. */
export function importValue(words: Vocabulary, index: number, imported: string): string {
  return imported === '*' ? words.namespace(index) : words.values(index) + propertyAccess(imported)
}

function importCall(words: Vocabulary, index: number, imported: string): string {
  return words.calls(index) + propertyAccess(imported)
}
