import { existsSync } from 'node:fs'
import * as fs from 'node:fs'
import { dirname, join } from 'node:path'
import resolve from 'enhanced-resolve'
import type { ImportKind, ResolveFailure } from './resolution'

/** A file on disk (real path), or Node's answer when there is none, and the path in an installed package that was meant. */
export type PackageResolution =
  | { readonly ok: true; readonly file: string }
  | { readonly ok: false; readonly failure: ResolveFailure; readonly meant: string | undefined }

type SyncResolver = ReturnType<typeof resolve.ResolverFactory.createResolver>

/** One per kind: `import` and `require` differ in conditions. */
interface Pair {
  /** As Node does it. */
  readonly node: SyncResolver
  /** Where Node finds nothing: a package of the workspace whose `exports` name files that are yet to be built from TypeScript. */
  readonly source: SyncResolver
}

const typescriptFor = { '.js': ['.js', '.ts', '.tsx'], '.jsx': ['.jsx', '.tsx'], '.mjs': ['.mjs', '.mts'], '.cjs': ['.cjs', '.cts'] }

/** A package.json that changes, or a package that is moved, is noticed after this long. */
const rememberMs = 1000

/** Specifiers that are not paths: packages, package imports (`#x`), self references; `exports` conditions. */
export class PackageResolver {
  private readonly files = new resolve.CachedInputFileSystem(fs, rememberMs)
  /** By kind, folder of the importer and specifier: the files of 1000 modules import the same packages again and again. */
  private readonly found = new Map<string, { readonly file: string; readonly until: number }>()
  private readonly pairs: Readonly<Record<ImportKind, Pair>>

  /** @param conditions those given to Node with `--conditions`. */
  constructor(conditions: readonly string[]) {
    const both = ['node', 'node-addons', 'module-sync', ...conditions]
    this.pairs = { import: this.pair([...both, 'import']), require: this.pair([...both, 'require']) }
  }

  resolve(specifier: string, importer: string, kind: ImportKind): PackageResolution {
    const key = `${kind} ${dirname(importer)} ${specifier}`
    const known = this.found.get(key)
    if (known !== undefined && performance.now() < known.until) return { ok: true, file: known.file }
    const resolution = this.search(specifier, importer, kind)
    if (resolution.ok) this.found.set(key, { file: resolution.file, until: performance.now() + rememberMs })
    else this.found.delete(key)
    return resolution
  }

  private search(specifier: string, importer: string, kind: ImportKind): PackageResolution {
    const pair = this.pairs[kind]
    const found = attempt(pair.node, specifier, importer)
    if (found.ok) return found
    const again = this.retry(pair, specifier, importer)
    if (again !== undefined) return again
    const refused = refusedByPackage(found.message, specifier, importer, kind)
    if (refused !== undefined) return { ok: false, failure: refused, meant: undefined }
    const meant = pathMeant(specifier, importer)
    return { ok: false, failure: notFound(meant, specifier, importer, kind), meant }
  }

  clear(): void {
    this.found.clear()
    this.files.purge()
  }

  private retry(pair: Pair, specifier: string, importer: string): PackageResolution | undefined {
    // What was remembered as missing may have been installed since.
    this.files.purge()
    const again = attempt(pair.node, specifier, importer)
    if (again.ok) return again
    const source = attempt(pair.source, specifier, importer)
    return source.ok && !/[\\/]node_modules[\\/]/.test(source.file) ? source : undefined
  }

  private pair(conditionNames: string[]): Pair {
    const common = {
      fileSystem: this.files, useSyncFileSystemCalls: true, conditionNames, mainFields: ['main'], mainFiles: ['index'], symlinks: true,
    }
    const create = resolve.ResolverFactory.createResolver
    return {
      node: create({ ...common, extensions: ['.js', '.json', '.node'] }),
      source: create({
        ...common, extensions: ['.ts', '.tsx', '.js', '.json'], extensionAlias: typescriptFor, extensionAliasForExports: true,
      }),
    }
  }
}

function attempt(resolver: SyncResolver, specifier: string, importer: string): { readonly ok: true; readonly file: string } | { readonly ok: false; readonly message: string } {
  try {
    const found = resolver.resolveSync({}, dirname(importer), specifier)
    // `\0#` is how enhanced-resolve writes a `#` that belongs to the path.
    return found === false ? { ok: false, message: '' } : { ok: true, file: found.replace(/\0#/g, '#').replace(/\?.*$/, '') }
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) }
  }
}

/** What a package.json forbids. Codes and words are those of Node's own errors, so that programs and people recognise them. */
function refusedByPackage(message: string, specifier: string, importer: string, kind: ImportKind): ResolveFailure | undefined {
  const from = ` imported from ${importer}`
  const notExported = /is not exported under .* from package (.+?) \(see exports field in (.+?)\)/s.exec(message)
  if (notExported?.[2] !== undefined) {
    const subpath = specifier.slice(packageName(specifier).length)
    const what = subpath === '' ? 'No "exports" main defined in' : `Package subpath '.${subpath}' is not defined by "exports" in`
    return { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED', message: `${what} ${notExported[2]}${kind === 'import' ? from : ''}` }
  }
  if (!specifier.startsWith('#')) return undefined
  const scope = /\(see imports field in (.+?)\)/s.exec(message)?.[1]
  const where = scope === undefined ? '' : ` in package ${scope}`
  return { code: 'ERR_PACKAGE_IMPORT_NOT_DEFINED', message: `Package import specifier "${specifier}" is not defined${where}${from}` }
}

function notFound(meant: string | undefined, specifier: string, importer: string, kind: ImportKind): ResolveFailure {
  if (kind === 'require') return { code: 'MODULE_NOT_FOUND', message: `Cannot find module '${specifier}'\nRequire stack:\n- ${importer}` }
  const what = meant === undefined ? `package '${packageName(specifier)}'` : `module '${meant}'`
  return { code: 'ERR_MODULE_NOT_FOUND', message: `Cannot find ${what} imported from ${importer}` }
}

const packageName = (specifier: string): string => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier

/** Undefined when the package is not installed. */
function pathMeant(specifier: string, importer: string): string | undefined {
  const name = packageName(specifier)
  for (let at = dirname(importer); ; at = dirname(at)) {
    const candidate = join(at, 'node_modules', name)
    if (existsSync(candidate)) return join(candidate, specifier.slice(name.length))
    if (dirname(at) === at) return undefined
  }
}
