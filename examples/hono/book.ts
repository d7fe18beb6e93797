export class Book {
  private out = false

  constructor(readonly title: string) {}

  get isOut(): boolean {
    return this.out
  }

  /** False: somebody else has it. */
  borrow(): boolean {
    if (this.out) return false
    this.out = true
    return true
  }

  toJSON() {
    return { title: this.title, out: this.out }
  }
}
