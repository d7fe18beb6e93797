import * as vscode from 'vscode'
import type { ModulesView } from './modules'
import type { SnapshotSource } from './source'
import { CrashPrompt } from './crashPrompt'
import { StagedPrompt } from './stagedPrompt'

/** The only two messages that come unasked: staged code waits for a choice, and the runtime crashed. */
export function registerPrompts(source: SnapshotSource, modules: ModulesView): vscode.Disposable {
  const run = (command: string, argument: object): void => void vscode.commands.executeCommand(command, argument)
  return vscode.Disposable.from(
    new StagedPrompt(source, (message, ...buttons) => vscode.window.showWarningMessage(message, ...buttons), {
      load: (batch, kill) => run('codeswitch.loadStaged', { module: batch.modules[0], kill, person: true }),
      show: (batch) => void modules.showBatch(batch),
      discard: (batch) => run('codeswitch.discardStaged', { module: batch.modules[0], person: true }),
    }),
    new CrashPrompt(source, (message, ...buttons) => vscode.window.showErrorMessage(message, ...buttons), {
      restart: () => run('codeswitch.restart', {}),
      showOutput: () => run('codeswitch.showOutput', {}),
    }),
  )
}
