/** What `fetch` opens is its own, as with any package: the module that called it did not open it. */
import assert from 'node:assert/strict'
import { World } from './support/world'

describe('a poller that fetches', () => {
  let world: World
  afterEach(() => world.end())

  it('goes on when the module that asks is saved', async () => {
    const api = (version: number): string => `export async function ask(url) {\n  const answer = await fetch(url)\n  const { id } = await answer.json()\n  return '${version}.' + id\n}`
    world = await World.start({
      'package.json': '{"type":"module"}', 'api.js': api(1),
      'server.js': `import { createServer } from 'node:http'\nlet id = 0\nconst server = createServer((req, res) => res.end(JSON.stringify({ id: ++id })))
await new Promise((listening) => server.listen(0, '127.0.0.1', listening))\nexport const url = () => 'http://127.0.0.1:' + server.address().port`,
      'main.js': `import { ask } from './api.js'\nimport { url } from './server.js'\nlet count = 0
async function poll() {\n  console.log(await ask(url()), 'poll', ++count + '.')\n  setTimeout(poll, 2)\n}\npoll()`,
    }, { entry: 'main.js', purgePolicy: 'soft' })
    await world.prints('poll 5.')
    const report = await world.save('api.js', api(2))
    assert.deepEqual(report.outcomes.map(({ module }) => module), ['api'])
    await world.prints('\n2.')
  })
})
