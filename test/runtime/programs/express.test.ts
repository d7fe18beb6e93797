/** examples/express, edited while it runs. */
import assert from 'node:assert/strict'
import { duringRequest, hundredEdits } from '../support/edits'
import { Example, loaded } from '../support/example'
import { request } from '../support/requests'

describe('the example on Express', () => {
  let example: Example
  beforeEach(async () => { example = await Example.start('express', 'listens on', { purgePolicy: 'soft', purgeGrace: 5000 }) })
  afterEach(() => example.world.end())

  const get = async (url: string): Promise<string> => (await request(example.port, url)).body
  const servedBy = async (): Promise<string | null> => (await fetch(`http://127.0.0.1:${example.port}/notes`)).headers.get('x-served-by')
  const create = async (text: string): Promise<string> =>
    (await fetch(`http://127.0.0.1:${example.port}/notes`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ text }) })).text()

  it('answers with the edited middleware, error handler and class; notes that were there stay', async () => {
    assert.equal(await create('Test'), '{"id":2,"text":"Test"}')
    assert.deepEqual(await example.edit('middleware/stamp.ts', ['stamp 1', 'stamp 2']), ['middleware/stamp'])
    assert.equal(await servedBy(), 'stamp 2')
    assert.deepEqual(await example.edit('middleware/answerErrors.ts', ['{ error: error', '{ problem: error']), ['middleware/answerErrors'])
    assert.deepEqual(await request(example.port, '/notes/9'), { status: 404, body: '{"problem":"no note 9"}' })
    assert.deepEqual(await example.edit('note.ts', ['text: this.short', 'text: this.short, length: this.text.length']), ['note'])
    assert.equal(await get('/notes/2'), '{"id":2,"text":"Test","length":4}')
  })

  it('takes another handler, route or list of routers without listening again, and makes the app anew for a value that it was made with', async () => {
    const { port } = example
    await create('Test')
    assert.deepEqual(await example.edit('routes/notes.ts', ['response.json(all())', 'response.json(all().map(String).length)']), ['routes/notes'])
    assert.equal(await get('/notes'), '2')
    assert.deepEqual(await example.edit('app.ts', [`app.use(answerErrors)`, `app.get('/new', (_, response) => { response.send('new') })\napp.use(answerErrors)`]), ['app'])
    assert.equal(await get('/new'), 'new')
    const modules = await example.edit('config.ts', [`name: 'notes'`, `name: 'board'`])
    assert.deepEqual([modules.includes('app'), modules.includes('notes')], [true, false])
    assert.equal(await get('/'), 'board is up')
    assert.deepEqual([example.port, await get('/notes')], [port, '2'])
  })

  it('takes a router that is added as a new module, and lets go of one that is deleted', async () => {
    const app = await example.read('app.ts')
    await example.world.write('routes/tags.ts', `import { Router } from 'express'\nexport const tags = Router()\ntags.get('/', (_, response) => { response.json(['a']) })`)
    await example.edit('app.ts', [`import { notes }`, `import { tags } from './routes/tags'\nimport { notes }`], [`app.use(answerErrors)`, `app.use('/tags', tags)\napp.use(answerErrors)`])
    assert.equal(await get('/tags'), '["a"]')
    await example.edit('routes/tags.ts', [`['a']`, `['b']`])
    assert.equal(await get('/tags'), '["b"]')
    loaded(await example.save('app.ts', app))
    await example.remove('routes/tags.ts')
    assert.equal((await request(example.port, '/tags')).status, 404)
    assert.match(await get('/notes'), /Write/)
  })

  it('serves on while a module is broken, and takes its repair', async () => {
    const good = await example.read('routes/notes.ts')
    for (const bad of ['export const notes = ', `throw new Error('no')`, `import './missing'\n${good}`]) {
      assert.equal((await example.save('routes/notes.ts', bad)).ok, false)
      assert.match(await get('/notes'), /Write/)
    }
    loaded(await example.save('routes/notes.ts', good.replace('response.json(all())', `response.json('repaired')`)))
    assert.equal(await get('/notes'), '"repaired"')
  })

  it('ends a request in the code it started in', async () => {
    assert.equal(await duringRequest(example, '/notes/slow?ms=1500', () => example.edit('routes/notes.ts', ['slow 1', 'slow 2'])), 'slow 1')
    assert.equal(await get('/notes/slow?ms=1'), 'slow 2')
  })

  it('fails no request of a hundred edits in a row', async () => {
    await hundredEdits(example, '/notes', [
      ['middleware/stamp.ts', (n) => `'stamp ${n}'`], ['routes/notes.ts', (n) => `'slow ${n}'`],
      ['note.ts', (n) => (n === 1 ? 'text: this.short' : `n: ${n}, text: this.short`)], ['app.ts', (n) => `'json spaces', ${n - 1}`],
    ])
    assert.deepEqual([await servedBy(), await get('/notes/slow?ms=1'), JSON.parse(await get('/notes'))], ['stamp 26', 'slow 26', [{ id: 1, n: 26, text: 'Write' }]])
  })
})
