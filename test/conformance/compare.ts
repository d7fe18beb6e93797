/** Compares a trace of ours with the one recorded from Erlang, event by event; a deliberate deviation must be exactly the one that is written down. */
import { isDeepStrictEqual } from 'node:util'

export type Event = Readonly<Record<string, unknown>>

export interface Recorded {
  readonly id: string
  readonly title: string
  readonly tags: readonly string[]
  readonly trace: readonly Event[]
}

/** Why a scenario ends differently here, and how: the events that differ, by their index in Erlang's trace. */
export interface Deviation {
  readonly reason: string
  /** The event in place of Erlang's; `null`: there is none (both traces then have the same length up to their end). */
  readonly events: Readonly<Record<string, Event | null>>
}

export type Verdict =
  | { readonly kind: 'same' }
  | { readonly kind: 'deliberate'; readonly reason: string; readonly events: number }
  | { readonly kind: 'different'; readonly differences: readonly Difference[] }

export interface Difference { readonly index: number; readonly erlang: Event | undefined; readonly ours: Event | undefined }

export function compare(recorded: readonly Event[], ours: readonly Event[], deviation: Deviation | undefined): Verdict {
  const differences = Array.from({ length: Math.max(recorded.length, ours.length) }, (_, index) => ({ index, erlang: recorded[index], ours: ours[index] }))
    .filter((one) => !isDeepStrictEqual(one.erlang, one.ours))
  if (differences.length === 0) return deviation === undefined ? { kind: 'same' } : { kind: 'different', differences: vanished(deviation, recorded) }
  if (deviation === undefined) return { kind: 'different', differences }
  const expected = new Map(Object.entries(deviation.events).map(([index, event]) => [Number(index), event ?? undefined]))
  const unexpected = differences.filter((one) => !expected.has(one.index) || !isDeepStrictEqual(expected.get(one.index), one.ours))
  const missing = [...expected.keys()].filter((index) => !differences.some((one) => one.index === index)).map((index) => ({ index, erlang: recorded[index], ours: ours[index] }))
  if (unexpected.length + missing.length > 0) return { kind: 'different', differences: [...unexpected, ...missing] }
  return { kind: 'deliberate', reason: deviation.reason, events: differences.length }
}

/** The deviation that is written down is no more: the list is to be shortened. */
const vanished = (deviation: Deviation, recorded: readonly Event[]): Difference[] =>
  Object.keys(deviation.events).map((index) => ({ index: Number(index), erlang: recorded[Number(index)], ours: recorded[Number(index)] }))
