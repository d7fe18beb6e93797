/** examples/fastify, edited while it runs. */
import assert from 'node:assert/strict'
import { duringRequest, hundredEdits } from '../support/edits'
import { Example } from '../support/example'
import { request } from '../support/requests'

describe('the example on Fastify', () => {
  let example: Example
  const start = async (): Promise<void> => { example = await Example.start('fastify', 'listening', { purgePolicy: 'soft', purgeGrace: 5000 }) }
  const get = async (url: string): Promise<unknown> => (await request(example.port, url)).body
  const titles = async (): Promise<unknown> => JSON.parse(String(await get('/notes'))).map((note: { readonly title: string }) => note.title)
  const post = (text: string): Promise<Response> => fetch(`http://127.0.0.1:${example.port}/notes`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ text }) })
  afterEach(() => example.world.end())

  it('answers with the edited class, hook, handler and list of routes; the notes stay', async () => {
    await start()
    assert.equal((await post('Call Ann')).status, 201)
    assert.deepEqual(await example.edit('notes.ts', [`return this.text.split('\\n')[0] ?? ''`, `return this.text.split('\\n')[0]?.toUpperCase() ?? ''`]), ['notes'])
    assert.deepEqual(await titles(), ['BUY MILK', 'CALL ANN'])
    assert.deepEqual(await example.edit('plugins/edition.ts', [`'1'`, `'2'`]), ['plugins/edition'])
    assert.equal((await fetch(`http://127.0.0.1:${example.port}/notes`)).headers.get('x-edition'), '2')
    assert.deepEqual(await example.edit('routes/notes.ts', ['There is no note', 'Nobody wrote note']), ['routes/notes', 'main'])
    assert.equal(await get('/notes/9'), '{"error":"Nobody wrote note 9"}')
    await example.edit('routes/status.ts', [`  /** Save`, `  app.get('/health', async () => 'well')\n\n  /** Save`])
    assert.equal(await get('/health'), 'well')
    assert.deepEqual(await titles(), ['BUY MILK', 'CALL ANN'])
  })

  it('takes a plugin that is added as a new module, and lets go of one that is deleted', async () => {
    await start()
    await example.world.write('routes/tags.ts', `import type { FastifyInstance } from 'fastify'\nexport async function tagRoutes(app: FastifyInstance) { app.get('/tags', async () => ['home']) }`)
    const app = await example.read('app.ts')
    assert.deepEqual(await example.edit('app.ts', [`import { statusRoutes } from './routes/status.js'`, `import { tagRoutes } from './routes/tags.js'`], ['statusRoutes', 'tagRoutes']), ['app', 'routes/tags', 'main'])
    assert.equal(await get('/tags'), '["home"]')
    assert.equal((await request(example.port, '/status')).status, 404)
    await example.save('app.ts', app)
    await example.remove('routes/tags.ts')
    await example.world.host.request('delete', { module: 'routes/tags' })
    assert.equal((await request(example.port, '/tags')).status, 404)
    assert.match(String(await get('/status')), /answered/)
  })

  it('serves on while a module is broken, or its plugin throws, and takes the repair', async () => {
    await start()
    const good = await example.read('routes/notes.ts')
    for (const bad of ['export async function noteRoutes(', good.replace(`app.get('/', async`, `throw new Error('not today')\n  app.get('/', async`), good.replace(`app.get('/', async`, `app.get('/:id', async () => 1)\n  app.get('/', async`)]) {
      assert.equal((await example.save('routes/notes.ts', bad)).ok, false)
      assert.deepEqual(await titles(), ['Buy milk'])
    }
    assert.equal((await example.save('routes/notes.ts', good.replace('There is no note', 'Repaired:'))).ok, true)
    assert.equal(await get('/notes/9'), '{"error":"Repaired: 9"}')
  })

  it('ends a request in the code it started in', async () => {
    await start()
    assert.equal(await duringRequest(example, '/slow?ms=1500', () => example.edit('routes/status.ts', ['slow 1', 'slow 2'])), 'slow 1')
    assert.equal(await get('/slow?ms=1'), 'slow 2')
  })

  it('fails no request of a hundred edits in a row, and runs its hooks and its logger once', async () => {
    await start()
    await hundredEdits(example, '/notes', [
      ['plugins/edition.ts', (n) => `'${n}'`], ['routes/notes.ts', (n) => `'added${n === 1 ? '' : n}'`],
      ['notes.ts', (n) => `readonly at = new Date(${n === 1 ? '' : n})`], ['app.ts', (n) => `?? '${n === 1 ? 'info' : `info`}'${n === 1 ? '' : ` /* ${n} */`}`],
    ])
    await example.edit('routes/status.ts', [`app.get('/status'`, `app.get('/once'`])
    assert.equal(await get('/once?first'), '{"answered":0}')
    assert.equal(await get('/once?second'), '{"answered":1}')
    await get('/once?third')
    await example.world.prints('/once?third')
    assert.equal(example.world.output.split('/once?second').length - 1, 1)
  })
})
