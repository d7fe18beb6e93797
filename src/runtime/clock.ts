/** Time, as a seam: the tests bring their own. */
export interface Clock {
  readonly now: () => number
  /** Calls back once, not before `ms` have passed. */
  readonly setTimer: (callback: () => void, ms: number) => unknown
  readonly clearTimer: (timer: unknown) => void
}

// Node's own, taken before programs' timers become processes that are released with their owner: these belong to the runtime.
const { setTimeout, clearTimeout } = globalThis

/** `setTimeout` takes at most this; a longer wait is made of several. */
const LONGEST = 2 ** 31 - 1

export const systemClock: Clock = {
  now: Date.now,
  setTimer(callback, ms) {
    const timer = new LongTimer(callback)
    timer.wait(ms)
    return timer
  },
  clearTimer(timer) {
    if (timer instanceof LongTimer) timer.clear()
  }
}

class LongTimer {
  private handle: NodeJS.Timeout | undefined

  constructor(private readonly callback: () => void) {}

  wait(ms: number): void {
    this.handle = ms <= LONGEST ? setTimeout(this.callback, ms) : setTimeout(() => this.wait(ms - LONGEST), LONGEST)
  }

  clear(): void {
    clearTimeout(this.handle)
  }
}
