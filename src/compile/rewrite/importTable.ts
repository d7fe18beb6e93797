import type { ExportAllDeclaration, ExportNamedDeclaration, ImportAttribute, ImportDeclaration, Literal, Program } from 'acorn'
import type { ImportRecord } from '../../protocol/unit'
import type { Captures } from './captures'
import type { LineIndex } from './lines'

type WithSource = ImportDeclaration | ExportAllDeclaration | ExportNamedDeclaration

interface Entry {
  readonly record: Omit<ImportRecord, 'names'>
  readonly names: Set<string>
  /** What the module calls them: the first of several names. */
  readonly locals: Map<string, string>
}

/** The modules that a module imports or re-exports from, one entry per specifier (and attributes), in order of appearance. */
export class ImportTable {
  private readonly entries = new Map<string, Entry & { readonly index: number }>()

  constructor(program: Program, private readonly lines: LineIndex) {
    for (const item of program.body) {
      if (item.type === 'ImportDeclaration') this.add(item, item.source, this.specifiers(item).map(({ imported }) => imported), this.specifiers(item))
      else if (item.type === 'ExportAllDeclaration') this.add(item, item.source, ['*'])
      else if (item.type === 'ExportNamedDeclaration' && item.source) this.add(item, item.source, item.specifiers.map(({ local }) => moduleName(local)))
    }
  }

  index(item: WithSource): number {
    return this.entries.get(keyOf(item))?.index ?? -1
  }

  has(specifier: string): boolean {
    return [...this.entries.values()].some(({ record }) => record.specifier === specifier)
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
    return [...this.entries.values()].map(({ record, names, locals, index }) => {
      const captured = captures.ofImport(index)
      const renamed = [...locals].filter(([imported, local]) => local !== imported)
      return { ...record, names: [...names], ...(renamed.length === 0 ? {} : { locals: Object.fromEntries(renamed) }), ...(captured === undefined ? {} : { captured }) }
    })
  }

  private add(item: WithSource, source: Literal, names: readonly string[], renamed: readonly { readonly local: string; readonly imported: string }[] = []): void {
    const entry = this.obtain(item, source)
    for (const name of names) entry.names.add(name)
    for (const { local, imported } of renamed) if (!entry.locals.has(imported)) entry.locals.set(imported, local)
  }

  private obtain(item: WithSource, source: Literal): Entry {
    const key = keyOf(item)
    const known = this.entries.get(key)
    if (known !== undefined) return known
    const record = {
      specifier: String(source.value),
      attributes: attributesOf(item.attributes),
      line: this.lines.line(source.start),
      column: this.lines.column(source.start),
    }
    const entry = { record, names: new Set<string>(), locals: new Map<string, string>(), index: this.entries.size }
    this.entries.set(key, entry)
    return entry
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
