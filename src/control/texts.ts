/** What versions were compiled from, for diffs, lingering lines and source positions. Kept while some slot or batch needs it. */
import { original, originalOfInput } from '../compile/positions'
import type { Compiled } from '../compile/compiler'
import type { ModuleName } from '../protocol/ids'
import type { FrameView } from '../protocol/snapshot'
import type { PictureFrame } from '../runtime/link'

/** Texts that are on their way into a slot (compiled, not loaded): so many of a module are kept unseen. */
const UNSEEN = 4

interface Entry { readonly compiled: Compiled; seen: boolean }

export class Texts {
  private readonly byModule = new Map<ModuleName, Map<string, Entry>>()

  add(module: ModuleName, compiled: Compiled): void {
    const known = this.byModule.get(module) ?? new Map<string, Entry>()
    const before = known.get(compiled.hash)
    known.delete(compiled.hash) // the last one now
    this.byModule.set(module, known.set(compiled.hash, { compiled: before?.compiled ?? compiled, seen: false }))
  }

  get(module: ModuleName, hash: string): Compiled | undefined {
    return this.byModule.get(module)?.get(hash)?.compiled
  }

  /**
   * Drops what nobody needs any more; `needed` lists the hashes of a module's slots and of its staged text.
   * @returns what stays: whoever knows something of a text knows it as long
   */
  prune(needed: ReadonlyMap<ModuleName, ReadonlySet<string>>): ReadonlyMap<ModuleName, ReadonlySet<string>> {
    for (const [module, texts] of this.byModule) {
      let unseen = 0
      for (const [hash, entry] of [...texts].reverse()) {
        entry.seen ||= needed.get(module)?.has(hash) === true
        const keep = needed.get(module)?.has(hash) === true || (!entry.seen && ++unseen <= UNSEEN)
        if (!keep) texts.delete(hash)
      }
    }
    return new Map([...this.byModule].map(([module, texts]) => [module, new Set(texts.keys())]))
  }

  /** A frame in words: function and place in the text its version was compiled from. */
  frame(frame: PictureFrame, file: string): FrameView {
    const compiled = frame.hash === undefined ? undefined : this.get(frame.module, frame.hash)
    const where = { module: frame.module, version: frame.version, slot: frame.slot, file }
    if (compiled === undefined) return { ...where, function: '(unknown)', line: 1, column: 0 }
    const { functions } = compiled.rewritten
    const name = functions[frame.fn]?.name ?? '(anonymous)'
    if (frame.at !== undefined) return { ...where, function: frame.at.function, ...original(compiled, frame.at.line, frame.at.column) }
    return { ...where, function: name, ...pointOf(compiled, frame) }
  }
}

/** A point is a place in the rewriter's input: only esbuild's part of the map applies. */
function pointOf(compiled: Compiled, frame: PictureFrame): { line: number; column: number } {
  const { points, functions } = compiled.rewritten
  const start = functions[frame.fn]
  const at = frame.point * 3
  const inPoints = frame.point > 0 || start === undefined
  const line = (inPoints ? points[at + 1] : start.line) ?? 1
  const column = (inPoints ? points[at + 2] : start.column) ?? 0
  return originalOfInput(compiled, line, column)
}
