/** Classes of the outermost scope keep their identity: each is announced where its definition ends (`Emitted.identity`). */
import type { Program, VariableDeclaration } from 'acorn'
import type { Context } from './context'

type Item = Program['body'][number]

export function announceClasses(cx: Context, item: Item): void {
  const names = definedBy(item)
  if (names.length === 0) return
  cx.edits.insert(item.end, `;${names.map((name) => cx.words.defined(name, name)).join(' ')}`)
}

function definedBy(item: Item): string[] {
  switch (item.type) {
    case 'ClassDeclaration':
      return [item.id.name]
    case 'VariableDeclaration':
      return definedNames(item)
    case 'ExportNamedDeclaration':
      return item.declaration ? definedBy(item.declaration) : []
    case 'ExportDefaultDeclaration':
      return item.declaration.type === 'ClassDeclaration' && item.declaration.id !== null ? [item.declaration.id.name] : []
    default:
      return []
  }
}

/** `let C = class { … }`, which is what compiled decorators need. */
export function definedNames({ declarations }: VariableDeclaration): string[] {
  return declarations.flatMap(({ id, init }) => (id.type === 'Identifier' && init?.type === 'ClassExpression' ? [id.name] : []))
}
