/** The shell for a person: prompt with a number, line editing, history, completion. Ctrl-C stops waiting for an answer, Ctrl-D ends. */
import { createInterface, type Interface } from 'node:readline'
import { HostDown, type Host } from '../host/host'
import type { ShellAnswer } from '../protocol/messages'
import { answerForPerson } from './shellAnswers'

export interface ShellTerminalDeps {
  readonly host: Pick<Host, 'request' | 'snapshot'>
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }
  readonly colors: boolean
  /** Newest first. */
  readonly history: readonly string[]
  keepHistory(newestFirst: readonly string[]): void
  readonly banner: string
  /** Milliseconds without a sign of life after which the program's thread counts as busy. Default 500. */
  readonly busyAfterMs?: number
}

/** Resolves when the person leaves (true), or when the program has ended (false). */
export function shellInTerminal(deps: ShellTerminalDeps): Promise<boolean> {
  return new Promise((resolve) => void new TerminalShell(deps, resolve).start())
}

/** What the runtime calls the process that lines run in. */
const shellLabel = 'shell'

class TerminalShell {
  private readonly lines: Interface
  private number = 1
  /** The line whose answer is waited for; a later or abandoned one's answer is told apart by it. */
  private waitingFor: number | undefined
  /** The line for which Ctrl-C came; a second one no longer asks whether the line is busy. */
  private interrupted: number | undefined
  private readonly typedAhead: string[] = []
  /** Lines that only begin a statement: the next one goes on with it. */
  private begun: string[] = []

  constructor(private readonly deps: ShellTerminalDeps, private readonly leave: (byPerson: boolean) => void) {
    this.lines = createInterface({
      input: deps.input,
      output: deps.output,
      terminal: true,
      history: [...deps.history],
      historySize: 1000,
      removeHistoryDuplicates: true,
      completer: (line: string, done: (error: null, result: [string[], string]) => void) => void this.complete(line).then((result) => done(null, result)),
    })
  }

  start(): void {
    const { lines, deps } = this
    deps.output.write(deps.banner)
    lines.on('history', (history: string[]) => deps.keepHistory(history))
    lines.on('line', (line) => this.typed(line))
    lines.on('SIGINT', () => this.interrupt())
    lines.on('close', () => {
      deps.output.write('\n')
      this.leave(true)
    })
    this.prompt()
  }

  private prompt(): void {
    const prompt = `${this.number}> `
    this.lines.setPrompt(this.begun.length === 0 ? prompt : `${'.'.repeat(prompt.length - 2)}> `)
    this.lines.prompt()
  }

  private typed(line: string): void {
    if (this.waitingFor !== undefined) this.typedAhead.push(line)
    else void this.run(line)
  }

  private async run(line: string): Promise<void> {
    if (line.trim() === '' && this.begun.length === 0) return this.prompt()
    const mine = this.number
    this.waitingFor = mine
    this.begun.push(line)
    const answer = await this.ask(this.begun.join('\n'))
    if (this.waitingFor !== mine) return this.lateAnswer(mine)
    if (answer === undefined) return this.programEnded()
    if (!answer.ok && answer.error.incomplete === true) return this.goOn()
    this.begun = []
    this.deps.output.write(answerForPerson(answer))
    this.next()
  }

  private goOn(): void {
    this.waitingFor = undefined
    this.ahead()
  }

  private next(): void {
    this.waitingFor = undefined
    this.number++
    this.ahead()
  }

  private ahead(): void {
    const ahead = this.typedAhead.shift()
    if (ahead === undefined) this.prompt()
    else void this.run(ahead)
  }

  /** Undefined when the program has ended. */
  private async ask(line: string): Promise<ShellAnswer | undefined> {
    try {
      const { columns, isTTY = false } = this.deps.output
      return await this.deps.host.request('shell', { line, ...(isTTY && columns !== undefined && columns > 0 ? { columns } : {}), colors: isTTY && this.deps.colors })
    } catch (error) {
      if (error instanceof HostDown) return undefined
      throw error
    }
  }

  private interrupt(): void {
    const line = this.waitingFor
    if (line !== undefined && this.interrupted !== line) {
      this.interrupted = line
      void this.abandonOrEnd(line)
    } else if (line !== undefined) this.abandon(line)
    else if (this.begun.length > 0) {
      this.begun = []
      this.lines.write(null, { ctrl: true, name: 'u' })
      this.deps.output.write('\n')
      this.prompt()
    } else if (this.lines.line === '') {
      this.deps.output.write('\n(Ctrl-D leaves)\n')
      this.prompt()
    } else {
      this.lines.write(null, { ctrl: true, name: 'u' })
      this.deps.output.write('\n')
      this.prompt()
    }
  }

  /**
   * A line that only waits is left to itself. One that keeps the program's thread busy keeps every other line waiting:
   * its process is ended, and that is its answer.
   */
  private async abandonOrEnd(line: number): Promise<void> {
    // A heap walk (`why`) that is stopped answers by itself; while V8 copies the heap, the program cannot.
    if (await this.cancelWhy()) return
    const answered = await Promise.race([this.ask('$check()').then(() => true), after(this.deps.busyAfterMs ?? 500).then(() => false)])
    if (this.waitingFor !== line) return
    const shell = this.deps.host.snapshot.processes.items.find((process) => process.label === shellLabel)
    if (answered || shell === undefined) this.abandon(line)
    else this.deps.host.request('kill', { pid: shell.pid, reason: 'kill' }).catch(() => {}) // it has ended meanwhile: that was the aim
  }

  private async cancelWhy(): Promise<boolean> {
    const answer = await this.deps.host.request('cancelWhy', {}).catch(() => undefined) // it has ended: the line says so
    return answer !== undefined && answer.cancelled > 0
  }

  private abandon(line: number): void {
    this.deps.output.write(`\n** no longer waiting for line ${line}, which goes on\n`)
    this.typedAhead.length = 0
    this.begun = []
    this.next()
  }

  /** Told, but not shown: its value would stand between other lines. */
  private lateAnswer(line: number): void {
    if (this.waitingFor !== undefined) return
    this.deps.output.write(`\r\x1b[K(line ${line} has its answer)\n`)
    this.lines.prompt(true)
  }

  private programEnded(): void {
    this.lines.removeAllListeners('close')
    this.lines.close()
    this.deps.output.write('** the program has ended\n')
    this.leave(false)
  }

  private async complete(line: string): Promise<[string[], string]> {
    const word = /(?:['"`][^'"`\s]*|[\p{ID_Continue}$.]+|\b\w+\()$/u.exec(line)?.[0].replace(/^\w+\($/, '')
    const answer = word === undefined || this.waitingFor !== undefined ? undefined : await this.ask(`$complete(${JSON.stringify(word)})`)
    return [answer?.ok === true ? textsOf(answer.json) : [], word ?? '']
  }
}

const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [])
const after = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms))
