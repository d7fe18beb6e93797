import * as vscode from 'vscode'
import type { Host } from '../../host/host'
import { askHost, isRefusal } from '../askHost'
import { openRow } from '../openRow'
import { RowTree } from '../rowTree'
import { runtimeMessage } from '../runtimeMessage'
import { shownSnapshot } from '../shownSnapshot'
import { PagedProcesses } from './pagedProcesses'
import { processRows } from './rows'

/** The Processes view. Asks the host for more than a snapshot carries only while somebody looks. */
export class ProcessesView implements vscode.Disposable {
  private readonly tree: RowTree
  private readonly pages: PagedProcesses
  private readonly subscription: vscode.Disposable

  constructor(private readonly host: Host) {
    this.pages = new PagedProcesses({
      snapshot: () => shownSnapshot(host.snapshot).processes,
      request: async (limit) => {
        const page = await askHost(host, 'processes', { offset: 0, limit })
        return isRefusal(page) ? undefined : page
      },
      changed: () => this.tree.invalidate(),
    })
    this.tree = new RowTree({ id: 'codeswitch.processes', rows: () => processRows(this.pages.page), open: openRow })
    this.subscription = vscode.Disposable.from(
      host.onDidChange(() => this.update()),
      this.tree.view.onDidChangeVisibility(() => this.update()),
    )
  }

  showMore(): void {
    this.pages.more()
  }

  dispose(): void {
    this.subscription.dispose()
    this.tree.dispose()
  }

  private update(): void {
    const { runtime, processes } = shownSnapshot(this.host.snapshot)
    const message = processes.total === 0 ? undefined : runtimeMessage(runtime)
    this.tree.setMessage(message)
    if (this.tree.view.visible) this.pages.refresh()
  }
}
