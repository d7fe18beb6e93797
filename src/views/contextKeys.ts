import * as vscode from 'vscode'
import type { Snapshot } from '../protocol/snapshot'
import type { SnapshotSource } from './source'
import { shownSnapshot } from './shownSnapshot'

/** What menus, welcome views and keybindings may depend on (`when`). Sent only when a value changes. */
export const contextKeys = ({ runtime, modules }: Snapshot, hasEntry: boolean): Readonly<Record<string, string | boolean>> => ({
  'codeswitch.state': runtime.state,
  'codeswitch.running': runtime.state === 'running',
  'codeswitch.hasEntry': hasEntry,
  'codeswitch.hasOld': modules.some((module) => module.old !== undefined),
  'codeswitch.staged': modules.some((module) => module.staged !== undefined),
})

export function keepContextKeys(source: SnapshotSource, hasEntry: () => boolean): vscode.Disposable {
  const sent = new Map<string, string | boolean>()
  const update = (): void => {
    for (const [key, value] of Object.entries(contextKeys(shownSnapshot(source.snapshot), hasEntry()))) {
      if (sent.get(key) === value) continue
      sent.set(key, value)
      void vscode.commands.executeCommand('setContext', key, value)
    }
  }
  update()
  return vscode.Disposable.from(source.onDidChange(update), vscode.workspace.onDidChangeConfiguration(update))
}
