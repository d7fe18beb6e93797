import * as vscode from 'vscode'
import type { Row } from './row'

/** What a click (or Enter) on a row does: it shows the place the row speaks of. */
export function openRow({ target }: Row): vscode.Command | undefined {
  switch (target.kind) {
    case 'module': return target.file === '' ? undefined : { title: 'Open', command: 'vscode.open', arguments: [vscode.Uri.file(target.file)] }
    case 'problem': {
      const { file, line, column } = target.problem
      const at = new vscode.Position(Math.max(0, line - 1), column)
      return { title: 'Open', command: 'vscode.open', arguments: [vscode.Uri.file(file), { selection: new vscode.Range(at, at) }] }
    }
    case 'version': return target.slot === 'old' ? { title: 'Open Old Code', command: 'codeswitch.openOldCode', arguments: [{ module: target.module, person: true }] } : undefined
    case 'process': case 'frame': return target.frame === undefined ? undefined : { title: 'Open', command: 'codeswitch.openFrame', arguments: [{ pid: target.pid, frame: target.frame, person: true }] }
    case 'more': return { title: 'Show More', command: 'codeswitch.showMore', arguments: [{ text: target.of, person: true }] }
    case 'staged': case 'crowd': case 'batch': case 'note': return undefined
  }
}
