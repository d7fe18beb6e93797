/** Something that is undone once. Subscribing returns one; nobody writes a paired `off`. */
export interface Disposable {
  dispose(): void
}

/** Owns disposables; adding to a disposed store disposes at once. */
export class DisposableStore implements Disposable {
  private readonly items = new Set<Disposable>()
  private disposed = false

  add<T extends Disposable>(item: T): T {
    if (this.disposed) item.dispose()
    else this.items.add(item)
    return item
  }

  dispose(): void {
    if (this.disposed) return
    this.disposed = true
    for (const item of [...this.items].reverse()) item.dispose()
    this.items.clear()
  }
}
