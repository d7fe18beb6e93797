import type { Message } from 'esbuild'
import type { Problem } from '../base/problem'

/** What acorn and esbuild call a line ends also at U+2028 and U+2029, which editors count as ordinary characters. */
const scriptLineEnd = /\r\n|[\n\r\u2028\u2029]/g
const editorLineEnd = /\r\n|[\n\r]/g

/** esbuild counts columns and lengths in bytes of the line; a Problem counts UTF-16 units. */
export function esbuildProblem(file: string, text: string, message: Message, severity: Problem['severity']): Problem {
  const place = message.location
  if (place === null) return { ...problemAt(file, text, 0, message.text, severity), length: 0 }
  const start = offsetOfLine(text, place.line)
  const line = Buffer.from(lineAt(text, start))
  const column = line.toString('utf8', 0, place.column).length
  const length = line.toString('utf8', place.column, place.column + place.length).length
  return { ...problemAt(file, text, start + column, message.text, severity), length }
}

/** `line` 1-based and `column` 0-based in UTF-16 units, lines as in JavaScript (acorn, source maps). */
export function scriptProblem(file: string, text: string, line: number, column: number, message: string): Problem {
  return problemAt(file, text, offsetOfLine(text, line) + column, message)
}

/** At an offset (UTF-16 units) of the text; marks the word that is there. */
export function problemAt(file: string, text: string, offset: number, message: string, severity: Problem['severity'] = 'error'): Problem {
  const before = text.slice(0, offset)
  let line = 1
  let lineStart = 0
  for (const end of before.matchAll(editorLineEnd)) {
    line++
    lineStart = end.index + end[0].length
  }
  return { file, line, column: before.length - lineStart, length: wordLength(text, offset), severity, source: 'compile', message }
}

/** A file that cannot be read at all. */
export const fileProblem = (file: string, message: string): Problem => problemAt(file, '', 0, message)

function wordLength(text: string, offset: number): number {
  const word = /[\p{ID_Continue}$\u200c\u200d]+|[^\r\n]/uy
  word.lastIndex = offset
  return word.exec(text)?.[0].length ?? 0
}

function offsetOfLine(text: string, line: number): number {
  if (line <= 1) return 0
  let seen = 1
  for (const end of text.matchAll(scriptLineEnd)) {
    if (++seen === line) return end.index + end[0].length
  }
  return text.length
}

function lineAt(text: string, start: number): string {
  const end = /[\n\r\u2028\u2029]/g
  end.lastIndex = start
  return text.slice(start, end.exec(text)?.index ?? text.length)
}
