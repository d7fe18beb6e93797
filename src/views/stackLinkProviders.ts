import * as vscode from 'vscode'
import type { SnapshotSource } from './source'
import type { CodeDocuments } from './codeDocuments'
import type { StackLink } from './stackLinks'
import { frameOfLink } from './frameOfLink'
import { isRefusal } from './askHost'
import { stackLinks } from './stackLinks'

interface PlaceLink extends vscode.TerminalLink { readonly place: StackLink }
const OPEN = 'codeswitch.openPlace'

/** Makes our stack frames clickable in terminals and in the output channel: each opens the text of the version it names. */
export function registerStackLinks(source: SnapshotSource, documents: CodeDocuments): vscode.Disposable {
  const open = async (text: string): Promise<void> => {
    const place = stackLinks(text)[0]
    if (place === undefined) return
    const file = vscode.Uri.parse(place.url).fsPath
    const frame = frameOfLink(source.snapshot, file, place)
    if (frame !== undefined && !isRefusal(await documents.openFrame(frame))) return
    const at = new vscode.Position(Math.max(0, place.line - 1), Math.max(0, place.column - 1))
    await vscode.window.showTextDocument(vscode.Uri.file(file), { selection: new vscode.Range(at, at) })
  }
  const terminal: vscode.TerminalLinkProvider<PlaceLink> = {
    provideTerminalLinks: ({ line }) => stackLinks(line).map((place) => ({ startIndex: place.start, length: place.length, tooltip: `v${place.version}`, place })),
    handleTerminalLink: ({ place }) => open(place.text),
  }
  return vscode.Disposable.from(
    vscode.window.registerTerminalLinkProvider(terminal),
    vscode.languages.registerDocumentLinkProvider({ scheme: 'output' }, { provideDocumentLinks }),
    vscode.commands.registerCommand(OPEN, (text: unknown) => typeof text === 'string' ? open(text) : undefined),
  )
}

function provideDocumentLinks(document: vscode.TextDocument): vscode.DocumentLink[] {
  return stackLinks(document.getText()).map((place) => new vscode.DocumentLink(
    new vscode.Range(document.positionAt(place.start), document.positionAt(place.start + place.length)),
    vscode.Uri.parse(`command:${OPEN}?${encodeURIComponent(JSON.stringify([place.text]))}`),
  ))
}
