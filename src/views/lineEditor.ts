/**
 * A one-line editor for a terminal: keys in, terminal text and finished lines out. Pure, so that it is tested without a
 * terminal. Cursor left/right/home/end, backspace/delete, Ctrl+A/E/U/K/W/L/C/D, history up/down, paste of several lines.
 */
export type EditorOutput = { readonly kind: 'write'; readonly text: string } | { readonly kind: 'line'; readonly line: string } | { readonly kind: 'end' }

const ESC = '\x1b'

export class LineEditor {
  private text = ''
  private cursor = 0
  private readonly history: string[] = []
  /** Index into `history`; its length while a new line is typed. */
  private at = 0
  private typed = ''

  constructor(private readonly prompt: string) {}

  /** The line as it stands, drawn anew: after somebody else wrote to the terminal. */
  redraw(): string {
    const back = this.text.length - this.cursor
    return `\r${ESC}[K${this.prompt}${this.text}${back > 0 ? `${ESC}[${back}D` : ''}`
  }

  feed(data: string): EditorOutput[] {
    const out: EditorOutput[] = []
    // eslint-disable-next-line no-control-regex -- terminal keys are control characters
    for (const key of data.match(/\x1b\[[0-9;]*[A-Za-z~]|\x1bO[A-Z]|\x1b.|\r\n|[^]/gu) ?? []) this.key(key, out)
    return out
  }

  private key(key: string, out: EditorOutput[]): void {
    switch (key) {
      case '\r': case '\n': case '\r\n': return this.enter(out)
      case '\x7f': case '\b': return this.edit(this.cursor - 1, this.cursor, '', out)
      case `${ESC}[3~`: return this.edit(this.cursor, this.cursor + 1, '', out)
      case '\x15': return this.edit(0, this.cursor, '', out)
      case '\x0b': return this.edit(this.cursor, this.text.length, '', out)
      case '\x17': return this.edit(this.text.slice(0, this.cursor).replace(/\S+\s*$/, '').length, this.cursor, '', out)
      case `${ESC}[D`: case `${ESC}OD`: return this.move(this.cursor - 1, out)
      case `${ESC}[C`: case `${ESC}OC`: return this.move(this.cursor + 1, out)
      case `${ESC}[H`: case `${ESC}OH`: case '\x01': return this.move(0, out)
      case `${ESC}[F`: case `${ESC}OF`: case '\x05': return this.move(this.text.length, out)
      case `${ESC}[A`: case `${ESC}OA`: return this.recall(this.at - 1, out)
      case `${ESC}[B`: case `${ESC}OB`: return this.recall(this.at + 1, out)
      case '\x0c': return void out.push({ kind: 'write', text: `${ESC}[2J${ESC}[H${this.redraw()}` })
      case '\x03': return this.abandon(out)
      case '\x04': return void (this.text === '' && out.push({ kind: 'end' }))
      default: if (key >= ' ' && !key.startsWith(ESC)) this.edit(this.cursor, this.cursor, key, out)
    }
  }

  private edit(from: number, to: number, insert: string, out: EditorOutput[]): void {
    const start = Math.max(0, from)
    this.text = this.text.slice(0, start) + insert + this.text.slice(to)
    this.cursor = start + insert.length
    out.push({ kind: 'write', text: this.redraw() })
  }

  private move(to: number, out: EditorOutput[]): void {
    this.cursor = Math.min(Math.max(0, to), this.text.length)
    out.push({ kind: 'write', text: this.redraw() })
  }

  private recall(to: number, out: EditorOutput[]): void {
    if (to < 0 || to > this.history.length) return
    if (this.at === this.history.length) this.typed = this.text
    this.at = to
    this.text = this.history[to] ?? this.typed
    this.move(this.text.length, out)
  }

  private enter(out: EditorOutput[]): void {
    const line = this.text
    if (line.trim() !== '' && this.history.at(-1) !== line) this.history.push(line)
    this.reset()
    out.push({ kind: 'write', text: '\r\n' }, { kind: 'line', line })
  }

  private abandon(out: EditorOutput[]): void {
    this.reset()
    out.push({ kind: 'write', text: `^C\r\n${this.prompt}` })
  }

  private reset(): void {
    this.text = ''
    this.cursor = 0
    this.at = this.history.length
    this.typed = ''
  }
}
