import * as vscode from 'vscode'
import type { SnapshotSource } from '../source'
import type { StagedBatch } from '../stagedBatches'
import { openRow } from '../openRow'
import { RowTree } from '../rowTree'
import { wouldKill } from '../lingering'
import { texts } from '../texts'
import { moduleRows } from './rows'
import { runtimeMessage } from '../runtimeMessage'
import { shownSnapshot } from '../shownSnapshot'

const PAGE = 500

/** The Modules view: module -> its versions -> those who linger. Its badge counts whom the next save would kill. */
export class ModulesView implements vscode.Disposable {
  private limit = PAGE
  private readonly tree: RowTree
  private readonly subscription: vscode.Disposable

  constructor(private readonly source: SnapshotSource) {
    this.tree = new RowTree({ id: 'codeswitch.modules', rows: () => moduleRows(shownSnapshot(source.snapshot), this.limit), open: openRow })
    this.subscription = vscode.Disposable.from(source.onDidChange(() => this.update()))
  }

  showMore(): void {
    this.limit += PAGE
    this.tree.invalidate()
  }

  /** Brings the batch's first victim (or module) before the person's eyes. */
  async showBatch(batch: StagedBatch): Promise<void> {
    await vscode.commands.executeCommand('codeswitch.modules.focus')
    const victim = batch.victims[0]
    const old = this.source.snapshot.modules.find((module) => module.name === victim?.module)?.old
    await this.tree.reveal(victim && old ? `lingers:${victim.module}@${old.version}:${victim.pid}` : `module:${batch.modules[0] ?? ''}`)
  }

  dispose(): void {
    this.subscription.dispose()
    this.tree.dispose()
  }

  private update(): void {
    const snapshot = shownSnapshot(this.source.snapshot)
    const kills = snapshot.runtime.state === 'running' ? wouldKill(snapshot) : 0
    // The badge is on the activity bar: it must be right while the view is hidden, too.
    if (this.tree.view.badge?.value !== kills) this.tree.view.badge = kills === 0 ? undefined : { value: kills, tooltip: texts.nextSaveKills(kills) }
    const message = snapshot.modules.length === 0 ? undefined : runtimeMessage(snapshot.runtime)
    this.tree.setMessage(message)
    this.tree.invalidate()
  }
}
