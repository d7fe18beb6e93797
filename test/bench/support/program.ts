/** A program that runs while we watch what it prints, and when. Lines that concern us start with `@@`. */
import { spawn, type ChildProcess } from 'node:child_process'

export interface ProgramOptions {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
}

interface Waiting {
  readonly fits: (line: string) => boolean
  readonly resolve: (at: number) => void
  readonly reject: (error: Error) => void
}

export class Program {
  readonly startedAt = performance.now()
  private readonly child: ChildProcess
  private readonly gone: Promise<void>
  private waiting: Waiting[] = []
  private said = ''
  private rest = ''

  constructor(private readonly options: ProgramOptions) {
    // A process group of its own, so that nothing it started is left.
    this.child = spawn(options.command, options.args, { cwd: options.cwd, env: { ...process.env, NO_COLOR: '1', ...options.env }, detached: process.platform !== 'win32', stdio: ['pipe', 'pipe', 'pipe'] })
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => this.read(text, performance.now()))
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => this.keep(text))
    this.child.stdin?.on('error', () => {}) // it has ended: whoever waits for it is told
    this.gone = new Promise((resolve) => this.child.once('exit', (code, signal) => {
      this.fail(`ended with ${String(code ?? signal)}`)
      resolve()
    }))
    this.child.once('error', (error) => this.fail(error.message))
  }

  get pid(): number | undefined {
    return this.child.pid
  }

  get ended(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null
  }

  type(line: string): void {
    this.child.stdin?.write(`${line}\n`)
  }

  /** When (performance.now) a line that fits arrived. @throws when none comes in time, or the program ends. */
  line(fits: (line: string) => boolean, timeoutMs: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting = this.waiting.filter((one) => one !== entry)
        reject(new Error(`${this.options.command} ${this.options.args.join(' ')}: nothing after ${timeoutMs} ms\n${this.said}`))
      }, timeoutMs)
      const done = <T>(then: (value: T) => void) => (value: T): void => {
        clearTimeout(timer)
        then(value)
      }
      const entry: Waiting = { fits, resolve: done(resolve), reject: done(reject) }
      this.waiting.push(entry)
    })
  }

  async stop(): Promise<void> {
    this.kill('SIGTERM')
    const timer = setTimeout(() => this.kill('SIGKILL'), 1000)
    await this.gone
    clearTimeout(timer)
    this.kill('SIGKILL')
  }

  private kill(signal: NodeJS.Signals): void {
    const { pid } = this.child
    if (pid === undefined) return
    try {
      process.kill(process.platform === 'win32' ? pid : -pid, signal)
    } catch {
      // Gone already: that is what was wanted.
    }
  }

  private read(text: string, at: number): void {
    const lines = (this.rest + text).split('\n')
    this.rest = lines.pop() ?? ''
    for (const line of lines) {
      const mark = line.indexOf('@@')
      if (mark < 0) this.keep(`${line}\n`)
      const waiting = this.waiting
      this.waiting = waiting.filter((one) => !one.fits(line.slice(Math.max(0, mark))))
      for (const one of waiting) if (!this.waiting.includes(one)) one.resolve(at)
    }
  }

  private keep(text: string): void {
    this.said = (this.said + text).slice(-2000)
  }

  private fail(why: string): void {
    const waiting = this.waiting
    this.waiting = []
    for (const one of waiting) one.reject(new Error(`${this.options.command} ${this.options.args.join(' ')}: ${why}\n${this.said}`))
  }
}
