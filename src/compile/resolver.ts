import { readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fileCandidates, indexCandidates } from './candidates'
import { Directories, type EntryKind } from './directories'
import type { Log } from './log'
import { ModuleFilter } from './moduleFilter'
import { PackageResolver } from './packageResolver'
import { realOnDisk } from './realPaths'
import type { ImportKind, Resolution, ResolveFailure } from './resolution'
import { Tsconfigs } from './tsconfigs'
import { Turn } from './turn'

export interface ResolverOptions {
  /** Workspace folder, absolute. */
  readonly root: string
  /** Globs from `root`: which files are modules (none: all). */
  readonly include?: readonly string[]
  readonly exclude?: readonly string[]
  /** Those given to Node with `--conditions`. */
  readonly conditions?: readonly string[]
  readonly log: Log
}

/**
 * From a specifier to what it means, synchronously: Node's rules, and those TypeScript adds (source extensions, `paths`).
 * What it remembers holds for one turn of the event loop; later it looks whether folders and tsconfigs changed (packages: for
 * a second). It never answers from a memory of absence: what was not found is looked for on disk again.
 */
export class Resolver {
  /** Workspace folder, symlinks resolved. */
  readonly root: string
  private readonly turn = new Turn()
  private readonly directories = new Directories(this.turn)
  private readonly filter: ModuleFilter
  /** Made for the first package that is asked for: most of enhanced-resolve's time is its start. */
  private packages: PackageResolver | undefined
  private readonly tsconfigs: Tsconfigs
  /** Found in this turn, by folder, kind and language of the importer, then by specifier. */
  private readonly known = new Map<string, Map<string, Resolution>>()
  private knownTurn = 0

  constructor(private readonly options: ResolverOptions) {
    this.root = realOnDisk(options.root)
    this.filter = new ModuleFilter(this.root, options.include ?? [], options.exclude ?? [])
    this.tsconfigs = new Tsconfigs(this.turn, options.log)
  }

  /** @param importer absolute path of the file that asks. */
  resolve(specifier: string, importer: string, kind: ImportKind): Resolution {
    const directory = dirname(importer)
    const known = this.knownFrom(`${kind} ${isTypeScript(importer)} ${directory}`)
    const found = known.get(specifier)
    if (found !== undefined) return found
    const resolution = this.find(specifier, importer, kind)
    if (resolution.kind !== 'failed') known.set(specifier, resolution)
    return resolution
  }

  /** What the program's entry, a command or a shell names: a path from `from` (default: the workspace folder) with or without extension. */
  entry(path: string, from = this.root): Resolution {
    const target = resolve(from, path)
    return this.path([target], { specifier: path, importer: join(dirname(target), 'entry.ts'), kind: 'import' })
  }

  /** Is this file (real path) one of those loaded as modules? */
  isModule(file: string): boolean {
    return this.filter.isModule(file)
  }

  /** Forgets everything, for a change that must show in this very turn, or in packages at once. */
  invalidate(): void {
    this.known.clear()
    this.directories.clear()
    this.tsconfigs.clear()
    this.packages?.clear()
  }

  private find(specifier: string, importer: string, kind: ImportKind): Resolution {
    if (specifier === 'codeswitch') return { kind: 'native', target: specifier }
    const asked: Asked = { specifier, importer, kind }
    if (/^\.\.?(\/|$)/.test(specifier) || isAbsolute(specifier)) return this.path(spellings(dirname(importer), specifier), asked)
    if (specifier.startsWith('file:')) return this.fileUrl(asked)
    if (specifier.startsWith('node:')) return builtin(specifier)
    if (/^[a-z][a-z\d+.-]+:/i.test(specifier)) return { kind: 'native', target: specifier }
    return this.mapped(asked) ?? this.bare(asked)
  }

  private fileUrl(asked: Asked): Resolution {
    try {
      return this.path([fileURLToPath(asked.specifier)], asked)
    } catch (error) {
      return failed({ code: 'ERR_INVALID_MODULE_SPECIFIER', message: error instanceof Error ? error.message : String(error) })
    }
  }

  /** By tsconfig `paths` and `baseUrl`. */
  private mapsTo(asked: Asked): readonly string[] {
    return this.tsconfigs.of(dirname(asked.importer)).matchPaths?.(asked.specifier) ?? []
  }

  private mapped(asked: Asked): Resolution | undefined {
    const file = this.probe(this.mapsTo(asked), isTypeScript(asked.importer))
    return file === undefined ? undefined : this.classify(file, asked)
  }

  private bare(asked: Asked): Resolution {
    if (isBuiltin(asked.specifier)) return { kind: 'native', target: `node:${asked.specifier}` }
    this.packages ??= new PackageResolver(this.options.conditions ?? [])
    const found = this.packages.resolve(asked.specifier, asked.importer, asked.kind)
    if (found.ok) return this.classify(found.file, asked)
    return this.source(found.meant, asked) ?? failed({ ...found.failure, wanted: this.mapsTo(asked) })
  }

  /** A package of the workspace (symlinked) whose `main` names a file that is yet to be built from TypeScript. */
  private source(path: string | undefined, asked: Asked): Resolution | undefined {
    const file = path === undefined ? undefined : this.probe([path], isTypeScript(asked.importer))
    const resolution = file === undefined ? undefined : this.classify(file, asked)
    return resolution?.kind === 'module' ? resolution : undefined
  }

  private path(paths: readonly string[], asked: Asked): Resolution {
    const file = this.probe(paths, isTypeScript(asked.importer))
    if (file !== undefined) return this.classify(file, asked)
    const path = paths[paths.length - 1] ?? asked.specifier
    return failed(asked.kind === 'import'
      ? { code: 'ERR_MODULE_NOT_FOUND', message: `Cannot find module '${path}' imported from ${asked.importer}`, wanted: paths }
      : { code: 'MODULE_NOT_FOUND', message: `Cannot find module '${asked.specifier}'\nRequire stack:\n- ${asked.importer}`, wanted: paths })
  }

  private classify(file: string, asked: Asked): Resolution {
    const real = this.directories.real(file)
    return this.filter.isModule(real, asked.importer) ? { kind: 'module', file: real } : { kind: 'native', target: real }
  }

  /** First from memory; what is not there is looked for on disk. */
  private probe(paths: readonly string[], fromTypeScript: boolean): string | undefined {
    const remembered = (path: string): EntryKind | undefined => this.directories.kind(path)
    const onDisk = (path: string): EntryKind | undefined => this.directories.look(path)
    return first(paths, (path) => this.fileOrFolder(path, fromTypeScript, remembered))
      ?? first(paths, (path) => this.fileOrFolder(path, fromTypeScript, onDisk))
  }

  private fileOrFolder(path: string, fromTypeScript: boolean, kindOf: (path: string) => EntryKind | undefined): string | undefined {
    const isFile = (candidate: string): boolean => kindOf(candidate) === 'file'
    const folderOnly = /[\\/]$/.test(path)
    const plain = folderOnly ? resolve(path) : path
    const file = folderOnly ? undefined : fileCandidates(plain, fromTypeScript).find(isFile)
    if (file !== undefined) return file
    if (kindOf(plain) !== 'directory') return undefined
    const main = isFile(join(plain, 'package.json')) ? mainOf(join(plain, 'package.json')) : undefined
    const mains = main === undefined ? [] : [...fileCandidates(resolve(plain, main), fromTypeScript), ...indexCandidates(resolve(plain, main), fromTypeScript)]
    return [...mains, ...indexCandidates(plain, fromTypeScript)].find(isFile)
  }

  private knownFrom(importers: string): Map<string, Resolution> {
    if (this.knownTurn !== this.turn.current()) this.known.clear()
    this.knownTurn = this.turn.current()
    const existing = this.known.get(importers)
    if (existing !== undefined) return existing
    const created = new Map<string, Resolution>()
    this.known.set(importers, created)
    return created
  }
}

interface Asked {
  readonly specifier: string
  readonly importer: string
  readonly kind: ImportKind
}

const failed = (failure: ResolveFailure): Resolution => ({ kind: 'failed', ...failure })

const isTypeScript = (file: string): boolean => /\.[mc]?tsx?$/.test(file)

function builtin(specifier: string): Resolution {
  return isBuiltin(specifier)
    ? { kind: 'native', target: specifier }
    : failed({ code: 'ERR_UNKNOWN_BUILTIN_MODULE', message: `No such built-in module: ${specifier}` })
}

/** As it stands, and read as a URL: without query and fragment, `%20` decoded. */
function spellings(directory: string, specifier: string): readonly string[] {
  // A path that ends on a slash or dots can only be a folder; the slash is kept to say so.
  const absolute = (each: string): string => resolve(directory, each) + (/(^|\/)\.{0,2}$/.test(each) ? '/' : '')
  const bare = specifier.replace(/[?#].*$/s, '')
  const decoded = decode(bare)
  return [...new Set([specifier, bare, decoded])].map(absolute)
}

function decode(text: string): string {
  try {
    return text.includes('%') ? decodeURIComponent(text) : text
  } catch {
    // A percent sign that belongs to the name.
    return text
  }
}

function first<T>(items: readonly T[], find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item)
    if (found !== undefined) return found
  }
  return undefined
}

function mainOf(packageJson: string): string | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(packageJson, 'utf8'))
    return typeof value === 'object' && value !== null && 'main' in value && typeof value.main === 'string' ? value.main : undefined
  } catch {
    // Broken or just being written: as if it had no main.
    return undefined
  }
}
