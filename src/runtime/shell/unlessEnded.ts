import type { Pid } from '../process/pid'

/** What a line waited for will never come: the process it ran in has ended. */
export class ProcessEnded extends Error {
  override readonly name = 'exit'
  constructor(readonly reason: unknown) {
    super('the process of the line has ended')
  }
}

const signals = new WeakMap<Pid, AbortSignal>()

/** The process's own signal. Only one that was asked for while the process lived knows its reason. */
function signalOf(pid: Pid): AbortSignal {
  const signal = signals.get(pid) ?? pid.signal
  signals.set(pid, signal)
  return signal
}

/** @throws ProcessEnded */
export function throwIfEnded(pid: Pid): void {
  const signal = signalOf(pid)
  if (signal.aborted) throw new ProcessEnded(signal.reason)
}

/** What `run` promises, or ProcessEnded as a rejection when the process ends first. */
export function unlessEnded<T>(pid: Pid, run: () => Promise<T>): Promise<T> {
  const signal = signalOf(pid)
  return new Promise((resolve, reject) => {
    const onEnd = (): void => reject(new ProcessEnded(signal.reason))
    signal.addEventListener('abort', onEnd, { once: true })
    run().then(resolve, reject).finally(() => signal.removeEventListener('abort', onEnd))
  })
}
