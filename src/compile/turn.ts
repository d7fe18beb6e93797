/**
 * Counts turns of the event loop. What was checked on disk in this turn need not be checked again in it: a start that
 * compiles 1000 modules in one go asks for each tsconfig once, while the next save asks again.
 */
export class Turn {
  private number = 0
  private scheduled = false

  /** Equal for all calls of one turn, higher in the next. */
  current(): number {
    if (!this.scheduled) {
      this.scheduled = true
      this.number++
      setImmediate(() => { this.scheduled = false })
    }
    return this.number
  }
}
