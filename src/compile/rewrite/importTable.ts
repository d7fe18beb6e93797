import type { ExportAllDeclaration, ExportNamedDeclaration, ImportAttribute, ImportDeclaration, Literal, Program } from 'acorn'
import type { ImportRecord } from '../../protocol/unit'
import type { Captures } from './captures'
import type { LineIndex } from './lines'

type WithSource = ImportDeclaration | ExportAllDeclaration | ExportNamedDeclaration

interface Entry {
  readonly record: Omit<ImportRecord, 'names'>
  readonly names: Set<string>
}

/** The modules that a module imports or re-exports from, one entry per specifier (and attributes), in order of appearance. */
export class ImportTable {
  private readonly entries = new Map<string, Entry & { readonly index: number }>()

  constructor(program: Program, private readonly lines: LineIndex) {
    for (const item of program.body) {
      if (item.type === 'ImportDeclaration') this.add(item, item.source, this.specifiers(item).map(({ imported }) => imported))
      else if (item.type === 'ExportAllDeclaration') this.add(item, item.source, ['*'])
      else if (item.type === 'ExportNamedDeclaration' && item.source) this.add(item, item.source, item.specifiers.map(({ local }) => moduleName(local)))
    }
  }

  index(item: WithSource): number {
    return this.entries.get(keyOf(item))?.index ?? -1
  }

  specifier(index: number): string | undefined {
    return [...this.entries.values()].find((entry) => entry.index === index)?.record.specifier
  }

  specifiers(item: ImportDeclaration): { local: string; imported: string }[] {
    return item.specifiers.map((specifier) => {
      if (specifier.type === 'ImportNamespaceSpecifier') return { local: specifier.local.name, imported: '*' }
      const imported = specifier.type === 'ImportDefaultSpecifier' ? 'default' : moduleName(specifier.imported)
      return { local: specifier.local.name, imported }
    })
  }

  records(captures: Captures): ImportRecord[] {
    return [...this.entries.values()].map(({ record, names, index }) => {
      const captured = captures.ofImport(index)
      return { ...record, names: [...names], ...(captured === undefined ? {} : { captured }) }
    })
  }

  private add(item: WithSource, source: Literal, names: readonly string[]): void {
    const key = keyOf(item)
    const known = this.entries.get(key)
    if (known !== undefined) {
      for (const name of names) known.names.add(name)
      return
    }
    const record = {
      specifier: String(source.value),
      attributes: attributesOf(item.attributes),
      line: this.lines.line(source.start),
      column: this.lines.column(source.start),
    }
    this.entries.set(key, { record, names: new Set(names), index: this.entries.size })
  }
}

/** A name as import and export clauses write it: an identifier or a string. */
export function moduleName(node: { readonly type: 'Identifier'; readonly name: string } | Literal): string {
  return node.type === 'Identifier' ? node.name : String(node.value)
}

function attributesOf(attributes: readonly ImportAttribute[]): Record<string, string> {
  return Object.fromEntries(attributes.map(({ key, value }) => [moduleName(key), String(value.value)]))
}

function keyOf(item: WithSource): string {
  return JSON.stringify([item.source?.value, ...item.attributes.flatMap(({ key, value }) => [moduleName(key), value.value])])
}
