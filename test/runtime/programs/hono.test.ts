/** examples/hono, edited while it runs. */
import assert from 'node:assert/strict'
import { duringRequest, hundredEdits } from '../support/edits'
import { Example } from '../support/example'
import { request } from '../support/requests'

describe('the example on Hono', () => {
  let example: Example
  const start = async (): Promise<void> => { example = await Example.start('hono', 'Listening', { purgePolicy: 'soft', purgeGrace: 5000 }) }
  const get = async (url: string): Promise<string> => (await request(example.port, url)).body
  const borrow = async (title: string): Promise<string> => (await fetch(`http://127.0.0.1:${example.port}/books/${title}/borrow`, { method: 'POST' })).text()
  const header = async (name: string): Promise<string | null> => (await fetch(`http://127.0.0.1:${example.port}/books`)).headers.get(name)
  afterEach(() => example.world.end())

  it('answers with the edited class, middleware, handler and list of routes; books that are out stay out', async () => {
    await start()
    assert.equal(await borrow('Dune'), '{"title":"Dune","out":true}')
    assert.deepEqual(await example.edit('book.ts', ['title: this.title,', 'title: this.title.toUpperCase(),']), ['book'])
    assert.equal(await get('/books'), '[{"title":"DUNE","out":true},{"title":"EMMA","out":false}]')
    assert.deepEqual(await example.edit('middleware/borrowed.ts', ['x-borrowed', 'x-out']), ['middleware/borrowed'])
    assert.equal(await header('x-out'), '1')
    assert.equal(await header('x-borrowed'), null)
    assert.deepEqual(await example.edit('routes/books.ts', ['No such book', 'Unknown']), ['routes/books', 'app', 'main'])
    assert.equal(await borrow('Ulysses'), '{"error":"Unknown"}')
    assert.deepEqual(await example.edit('app.ts', [`'/books'`, `'/shelf'`]), ['app', 'main'])
    assert.equal((await request(example.port, '/shelf')).body, '[{"title":"DUNE","out":true},{"title":"EMMA","out":false}]')
    assert.equal((await request(example.port, '/books')).status, 404)
  })

  it('takes a router that is added as a new module, and lets go of one that is deleted', async () => {
    await start()
    const app = await example.read('app.ts')
    await example.world.write('routes/readers.ts', `import { Hono } from 'hono'\nexport const readers = new Hono().get('/', (c) => c.json(['Ann']))`)
    await example.edit('app.ts', [`import { books }`, `import { readers } from './routes/readers'\nimport { books }`], [`app.get('/'`, `app.route('/readers', readers)\napp.get('/'`])
    assert.equal(await get('/readers'), '["Ann"]')
    assert.equal((await example.save('app.ts', app)).ok, true)
    await example.remove('routes/readers.ts')
    await example.world.host.request('delete', { module: 'routes/readers' })
    assert.equal((await request(example.port, '/readers')).status, 404)
    assert.match(await get('/books'), /Emma/)
  })

  it('serves on while a module is broken, and takes its repair', async () => {
    await start()
    const good = await example.read('routes/books.ts')
    for (const bad of ['export const books =', `throw new Error('no')`, good.replace('export const books', 'export const novels')]) {
      assert.equal((await example.save('routes/books.ts', bad)).ok, false)
      assert.match(await get('/books'), /Emma/)
    }
    assert.equal((await example.save('routes/books.ts', good.replace('No such book', 'Repaired'))).ok, true)
    assert.equal(await borrow('Ulysses'), '{"error":"Repaired"}')
  })

  it('writes the rest of an answer in the code it started in', async () => {
    await start()
    assert.equal(await duringRequest(example, '/books/read?ms=700', () => example.edit('routes/books.ts', ['Reading ', 'Holding '])), 'Reading Dune\nReading Emma\n')
    assert.equal(await get('/books/read?ms=1'), 'Holding Dune\nHolding Emma\n')
  })

  it('fails no request of a hundred edits in a row', async () => {
    await start()
    await borrow('Emma')
    await hundredEdits(example, '/books', [
      ['book.ts', (n) => `title: this.title${n === 1 ? '' : ` + '${n}'`},`], ['middleware/borrowed.ts', (n) => `'x-borrowed${n === 1 ? '' : n}'`],
      ['routes/books.ts', (n) => `'No such book${n === 1 ? '' : n}'`], ['app.ts', (n) => `'Ask for /books${n === 1 ? '' : n}'`],
    ])
    assert.deepEqual([await get('/'), await borrow('x'), await header('x-borrowed26')], ['Ask for /books26', '{"error":"No such book26"}', '1'])
  })
})
