/** A problem for the person at the terminal: files are shown from the working directory, unless they are outside of it. */
import { relative } from 'node:path'
import type { Problem } from '../base/problem'
import { problemText as textOf } from '../base/problemText'

export interface ProblemContext {
  readonly cwd: string
  /** The file's text now; undefined when it cannot be read. */
  readText(file: string): string | undefined
}

export const problemText = (problem: Problem, { cwd, readText }: ProblemContext): string => textOf(problem, { shown: (file) => shown(file, cwd), readText })

function shown(file: string, cwd: string): string {
  const way = relative(cwd, file)
  return way.startsWith('..') ? file : way
}
