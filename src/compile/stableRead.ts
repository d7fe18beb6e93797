import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'

export type ReadOutcome =
  | { readonly kind: 'read'; readonly bytes: Buffer }
  /** `code` is the system's: ENOENT, EISDIR, EACCES ... */
  | { readonly kind: 'unreadable'; readonly code: string; readonly message: string }

/** Size and change time of a file. */
export interface Stamp {
  readonly size: number
  readonly mtimeMs: number
}

/** The disk, as far as reading needs it. */
export interface Files {
  /** The content and the stamps right before and right after it was read. Throws the system's error. */
  read(file: string): { readonly bytes: Buffer; readonly before: Stamp; readonly after: Stamp }
}

export interface Clock {
  /** Milliseconds since the epoch, comparable with `mtimeMs`. */
  now(): number
  wait(ms: number): Promise<void>
}

/**
 * An emptied file is believed to be meant empty after this long. Who truncates first writes at most 60 ms later as a rule,
 * but a machine with much to do was seen to take more than 100, and callers of an emptied module find nothing there.
 */
const emptyQuietMs = 2000
/** A file that a rename took away is believed to be gone after this long. */
const goneQuietMs = 100
/** A content that looks cut off is believed when nothing was written for this long. */
const tornQuietMs = 20
const pollMs = 4
/** Somebody writes without end (a log named .json): take what is there. */
const patienceMs = 1000
/** Writers that stream fill whole pages, so a shorter content that ends on a page is suspicious. */
const page = 4096

/**
 * Reads source files so that a save in progress does not win: an empty or cut-off text is read again until nothing was
 * written for a moment, and a file that a rename takes away gets that moment to come back.
 *
 *   first sight, or not much shorter than before            read once, no waiting
 *   empty, and was not (or was written just now)            waits until non-empty, at most until 2 s passed without a write
 *   less than half as long, or shorter and ends on a page   waits until 20 ms passed without a write
 *   changed while it was read                               reads again
 *   gone, and was there                                     waits 100 ms for it to come back
 */
export class StableReader {
  private readonly sizes = new Map<string, number>()

  constructor(private readonly files: Files = diskFiles, private readonly clock: Clock = systemClock) {}

  async read(file: string): Promise<ReadOutcome> {
    const started = this.clock.now()
    let quietSince = Number.NEGATIVE_INFINITY
    let last: Stamp | undefined
    for (;;) {
      const attempt = this.attempt(file)
      const now = this.clock.now()
      const stamp = attempt.kind === 'read' ? attempt.after : undefined
      // On the first attempt the change time says how long it has been quiet; afterwards what we saw ourselves does.
      if (isTorn(attempt)) quietSince = now
      else if (quietSince === Number.NEGATIVE_INFINITY) quietSince = stamp === undefined ? now : Math.min(stamp.mtimeMs, now)
      else if (!sameStamp(stamp, last)) quietSince = now
      last = stamp
      const needed = this.quietNeeded(file, attempt)
      if (now - quietSince >= needed || now - started >= Math.max(patienceMs, needed)) return this.accept(file, attempt)
      await this.clock.wait(Math.min(pollMs, needed))
    }
  }

  /** The next read is a first sight. */
  forget(file: string): void {
    this.sizes.delete(file)
  }

  private attempt(file: string): Attempt {
    try {
      return { kind: 'read', ...this.files.read(file) }
    } catch (error) {
      return { kind: 'unreadable', code: errorCode(error), message: error instanceof Error ? error.message : String(error) }
    }
  }

  private quietNeeded(file: string, attempt: Attempt): number {
    const before = this.sizes.get(file)
    if (attempt.kind === 'unreadable') return attempt.code === 'ENOENT' && before !== undefined ? goneQuietMs : 0
    if (isTorn(attempt)) return pollMs
    const size = attempt.bytes.length
    if (size === 0) return before === 0 ? 0 : emptyQuietMs
    if (before === undefined || size >= before) return 0
    return size * 2 < before || size % page === 0 ? tornQuietMs : 0
  }

  private accept(file: string, attempt: Attempt): ReadOutcome {
    if (attempt.kind === 'unreadable') {
      this.sizes.delete(file)
      return attempt
    }
    this.sizes.set(file, attempt.bytes.length)
    return { kind: 'read', bytes: attempt.bytes }
  }
}

type Attempt =
  | { readonly kind: 'read'; readonly bytes: Buffer; readonly before: Stamp; readonly after: Stamp }
  | Extract<ReadOutcome, { kind: 'unreadable' }>

/** Somebody wrote while it was read. */
const isTorn = (attempt: Attempt): boolean => attempt.kind === 'read'
  && (!sameStamp(attempt.before, attempt.after) || attempt.bytes.length !== attempt.after.size)

const sameStamp = (a: Stamp | undefined, b: Stamp | undefined): boolean => a?.size === b?.size && a?.mtimeMs === b?.mtimeMs

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'EUNKNOWN'
}

export const diskFiles: Files = {
  read(file) {
    const handle = openSync(file, 'r')
    try {
      const before = fstatSync(handle)
      const bytes = readFileSync(handle)
      return { bytes, before, after: fstatSync(handle) }
    } finally {
      closeSync(handle)
    }
  },
}

export const systemClock: Clock = {
  now: () => Date.now(),
  wait: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
}
