/** Problems as the shell prints them: files from the workspace folder, with the line and a caret under the place. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Problem } from '../base/problem'
import { problemText } from '../base/problemText'

/** Without a line break at the end. */
export const problemsForPerson = (problems: readonly Problem[], root: string): string =>
  problems.map((problem) => problemText(problem, { shown: (file) => shown(file, root), readText }, '').trimEnd()).join('\n')

function shown(file: string, root: string): string {
  const way = path.relative(root, file)
  return way.startsWith('..') ? file : way
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined // gone, or not ours to read: the problem is told without its line
  }
}
