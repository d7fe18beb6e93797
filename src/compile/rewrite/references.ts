import type { Identifier } from 'acorn'
import type { Context } from './context'
import type { ImportUse, Reference } from './scope'
import { propertyAccess, type Vocabulary } from './vocabulary'

/** A name that is read, called or (as the object of a called member) received through. */
export function visitName(cx: Context, node: Identifier, use: ImportUse = 'value', shorthand = false): void {
  const binding = cx.bindings.get(node.name)
  if (binding === undefined) {
    if (node.name === 'arguments') visitArguments(cx, node, shorthand)
    return
  }
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
  })
}

/** A name that is assigned to. */
export function visitAssigned(cx: Context, node: Identifier, shorthand = false): void {
  const binding = cx.bindings.get(node.name)
  if (binding?.kind === 'import') return visitName(cx, node, 'assign', shorthand)
  if (binding?.kind === 'own') cx.scope.refer({ kind: 'assign', name: node.name, binding, inFunction: cx.fn.outer !== undefined })
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
    else {
      reference.binding.assigned = true
      if (reference.inFunction) reference.binding.assignedInFunction = true
    }
  }
}

function settleImport(cx: Context, reference: Reference & { readonly kind: 'import' }): void {
  const { binding, edit, name, shorthand, first } = reference
  const use = reference.use === 'call' && binding.imported === '*' ? 'value' : reference.use === 'receiver' && binding.imported !== '*' ? 'value' : reference.use
  if (use === 'call') {
    cx.edits.fill(edit, `${first ? '0,' : ''}(0, ${importCall(cx.words, binding.index, binding.imported)})`)
    if (reference.direct) cx.edits.pin(edit)
    return
  }
  const text = use === 'assign' ? cx.words.constant() : use === 'receiver' ? cx.words.calls(binding.index) : importValue(cx.words, binding.index, binding.imported)
  cx.edits.fill(edit, shorthand ? `${name}: ${text}` : text)
}

/** Expression for an imported value; `*` is the namespace. */
export function importValue(words: Vocabulary, index: number, imported: string): string {
  return words.values(index) + (imported === '*' ? '' : propertyAccess(imported))
}

function importCall(words: Vocabulary, index: number, imported: string): string {
  return words.calls(index) + propertyAccess(imported)
}
