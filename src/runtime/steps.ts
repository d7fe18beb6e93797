/**
 * Work that waits only where it must. A generator yields the promises it needs; without any it runs to its end at once, on the
 * caller's stack. So a load can be served at a safepoint of a spinning loop, and a `require` can answer in place.
 */
export type Steps<T> = Generator<Promise<unknown>, T, unknown>

export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown }

/** Runs the steps; `done` is called exactly once, possibly before this returns. */
export function drive<T>(steps: Steps<T>, done: (outcome: Outcome<T>) => void): void {
  const advance = (resume: () => IteratorResult<Promise<unknown>, T>): void => {
    let result: IteratorResult<Promise<unknown>, T>
    try {
      result = resume()
    } catch (error) {
      done({ ok: false, error })
      return
    }
    if (result.done === true) done({ ok: true, value: result.value })
    else result.value.then((value) => advance(() => steps.next(value)), (error: unknown) => advance(() => steps.throw(error)))
  }
  advance(() => steps.next())
}

export function drivePromise<T>(steps: Steps<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    // A program may throw anything, and whoever awaits gets that very value.
    drive(steps, (outcome) => (outcome.ok ? resolve(outcome.value) : reject(outcome.error)))
  })
}

/** Runs steps that may not wait: `undefined` when they would have to. */
export function driveNow<T>(steps: Steps<T>): Outcome<T> | undefined {
  let result: Outcome<T> | undefined
  drive(steps, (outcome) => { result = outcome })
  return result
}
