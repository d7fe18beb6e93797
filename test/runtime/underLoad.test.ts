import assert from 'node:assert/strict'
import { symlink } from 'node:fs/promises'
import path from 'node:path'
import { request, traffic } from './support/requests'
import { World } from './support/world'

const RELOADS = Number(process.env.CODESWITCH_RELOADS ?? 300)

/** Each request is in two modules for a moment, so there is always somebody in code that is being replaced. */
const program = (version: number): Readonly<Record<string, string>> => ({
  'main.ts': `import { app } from './app'\nconst server = app.listen(0, '127.0.0.1', () => console.log('port ' + server.address().port + '.'))\nexport const main = ${version}\n`,
  'app.ts': `import express from 'express'\nimport { router } from './routes'\nexport const app = express()\napp.use(express.json())\napp.use('/items', router)\nexport const edition = ${version}\n`,
  'routes.ts': `import express from 'express'\nimport { find } from './service'\nexport const router = express.Router()\nrouter.get('/:id', async (request, response) => { response.json({ id: request.params.id, routes: ${version}, service: await find() }) })\n`,
  'service.ts': `import { setTimeout as pause } from 'node:timers/promises'\nexport async function find() { await pause(20); return ${version} }\n`,
})

/** Most saves are of a leaf; every fifth one is of what others captured, every tenth of what listens. */
const fileOf = (n: number): string => (n % 10 === 0 ? 'main.ts' : n % 5 === 0 ? 'app.ts' : n % 3 === 0 ? 'routes.ts' : 'service.ts')

describe('an Express program that is reloaded under load', () => {
  let world: World
  afterEach(() => world.end())

  it(`fails and refuses no request in ${RELOADS} reloads, on open and on new connections`, async function () {
    this.timeout(Math.max(this.timeout(), 200 * RELOADS))
    world = await World.create(program(0), { entry: 'main.ts', purgePolicy: 'soft' })
    await symlink(path.resolve(__dirname, '../../node_modules'), path.join(world.root, 'node_modules'))
    await world.host.start()
    await world.prints('port')
    const port = Number(/port (\d+)/.exec(world.output)?.[1])
    const clients = [traffic(port, '/items/7', 6, true), traffic(port, '/items/8', 2, false)]
    let loaded = 0
    for (let n = 1; n <= RELOADS; n++) {
      const file = fileOf(n)
      const { outcomes } = await world.save(file, program(n)[file] ?? '')
      assert.ok(outcomes.every(({ kind }) => kind === 'loaded' || kind === 'staged'), JSON.stringify(outcomes))
      loaded += outcomes.filter(({ kind }) => kind === 'loaded').length
    }
    const last = JSON.stringify({ id: '7', routes: lastOf('routes.ts'), service: lastOf('service.ts') })
    const live = await world.until(({ modules }) => modules.every((module) => module.staged === undefined))
    assert.ok(live.modules.length >= 4)
    const { body } = await request(port, '/items/7')
    assert.equal(body, last)
    for (const { answered, failures, bodies } of await Promise.all(clients.map((one) => one.stop()))) {
      assert.deepEqual(failures, [])
      assert.ok(answered > RELOADS / 4 && bodies.size > RELOADS / 20, `${answered} answers, ${bodies.size} different`)
    }
    assert.ok(loaded > RELOADS / 10, `${loaded} modules were loaded at once`)
  })
})

function lastOf(file: string): number {
  for (let n = RELOADS; n > 0; n--) if (fileOf(n) === file) return n
  return 0
}
