/** Something long that may be told to stop: because somebody asked, or because its time is over. */
export type StopReason = 'cancelled' | 'time'

export class Stop {
  private reason: StopReason | undefined
  private tell: () => void = () => {}
  /** Resolves when it was told to stop. */
  readonly when = new Promise<void>((resolve) => (this.tell = resolve))
  private readonly timer: NodeJS.Timeout

  constructor(maxMs: number) {
    this.timer = setTimeout(() => this.now('time'), maxMs)
  }

  get asked(): StopReason | undefined {
    return this.reason
  }

  now(reason: StopReason): void {
    this.reason ??= reason
    this.tell()
    this.end()
  }

  /** Whatever it was for has ended by itself. */
  end(): void {
    clearTimeout(this.timer)
  }
}
