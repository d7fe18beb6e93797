/**
 * Who imports what, by the texts that are loaded: an import may find nothing, because a load took the export away or the name
 * was never there, and a file that is gone may have been imported for the last time.
 */
import type { Problem } from '../base/problem'
import type { ModuleName } from '../protocol/ids'
import type { Link, PictureModule, Unit } from '../runtime/link'
import type { Loaded } from './captures'

/** What matters here of a compiled text. */
export type Table = Pick<Unit, 'module' | 'file' | 'hash' | 'rewritten' | 'links' | 'dynamic'>

export interface ImportersDeps {
  /** What a person is told: the import of this index finds no `name` in `from`; `wasThere`: before the last load of that. */
  missing(importer: Table, index: number, name: string, from: ModuleName, wasThere: boolean): Problem
}

/** The text of `importer` with this hash imports `name` of `from`, where it is not. */
interface Missing { readonly importer: ModuleName; readonly hash: string; readonly from: ModuleName; readonly name: string; readonly wasThere: boolean; readonly problem: Problem }

export class Importers {
  private readonly known = new Map<ModuleName, Map<string, Table>>()
  private readonly imported = new Set<ModuleName>()
  private missing: readonly Missing[] = []
  private untold: readonly Missing[] = []

  constructor(private readonly deps: ImportersDeps) {}

  add({ module, file, hash, rewritten, links, dynamic }: Unit): void {
    const texts = this.known.get(module) ?? new Map<string, Table>()
    this.known.set(module, texts.set(hash, { module, file, hash, rewritten, links, dynamic }))
    for (const link of linksOf({ links, dynamic })) if (link.kind === 'module') this.imported.add(link.module)
  }

  /** As for texts: `kept` lists those that stay. */
  prune(kept: ReadonlyMap<ModuleName, ReadonlySet<string>>): void {
    for (const [module, texts] of this.known) {
      const keep = kept.get(module)
      if (keep === undefined || texts.size <= keep.size) continue
      for (const hash of texts.keys()) if (!keep.has(hash)) texts.delete(hash)
    }
  }

  /** Some text imported it once: it is not there because somebody named it. */
  wasImported(module: ModuleName): boolean {
    return this.imported.has(module)
  }

  /** Whose code imports or requires this module by a text: current code, and old code in which somebody lingers. */
  of(module: ModuleName, loaded: Loaded): ModuleName[] {
    const imports = (hash: string | undefined, importer: ModuleName): boolean => {
      const table = hash === undefined ? undefined : this.known.get(importer)?.get(hash)
      return table !== undefined && linksOf(table).some((link) => link.kind === 'module' && link.module === module)
    }
    return [...loaded.values()].filter(({ name, current, old }) => name !== module && (imports(current?.hash, name) || ((old?.processes ?? 0) > 0 && imports(old?.hash, name)))).map(({ name }) => name)
  }

  /** @param before what was loaded of the modules that `loaded` has another version of */
  changed(before: readonly PictureModule[], loaded: Loaded): void {
    const known = this.missing
    if (known.length > 0) this.missing = known.flatMap((one) => this.still(one, loaded) ?? [])
    for (const { name, current } of before) {
      const table = current === undefined ? undefined : this.known.get(name)?.get(current.hash)
      if (table === undefined) continue
      const gone = new Set([...this.namesOf(table, loaded, new Set())].filter((one) => !this.provides(name, one, loaded)))
      if (gone.size > 0) for (const from of this.showing(name, loaded)) this.lookFor(from, gone, loaded)
    }
    for (const { name } of before) this.lookAt(name, loaded)
    this.untold = this.missing.filter((one) => this.untold.some((other) => isSame(one, other)) || !known.some((other) => isSame(one, other)))
  }

  /** Imports of this module that find nothing. */
  problemsOf(importer: ModuleName): readonly Problem[] {
    return this.missing.length === 0 ? [] : this.missing.filter((one) => one.importer === importer).map(({ problem }) => problem)
  }

  /** Those that nobody has been told of. */
  takeUntold(): readonly Problem[] {
    const problems = this.untold.map(({ problem }) => problem)
    this.untold = []
    return problems
  }

  /** What it imports for itself: what is only passed on may be a type. */
  private lookAt(importer: ModuleName, loaded: Loaded): void {
    const table = this.current(importer, loaded)
    for (const [index, { names }] of table?.rewritten.imports.entries() ?? []) {
      const link = table?.links[index]
      if (table === undefined || link?.kind !== 'module') continue
      const isPassedOn = (name: string): boolean => table.rewritten.reexports?.some((one) => one.index === index && one.imported === name) === true
      for (const name of names) if (name !== '*' && !isPassedOn(name) && !this.provides(link.module, name, loaded)) this.note(this.missingOf(table, link.module, name, false))
    }
  }

  private lookFor(from: ModuleName, gone: ReadonlySet<string>, loaded: Loaded): void {
    const names = [...gone].filter((name) => !this.provides(from, name, loaded))
    for (const importer of loaded.keys()) {
      const table = this.current(importer, loaded)
      if (table?.links.some((link) => link.kind === 'module' && link.module === from) !== true) continue
      for (const name of names) this.note(this.missingOf(table, from, name, true))
    }
  }

  private note(one: Missing | undefined): void {
    if (one !== undefined && !this.missing.some((other) => isSame(one, other))) this.missing = [...this.missing, one]
  }

  private still(one: Missing, loaded: Loaded): Missing | undefined {
    const table = this.current(one.importer, loaded)
    if (table === undefined || this.provides(one.from, one.name, loaded)) return undefined
    return table.hash === one.hash ? one : this.missingOf(table, one.from, one.name, one.wasThere)
  }

  private missingOf(table: Table, from: ModuleName, name: string, wasThere: boolean): Missing | undefined {
    const index = table.links.findIndex((link, at) => link.kind === 'module' && link.module === from && table.rewritten.imports[at]?.names.includes(name) === true)
    return index < 0 ? undefined : { importer: table.module, hash: table.hash, from, name, wasThere, problem: this.deps.missing(table, index, name, from, wasThere) }
  }

  /** The module itself, and those that show everything it exports. */
  private showing(module: ModuleName, loaded: Loaded): ReadonlySet<ModuleName> {
    const all = new Set([module])
    for (let before = -1; before !== all.size;) {
      before = all.size
      for (const name of loaded.keys()) {
        const table = this.current(name, loaded)
        if (table?.rewritten.stars.some((index) => isAmong(table.links[index], all)) === true) all.add(name)
      }
    }
    return all
  }

  private namesOf(table: Table, loaded: Loaded, seen: Set<ModuleName>): Set<string> {
    if (table.rewritten.format !== 'esm' || seen.has(table.module)) return new Set()
    seen.add(table.module)
    const names = new Set(table.rewritten.exports)
    for (const index of table.rewritten.stars) {
      const link = table.links[index]
      const behind = link?.kind === 'module' ? this.current(link.module, loaded) : undefined
      if (behind !== undefined) for (const name of this.namesOf(behind, loaded, seen)) if (name !== 'default') names.add(name)
    }
    return names
  }

  /** As far as texts tell; what they do not tell is taken to be there. */
  private provides(module: ModuleName, name: string, loaded: Loaded, seen = new Set<ModuleName>()): boolean {
    const table = this.current(module, loaded)
    if (table === undefined || table.rewritten.format !== 'esm' || table.rewritten.exports.includes(name)) return true
    if (name === 'default' || seen.has(module)) return false
    seen.add(module)
    return table.rewritten.stars.some((index) => {
      const link = table.links[index]
      return link?.kind !== 'module' || this.provides(link.module, name, loaded, seen)
    })
  }

  private current(module: ModuleName, loaded: Loaded): Table | undefined {
    return this.known.get(module)?.get(loaded.get(module)?.current?.hash ?? '')
  }
}

const isSame = (a: Missing, b: Missing): boolean => a.importer === b.importer && a.from === b.from && a.name === b.name
const linksOf = ({ links, dynamic }: Pick<Unit, 'links' | 'dynamic'>): Link[] => [...links, ...Object.values(dynamic)]
const isAmong = (link: Link | undefined, modules: ReadonlySet<ModuleName>): boolean => link?.kind === 'module' && modules.has(link.module)
