/** examples/koa, edited while it runs. */
import assert from 'node:assert/strict'
import { duringRequest, hundredEdits } from '../support/edits'
import { Example } from '../support/example'
import { request } from '../support/requests'

describe('the example on Koa', () => {
  let example: Example
  const start = async (): Promise<void> => { example = await Example.start('koa', 'Listening', { entry: 'main.js', purgePolicy: 'soft', purgeGrace: 5000 }) }
  const get = async (url: string): Promise<string> => (await request(example.port, url)).body
  const done = async (id: number): Promise<string> => (await fetch(`http://127.0.0.1:${example.port}/tasks/${id}/done`, { method: 'POST' })).text()
  const servedBy = async (): Promise<string | null> => (await fetch(`http://127.0.0.1:${example.port}/tasks`)).headers.get('x-served-by')
  const again = (modules: readonly string[], file: string): void => assert.deepEqual([modules[0], modules.includes('main'), modules.includes('tasks')], [file, true, false])
  afterEach(() => example.world.end())

  it('answers with the edited middleware, made middleware, handler and list of routes; tasks that are done stay done', async () => {
    await start()
    assert.equal(await done(1), '{"id":1,"title":"Write","done":true}')
    assert.deepEqual(await example.edit('middleware/errors.js', ['error: error.message', 'problem: error.message']), ['middleware/errors'])
    assert.equal(await done(9), '{"problem":"No such task"}')
    again(await example.edit('middleware/stamp.js', ['${name} 1', '${name} 2']), 'middleware/stamp')
    assert.equal(await servedBy(), 'tasks 2')
    again(await example.edit('routes/tasks.js', ['No such task', 'Unknown']), 'routes/tasks')
    assert.equal(await done(9), '{"problem":"Unknown"}')
    again(await example.edit('app.js', [`name: 'tasks'`, `name: 'list'`]), 'app')
    assert.equal(await servedBy(), 'list 2')
    assert.equal(await get('/tasks'), '[{"id":2,"title":"Test","done":false}]')
  })

  it('tells of a class with private members that objects of before keep their code', async () => {
    await start()
    const report = await example.save('task.js', (await example.read('task.js')).replace('done: this.#done', 'finished: this.#done'))
    assert.match(JSON.stringify(report.outcomes), /private/)
    assert.match(await get('/tasks'), /"done":false/)
    await example.edit('tasks.js', [`'Test'`, `'Prove'`])
    assert.equal(await get('/tasks'), '[{"id":1,"title":"Write","finished":false},{"id":2,"title":"Prove","finished":false}]')
  })

  it('takes a router that is added as a new module, and lets go of one that is deleted', async () => {
    await start()
    const app = await example.read('app.js')
    await example.world.write('routes/people.js', `const Router = require('@koa/router')\nconst router = new Router()\nrouter.get('/people', (ctx) => { ctx.body = ['Ann'] })\nmodule.exports = router`)
    await example.edit('app.js', [`const tasks =`, `const people = require('./routes/people')\nconst tasks =`], ['  app.use(tasks.routes())', '  app.use(people.routes())\n  app.use(tasks.routes())'])
    assert.equal(await get('/people'), '["Ann"]')
    await example.edit('routes/people.js', ['Ann', 'Bob'])
    assert.equal(await get('/people'), '["Bob"]')
    assert.equal((await example.save('app.js', app)).ok, true)
    await example.remove('routes/people.js')
    await example.world.host.request('delete', { module: 'routes/people' })
    assert.equal((await request(example.port, '/people')).status, 404)
    assert.match(await get('/tasks'), /Test/)
  })

  it('serves on while a module is broken, and takes its repair', async () => {
    await start()
    const good = await example.read('routes/tasks.js')
    for (const bad of ['const router = ', `throw new Error('no')`, good.replace('module.exports = router', 'module.exports = {}')]) {
      assert.equal((await example.save('routes/tasks.js', bad)).ok, false)
      assert.match(await get('/tasks'), /Test/)
    }
    assert.equal((await example.save('routes/tasks.js', good.replace('No such task', 'Repaired'))).ok, true)
    assert.equal(await done(9), '{"error":"Repaired"}')
  })

  it('ends a request in the code it started in', async () => {
    await start()
    assert.equal(await duringRequest(example, '/tasks/slow?ms=1500', () => example.edit('routes/tasks.js', ['slow 1', 'slow 2'])), 'slow 1')
    assert.equal(await get('/tasks/slow?ms=1'), 'slow 2')
  })

  it('fails no request of a hundred edits in a row', async () => {
    await start()
    await hundredEdits(example, '/tasks', [
      ['middleware/errors.js', (n) => `?? ${499 + n}`], ['middleware/stamp.js', (n) => '${name} ' + n],
      ['routes/tasks.js', (n) => `'No such task${n === 1 ? '' : n}'`], ['app.js', (n) => `name: 'tasks${n === 1 ? '' : n}'`],
    ])
    assert.deepEqual([await servedBy(), await done(9)], ['tasks26 26', '{"error":"No such task26"}'])
  })
})
