import { Hono } from 'hono'
import { streamText } from 'hono/streaming'
import { shelf } from '../shelf'

export const books = new Hono()

books.get('/', (c) => c.json(shelf.all()))

books.post('/:title/borrow', (c) => {
  const book = shelf.find(c.req.param('title'))
  if (book === undefined) return c.json({ error: 'No such book' }, 404)
  return book.borrow() ? c.json(book) : c.json({ error: `${book.title} is out` }, 409)
})

/** One line at a time: save this file while it runs. */
books.get('/read', (c) => streamText(c, async (stream) => {
  for (const book of shelf.all()) {
    await stream.writeln(`Reading ${book.title}`)
    await stream.sleep(Number(c.req.query('ms') ?? 1000))
  }
}))
