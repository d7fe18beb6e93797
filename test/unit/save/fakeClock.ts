import type { Clock, TimerHandle } from '../../../src/save/clock'

interface Timer { readonly at: number; readonly run: () => void }

/** Time that passes only when a test says so. */
export class FakeClock implements Clock {
  private time = 0
  private readonly timers = new Set<Timer>()

  now(): number {
    return this.time
  }

  setTimer(run: () => void, ms: number): TimerHandle {
    const timer = { at: this.time + ms, run }
    this.timers.add(timer)
    return { cancel: () => void this.timers.delete(timer) }
  }

  clearTimer(handle: TimerHandle): void {
    handle.cancel()
  }

  /** Lets `ms` pass and runs what became due, in order; promises that were waiting settle too. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms
    for (;;) {
      const due = [...this.timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0]
      if (due === undefined) break
      this.time = Math.max(this.time, due.at)
      this.timers.delete(due)
      due.run()
      await settle()
    }
    this.time = end
    await settle()
  }
}

/** Everything that was only waiting for other promises has run. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
