import { Notebook } from './notes.js'

/** The one notebook of the program. It is in a module of its own so that edits of others leave its notes alone. */
export const notebook = new Notebook()

notebook.add('Buy milk\nand bread')
