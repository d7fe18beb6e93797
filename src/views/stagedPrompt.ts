import type { Disposable } from '../base/disposable'
import type { SnapshotSource } from './source'
import type { StagedBatch } from './stagedBatches'
import { stagedBatches } from './stagedBatches'
import { stagedButtons, stagedMessage } from './texts'

export interface StagedActions {
  load(batch: StagedBatch, kill: boolean): void
  show(batch: StagedBatch): void
  discard(batch: StagedBatch): void
}

/** `vscode.window.showWarningMessage`, not modal. */
export type Ask = (message: string, ...buttons: string[]) => Thenable<string | undefined>

/**
 * Asks once per staged batch what shall happen to it. An answer counts only while that same batch is still staged; and
 * "Load and kill" only while it would kill nobody, and end no supervisor, whom the message did not stand for: otherwise it asks again.
 * A batch with policy `soft` needs no answer and gets no message.
 */
export class StagedPrompt implements Disposable {
  private readonly asked = new Set<string>()
  private readonly subscription: Disposable

  constructor(private readonly source: SnapshotSource, private readonly ask: Ask, private readonly actions: StagedActions) {
    this.subscription = source.onDidChange(() => this.update())
  }

  dispose(): void {
    this.subscription.dispose()
    this.asked.clear()
  }

  private update(): void {
    const batches = stagedBatches(this.source.snapshot)
    for (const key of this.asked) {
      if (!batches.some((batch) => batch.key === key)) this.asked.delete(key)
    }
    for (const batch of batches) {
      if (batch.policy !== 'ask' || this.asked.has(batch.key)) continue
      this.asked.add(batch.key)
      void this.put(batch)
    }
  }

  private async put(batch: StagedBatch): Promise<void> {
    const kill = stagedButtons.kill(batch.total)
    const answer = await this.ask(stagedMessage(batch.modules, batch.victims, batch.total, batch.supervisors), kill, stagedButtons.wait, stagedButtons.show, stagedButtons.discard)
    const now = this.asked.has(batch.key) ? stagedBatches(this.source.snapshot).find((candidate) => candidate.key === batch.key) : undefined
    if (now === undefined) return
    if (answer === kill) {
      if (killsOnlyNamed(batch, now) && endsOnlyNamed(batch, now)) this.actions.load(now, true)
      else await this.put(now)
    } else if (answer === stagedButtons.wait) this.actions.load(now, false)
    else if (answer === stagedButtons.show) this.actions.show(now)
    else if (answer === stagedButtons.discard) this.actions.discard(now)
  }
}

function killsOnlyNamed(asked: StagedBatch, now: StagedBatch): boolean {
  const stoodFor = new Set(asked.victims.map((victim) => victim.pid))
  return now.total <= asked.total && now.victims.every((victim) => stoodFor.has(victim.pid) || asked.total > asked.victims.length)
}

const endsOnlyNamed = (asked: StagedBatch, now: StagedBatch): boolean => now.supervisors.every(({ pid }) => asked.supervisors.some((named) => named.pid === pid))
