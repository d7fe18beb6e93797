/**
 * `String(fn)` is what the program's author wrote, not what the rewriter made of it: functions travel as text to browsers
 * (`page.evaluate`), workers and databases, and injectors read parameter names there.
 */
import { isFunction } from '../../base/guards'
import type { AnyFunction } from '../../base/guards'
import { unshift } from '../../compile/rewrite/shifts'
import type { Unit } from '../link'

/** Generated text has names with this prefix wherever it differs from what was written. */
const PREFIX = '$$'

export interface SourceDeps {
  /** Everything that is loaded, current and old. */
  units(): Iterable<Unit>
  /** The text that was rewritten: the file's, or what esbuild made of it. */
  inputOf(unit: Unit): string | undefined
}

/** Goes in front of whatever `Function.prototype.toString` is now. */
export function showWrittenSource(deps: SourceDeps): void {
  const before = Function.prototype.toString
  // An exported function is one thing through all its versions: what it shows is known as long as its text is the same.
  const known = new WeakMap<AnyFunction, { readonly text: string; readonly written: string }>()
  const toString = { toString(this: unknown): string {
    const text = Reflect.apply(before, this, [])
    if (!isFunction(this) || !text.includes(PREFIX)) return text
    const found = known.get(this)
    if (found?.text === text) return found.written
    const written = writtenText(text, deps)
    known.set(this, { text, written })
    return written
  } }.toString
  Object.defineProperty(Function.prototype, 'toString', { value: toString, writable: true, configurable: true })
}

/** A function does not tell where it comes from; whoever contains its very text has what it was made of. */
function writtenText(text: string, deps: SourceDeps): string {
  for (const unit of deps.units()) {
    const at = unit.rewritten.code.indexOf(text)
    const input = at < 0 ? undefined : deps.inputOf(unit)
    if (input !== undefined) return input.slice(inputOffset(unit, input, at), inputOffset(unit, input, at + text.length))
  }
  return text
}

function inputOffset(unit: Unit, input: string, offset: number): number {
  const lines = lineStarts(unit.rewritten.code.slice(0, offset))
  const line = lines.length
  const column = offset - (lines[line - 1] ?? 0)
  return (lineStarts(input)[line - 1] ?? 0) + unshift(unit.rewritten.shifts, line, column)
}

function lineStarts(text: string): number[] {
  return [0, ...[...text.matchAll(/\r\n|[\n\r\u2028\u2029]/g)].map((end) => end.index + end[0].length)]
}
