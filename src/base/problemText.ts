/** A problem as a compiler prints it: place, message, the line and a caret under it. Columns are 1-based, as terminals and editors read them. */
import type { Problem } from './problem'

export interface ProblemTextContext {
  /** The file as a person reads it. */
  shown(file: string): string
  /** The file's text now; undefined when it cannot be read. */
  readText(file: string): string | undefined
}

/** Ends with a line break. */
export function problemText(problem: Problem, context: ProblemTextContext, what = `${problem.severity}: `): string {
  const head = `${context.shown(problem.file)}:${problem.line}:${problem.column + 1}: ${what}${problem.message}\n`
  const line = context.readText(problem.file)?.split(/\r\n|[\n\r\u2028\u2029]/)[problem.line - 1]
  return line === undefined || line.trim() === '' ? head : `${head}${excerpt(line, problem)}`
}

function excerpt(line: string, problem: Problem): string {
  const before = line.slice(0, problem.column)
  const marked = line.slice(problem.column, problem.column + Math.max(1, problem.length))
  const number = String(problem.line).padStart(5)
  return `${number} | ${line}\n${' '.repeat(number.length)} | ${padding(before)}^${'~'.repeat(Math.max(0, width(marked) - 1))}\n`
}

/** As wide as the text: tabs stay tabs, and wide characters take two columns. */
const padding = (text: string): string => [...text].map((character) => (character === '\t' ? '\t' : ' '.repeat(width(character)))).join('')

const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u
const narrowest = /\p{Mn}|\p{Me}|\p{Cf}/u
const width = (text: string): number => [...text].reduce((sum, character) => sum + (narrowest.test(character) ? 0 : wide.test(character) ? 2 : 1), 0)
