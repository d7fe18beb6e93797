/** start, stop, restart. */
import * as vscode from 'vscode'
import type { Command, CommandResult } from './result'
import type { Invocation } from './invocation'
import type { Session } from './session'
import { cancelled, failure } from './result'
import { fileName, texts } from '../texts'

export function runCommands({ host, settings, output }: Session): Readonly<Record<string, Command>> {
  const start = async (invocation: Invocation): Promise<CommandResult> => {
    if (!vscode.workspace.isTrusted) return failure('untrusted', texts.untrusted)
    if (settings.root === undefined) return failure('no_folder', texts.noFolder)
    if (invocation.subject !== undefined) settings.chooseEntry(invocation.subject)
    else if (settings.entry === undefined && invocation.person && !await askEntry()) return cancelled
    await host.start()
    return running()
  }

  const running = (): CommandResult => {
    const { runtime, modules } = host.snapshot
    if (runtime.state === 'crashed') return { ok: false, error: 'crashed', message: runtime.message, runtime }
    return { ok: true, runtime, modules: modules.length }
  }

  const askEntry = async (): Promise<boolean> => {
    const files = await vscode.workspace.findFiles('**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}', '**/{node_modules,dist,out}/**', 500)
    const active = vscode.window.activeTextEditor?.document.uri.fsPath
    const sorted = files.map((file) => file.fsPath).sort((a, b) => Number(b === active) - Number(a === active) || (a < b ? -1 : 1))
    const items = [...sorted.map((path) => ({ label: fileName(path), description: vscode.workspace.asRelativePath(path), path })), { label: texts.emptyRuntime, description: '', path: undefined }]
    const choice = await vscode.window.showQuickPick(items, { placeHolder: texts.pickEntry, matchOnDescription: true })
    if (choice?.path !== undefined) await settings.keepEntry(choice.path)
    return choice !== undefined
  }

  return {
    'codeswitch.start': start,
    'codeswitch.stop': async () => {
      await host.stop()
      return { ok: true, runtime: host.snapshot.runtime }
    },
    'codeswitch.restart': async (invocation) => {
      await host.stop()
      output.appendLine('')
      return start(invocation)
    },
  }
}
