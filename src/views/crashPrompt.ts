import type { Disposable } from '../base/disposable'
import type { SnapshotSource } from './source'
import type { Ask } from './stagedPrompt'
import { texts } from './texts'

/** Says once per crash that the runtime is gone and offers to restart it. It is never restarted without being asked. */
export class CrashPrompt implements Disposable {
  private crashedAt: number | undefined
  private readonly subscription: Disposable

  constructor(source: SnapshotSource, ask: Ask, actions: { restart(): void; showOutput(): void }) {
    this.subscription = source.onDidChange(({ runtime }) => {
      if (runtime.state !== 'crashed' || runtime.at === this.crashedAt) return
      this.crashedAt = runtime.at
      const put = async (): Promise<void> => {
        const answer = await ask(texts.crashed(runtime.message, runtime.at), texts.restart, texts.showOutput)
        const same = source.snapshot.runtime.state === 'crashed' && source.snapshot.runtime.at === runtime.at
        if (answer === texts.restart && same) actions.restart()
        if (answer === texts.showOutput) actions.showOutput()
      }
      void put()
    })
  }

  dispose(): void {
    this.subscription.dispose()
  }
}
