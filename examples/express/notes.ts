import { Note } from './note'
import { NotFound } from './notFound'

/** What this module holds stays while other modules are edited. */
const notes = new Map<number, Note>()

export const all = (): readonly Note[] => [...notes.values()]

export function add(text: string): Note {
  const note = new Note(notes.size + 1, text)
  notes.set(note.id, note)
  return note
}

export function find(id: number): Note {
  const note = notes.get(id)
  if (note === undefined) throw new NotFound(`no note ${id}`)
  return note
}

add('Write')
