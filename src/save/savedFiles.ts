/** The editor's half of reload on save: its save events, the folders the host wants watched, and the settings. */
import * as vscode from 'vscode'
import type { Host } from '../host/host'
import type { ReloadOnSave } from './editorSaves'
import type { SaveQueue } from './saveQueue'
import { affectedFiles } from './affectedFiles'
import { systemClock } from './clock'
import { EditorSaves } from './editorSaves'
import { hasContent } from './fileFacts'
import { FileWatcher } from './fileWatcher'
import { FirstSeen } from './firstSeen'

export interface SavedFilesOptions {
  readonly host: Pick<Host, 'snapshot' | 'onDidChange' | 'onDidChangeWatch'>
  readonly queue: Pick<SaveQueue, 'push'>
  mode(path: string): ReloadOnSave
  readonly root: string | undefined
  log(message: string): void
}

export class SavedFiles implements vscode.Disposable {
  private readonly subscription: vscode.Disposable

  constructor({ host, queue, mode, root, log }: SavedFilesOptions) {
    const saves = new EditorSaves({
      mode,
      affected: (path) => affectedFiles(host.snapshot, path, hasContent),
      push: (path, origin) => queue.push(path, origin),
      readText,
      editorText: (path) => vscode.workspace.textDocuments.find((document) => document.uri.scheme === 'file' && document.uri.fsPath === path)?.getText(),
      clock: systemClock,
    })
    const watcher = new FileWatcher({ onChange: (path) => void saves.changedOnDisk(path), onError: log, ...(root === undefined ? {} : { root }) })
    const firstSeen = new FirstSeen()
    this.subscription = vscode.Disposable.from(
      saves,
      watcher,
      host.onDidChange((snapshot) => {
        if (snapshot.runtime.state === 'running') watcher.look(firstSeen.of(snapshot), snapshot.runtime.startedAt)
      }),
      host.onDidChangeWatch(({ folders }) => watcher.watch(folders)),
      vscode.workspace.onWillSaveTextDocument(({ document, reason }) => {
        if (document.uri.scheme === 'file') saves.willSave(document.uri.fsPath, reason === vscode.TextDocumentSaveReason.Manual, document.isDirty)
      }),
      vscode.workspace.onDidSaveTextDocument((document) => {
        if (document.uri.scheme === 'file') saves.didSave(document.uri.fsPath, document.getText())
      }),
    )
  }

  dispose(): void {
    this.subscription.dispose()
  }
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.file(path)))
  } catch {
    return undefined // gone: the watcher has waited for the other half of a save by rename
  }
}

/** True while git rewrites the work tree: a batch then waits, so that no mixed tree is loaded. */
export async function gitIsBusy(root: string): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(vscode.Uri.joinPath(vscode.Uri.file(root), '.git', 'index.lock'))
    return true
  } catch {
    return false // no lock, or no git at all
  }
}
