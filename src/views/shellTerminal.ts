import * as vscode from 'vscode'
import type { Host } from '../host/host'
import type { ShellAnswer } from '../protocol/messages'
import { HostDown } from '../host/host'
import { askHost } from './askHost'
import { LineEditor } from './lineEditor'
import { SHELL_TERMINAL, texts } from './texts'

const CTRL_C = '\x03'

/** The shell of the running program as a terminal: each line is a `shell` request, so it is the shell of `codeswitch shell`. */
class ShellPty implements vscode.Pseudoterminal {
  private readonly write = new vscode.EventEmitter<string>()
  private readonly closed = new vscode.EventEmitter<void>()
  readonly onDidWrite = this.write.event
  readonly onDidClose = this.closed.event
  private readonly editor = new LineEditor(texts.shellPrompt)
  private last: Promise<void> = Promise.resolve()

  constructor(private readonly host: Pick<Host, 'request'>) {}

  open(): void {
    this.write.fire(`${texts.shellBanner}\r\n${texts.shellPrompt}`)
  }

  close(): void {
    this.write.dispose()
    this.closed.dispose()
  }

  handleInput(data: string): void {
    if (data.includes(CTRL_C)) void askHost(this.host, 'cancelWhy', {})
    for (const output of this.editor.feed(data)) {
      if (output.kind === 'write') this.write.fire(output.text)
      else if (output.kind === 'end') this.closed.fire()
      else this.last = this.last.then(() => this.run(output.line))
    }
  }

  private async run(line: string): Promise<void> {
    if (line.trim() !== '') this.write.fire(toTerminal(await this.answer(line)))
    this.write.fire(this.editor.redraw())
  }

  private async answer(line: string): Promise<string> {
    try {
      return answerText(await this.host.request('shell', { line }))
    } catch (error) {
      if (error instanceof HostDown) return `${texts.notRunning}\n`
      throw error
    }
  }
}

const answerText = (answer: ShellAnswer): string => answer.ok ? `${answer.value}\n` : `** ${answer.error.stack ?? `${answer.error.name}: ${answer.error.message}`}\n`
const toTerminal = (text: string): string => text.replace(/\r?\n/g, '\r\n')

export class ShellTerminals implements vscode.Disposable {
  private readonly subscription: vscode.Disposable

  constructor(private readonly host: Pick<Host, 'request'>) {
    this.subscription = vscode.window.registerTerminalProfileProvider('codeswitch.shell', { provideTerminalProfile: () => new vscode.TerminalProfile(this.options()) })
  }

  open(): void {
    vscode.window.createTerminal(this.options()).show()
  }

  dispose(): void {
    this.subscription.dispose()
  }

  private options(): vscode.ExtensionTerminalOptions {
    return { name: SHELL_TERMINAL, pty: new ShellPty(this.host), iconPath: new vscode.ThemeIcon('zap'), isTransient: true }
  }
}
