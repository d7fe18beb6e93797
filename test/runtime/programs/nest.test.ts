/** The example of NestJS, edited while it serves. */
import assert from 'node:assert/strict'
import { Example, loaded } from '../support/example'
import { request, traffic } from '../support/requests'

describe('the NestJS example', () => {
  let nest: Example
  beforeEach(async () => { nest = await Example.start('nest', 'cats on ') })
  afterEach(() => nest.world.end())

  const get = async (path: string): Promise<unknown> => JSON.parse((await request(nest.port, path)).body)
  const post = async (name: string, key: string): Promise<unknown> => {
    const answer = await fetch(`http://127.0.0.1:${nest.port}/cats`, { method: 'POST', body: JSON.stringify({ name }), headers: { 'content-type': 'application/json', 'x-key': key } })
    return answer.status === 201 ? answer.json() : answer.status
  }

  it('answers with the method of the last save, without starting the application again', async () => {
    assert.deepEqual(await get('/cats/tom'), { text: 'tom says miaow' })
    assert.deepEqual(await nest.edit('cats/cats.service.ts', ['miaow', 'purr']), ['cats/cats.service'])
    assert.deepEqual(await get('/cats/tom'), { text: 'tom says purr' })
    assert.deepEqual(await nest.edit('cats/cats.controller.ts', ['{ text: await', '{ text: 1 + await']), ['cats/cats.controller'])
    assert.deepEqual(await nest.edit('cats/cats.controller.ts', ['{ text: 1 + await', '{ text: 2 + await']), ['cats/cats.controller'])
    assert.deepEqual(await nest.edit('cats/cats.controller.ts', ['{ text: 2 + await', '{ text: 3 + await']), ['cats/cats.controller'])
    assert.deepEqual(await get('/cats/tom'), { text: '3tom says purr' })
  })

  it('takes an edit of a guard and of a middleware, and keeps the cats', async () => {
    assert.equal(await post('kit', 'wrong'), 403)
    assert.deepEqual(await post('kit', 'secret'), { count: 2 })
    await nest.edit('cats/key.guard.ts', ["'secret'", "'changed'"])
    assert.equal(await post('pip', 'secret'), 403)
    assert.deepEqual(await post('pip', 'changed'), { count: 3 })
    for (let version = 2; version <= 4; version++) {
      await nest.edit('version.middleware.ts', [`'${version - 1}'`, `'${version}'`])
      assert.equal((await fetch(`http://127.0.0.1:${nest.port}/cats`)).headers.get('x-version'), String(version))
    }
    assert.deepEqual(await get('/cats'), ['tom', 'kit', 'pip'])
  })

  it('is started again by main on the same port when what decorators say changed, and says why', async () => {
    const port = nest.port
    const text = await nest.edited('cats/cats.controller.ts', [['@Get(\':name\')', '@Get(\'named/:name\')']])
    const report = await nest.save('cats/cats.controller.ts', text)
    assert.deepEqual(loaded(report), ['cats/cats.controller', 'main'])
    assert.match(JSON.stringify(report.outcomes), /because cats\/cats.controller changed: what decorators say about its class CatsController was read/)
    assert.deepEqual(await get('/cats/named/tom'), { text: 'tom says miaow' })
    assert.equal((await request(port, '/cats/tom')).status, 404)
  })

  it('injects what a constructor newly asks for, and knows its providers by the same classes', async () => {
    await nest.edit('cats/cats.controller.ts', ['private readonly cats: CatsService)', 'private readonly cats: CatsService, private readonly guard: KeyGuard)'], ['return this.cats.names()', 'return [...this.cats.names(), this.guard.constructor.name]'])
    assert.deepEqual(await get('/cats'), ['tom', 'KeyGuard'])
    await nest.edit('cats/cats.service.ts', ['miaow', 'purr'])
    await nest.edit('cats/key.guard.ts', ['secret', 'other'])
    assert.deepEqual(await get('/cats'), ['tom', 'KeyGuard'])
    assert.deepEqual(await get('/cats/tom'), { text: 'tom says purr' })
  })

  it('has a module that was added, and lacks one that was taken out and deleted', async () => {
    await nest.world.write('dogs/dogs.module.ts', `import { Controller, Get, Module } from '@nestjs/common'\n@Controller('dogs') export class DogsController { @Get() all() { return ['rex'] } }\n@Module({ controllers: [DogsController] }) export class DogsModule {}`)
    await nest.edit('app.module.ts', ['[CatsModule]', '[CatsModule, DogsModule]'], ['import { Version', `import { DogsModule } from './dogs/dogs.module'\nimport { Version`])
    assert.deepEqual([await get('/dogs'), await get('/cats')], [['rex'], ['tom']])
    await nest.edit('app.module.ts', ['[CatsModule, DogsModule]', '[CatsModule]'], [`import { DogsModule } from './dogs/dogs.module'\n`, ''])
    await nest.remove('dogs/dogs.module.ts')
    await nest.world.host.request('delete', { module: 'dogs/dogs.module' })
    assert.equal((await request(nest.port, '/dogs')).status, 404)
    assert.deepEqual(await get('/cats'), ['tom'])
  })

  it('serves on while a file is broken, or does not fit, and takes the repair', async () => {
    const service = await nest.read('cats/cats.service.ts')
    assert.equal((await nest.save('cats/cats.service.ts', `${service}}`)).ok, false)
    assert.deepEqual(await get('/cats/tom'), { text: 'tom says miaow' })
    const module = await nest.read('cats/cats.module.ts')
    const report = await nest.save('cats/cats.module.ts', module.replace('providers: [CatsService, KeyGuard]', 'providers: []'))
    assert.match(JSON.stringify(report.outcomes), /process.abort\(\) was called by the top level of main/)
    assert.deepEqual(await get('/cats/tom'), { text: 'tom says miaow' })
    loaded(await nest.save('cats/cats.module.ts', module))
    loaded(await nest.save('cats/cats.service.ts', service.replace('miaow', 'purr')))
    assert.deepEqual(await get('/cats/tom'), { text: 'tom says purr' })
  })

  it('serves on when main, as the Nest CLI writes it, does not wait for an application that cannot be started', async () => {
    await nest.edit('main.ts', ['await bootstrap()', 'bootstrap()'])
    const module = await nest.read('cats/cats.module.ts')
    loaded(await nest.save('cats/cats.module.ts', module.replace('providers: [CatsService, KeyGuard]', 'providers: []')))
    for (let times = 0; times < 20; times++) assert.deepEqual(await get('/cats/tom'), { text: 'tom says miaow' })
    loaded(await nest.save('cats/cats.module.ts', module))
    await nest.edit('cats/cats.controller.ts', [`@Get(':name')`, `@Get('named/:name')`])
    while ((await request(nest.port, '/cats/named/tom')).status !== 200) assert.equal((await request(nest.port, '/cats')).status, 200)
    assert.deepEqual(await get('/cats/named/tom'), { text: 'tom says miaow' })
  })

  it('fails no request of a hundred edits in a row', async () => {
    const clients = traffic(nest.port, '/cats/tom', 3, true)
    for (let version = 1; version <= 25; version++) {
      await nest.edit('cats/cats.service.ts', [version === 1 ? 'miaow' : `miaow ${version - 1}`, `miaow ${version}`])
      await nest.edit('cats/cats.controller.ts', ["@Controller('cats')", `/* ${version} */ @Controller('cats')`])
      await nest.edit('version.middleware.ts', [`'${version}'`, `'${version + 1}'`])
      await nest.edit('app.module.ts', [version === 1 ? '[CatsModule]' : `[CatsModule /* ${version - 1} */]`, `[CatsModule /* ${version} */]`])
    }
    const { failures, bodies, answered } = await clients.stop()
    assert.deepEqual(failures, [])
    assert.ok(answered > 100 && bodies.has('{"text":"tom says miaow 25"}'), `${answered}`)
  })
})
