import * as vscode from 'vscode'
import type { Host } from '../host/host'
import type { LoadReport } from '../protocol/messages'
import type { Settings } from './settings'
import { askHost } from './askHost'
import { outcomeText } from './texts'

/** Every batch is found again in the log channel; what the person changes in the settings goes to the host. */
export function followHost(host: Host, settings: Settings, log: vscode.LogOutputChannel): vscode.Disposable {
  return vscode.Disposable.from(
    host.onDidLoad((report) => log.info(reportText(report))),
    vscode.workspace.onDidChangeConfiguration((event) => {
      const changed = event.affectsConfiguration('codeswitch.purgePolicy') || event.affectsConfiguration('codeswitch.purgeGrace')
      if (changed && host.snapshot.runtime.state === 'running') void askHost(host, 'configure', settings.purge)
    }),
  )
}

const reportText = (report: LoadReport): string =>
  `batch ${report.batch} (${report.origin}, ${Math.round(report.tookMs)} ms): ${report.outcomes.map((outcome) => `${outcome.module} ${outcomeText(outcome)}`).join('; ')}`
