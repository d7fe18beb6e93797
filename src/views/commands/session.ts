import type * as vscode from 'vscode'
import type { Host } from '../../host/host'
import type { HistoryLog } from '../history/historyLog'
import type { ProcessesView } from '../processes'
import type { CodeDocuments } from '../codeDocuments'
import type { ShellTerminals } from '../shellTerminal'
import type { ModulesView } from '../modules'
import type { Settings } from '../settings'

/** What commands work with. Made once, in `extension.ts`. */
export interface Session {
  readonly host: Host
  readonly settings: Settings
  readonly history: HistoryLog
  readonly documents: CodeDocuments
  readonly shells: ShellTerminals
  readonly modules: ModulesView
  readonly processes: ProcessesView
  readonly log: vscode.LogOutputChannel
  readonly output: vscode.OutputChannel
}
