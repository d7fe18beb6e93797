/** Time as a constructor parameter, so that tests decide what time it is. Milliseconds. */
export interface Clock {
  now(): number
  setTimer(run: () => void, ms: number): TimerHandle
  clearTimer(handle: TimerHandle): void
}

export interface TimerHandle {
  cancel(): void
}

export const systemClock: Clock = {
  now: () => performance.now(),
  setTimer(run, ms) {
    const timer = setTimeout(run, ms)
    return { cancel: () => clearTimeout(timer) }
  },
  clearTimer: (handle) => handle.cancel(),
}
