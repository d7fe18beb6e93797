/**
 * Runs mocha inside the extension host. Each case is bundled to one file whose `run()`, called by VS Code, ends up here.
 * Results go to a file, one JSON object a line, because the console of an extension host is shared with everybody in it.
 */
import { appendFileSync } from 'node:fs'
import { format } from 'node:util'

/** A line of the result file: `ended` comes last, and only when mocha reached its end. */
export type ResultLine =
  | { readonly kind: 'passed'; readonly title: string; readonly ms: number }
  | { readonly kind: 'skipped'; readonly title: string }
  | { readonly kind: 'failed'; readonly title: string; readonly message: string; readonly stack: string }
  /** What a test, or the extension in the same process, said on the console. */
  | { readonly kind: 'said'; readonly text: string }
  | { readonly kind: 'ended' }

export interface RunOptions {
  readonly resultFile: string
  readonly timeout: number
  /** Only tests whose title contains this. */
  readonly grep: string | undefined
}

/** Resolves when no test failed. @throws Error with the number of failures, which VS Code turns into its exit code */
export async function runMocha(options: RunOptions, loadTests: () => void): Promise<void> {
  const { default: Mocha } = await import('mocha')
  // The base reporter prints nothing: what is recorded is printed outside.
  const mocha = new Mocha({ ui: 'bdd', timeout: options.timeout, forbidOnly: true, fullTrace: true, reporter: Mocha.reporters.Base, ...(options.grep === undefined ? {} : { fgrep: options.grep }) })
  recordConsole(options.resultFile)
  // What `mocha.addFile` does around a file, for tests that are part of this bundle already.
  mocha.suite.emit('pre-require', globalThis, '', mocha)
  loadTests()
  const failures = await new Promise<number>((resolve) => record(mocha.run(resolve), options.resultFile))
  if (failures > 0) throw new Error(`${failures} failed`)
}

function record(runner: Mocha.Runner, resultFile: string): void {
  const write = (line: ResultLine): void => appendFileSync(resultFile, `${JSON.stringify(line)}\n`)
  runner.on('pass', (test) => write({ kind: 'passed', title: test.fullTitle(), ms: test.duration ?? 0 }))
  runner.on('pending', (test) => write({ kind: 'skipped', title: test.fullTitle() }))
  runner.on('fail', (test, error: Error) => write({ kind: 'failed', title: test.fullTitle(), message: describe(error), stack: error.stack ?? '' }))
  runner.on('end', () => write({ kind: 'ended' }))
}

/** VS Code forwards the console of an extension host among everything it says itself; a copy of ours stays findable. */
function recordConsole(resultFile: string): void {
  for (const level of ['log', 'info', 'warn', 'error'] as const) {
    const original = console[level].bind(console)
    const value = (...values: readonly unknown[]): void => {
      const line: ResultLine = { kind: 'said', text: format(...values) }
      // VS Code's own complaints (a native part that could not be compiled) come with a stack in its own code.
      if (!line.text.includes('/out/vs/workbench/')) appendFileSync(resultFile, `${JSON.stringify(line)}\n`)
      original(...values)
    }
    // VS Code gave these properties a setter that does nothing.
    Object.defineProperty(console, level, { value })
  }
}

/** The message, with both sides of a failed comparison: an assertion's own message leaves them out when it was given a text. */
function describe(error: Error): string {
  if (!('expected' in error) || !('actual' in error) || error.message.includes('\n')) return error.message
  return `${error.message}\n  expected: ${inspect(error.expected)}\n  actual:   ${inspect(error.actual)}`
}

function inspect(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    // Circular or otherwise not JSON: its name has to do.
    return String(value)
  }
}
