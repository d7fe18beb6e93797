/**
 * Where a JSON text goes wrong. `JSON.parse` decides whether it does; its message names the place differently in each
 * version of Node, or not at all, so the text is read once more to find it.
 */
export interface JsonFault {
  /** UTF-16 units from the start. */
  readonly offset: number
  readonly message: string
}

/** Undefined for valid JSON. */
export function jsonFault(text: string): JsonFault | undefined {
  try {
    JSON.parse(text)
    return undefined
  } catch {
    return new Scanner(text).fault()
  }
}

class Fault extends Error {
  constructor(readonly offset: number, message: string) {
    super(message)
  }
}

class Scanner {
  private at = 0

  constructor(private readonly text: string) {}

  fault(): JsonFault {
    try {
      this.value()
      this.space()
      if (this.at < this.text.length) this.fail('the end of the file')
    } catch (error) {
      if (error instanceof Fault) return { offset: error.offset, message: error.message }
      // Nested deeper than the stack: no better place is known.
      return { offset: this.at, message: 'The JSON is nested too deeply' }
    }
    return { offset: 0, message: 'Not valid JSON' }
  }

  private value(): void {
    this.space()
    const next = this.text[this.at]
    if (next === '{') this.list('}', () => this.member())
    else if (next === '[') this.list(']', () => this.value())
    else if (next === '"') this.string()
    else if (!this.take(/true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y)) this.fail('a value')
  }

  private list(close: string, item: () => void): void {
    this.at++
    this.space()
    if (this.text[this.at] === close) {
      this.at++
      return
    }
    for (;;) {
      item()
      this.space()
      const next = this.text[this.at]
      if (next !== ',' && next !== close) this.fail(`"," or "${close}"`)
      this.at++
      if (next === close) return
    }
  }

  private member(): void {
    this.space()
    if (this.text[this.at] !== '"') this.fail('a name in double quotes')
    this.string()
    this.space()
    if (this.text[this.at] !== ':') this.fail('":"')
    this.at++
    this.value()
  }

  private string(): void {
    const start = this.at++
    // eslint-disable-next-line no-control-regex -- JSON forbids control characters in strings
    this.take(/(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y)
    if (this.text[this.at] === '"') {
      this.at++
      return
    }
    if (this.text[this.at] === '\\') throw new Fault(this.at, 'Bad escape in a string')
    throw new Fault(this.at >= this.text.length ? start : this.at, this.at >= this.text.length ? 'The string has no end' : 'Line breaks and control characters in a string must be escaped')
  }

  private space(): void {
    this.take(/[ \t\r\n]*/y)
  }

  private take(pattern: RegExp): boolean {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)
    if (found === null) return false
    this.at += found[0].length
    return true
  }

  private fail(expected: string): never {
    const code = this.text.codePointAt(this.at)
    const found = code === undefined ? 'the file ends' : `found ${JSON.stringify(String.fromCodePoint(code))}`
    throw new Fault(this.at, `Expected ${expected}, but ${found}`)
  }
}
