/**
 * Implicit processes (requests, connections, calls of timers and listeners) by what they do: `GET /users/42` and `GET /users/43`
 * are both `GET /users/*`. As soon as there are several of a kind they are a crowd, which is shown as one; it stays one until
 * nobody of it is left, so that nothing jumps to and fro. All of it costs a constant per process, whatever is looked at.
 */
import type { Process } from './process'

/** From so many on they are a crowd. */
const CROWD = 5
/** A program whose every request is of a kind of its own: from so many kinds on, only the first word tells them apart. */
const KINDS = 1000

export interface Crowd {
  readonly label: string
  /** In order of birth. */
  readonly members: Set<Process>
  /** There were once enough. */
  crowded: boolean
}

export class Crowds {
  private readonly kinds = new Map<string, Crowd>()
  private inCrowds = 0

  add(process: Process): void {
    const crowd = this.kindOf(process.label)
    process.crowd = crowd
    crowd.members.add(process)
    if (crowd.crowded) this.inCrowds++
    else if (crowd.members.size >= CROWD) {
      crowd.crowded = true
      this.inCrowds += crowd.members.size
    }
  }

  remove(process: Process): void {
    const { crowd } = process
    if (crowd === undefined || !crowd.members.delete(process)) return
    if (crowd.crowded) this.inCrowds--
    if (crowd.members.size === 0) this.kinds.delete(crowd.label)
  }

  /** How many processes are in crowds. */
  get crowded(): number {
    return this.inCrowds
  }

  /** In order of birth. */
  all(): Crowd[] {
    return [...this.kinds.values()].filter((crowd) => crowd.crowded)
  }

  private kindOf(label: string): Crowd {
    const kind = this.labelOf(label)
    let crowd = this.kinds.get(kind)
    if (crowd === undefined) this.kinds.set(kind, (crowd = { label: kind, members: new Set(), crowded: false }))
    return crowd
  }

  private labelOf(label: string): string {
    const kind = crowdLabel(label)
    return this.kinds.size < KINDS || this.kinds.has(kind) ? kind : `${firstWord(label)} …`
  }
}

const firstWord = (label: string): string => label.slice(0, Math.max(0, label.indexOf(' '))) || label

const TO_PATH = /^\S+ (?=\/)/
const CONNECTION = /^socket \S+:\d+$/
/** A number, a UUID, 8 hexadecimal digits or more, or 16 letters and digits or more in which both occur: what differs from one request to the next. */
const ID = /^(?:\d+|[\da-f]{8}-[\da-f-]{27}|(?=\D*\d)[\da-f]{8,}|(?=\D*\d)\w{16,})$/i

/** What many of them have in common: `GET /users/*`, `socket`. Names of timers and listeners say a place: they are as they are. */
export function crowdLabel(label: string): string {
  if (!/\d/.test(label)) return label
  const head = TO_PATH.exec(label)?.[0]
  if (head === undefined) return CONNECTION.test(label) ? 'socket' : label
  return head + label.slice(head.length).split('/').map((part) => (ID.test(part) ? '*' : part)).join('/')
}
