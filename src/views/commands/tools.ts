/** openShell, attachDebugger, exportReport, and the two output channels. */
import * as vscode from 'vscode'
import type { Command } from './result'
import type { Session } from './session'
import { askHost, isRefusal } from '../askHost'
import { failure, refused } from './result'
import { PRODUCT, texts } from '../texts'

export function toolCommands({ host, settings, shells, history, log, output }: Session): Readonly<Record<string, Command>> {
  return {
    'codeswitch.openShell': async () => {
      if (host.snapshot.runtime.state !== 'running') return failure('host_down', texts.notRunning)
      shells.open()
      return { ok: true }
    },
    'codeswitch.attachDebugger': async () => {
      const answer = await askHost(host, 'openInspector', {})
      if (isRefusal(answer)) return refused(answer)
      const url = new URL(answer.url)
      const folder = settings.root === undefined ? undefined : vscode.workspace.getWorkspaceFolder(vscode.Uri.file(settings.root))
      const attached = await vscode.debug.startDebugging(folder, {
        type: 'node', request: 'attach', name: PRODUCT, address: url.hostname, port: Number(url.port), websocketAddress: answer.url, skipFiles: ['<node_internals>/**'],
      })
      return attached ? { ok: true, url: answer.url } : failure('not_attached', `The debugger could not attach to ${answer.url}.`)
    },
    'codeswitch.exportReport': async ({ person }) => {
      const report = { product: PRODUCT, at: new Date().toISOString(), snapshot: host.snapshot, history: history.reports }
      if (person) await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: 'json', content: JSON.stringify(report, undefined, 2) }))
      return { ok: true, report }
    },
    'codeswitch.showOutput': async () => {
      output.show(true)
      return { ok: true }
    },
    'codeswitch.showLog': async () => {
      log.show(true)
      return { ok: true }
    },
  }
}
