import type { Pid } from '../pid'

/** What a line waited for will never come: the process it ran in has ended. */
export class ProcessEnded {
  constructor(readonly reason: unknown) {}
}

/** The promise, or ProcessEnded as a rejection when the process ends first. */
export function unlessEnded<T>({ signal }: Pid, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const onEnd = (): void => reject(new ProcessEnded(signal.reason))
    signal.addEventListener('abort', onEnd, { once: true })
    if (signal.aborted) onEnd()
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onEnd))
  })
}
