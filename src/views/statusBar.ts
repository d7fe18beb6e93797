import * as vscode from 'vscode'
import type { StatusInput, StatusText } from './statusText'
import { statusText } from './statusText'
import { PRODUCT } from './texts'
import { THROTTLE_MS } from './throttle'

/** The one status bar item. Hidden until the runtime was started once: a workspace that does not use us sees nothing. */
export class StatusBar implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('codeswitch.status', vscode.StatusBarAlignment.Left, 0)
  private timer: NodeJS.Timeout | undefined
  private shown = ''
  private everStarted = false

  constructor(private readonly input: () => StatusInput) {
    this.item.name = PRODUCT
    this.item.command = { command: 'codeswitch.modules.focus', title: 'Show Modules' }
  }

  invalidate(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined
      this.render()
    }, THROTTLE_MS)
  }

  dispose(): void {
    clearTimeout(this.timer)
    this.item.dispose()
  }

  private render(): void {
    const input = this.input()
    this.everStarted ||= input.snapshot.runtime.state !== 'stopped'
    if (!this.everStarted) return
    const status = statusText(input)
    const key = JSON.stringify(status)
    if (key === this.shown) return
    this.shown = key
    this.item.text = status.text
    this.item.tooltip = tooltip(status)
    this.item.backgroundColor = status.severity === 'quiet' ? undefined : new vscode.ThemeColor(`statusBarItem.${status.severity}Background`)
    this.item.accessibilityInformation = { label: `${PRODUCT}: ${status.text.replace(/\$\([^)]*\)\s*/g, '')}` }
    this.item.show()
  }
}

function tooltip(status: StatusText): vscode.MarkdownString {
  const markdown = new vscode.MarkdownString('', true)
  markdown.isTrusted = { enabledCommands: status.actions.map(([, command]) => command) }
  // What the program says is text, never markup: it may come from anywhere.
  for (const line of status.tooltip) {
    if (line.startsWith('- ')) markdown.appendMarkdown('- ').appendText(line.slice(2)).appendMarkdown('\n')
    else markdown.appendText(line).appendMarkdown('\n\n')
  }
  markdown.appendMarkdown(`\n\n${status.actions.map(([title, command]) => `[${title}](command:${command})`).join(' · ')}`)
  return markdown
}
