/**
 * Lines of the source, for functions of any version. Of the versions in the slots control has the texts; of one that was purged, or
 * failed to load, main can tell as long as something of it is there, and is asked once, for all that were wanted.
 */
import { original } from '../../compile/positions'
import type { PositionsOf } from '../../runtime/link'
import type { ScriptOfVersion } from './scripts'

export interface PlacesDeps {
  /** The text that this version was compiled from; undefined when it is in no slot. */
  compiled(file: string, version: number): PositionsOf | undefined
  positions(urls: readonly string[]): Promise<readonly (PositionsOf | undefined)[]>
}

export class Places {
  private readonly learnt = new Map<string, PositionsOf | undefined>()
  private readonly wanted = new Set<string>()

  constructor(private readonly deps: PlacesDeps) {}

  /** A place in generated text. Undefined: not known, or not before `learn`. */
  lineOf({ url, file, version, latest }: ScriptOfVersion, line: number, column: number): number | undefined {
    const positioned = (latest ? this.deps.compiled(file, version) : undefined) ?? this.learnt.get(url)
    if (positioned !== undefined) return original(positioned, line, column).line
    if (!this.learnt.has(url)) this.wanted.add(url)
    return undefined
  }

  /** @returns whether `lineOf` may know more than before. */
  async learn(): Promise<boolean> {
    const wanted = [...this.wanted]
    this.wanted.clear()
    if (wanted.length === 0) return false
    const found = await this.deps.positions(wanted)
    for (const [index, url] of wanted.entries()) this.learnt.set(url, found[index])
    return found.some((one) => one !== undefined)
  }
}
