/**
 * How far the top level of one version has come, for whoever has to wait for it: importers, `import()`, the load it is part of.
 * One that has nothing to wait for is over before anybody can ask.
 */
export class Evaluation {
  private over: { readonly error: unknown; readonly failed: boolean } | undefined
  private waiting: { readonly promise: Promise<void>; resolve(): void; reject(error: unknown): void } | undefined

  /** Its last line has run. */
  done(): void {
    this.over ??= { failed: false, error: undefined }
    this.waiting?.resolve()
  }

  fail(error: unknown): void {
    this.over ??= { failed: true, error }
    this.waiting?.reject(error)
  }

  get isOver(): boolean {
    return this.over !== undefined
  }

  /** Nobody need wait for it, or hear that it failed. */
  get isDone(): boolean {
    return this.over?.failed === false
  }

  /** When it is over; rejects when the top level threw. */
  get promise(): Promise<void> {
    return this.deferred().promise
  }

  private deferred(): { readonly promise: Promise<void>; resolve(): void; reject(error: unknown): void } {
    if (this.waiting !== undefined) return this.waiting
    let resolve = (): void => {}
    let reject = (_: unknown): void => {}
    const promise = new Promise<void>((yes, no) => {
      resolve = yes
      reject = no
    })
    promise.catch(() => {}) // whoever runs it reports for itself
    this.waiting = { promise, resolve, reject }
    if (this.over?.failed === true) reject(this.over.error)
    else if (this.over !== undefined) resolve()
    return this.waiting
  }
}
