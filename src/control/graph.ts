/** From files to units: compiles what is asked for and everything it reaches that the runtime does not have yet. */
import path from 'node:path'
import { inlineMap, originalOfInput } from '../compile/positions'
import type { Compiled, Compiler } from '../compile/compiler'
import type { ModuleNames } from '../compile/moduleNames'
import type { Resolver } from '../compile/resolver'
import type { Problem } from '../base/problem'
import type { ModuleName } from '../protocol/ids'
import type { FailureReason } from '../protocol/snapshot'
import type { Link, Unit } from '../runtime/link'
import type { Captures } from './captures'
import type { Importers, Table } from './importers'
import type { Texts } from './texts'

export interface Collected {
  readonly units: Unit[]
  readonly failures: CompileFailure[]
}
/** `texts`: instead of those on disk, by file. `found` is told of each unit as soon as it is there. */
export interface CollectHow {
  readonly texts?: ReadonlyMap<string, string> | undefined
  readonly found?: ((unit: Unit) => void) | undefined
}
export interface CompileFailure { readonly module: ModuleName; readonly file: string; readonly reason: FailureReason; readonly problems: readonly Problem[] }

export interface GraphDeps {
  readonly compiler: Compiler
  readonly resolver: Resolver
  readonly names: ModuleNames
  readonly texts: Texts
  readonly captures: Captures
  readonly importers: Importers
  readonly root: string
  /** A debugger is attached: units carry their whole source map. */
  debugging(): boolean
}

export class Graph {
  constructor(private readonly deps: GraphDeps) {}

  /**
   * Compiles `files` and, through static imports and literal `require`/`import()`, what they reach and `has` denies.
   * A file that is only reached dynamically and does not compile is no failure here: it fails when it is asked for.
   */
  async collect(files: readonly string[], has: (module: ModuleName) => boolean, { texts, found }: CollectHow = {}): Promise<Collected> {
    const collected = { units: [], failures: [], found }
    const seen = new Set<string>()
    const pending: Promise<void>[] = []
    const visit = (file: string, needed: boolean): void => {
      if (seen.has(file)) return
      seen.add(file)
      pending.push(this.compileOne(file, needed, collected, visit, has, texts))
    }
    for (const file of files) visit(file, true)
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) await next
    return collected
  }

  link(specifier: string, importer: string, kind: 'import' | 'require'): Link {
    const { resolver, names } = this.deps
    const found = resolver.resolve(specifier, importer, kind)
    return found.kind === 'module' ? { kind: 'module', module: names.nameOf(found.file) } : found
  }

  /** What runs now, to be loaded again; undefined when its text is not known any more. */
  again(module: ModuleName, hash: string): Unit | undefined {
    const compiled = this.deps.texts.get(module, hash)
    return compiled === undefined ? undefined : this.unit(module, compiled, undefined)
  }

  /** Line of the source. */
  lineOf(unit: Unit, at: { readonly line: number; readonly column: number }): number {
    return originalOfInput(unit, at.line, at.column).line
  }

  /** A problem at an import of a unit, in the source text. */
  problemAtImport(unit: Table, index: number, message: string): Problem {
    const record = unit.rewritten.imports[index]
    const compiled = this.deps.texts.get(unit.module, unit.hash)
    const at = record === undefined || compiled === undefined ? { line: 1, column: 0 } : originalOfInput(compiled, record.line, record.column)
    return { file: unit.file, ...at, length: record === undefined ? 0 : record.specifier.length + 2, severity: 'error', source: 'link', message }
  }

  /** A loaded text imports what `from` does not export (any more: `wasThere`). */
  missingAtImport(importer: Table, index: number, name: string, from: ModuleName, wasThere: boolean): Problem {
    const shown = (file: string): string => path.relative(this.deps.root, file)
    const [imports, exports] = wasThere ? ['still imports', 'which no longer exports it'] : ['imports', 'which does not export it']
    const message = `${shown(importer.file)} ${imports} "${name}" from ${shown(this.deps.names.fileOf(from) ?? from)}, ${exports}`
    return { ...this.problemAtImport(importer, index, message), severity: 'warning' }
  }

  private async compileOne(
    file: string, needed: boolean, into: Collected & Pick<CollectHow, 'found'>, visit: (file: string, needed: boolean) => void, has: (module: ModuleName) => boolean, given: ReadonlyMap<string, string> | undefined,
  ): Promise<void> {
    const { compiler, names, texts } = this.deps
    const outcome = await compiler.compile(file, given?.get(file))
    const module = names.nameOf(file)
    if (!outcome.ok) {
      if (needed) into.failures.push({ module, file, reason: outcome.reason, problems: outcome.problems })
      return
    }
    texts.add(module, outcome.unit)
    const unit = this.unit(module, outcome.unit, given)
    into.units.push(unit)
    into.found?.(unit)
    const follow = (link: Link, static_: boolean): void => {
      if (link.kind !== 'module' || has(link.module)) return
      const target = names.fileOf(link.module)
      if (target !== undefined) visit(target, static_)
    }
    for (const link of unit.links) follow(link, true)
    for (const link of Object.values(unit.dynamic)) follow(link, false)
  }

  private unit(module: ModuleName, compiled: Compiled, given: ReadonlyMap<string, string> | undefined): Unit {
    const { rewritten, file } = compiled
    const kind = rewritten.format === 'commonjs' ? 'require' : 'import'
    // A text that was handed over may be that of a file that does not exist, and import itself or another such text.
    const link = (specifier: string, as: 'import' | 'require'): Link => {
      const found = this.link(specifier, file, as)
      const target = found.kind === 'failed' && specifier.startsWith('.') ? fileAmong(given, path.resolve(path.dirname(file), specifier)) : undefined
      return target === undefined ? found : { kind: 'module', module: this.deps.names.nameOf(target) }
    }
    const unit: Unit = {
      module, file, hash: compiled.hash, size: compiled.text.length, rewritten, map: compiled.map,
      strict: this.deps.compiler.isStrict(file),
      links: rewritten.imports.map((record) => link(record.specifier, 'import')),
      dynamic: Object.fromEntries(rewritten.dynamic.map((specifier) => [specifier, link(specifier, kind)])),
      inlineMap: this.deps.debugging() ? inlineMap(compiled) : undefined,
    }
    this.deps.captures.add(unit)
    this.deps.importers.add(unit)
    return unit
  }
}

const fileAmong = (given: ReadonlyMap<string, string> | undefined, wanted: string): string | undefined =>
  given === undefined ? undefined : [...given.keys()].find((file) => file === wanted || withoutExtension(file) === withoutExtension(wanted))

const withoutExtension = (file: string): string => file.slice(0, file.length - path.extname(file).length)
