import * as vscode from 'vscode'
import { isAbsolute, join, relative } from 'node:path'
import type { HostOptions, PurgePolicy } from '../protocol/messages'
import type { ReloadOnSave } from '../save/editorSaves'

/** The settings of the folder whose program runs, read when they are needed. Their defaults stand in package.json. */
export class Settings {
  /** An entry named in a command; it holds until the window closes. */
  private chosen: string | undefined

  /** The folder with an entry, else the first one. */
  get root(): string | undefined {
    const folders = (vscode.workspace.workspaceFolders ?? []).filter((folder) => folder.uri.scheme === 'file')
    return (folders.find((folder) => entryOf(folder.uri) !== undefined) ?? folders[0])?.uri.fsPath
  }

  get entry(): string | undefined {
    return this.chosen ?? (this.root === undefined ? undefined : entryOf(vscode.Uri.file(this.root)))
  }

  get autoStart(): boolean {
    return vscode.workspace.isTrusted && this.read('autoStart', false)
  }

  chooseEntry(path: string): void {
    this.chosen = path
  }

  /** Remembers the entry in the workspace's settings, so that the next start needs no question. */
  async keepEntry(path: string): Promise<void> {
    const root = this.root
    if (root === undefined) return
    await this.section().update('entry', isAbsolute(path) ? relative(root, path).replaceAll('\\', '/') : path, vscode.ConfigurationTarget.WorkspaceFolder)
  }

  reloadOnSave(path: string): ReloadOnSave {
    return vscode.workspace.getConfiguration('codeswitch', vscode.Uri.file(path)).get<ReloadOnSave>('reloadOnSave', 'manualIfDirty')
  }

  get purge(): { readonly purgePolicy: PurgePolicy; readonly purgeGrace: number } {
    return { purgePolicy: this.read<PurgePolicy>('purgePolicy', 'ask'), purgeGrace: this.read('purgeGrace', 0) }
  }

  hostOptions(): HostOptions {
    const root = this.root ?? ''
    return { root, entry: this.entry, argv: [], include: this.read('include', []), exclude: this.read('exclude', []), watch: false, showsProcesses: true, keepAlive: true, ...this.purge }
  }

  get runtimeExecutable(): string | undefined {
    return this.read('runtimeExecutable', '') || undefined
  }

  get runtimeArgs(): readonly string[] {
    return this.read('runtimeArgs', [])
  }

  get env(): Readonly<Record<string, string>> {
    return this.read('env', {})
  }

  get cwd(): string | undefined {
    const cwd = this.read('cwd', '')
    if (cwd === '') return this.root
    return isAbsolute(cwd) ? cwd : join(this.root ?? '', cwd)
  }

  private section(): vscode.WorkspaceConfiguration {
    return vscode.workspace.getConfiguration('codeswitch', this.root === undefined ? undefined : vscode.Uri.file(this.root))
  }

  private read<T>(name: string, fallback: T): T {
    return this.section().get<T>(name, fallback)
  }
}

const entryOf = (folder: vscode.Uri): string | undefined => vscode.workspace.getConfiguration('codeswitch', folder).get<string>('entry', '') || undefined
