interface Numbered { readonly edit: Edit; readonly index: number }

interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
  /** Where that begins after whose end it stands. */
  readonly closes?: number
}

/** Changes to the text of a line. None overlap; those around the same node nest in the order in which they were asked for, outermost first. */
export class LineEdits {
  private readonly edits: Edit[] = []

  constructor(private readonly text: string) {}

  /** Before what starts here. */
  open(at: number, text: string): void {
    this.edits.push({ start: at, end: at, text })
  }

  /** After what began at `from` and ends here. */
  close(from: number, at: number, text: string): void {
    this.edits.push({ start: at, end: at, text, closes: from })
  }

  around({ start, end }: { readonly start: number; readonly end: number }, before: string, after: string): void {
    this.open(start, before)
    this.close(start, end, after)
  }

  replace(start: number, end: number, text: string): void {
    this.edits.push({ start, end, text })
  }

  /** Where the expression of an expression statement ends: before its semicolon, behind its last parenthesis. */
  beforeSemicolon(end: number): number {
    return this.text[end - 1] === ';' ? end - 1 : end
  }

  apply(): string {
    const ordered = this.edits.map((edit, index) => ({ edit, index })).sort((a, b) => a.edit.start - b.edit.start || nesting(a, b) || a.edit.end - b.edit.end || a.index - b.index)
    let result = ''
    let at = 0
    for (const { edit } of ordered) {
      result += this.text.slice(at, edit.start) + edit.text
      at = edit.end
    }
    return result + this.text.slice(at)
  }
}

/** At one place: what ends there, innermost first, before what begins there. What was asked for later is further inside. */
function nesting(a: Numbered, b: Numbered): number {
  if (a.edit.closes === undefined || b.edit.closes === undefined) return Number(a.edit.closes === undefined) - Number(b.edit.closes === undefined)
  return b.edit.closes - a.edit.closes || b.index - a.index
}
