import { lineBreaks, type LineIndex } from './lines'

/**
 * Changes to a text, made in the order of the text; those at one offset keep the order in which they were made.
 * A place can be reserved first and filled (or left alone) when it is known what belongs there.
 */
export class Edits {
  private readonly starts: number[] = []
  private readonly ends: number[] = []
  private readonly texts: (string | undefined)[] = []
  private readonly pinned = new Set<number>()
  private readonly even = new Set<number>()

  insert(at: number, text: string): void {
    this.replace(at, at, text)
  }

  replace(start: number, end: number, text: string): void {
    this.starts.push(start)
    this.ends.push(end)
    this.texts.push(text)
  }

  /** Takes text away, but not its line breaks. */
  blank(code: string, start: number, end: number, text = ''): void {
    this.replace(start, end, text + lineBreaks(code.slice(start, end)))
  }

  /** Spaces instead of text within one line. */
  keepColumns(start: number, length: number): void {
    this.replace(start, start + length, ' '.repeat(length))
    this.even.add(this.starts.length - 1)
  }

  reserve(start: number, end = start): number {
    this.starts.push(start)
    this.ends.push(end)
    this.texts.push(undefined)
    return this.starts.length - 1
  }

  fill(index: number, text: string): void {
    this.texts[index] = text
  }

  /** The character behind the replaced text stands for its start: V8 places a call `(0, a.b)(x)` at its parenthesis. */
  pin(index: number): void {
    this.pinned.add(index)
  }

  apply(code: string, lines: LineIndex): { code: string; shifts: number[] } {
    const parts: string[] = []
    const shifts = new Shifts(lines)
    let done = 0
    for (let i = 0; i < this.starts.length; i++) {
      const text = this.texts[i]
      if (text === undefined) continue
      const start = this.starts[i] ?? 0
      const end = this.ends[i] ?? 0
      if (start < done) throw new Error(`edit ${JSON.stringify(text)} at ${start} comes after ${done}`)
      parts.push(code.slice(done, start), text)
      if (!this.even.has(i)) shifts.add(start, end, text, this.pinned.has(i))
      done = end
    }
    parts.push(code.slice(done))
    return { code: parts.join(''), shifts: shifts.flat }
  }
}

/** Builds `Rewritten.shifts` (see shifts.ts) from edits in order. */
class Shifts {
  readonly flat: number[] = []
  private line = 1
  private delta = 0
  private end = 0

  constructor(private readonly lines: LineIndex) {}

  add(start: number, end: number, text: string, pinned: boolean): void {
    const line = this.lines.line(start)
    if (line !== this.line) this.enter(line)
    const from = this.lines.start(line)
    if (end > start && this.lines.line(end) !== line) return this.addAcrossLines(end, text)
    const column = start - from + this.delta + text.length
    if (text.length > 0) {
      this.delta += text.length
      if (start === this.end && start === end && this.endsAt(line, column - text.length)) this.flat.length -= 3
      this.flat.push(line, column, this.delta)
    }
    if (end > start) {
      this.delta -= end - start
      this.flat.push(line, pinned ? column + 1 : column, this.delta)
    }
    this.end = end
  }

  private addAcrossLines(end: number, text: string): void {
    const line = this.lines.line(end)
    this.enter(line)
    const column = text.length - 1 - lastBreak(text)
    this.delta = column - (end - this.lines.start(line))
    if (this.delta !== 0) this.flat.push(line, column, this.delta)
    this.end = end
  }

  private enter(line: number): void {
    this.line = line
    this.delta = 0
  }

  private endsAt(line: number, column: number): boolean {
    const last = this.flat.length - 3
    return last >= 0 && this.flat[last] === line && this.flat[last + 1] === column
  }
}

function lastBreak(text: string): number {
  return Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r'), text.lastIndexOf('\u2028'), text.lastIndexOf('\u2029'))
}
