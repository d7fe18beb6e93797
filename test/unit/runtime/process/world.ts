/** One runtime for a test: a clock that is turned by hand, crashes as they were reported, versions to linger in. */
import { DisposableStore } from '../../../../src/base/disposable'
import { moduleName, version as versionNumber } from '../../../../src/protocol/ids'
import { frameList } from '../../../../src/runtime/process/frames'
import { createProcessApi } from '../../../../src/runtime/process/processApi'
import { createProcesses, type ProcessesOptions } from '../../../../src/runtime/process/processes'
import type { Crash } from '../../../../src/runtime/process/spawn'
import type { VersionRecord } from '../../../../src/runtime/code/version'

let worlds = new DisposableStore()
afterEach(() => {
  worlds.dispose()
  worlds = new DisposableStore()
})

export type World = ReturnType<typeof world>

export function world(options: Partial<ProcessesOptions> = {}) {
  const clock = new HandClock()
  const crashes: Crash[] = []
  const traps = new Int32Array(64)
  const processes = createProcesses({
    lookup: { exported: () => undefined },
    traps,
    now: () => clock.time,
    setTimer: (callback, ms) => clock.set(callback, ms),
    clearTimer: (timer) => clock.clear(timer),
    report: (crash) => crashes.push(crash),
    ...options
  })
  worlds.add(processes)
  let slot = 1
  const version = (name = 'src/t', number = 1): VersionRecord => ({
    module: moduleName(name), version: versionNumber(number), url: '', slot: slot++, state: 'current', frames: frameList()
  })
  return { ...createProcessApi(processes), runtime: processes, clock, crashes, traps, version }
}

/** Everything that is due now (microtasks and what they start) has happened. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

class HandClock {
  time = 1000
  private readonly timers = new Set<{ readonly callback: () => void; readonly due: number }>()

  set(callback: () => void, ms: number): unknown {
    const timer = { callback, due: this.time + ms }
    this.timers.add(timer)
    return timer
  }

  clear(timer: unknown): void {
    for (const one of this.timers) if (one === timer) this.timers.delete(one)
  }

  get pending(): number {
    return this.timers.size
  }

  async pass(ms: number): Promise<void> {
    this.time += ms
    for (const timer of [...this.timers].sort((a, b) => a.due - b.due)) {
      if (timer.due > this.time || !this.timers.delete(timer)) continue
      timer.callback()
    }
    await settled()
  }
}
