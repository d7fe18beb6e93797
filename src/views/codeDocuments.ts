/**
 * Read-only documents of the scheme `codeswitch`: the text of a version (as it was compiled, which the file on disk may no
 * longer hold) and reports. A text stays as long as its document is open, also when the version is purged meanwhile.
 */
import * as vscode from 'vscode'
import type { FrameView } from '../protocol/snapshot'
import type { Refusal, SourceText } from '../protocol/messages'
import type { Host } from '../host/host'
import { askHost, isRefusal } from './askHost'
import { versionPath } from './versionPath'
import { texts } from './texts'

export const SCHEME = 'codeswitch'

export class CodeDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly kept = new Map<string, string>()
  private readonly changed = new vscode.EventEmitter<vscode.Uri>()
  readonly onDidChange = this.changed.event
  private readonly subscription: vscode.Disposable

  constructor(private readonly host: Pick<Host, 'request' | 'snapshot'>) {
    this.subscription = vscode.Disposable.from(
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => void this.kept.delete(uri.toString())),
    )
  }

  /** Keeps the text for an editor that is about to open it. */
  keep(source: SourceText): vscode.Uri {
    const uri = versionUri(source.module, source.file, source.slot, source.version)
    this.put(uri, source.text)
    return uri
  }

  async open(source: SourceText, line: number | undefined): Promise<vscode.Uri> {
    const uri = this.keep(source)
    await show(uri, line)
    return uri
  }

  /** Opens the place a frame stands at, in the text it was compiled from: the file itself while that is the same text. */
  async openFrame(frame: FrameView): Promise<{ readonly uri: string; readonly line: number } | Refusal> {
    const source = await this.sourceOf(frame)
    if (isRefusal(source)) return source
    const file = vscode.Uri.file(frame.file)
    const onDisk = source.slot === 'current' && await textOf(file) === normal(source.text)
    const uri = onDisk ? file : this.keep(source)
    await show(uri, frame.line, frame.column)
    return { uri: uri.toString(), line: frame.line }
  }

  async showReport(title: string, text: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${title}.md` })
    this.put(uri, text)
    await show(uri, undefined)
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const kept = this.kept.get(uri.toString())
    if (kept !== undefined) return kept
    // Reopened by the editor after a restart: ask the host, which may have another version in that slot by now.
    const query = new URLSearchParams(uri.query)
    const module = query.get('module')
    const version = Number(query.get('version'))
    if (module === null) return ''
    const source = await this.textOfVersion(module, version)
    return source?.text ?? texts.purgedText(module, version)
  }

  dispose(): void {
    this.subscription.dispose()
    this.changed.dispose()
    this.kept.clear()
  }

  /** The frame's version may have moved to the other slot since the snapshot was taken. */
  private async sourceOf(frame: FrameView): Promise<SourceText | Refusal> {
    return await this.textOfVersion(frame.module, frame.version) ?? { error: 'no_old_code', message: `${frame.module} v${frame.version} was purged.` }
  }

  private async textOfVersion(module: string, version: number): Promise<SourceText | undefined> {
    for (const slot of ['old', 'current'] as const) {
      const source = await askHost(this.host, 'source', { module, slot })
      if (!isRefusal(source) && source.version === version) return source
    }
    return undefined
  }

  private put(uri: vscode.Uri, text: string): void {
    this.kept.set(uri.toString(), text)
    this.changed.fire(uri)
  }
}

export const versionUri = (module: string, file: string, slot: 'current' | 'old', version: number): vscode.Uri =>
  vscode.Uri.from({ scheme: SCHEME, path: versionPath(module, file, slot, version), query: new URLSearchParams({ module, version: String(version) }).toString() })

async function show(uri: vscode.Uri, line: number | undefined, column = 0): Promise<void> {
  const at = line === undefined ? undefined : new vscode.Position(Math.max(0, line - 1), column)
  const document = await vscode.workspace.openTextDocument(uri)
  await vscode.window.showTextDocument(document, { preview: true, ...(at === undefined ? {} : { selection: new vscode.Range(at, at) }) })
}

const normal = (text: string): string => text.replace(/^\uFEFF/, '').replace(/\r\n/g, '\n')

async function textOf(uri: vscode.Uri): Promise<string | undefined> {
  try {
    return normal((await vscode.workspace.openTextDocument(uri)).getText())
  } catch {
    return undefined // the file is gone: the version's own text is all there is
  }
}
