import { extname, isAbsolute, sep } from 'node:path'
import { moduleName, type ModuleName } from '../protocol/ids'
import { moduleExtension } from './format'
import { realOnDisk, within } from './realPaths'

export type Found =
  | { readonly kind: 'one'; readonly name: ModuleName }
  | { readonly kind: 'ambiguous'; readonly names: readonly ModuleName[] }
  | { readonly kind: 'unknown' }

/**
 * Names of modules: the path from the workspace folder with `/` and without extension (`src/t`), the absolute path
 * without extension for a file outside. `.json` keeps its extension, and so does a file whose name was taken by the time
 * it came (`src/t.ts` is `src/t`, then `src/t.js` is `src/t.js`). A name once given stays.
 */
export class ModuleNames {
  private readonly names = new Map<string, ModuleName>()
  private readonly files = new Map<ModuleName, string>()
  /** Names by their last part, and by their last part with the file's extension. */
  private readonly byLastPart = new Map<string, Set<ModuleName>>()

  /** Files are named by their real path, a person may type either. */
  private readonly realRoot: string

  /** @param root workspace folder, absolute. */
  constructor(private readonly root: string) {
    this.realRoot = realOnDisk(root)
  }

  /** The name of a file (absolute, symlinks resolved); gives it one if it has none. */
  nameOf(file: string): ModuleName {
    const known = this.names.get(file)
    if (known !== undefined) return known
    const path = this.pathOf(file)
    const short = moduleName(extname(file) === '.json' ? path : withoutExtension(path))
    const name = this.files.has(short) ? moduleName(path) : short
    this.names.set(file, name)
    this.files.set(name, file)
    for (const key of keysOf(name, path)) this.bucket(key).add(name)
    return name
  }

  /** Undefined when no such name was given. */
  fileOf(name: ModuleName): string | undefined {
    return this.files.get(name)
  }

  /** The file is no module any more (deleted, renamed): its name is free again. */
  remove(file: string): void {
    const name = this.names.get(file)
    if (name === undefined) return
    this.names.delete(file)
    this.files.delete(name)
    for (const key of keysOf(name, this.pathOf(file))) this.bucket(key).delete(name)
  }

  /**
   * What a person typed: a name, its last parts (`t`, `src/t`), either with the file's extension, `./src/t.ts`, an
   * absolute path. An exact name wins over longer ones that end on it.
   */
  find(text: string): Found {
    const typed = text.trim().replaceAll('\\', '/').replace(/^(?:\.\/)+/, '')
    if (typed === '') return { kind: 'unknown' }
    const absolute = this.names.get(text.trim())
    if (absolute !== undefined) return { kind: 'one', name: absolute }
    const path = isAbsolute(typed) ? this.pathOf(typed) : typed
    const exact = moduleName(path)
    if (this.files.has(exact)) return { kind: 'one', name: exact }
    return this.endingOn(path, isAbsolute(typed))
  }

  private endingOn(path: string, whole: boolean): Found {
    const candidates = [...this.byLastPart.get(lastPart(path)) ?? []]
    const full = (name: ModuleName): string => this.pathOf(this.files.get(name) ?? name)
    const same = candidates.filter((name) => full(name) === path)
    const names = whole || same.length > 0 ? same : candidates.filter((name) => endsOn(name, path) || endsOn(full(name), path))
    const [name, another] = names
    if (name === undefined) return { kind: 'unknown' }
    return another === undefined ? { kind: 'one', name } : { kind: 'ambiguous', names: names.sort() }
  }

  private pathOf(file: string): string {
    const inside = within(this.realRoot, file) ?? within(this.root, file) ?? file
    return inside.split(sep).join('/')
  }

  private bucket(key: string): Set<ModuleName> {
    const existing = this.byLastPart.get(key)
    if (existing !== undefined) return existing
    const created = new Set<ModuleName>()
    this.byLastPart.set(key, created)
    return created
  }
}

const lastPart = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

const keysOf = (name: ModuleName, path: string): ReadonlySet<string> => new Set([lastPart(name), lastPart(path)])

const endsOn = (whole: string, end: string): boolean => whole === end || whole.endsWith(`/${end}`)

function withoutExtension(path: string): string {
  return moduleExtension(path) === undefined ? path : path.slice(0, path.length - extname(path).length)
}
