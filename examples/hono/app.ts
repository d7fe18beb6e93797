import { Hono } from 'hono'
import { borrowed } from './middleware/borrowed'
import { books } from './routes/books'

export const app = new Hono()

app.use(borrowed)
app.route('/books', books)
app.get('/', (c) => c.text('Ask for /books'))
app.onError((error, c) => c.json({ error: error.message }, 500))
