export class Note {
  readonly at = new Date()

  constructor(readonly id: number, public text: string) {}

  get title(): string {
    return this.text.split('\n')[0] ?? ''
  }

  toJSON() {
    return { id: this.id, title: this.title, text: this.text }
  }
}

export class Notebook {
  private readonly notes = new Map<number, Note>()
  private next = 1

  add(text: string): Note {
    const note = new Note(this.next++, text)
    this.notes.set(note.id, note)
    return note
  }

  find(id: number): Note | undefined {
    return this.notes.get(id)
  }

  all(): Note[] {
    return [...this.notes.values()]
  }
}
