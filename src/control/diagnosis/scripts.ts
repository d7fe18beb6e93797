/** Whose code a script is: a version of a module, a package's, Node's or our own. */
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ScriptView } from '../../runtime/link'
import type { Location } from './heapGraph'

/** `latest`: no later load had its number. Those before it failed. */
export interface ScriptOfVersion { readonly kind: 'version'; readonly url: string; readonly file: string; readonly version: number; readonly latest: boolean }

export type Script =
  | ScriptOfVersion
  | { readonly kind: 'package'; readonly file: string }
  | { readonly kind: 'node' }
  /** Our own: how things are held there is nobody's business. */
  | { readonly kind: 'runtime' }

export interface Place { readonly file: string; readonly line: number | undefined }

export interface ScriptsDeps {
  readonly scripts: readonly ScriptView[]
  /** The bundle that is the runtime. */
  readonly runtimeFile: string
  /** A line (1-based) and column of the generated text of that version, as a line of its source; undefined when that is not known (yet). */
  lineOf(script: ScriptOfVersion, line: number, column: number): number | undefined
}

/** The scripts of one version; `failed`: it never was one, because its load failed. */
export interface ScriptsOfVersion { readonly version: number; readonly failed: boolean; readonly ids: ReadonlySet<number> }

/** `scriptUrl` of runtime/code/evaluate.ts makes it: one more zero for each load of that number that had failed. */
const VERSION = /^(file:.*)\?t=(\d+)$/
const AGAIN = /(\?t=)0+(?=\d+$)/

export class Scripts {
  private readonly byId: ReadonlyMap<number, Script>

  constructor(private readonly deps: ScriptsDeps) {
    const latest = new Map<string, string>()
    for (const { url } of deps.scripts) {
      const key = url.replace(AGAIN, '$1')
      if (url.length > (latest.get(key)?.length ?? 0)) latest.set(key, url)
    }
    this.byId = new Map(deps.scripts.map(({ id, url }) => [id, scriptOf(url, deps.runtimeFile, latest.get(url.replace(AGAIN, '$1')) === url)]))
  }

  at(location: Location | undefined): Script | undefined {
    return location === undefined ? undefined : this.byId.get(location.script)
  }

  /** `last`: the highest version the file has had. A load that fails leaves its number to the next one. */
  versionsOf(file: string, last: number): readonly ScriptsOfVersion[] {
    const found = new Map<string, { readonly version: number; readonly failed: boolean; readonly ids: Set<number> }>()
    for (const [id, script] of this.byId) {
      if (script.kind !== 'version' || script.file !== file) continue
      const { version, latest } = script
      const failed = version > last || !latest
      const known = found.get(`${version} ${failed}`) ?? { version, failed, ids: new Set() }
      found.set(`${version} ${failed}`, known)
      known.ids.add(id)
    }
    return [...found.values()]
  }

  /** Where in a file of the program or of a package. */
  placeOf(location: Location | undefined): Place | undefined {
    const script = this.at(location)
    if (location === undefined || script === undefined || !('file' in script)) return undefined
    const line = location.line + 1
    return { file: script.file, line: script.kind === 'version' ? this.deps.lineOf(script, line, location.column) : line }
  }
}

export const placeText = ({ file, line }: Place): string => `${fileText(file)}${line === undefined ? '' : `:${line}`}`

/** A file, or its URL: `notes.ts`; of a package `express/lib/router.js`. */
export function fileText(file: string): string {
  const inPackage = /.*[\\/]node_modules[\\/](.+)/.exec(file)?.[1]
  return inPackage?.replaceAll('\\', '/') ?? path.basename(file)
}

function scriptOf(url: string, runtimeFile: string, latest: boolean): Script {
  const version = VERSION.exec(url)
  if (version?.[1] !== undefined) return { kind: 'version', url, file: fileURLToPath(version[1]), version: Number(version[2]), latest }
  const file = url.startsWith('file:') ? fileURLToPath(url) : url
  if (!path.isAbsolute(file)) return { kind: 'node' }
  return path.dirname(file) === path.dirname(runtimeFile) ? { kind: 'runtime' } : { kind: 'package', file }
}
