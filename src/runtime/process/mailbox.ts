/**
 * Messages in the order they came. A list, so that taking one out of the middle (selective receive) moves nothing.
 */
import { matches } from './match'

class Letter {
  next: Letter | undefined = undefined
  constructor(readonly message: unknown) {}
}

/** Told apart from every message. */
export const nothing: unique symbol = Symbol('nothing')

export class Mailbox {
  length = 0
  private first: Letter | undefined = undefined
  private last: Letter | undefined = undefined

  push(message: unknown): void {
    const letter = new Letter(message)
    if (this.last === undefined) this.first = letter
    else this.last.next = letter
    this.last = letter
    this.length++
  }

  /** Removes and returns the first message that fits, else `nothing`. What a predicate throws comes through. */
  take(pattern: unknown): unknown {
    let before: Letter | undefined
    for (let letter = this.first; letter !== undefined; before = letter, letter = letter.next) {
      if (!matches(pattern, letter.message)) continue
      if (before === undefined) this.first = letter.next
      else before.next = letter.next
      if (letter === this.last) this.last = before
      this.length--
      return letter.message
    }
    return nothing
  }

  messages(limit = Infinity): unknown[] {
    const all: unknown[] = []
    for (let letter = this.first; letter !== undefined && all.length < limit; letter = letter.next) all.push(letter.message)
    return all
  }
}

/** An activation that waits for a message (`receive`) or for time to pass (`sleep`: a pattern that fits nothing). */
export class Waiter {
  next: Waiter | undefined = undefined
  timer: unknown = undefined
  /** Its time was up while the process was suspended. */
  expired = false
  resolve: (value: unknown) => void = ignore
  reject: (error: unknown) => void = ignore

  constructor(
    readonly pattern: unknown,
    /** The pattern calls functions of the program: they run as the receiver, not as the sender. */
    readonly calls: boolean,
    readonly onTimeout: unknown
  ) {}
}

function ignore(): void {
  // A waiter is given its promise's functions right after it was made.
}
