import type { Disposable } from './disposable'

/** A subscription point. Calling it subscribes; the result unsubscribes. */
export type Event<T> = (listener: (value: T) => void) => Disposable

/** The private half of an event: `fire` calls every listener, in order of subscription. */
export class Emitter<T> implements Disposable {
  private readonly listeners = new Set<(value: T) => void>()

  readonly event: Event<T> = (listener) => {
    const own = (value: T): void => listener(value)
    this.listeners.add(own)
    return { dispose: () => void this.listeners.delete(own) }
  }

  fire(value: T): void {
    for (const listener of [...this.listeners]) listener(value)
  }

  dispose(): void {
    this.listeners.clear()
  }
}
