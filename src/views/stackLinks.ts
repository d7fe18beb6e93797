/** Places in our stack traces: `file:///…/t.ts?v=3:12:5`. Pure. */
export interface StackLink {
  /** Offset and length in the line of text. */
  readonly start: number
  readonly length: number
  /** The place as printed. */
  readonly text: string
  readonly url: string
  readonly version: number
  /** 1-based, as printed. */
  readonly line: number
  readonly column: number
}

const PLACE = /(file:\/\/\/[^\s()?'"]+)\?[vt]=(\d+)(?:&[^\s():]*)?:(\d+)(?::(\d+))?/g

export function stackLinks(text: string): StackLink[] {
  return [...text.matchAll(PLACE)].map((match) => ({
    start: match.index, length: match[0].length, text: match[0], url: match[1] ?? '', version: Number(match[2]), line: Number(match[3]), column: Number(match[4] ?? 1),
  }))
}
