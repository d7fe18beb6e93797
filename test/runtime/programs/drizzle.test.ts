/** examples/drizzle, edited while it runs: the connection, the data, transactions under way. */
import assert from 'node:assert/strict'
import { hundredEdits } from '../support/edits'
import { Example } from '../support/example'
import { request } from '../support/requests'

describe('the example on Drizzle and SQLite', () => {
  let example: Example
  const start = async (): Promise<void> => { example = await Example.start('drizzle', 'Listening', { purgePolicy: 'soft', purgeGrace: 5000 }) }
  const get = async (url: string): Promise<unknown> => JSON.parse((await request(example.port, url)).body)
  const post = async (url: string): Promise<unknown> => JSON.parse(await (await fetch(`http://127.0.0.1:${example.port}${url}`, { method: 'POST' })).text())
  const add = (text: string): Promise<unknown> => post(`/todos?text=${text}`)
  afterEach(() => example.world.end())

  it('answers with the edited class, handler and routes on the connection it has', async () => {
    await start()
    assert.deepEqual(await add('milk'), { id: 1, text: 'milk', done: false })
    assert.deepEqual(await get('/figures'), { open: 1, writes: 1 })
    assert.deepEqual(await example.edit('todos.ts', ['values({ text }).returning()\n    return todo\n  }\n\n  /**', 'values({ text: text.toUpperCase() }).returning()\n    return todo\n  }\n\n  /**']), ['todos'])
    assert.deepEqual(await add('bread'), { id: 2, text: 'BREAD', done: false })
    assert.deepEqual(await example.edit('server.ts', ['No such route', 'Unknown']), ['server'])
    assert.deepEqual(await get('/nowhere'), { error: 'Unknown' })
    assert.deepEqual(await example.edit('routes.ts', [`'GET /figures'`, `'GET /numbers'`]), ['routes'])
    assert.deepEqual(await get('/numbers'), { open: 2, writes: 2 })
    assert.deepEqual(await example.edit('main.ts', ['Listening on', 'Here is']), ['main'])
    assert.deepEqual(await get('/numbers'), { open: 2, writes: 2 })
  })

  it('has a new connection and the same data when the module that connects, or the schema it took, is reloaded', async () => {
    await start()
    await add('milk')
    assert.deepEqual(await example.edit('db.ts', ['drizzle(client, { schema })', 'drizzle(client, { schema, logger: false })']), ['db'])
    assert.deepEqual(await get('/figures'), { open: 1, writes: 0 })
    await add('bread')
    assert.deepEqual(await get('/figures'), { open: 2, writes: 1 })
    const [schema, ...others] = await example.edit('schema.ts', ['text: text().notNull(),', `text: text().notNull().$defaultFn(() => 'nothing'),`])
    assert.deepEqual([schema, others.includes('db')], ['schema', true])
    assert.deepEqual(await get('/figures'), { open: 2, writes: 0 })
  })

  it('ends a transaction in the code and on the connection it started with', async () => {
    await start()
    await add('milk')
    await example.edit('todos.ts', ['      const [todo] = await tx.insert', `      console.log('between.')\n      await new Promise((resolve) => Object.assign(globalThis, { goOn: resolve }))\n      const [todo] = await tx.insert`])
    const answer = post('/todos/replace?id=1&text=oats')
    await example.world.prints('between.')
    await example.edit('db.ts', ['drizzle(client, { schema })', 'drizzle(client, { schema, logger: false })'])
    await example.edit('todos.ts', [`console.log('between.')`, `console.log('new code')`])
    await example.world.value('goOn()')
    assert.deepEqual(await answer, { id: 2, text: 'oats', done: false })
    assert.deepEqual(await get('/todos'), [{ id: 1, text: 'milk', done: true }, { id: 2, text: 'oats', done: false }])
    assert.equal(example.world.output.includes('new code'), false)
  })

  it('keeps its connection while modules are broken, or cannot connect, and takes the repair', async () => {
    await start()
    await add('milk')
    const good = await example.read('db.ts')
    for (const bad of ['export const db = ', good.replace(`'file:todos.db'`, `'file:/nowhere/at/all.db'`), good.replace('create table', 'craete table')]) {
      assert.equal((await example.save('db.ts', bad)).ok, false)
      assert.deepEqual(await get('/figures'), { open: 1, writes: 1 })
    }
    assert.equal((await example.save('db.ts', `${good}// repaired\n`)).ok, true)
    assert.deepEqual(await get('/figures'), { open: 1, writes: 0 })
  })

  it('takes a model that is added as a new module, and lets go of one that is deleted', async () => {
    await start()
    await add('milk')
    const routes = await example.read('routes.ts')
    await example.world.write('search.ts', `import { like } from 'drizzle-orm'\nimport { db } from './db'\nimport { todos } from './schema'\nexport const search = (text: string) => db.select().from(todos).where(like(todos.text, '%' + text + '%'))`)
    await example.edit('routes.ts', [`import { Todos }`, `import { search } from './search'\nimport { Todos }`], [`  'GET /figures'`, `  'GET /search': (query) => search(query.get('for') ?? ''),\n  'GET /figures'`])
    assert.deepEqual(await get('/search?for=il'), [{ id: 1, text: 'milk', done: false }])
    assert.equal((await example.save('routes.ts', routes)).ok, true)
    await example.remove('search.ts')
    await example.world.host.request('delete', { module: 'search' })
    assert.equal((await request(example.port, '/search?for=il')).status, 404)
    assert.deepEqual(await get('/figures'), { open: 1, writes: 1 })
  })

  it('fails no request of a hundred edits in a row, on one connection', async () => {
    await start()
    await add('milk')
    await hundredEdits(example, '/todos', [
      ['todos.ts', (n) => `select total_changes() + ${n - 1}`.replace(' + 0', '')], ['server.ts', (n) => `'No such route${n === 1 ? '' : n}'`],
      ['routes.ts', (n) => `?? '${n === 1 ? '' : n}'),\n  'POST /todos/replace'`], ['main.ts', (n) => `Listening${n === 1 ? '' : n} on`],
    ])
    assert.deepEqual(await get('/figures'), { open: 1, writes: 26 })
    assert.deepEqual(await get('/nowhere'), { error: 'No such route26' })
  })
})
