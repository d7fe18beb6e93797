import type { LoadReport } from '../../protocol/messages'
import type { Event } from '../../base/event'
import type { Disposable } from '../../base/disposable'
import { Emitter } from '../../base/event'

const KEPT = 200

/** The last load reports, the latest first. A batch in which nothing changed is not history: it would bury the others. */
export class HistoryLog implements Disposable {
  private kept: readonly LoadReport[] = []
  private readonly changed = new Emitter<void>()
  readonly onDidChange: Event<void> = this.changed.event

  get reports(): readonly LoadReport[] {
    return this.kept
  }

  add(report: LoadReport): void {
    if (report.outcomes.every((outcome) => outcome.kind === 'unchanged' && outcome.settled === undefined)) return
    this.kept = [report, ...this.kept].slice(0, KEPT)
    this.changed.fire()
  }

  dispose(): void {
    this.changed.dispose()
  }
}
