/** Offsets to lines, for a text with any of ECMAScript's line terminators (LF, CR, CRLF, U+2028, U+2029). */
export class LineIndex {
  private readonly starts: number[] = [0]
  private current = 0

  constructor(code: string) {
    for (let i = 0; i < code.length; i++) {
      const unit = code.charCodeAt(i)
      if (unit > 13 && unit < 0x2028) continue
      if (unit === 13 && code.charCodeAt(i + 1) === 10) i++
      else if (unit !== 10 && unit !== 13 && unit !== 0x2028 && unit !== 0x2029) continue
      this.starts.push(i + 1)
    }
  }

  /** 1-based. Fast for offsets near the last one asked for. */
  line(offset: number): number {
    if (offset < this.start(this.current + 1) || offset >= this.start(this.current + 2)) this.current = this.search(offset)
    return this.current + 1
  }

  /** Offset of the start of a 1-based line; infinite behind the last one. */
  start(line: number): number {
    return this.starts[line - 1] ?? Infinity
  }

  column(offset: number): number {
    return offset - this.start(this.line(offset))
  }

  private search(offset: number): number {
    let low = 0
    let high = this.starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if ((this.starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return low
  }
}

/** The line terminators of a text, and nothing else: what is left of text that is taken away. */
export function lineBreaks(text: string): string {
  return text.replace(/[^\r\n\u2028\u2029]+/g, '')
}
