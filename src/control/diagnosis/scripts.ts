/** Whose code a script is: a version of a module, a package's, Node's or our own. */
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ScriptView } from '../../runtime/link'
import type { Location } from './heapGraph'

export type Script =
  | { readonly kind: 'version'; readonly file: string; readonly version: number }
  | { readonly kind: 'package'; readonly file: string }
  | { readonly kind: 'node' }
  /** Our own: how things are held there is nobody's business. */
  | { readonly kind: 'runtime' }

export interface Place { readonly file: string; readonly line: number | undefined }

export interface ScriptsDeps {
  readonly scripts: readonly ScriptView[]
  /** The bundle that is the runtime. */
  readonly runtimeFile: string
  /** A line (1-based) and column of the generated text of that version, as a line of its source; undefined when that is not known any more. */
  lineOf(file: string, version: number, line: number, column: number): number | undefined
}

const VERSION = /^(file:.*)\?t=(\d+)$/

export class Scripts {
  private readonly byId: ReadonlyMap<number, Script>

  constructor(private readonly deps: ScriptsDeps) {
    this.byId = new Map(deps.scripts.map(({ id, url }) => [id, scriptOf(url, deps.runtimeFile)]))
  }

  at(location: Location | undefined): Script | undefined {
    return location === undefined ? undefined : this.byId.get(location.script)
  }

  /** The scripts of a file, by the version they are. */
  versionsOf(file: string): ReadonlyMap<number, readonly number[]> {
    const found = new Map<number, number[]>()
    for (const [id, script] of this.byId) {
      if (script.kind === 'version' && script.file === file) found.set(script.version, [...(found.get(script.version) ?? []), id])
    }
    return found
  }

  /** Where in a file of the program or of a package. */
  placeOf(location: Location | undefined): Place | undefined {
    const script = this.at(location)
    if (location === undefined || script === undefined || !('file' in script)) return undefined
    const line = location.line + 1
    return { file: script.file, line: script.kind === 'version' ? this.deps.lineOf(script.file, script.version, line, location.column) : line }
  }
}

function scriptOf(url: string, runtimeFile: string): Script {
  const version = VERSION.exec(url)
  if (version?.[1] !== undefined) return { kind: 'version', file: fileURLToPath(version[1]), version: Number(version[2]) }
  const file = url.startsWith('file:') ? fileURLToPath(url) : url
  if (!path.isAbsolute(file)) return { kind: 'node' }
  return path.dirname(file) === path.dirname(runtimeFile) ? { kind: 'runtime' } : { kind: 'package', file }
}
