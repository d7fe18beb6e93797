import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

export const cli = resolve(__dirname, '../../dist/cli.js')

/** A folder with the program's files, and `codeswitch` running in it. */
export class CliProcess {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'cli-')))
  stdout = ''
  stderr = ''
  private child: ChildProcessWithoutNullStreams | undefined
  private waiting: (() => void)[] = []

  constructor(files: Readonly<Record<string, string>>) {
    for (const [name, text] of Object.entries(files)) this.write(name, text)
  }

  path(name: string): string {
    return join(this.root, name)
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true })
    writeFileSync(this.path(name), text)
  }

  start(...args: readonly string[]): this {
    return this.startIn('.', ...args)
  }

  startIn(folder: string, ...args: readonly string[]): this {
    this.child = spawn(process.execPath, [cli, ...args], { cwd: this.path(folder), env: { ...process.env, NO_COLOR: '1' } })
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => { this.stdout += text; this.wake() })
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => { this.stderr += text; this.wake() })
    return this
  }

  /** Lines to its standard input, then the end of it. */
  types(lines: readonly string[]): this {
    this.child?.stdin.end(lines.map((line) => `${line}\n`).join(''))
    return this
  }

  /** One line; the input stays open. */
  type(line: string): void {
    this.child?.stdin.write(`${line}\n`)
  }

  get pid(): number | undefined {
    return this.child?.pid
  }

  kill(signal: NodeJS.Signals): void {
    this.child?.kill(signal)
  }

  ended(): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }> {
    const { child } = this
    if (child === undefined) throw new Error('not started')
    if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve({ code: child.exitCode, signal: child.signalCode })
    return new Promise((done) => child.once('close', (code, signal) => done({ code, signal })))
  }

  /** Until the program has printed this; mocha's timeout tells when it never does. */
  async prints(text: string): Promise<void> {
    while (!this.stdout.includes(text)) await this.change()
  }

  async says(text: string | RegExp): Promise<void> {
    while (typeof text === 'string' ? !this.stderr.includes(text) : !text.test(this.stderr)) await this.change()
  }

  dispose(): void {
    this.child?.kill('SIGKILL')
    rmSync(this.root, { recursive: true, force: true })
  }

  private change(): Promise<void> {
    return new Promise((done) => this.waiting.push(done))
  }

  private wake(): void {
    for (const wake of this.waiting.splice(0)) wake()
  }
}

export const exampleFile = (name: string): string => readFileSync(resolve(__dirname, '../../examples/seed', name), 'utf8')
