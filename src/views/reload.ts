import type { Host } from '../host/host'
import type { Origin } from '../protocol/snapshot'
import type { Event } from '../base/event'
import { askHost, isRefusal } from './askHost'
import { Emitter } from '../base/event'

/** Saved files -> one atomic load. Knows whether a load runs, for the status bar. */
export class Reload {
  private running = 0
  private waits: readonly string[] = []
  private readonly changed = new Emitter<void>()
  readonly onDidChange: Event<void> = this.changed.event

  constructor(private readonly host: Host, private readonly log: (message: string) => void) {}

  get isLoading(): boolean {
    return this.running > 0
  }

  /** Modules whose load waits for their top level or `onLoad`. */
  get waiting(): readonly string[] {
    return this.waits
  }

  /** The host says so. */
  wait(modules: readonly string[]): void {
    this.waits = modules
    this.changed.fire()
  }

  async load(paths: readonly string[], origin: Origin): Promise<void> {
    this.running++
    this.changed.fire()
    try {
      const answer = await askHost(this.host, 'load', { modules: paths, origin, force: false })
      if (isRefusal(answer)) this.log(answer.message)
    } finally {
      this.running--
      this.waits = []
      this.changed.fire()
    }
  }
}
