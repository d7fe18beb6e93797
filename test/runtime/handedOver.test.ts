/** Functions written in place that a package keeps: an edit of their module is live, and none of them ever fails. */
import assert from 'node:assert/strict'
import { symlink } from 'node:fs/promises'
import path from 'node:path'
import type { LoadReport } from '../../src/protocol/messages'
import { request, traffic } from './support/requests'
import { World } from './support/world'

const packages = path.resolve(__dirname, '../../node_modules')
const brief = (report: LoadReport): string[] => report.outcomes.map((one) => `${one.module} ${one.kind}${one.kind === 'loaded' && one.why !== undefined ? ` ${one.why}` : ''}`)

describe('functions that a package keeps', () => {
  let world: World
  let port: number
  afterEach(() => world.end())

  async function start(files: Readonly<Record<string, string>>, prints = 'port '): Promise<void> {
    world = await World.create({ 'package.json': '{"type":"module"}', ...files }, { entry: 'main.ts' })
    await symlink(packages, path.join(world.root, 'node_modules'))
    await world.host.start()
    await world.prints(prints)
    port = Number(/port (\d+)\./.exec(world.output)?.[1])
  }
  const get = async (url: string): Promise<string> => (await request(port, url)).body

  const listen = `const server = app.listen(0, () => console.log('port ' + server.address().port + '.'))`
  const routes = (version: number): string => `
export function registerRoutes(app) {
  app.get('/x', (request, response) => { response.send('x ${version}') })
  app.get('/x${version}', (request, response) => { response.send('only ${version}') })
}`
  const layouts: Record<string, Readonly<Record<string, string>>> = {
    'at its top level': { 'main.ts': `import express from 'express'\nimport { registerRoutes } from './routes'\nconst app = express()\nregisterRoutes(app)\n${listen}` },
    'in a function that main calls': { 'server.ts': `import express from 'express'\nimport { registerRoutes } from './routes'\nexport async function start() {\n  const app = express()\n  registerRoutes(app)\n  ${listen}\n}`, 'main.ts': `import { start } from './server'\nawait start()` },
    'by a module between them': { 'all.ts': `import { registerRoutes } from './routes'\nexport function everything(app) { registerRoutes(app) }`, 'main.ts': `import express from 'express'\nimport { everything } from './all'\nconst app = express()\neverything(app)\n${listen}` },
    'which makes a middleware': { 'main.ts': `import express from 'express'\nimport { makeRouter } from './routes'\nconst app = express()\napp.use(makeRouter())\n${listen}` },
  }
  for (const [how, files] of Object.entries(layouts)) {
    it(`are those of the last save when the code that makes them is called ${how}`, async () => {
      const text = (version: number): string => (how.includes('middleware') ? `import express from 'express'\n${routes(version)}\nexport const makeRouter = () => { const router = express.Router(); registerRoutes(router); return (request, response, next) => router(request, response, next) }` : routes(version))
      await start({ ...files, 'routes.ts': text(1) })
      const clients = traffic(port, '/x', 2, true)
      for (let version = 2; version <= 5; version++) {
        const report = await world.save('routes.ts', text(version))
        assert.equal(report.ok, true)
        const between = Object.keys(files).filter((file) => file !== 'main.ts').map((file) => file.replace('.ts', ''))
        assert.deepEqual(report.outcomes.map((one) => one.module).sort(), ['main', 'routes', ...between].sort())
        for (const module of between) assert.ok(brief(report).includes(`${module} loaded because routes changed: main calls it through this module`))
        assert.match(brief(report).find((line) => line.startsWith('main')) ?? '', /because routes changed: \w+ at line \d made functions that may be in use/)
        assert.equal(await get('/x'), `x ${version}`)
        assert.equal(await get(`/x${version}`), `only ${version}`)
        assert.equal((await request(port, `/x${version - 1}`)).status, 404)
      }
      assert.deepEqual((await clients.stop()).failures, [])
    })
  }

  it('are those of the last save when a chain of promises that nobody awaits calls the code that makes them', async () => {
    const connect = `export const connect = () => new Promise((resolve) => { setTimeout(resolve, 60) })`
    const main = `import express from 'express'\nimport { connect } from './db'\nconnect().then(() => import('./routes')).then(({ registerRoutes, version }) => {\n  const app = express()\n  registerRoutes(app)\n  const server = app.listen(0, () => console.log('port ' + server.address().port + '. up ' + version + '.'))\n})`
    const text = (version: number): string => `import { sender } from './sender'\n${routes(version).replace('{\n', `{\n  app.get('/busy', (request, response) => { sender(response)('busy') })\n`)}\nexport const version = ${version}`
    await start({ 'db.ts': connect, 'main.ts': main, 'routes.ts': text(1), 'sender.ts': `export const sender = (response) => (text) => response.send(text)` })
    const clients = traffic(port, '/busy', 2, true)
    for (let version = 2; version <= 4; version++) {
      const report = await world.save('routes.ts', text(version))
      assert.deepEqual(brief(report), ['routes loaded', 'main loaded because routes changed: registerRoutes at line 3 made functions that may be in use'])
      await world.prints(`up ${version}.`)
      assert.deepEqual([await get('/x'), await get(`/x${version}`)], [`x ${version}`, `only ${version}`])
      assert.equal((await request(port, `/x${version - 1}`)).status, 404)
    }
    assert.deepEqual((await clients.stop()).failures, [])
  })

  it('are those of the last save, whichever of several modules called the code that makes them', async () => {
    const validate = (version: number): string => `export const validate = (what) => (request, response, next) => { response.setHeader('x-validate', what + ' ${version}'); next() }`
    const every = (version: number): string => `export const every = () => { setInterval(() => { globalThis.ticks = '${version}' + (globalThis.ticks ?? '') }, 5) }`
    const route = (name: string): string => `import express from 'express'\nimport { validate } from './validate'\nimport { every } from './every'\nexport class Route {\n  router = express.Router()\n  constructor() { every(); this.router.get('/${name}', validate('${name}'), (request, response) => { response.send(globalThis.ticks) }) }\n}`
    await start({
      'validate.ts': validate(1), 'every.ts': every(1), 'users.ts': route('users'), 'auth.ts': route('auth'),
      'main.ts': `import express from 'express'\nimport { Route as Users } from './users'\nimport { Route as Auth } from './auth'\nconst app = express()\nfor (const { router } of [new Users(), new Auth()]) app.use(router)\n${listen}`,
    })
    const validated = async (url: string): Promise<string | null> => (await fetch(`http://127.0.0.1:${port}${url}`)).headers.get('x-validate')
    for (let version = 2; version <= 4; version++) {
      const saved = [await world.save('validate.ts', validate(version)), await world.save('every.ts', every(version))]
      for (const [index, by] of ['validate', 'every'].entries()) assert.deepEqual(saved[index]?.outcomes.map((one) => one.module).sort(), ['auth', by, 'main', 'users'].sort())
      assert.deepEqual([await validated('/users'), await validated('/auth')], [`users ${version}`, `auth ${version}`])
      // An interval of an older version would tick between two of this one, for ever.
      while (!new RegExp(`^${version}{8}`).test(await get('/auth')));
    }
  })

  it('do not matter when the call only used them: its module is loaded alone', async () => {
    const lib = (version: number): string => `
import { spawn } from 'codeswitch'
export const total = (list) => list.map((one) => one * ${version}).reduce((a, b) => a + b, 0)
export const later = () => new Promise((resolve) => { setImmediate(resolve) })
export const begin = () => { spawn(async () => { await later() }) }
export const sorted = (list) => [...list].sort((a, b) => a - b)`
    await start({ 'lib.ts': lib(1), 'main.ts': `import { total, later, begin, sorted } from './lib'\nexport const before = [total([1, 2]), sorted([2, 1])]\nawait later()\nbegin()\nconsole.log('ready')` }, 'ready')
    assert.deepEqual(brief(await world.save('lib.ts', lib(2))), ['lib loaded'])
  })

  it('do not fail a request that was given them, however often their module was saved meanwhile', async () => {
    const work = (version: number): string => `
const waiting = []
export const release = () => { for (const go of waiting.splice(0)) go() }
export const work = (request, response) => { waiting.push(() => { response.send('worked ${version}') }) }`
    await start({
      'work.ts': work(1), 'gate.ts': `export const waiting = []\nexport const release = () => { for (const go of waiting.splice(0)) go() }`,
      'slow.ts': `import { waiting } from './gate'\nexport const slow = (request, response) => { console.log('waits.'); waiting.push(() => { response.send('done 1') }) }`,
      'main.ts': `import express from 'express'\nimport { slow } from './slow'\nimport { release } from './gate'\nconst app = express()\napp.get('/slow', slow)\napp.get('/go', (request, response) => { release(); response.send('went') })\n${listen}`,
    })
    const answer = request(port, '/slow')
    await world.prints('waits.')
    for (let version = 2; version <= 5; version++) assert.equal((await world.save('slow.ts', `import { waiting } from './gate'\nexport const slow = (request, response) => { waiting.push(() => { response.send('done ${version}') }) }`)).ok, true)
    assert.equal(await get('/go'), 'went')
    assert.deepEqual(await answer, { status: 200, body: 'done 1' })
  })

  it('are methods of current code, when methods were kept', async () => {
    const users = (version: number): string => `export class Users {\n  name = 'users'\n  show(request, response) { response.send(this.name + ' ${version}') }\n  async wait(request, response) { await null; response.send(this.name + ' waited ${version}') }\n}`
    await start({ 'users.ts': users(1), 'main.ts': `import express from 'express'\nimport { Users } from './users'\nconst app = express()\nconst users = new Users()\napp.get('/show', users.show.bind(users))\nconst { wait } = users\napp.get('/wait', (request, response) => wait.call(users, request, response))\n${listen}` })
    for (let version = 2; version <= 5; version++) {
      assert.deepEqual(brief(await world.save('users.ts', users(version))), ['users loaded'])
      assert.deepEqual([await get('/show'), await get('/wait')], [`users ${version}`, `users waited ${version}`])
    }
    await world.host.request('rollback', { module: 'users' })
    assert.deepEqual([await get('/show'), await get('/wait')], ['users 4', 'users waited 4'])
  })

  it('are those of the last save when they are fields of an object that the top level made', async () => {
    const users = (version: number): string => `class Base { constructor(readonly name: string) {} }\nexport class Users extends Base {\n  show = (request, response) => { response.send(this.name + ' ${version}') }\n}`
    await start({ 'users.ts': users(1), 'main.ts': `import express from 'express'\nimport { Users } from './users'\nconst app = express()\nconst users = new Users('ann')\napp.get('/show', users.show)\n${listen}` })
    for (let version = 1; version <= 4; version++) {
      if (version > 1) assert.deepEqual(brief(await world.save('users.ts', users(version))), ['users loaded', 'main loaded because users changed: new Users at line 2 made functions that may be in use'])
      assert.equal(await get('/show'), `ann ${version}`)
    }
    assert.match(String(await world.value('String(users.Users)')), /^class Users extends Base \{\s+show = /)
  })

  it('of objects with private members go on with the code they were made with', async () => {
    const counter = (version: number): string => `export class Counter {\n  #n = 0\n  more() { return [1].map((one) => (this.#n += one) + ' of ${version}')[0] }\n}`
    await start({ 'counter.ts': counter(1), 'main.ts': `import express from 'express'\nimport { Counter } from './counter'\nconst app = express()\nconst counter = new Counter()\napp.get('/more', (request, response) => { response.send(counter.more()) })\n${listen}` })
    for (let version = 2; version <= 4; version++) {
      await world.save('counter.ts', counter(version))
      assert.equal(await get('/more'), `${version - 1} of 1`)
    }
  })
})
