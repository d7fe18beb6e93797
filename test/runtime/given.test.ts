/** A module that gives functions to an object of another one: `app.get('/users', (req, res) => { … })`, where `app` is imported. */
import assert from 'node:assert/strict'
import { rm, symlink } from 'node:fs/promises'
import path from 'node:path'
import type { LoadReport } from '../../src/protocol/messages'
import { request } from './support/requests'
import { World } from './support/world'

const brief = (report: LoadReport): string[] =>
  report.outcomes.map((outcome) => `${outcome.module} ${outcome.kind}${outcome.kind === 'loaded' && outcome.why !== undefined ? ` ${outcome.why}` : ''}`)
const modulesOf = (report: LoadReport): string[] => report.outcomes.map(({ module }) => module).sort()

describe('what a top level gives to an object of another module', () => {
  let world: World
  afterEach(() => world.end())

  const start = async (files: Readonly<Record<string, string>>, entry = 'main.js', type = 'module'): Promise<void> => {
    world = await World.create({ 'package.json': `{"type":"${type}"}`, ...files }, { entry, purgePolicy: 'soft', purgeGrace: 5000 })
    await symlink(path.resolve(__dirname, '../../node_modules'), path.join(world.root, 'node_modules'))
    await world.host.start()
  }
  const port = async (): Promise<number> => {
    await world.prints('port ')
    return Number(/port (\d+)/.exec(world.output)?.[1])
  }
  const get = async (url: string): Promise<string> => (await request(await port(), url)).body
  const saved = async (file: string, text: string): Promise<LoadReport> => {
    const report = await world.save(file, text)
    assert.equal(report.ok, true, JSON.stringify(report))
    return report
  }

  interface Framework { readonly app: string; readonly route: (url: string, answer: string) => string; readonly other: string; readonly listen: string }
  const frameworks: Readonly<Record<string, Framework>> = {
    Express: {
      app: `import express from 'express'\nexport const app = express()`,
      route: (url, answer) => `app.get('${url}', (req, res) => { res.send('${answer}') })`,
      other: `app.use((req, res) => { res.status(404).send('nothing') })`,
      listen: `const server = app.listen(0, () => console.log('port', server.address().port))`,
    },
    Hono: {
      app: `import { Hono } from 'hono'\nexport const app = new Hono()`,
      route: (url, answer) => `app.get('${url}', (c) => c.text('${answer}'))`,
      other: `app.all('*', (c) => c.text('nothing', 404))`,
      listen: `import { serve } from '@hono/node-server'\nserve({ fetch: app.fetch, port: 0 }, ({ port }) => console.log('port', port))`,
    },
    Koa: {
      app: `import Koa from 'koa'\nexport const app = new Koa()`,
      route: (url, answer) => `app.use((ctx, next) => { if (ctx.path !== '${url}') return next(); ctx.body = '${answer}' })`,
      other: `app.use((ctx) => { ctx.status = 404; ctx.body = 'nothing' })`,
      listen: `const server = app.listen(0, () => console.log('port', server.address().port))`,
    },
    Fastify: {
      app: `import Fastify from 'fastify'\nexport const app = Fastify()`,
      route: (url, answer) => `app.get('${url}', async (request, reply) => '${answer}')`,
      other: `app.setNotFoundHandler((request, reply) => { reply.code(404).send('nothing') })`,
      listen: `await app.listen({ port: 0 })\nconsole.log('port', app.server.address().port)`,
    },
  }
  const importing = (text: string): string => `import { app } from '../app'\n${text}`
  const requiring = (text: string): string => `const { app } = require('../app')\n${text}`
  const asCommonjs = (text: string): string => text.replace(/^import (.+) from '(.+)'$/gm, `const $1 = require('$2')`).replace('export const app', 'const app')

  const startFramework = async ({ app, route, other, listen }: Framework, commonjs = false): Promise<void> => {
    if (!commonjs) {
      return start({
        'app.ts': app, 'routes/users.ts': importing(route('/users', 'users 1')), 'routes/notes.ts': importing(route('/notes', 'notes 1')), 'routes/other.ts': importing(other),
        'state.ts': `declare global { var states: number | undefined }\nglobalThis.states = (globalThis.states ?? 0) + 1`,
        'main.ts': `import './state'\nimport './routes/users'\nimport './routes/notes'\nimport './routes/other'\nimport { app } from './app'\n${listen}`,
      }, 'main.ts')
    }
    const [first = '', ...rest] = listen.split('\n')
    const listening = listen.startsWith('await') ? `app.listen({ port: 0 }).then(() => console.log('port', app.server.address().port))` : [asCommonjs(first), ...rest].join('\n')
    return start({
      'app.js': `${asCommonjs(app)}\nexports.app = app`, 'routes/users.js': requiring(route('/users', 'users 1')), 'routes/notes.js': requiring(route('/notes', 'notes 1')), 'routes/other.js': requiring(other),
      'state.js': `globalThis.states = (globalThis.states ?? 0) + 1`,
      'main.js': `require('./state')\nconst { app } = require('./app')\nrequire('./routes/users')\nrequire('./routes/notes')\nrequire('./routes/other')\n${listening}`,
    }, 'main.js', 'commonjs')
  }

  for (const [name, framework] of Object.entries(frameworks)) {
    for (const commonjs of [false, true]) {
      it(`is answered by what was saved, on an app of ${name}${commonjs ? ' in CommonJS' : ''}; other state stays`, async () => {
        await startFramework(framework, commonjs)
        const [users, notes] = commonjs ? ['routes/users.js', 'routes/notes.js'] : ['routes/users.ts', 'routes/notes.ts']
        const text = (url: string, answer: string): string => (commonjs ? requiring : importing)(framework.route(url, answer))
        for (const version of [2, 3, 4]) {
          await saved(users, text('/users', `users ${version}`))
          await saved(notes, text('/notes', `notes ${version}`))
          assert.deepEqual([await get('/users'), await get('/notes'), await get('/none')], [`users ${version}`, `notes ${version}`, 'nothing'])
        }
        await saved(users, text('/people', 'people'))
        assert.deepEqual([await get('/people'), await get('/users')], ['people', 'nothing'])
        assert.equal(await world.value('globalThis.states'), 1)
      })
    }
  }

  const express = (): Promise<void> => startFramework(frameworks.Express ?? assert.fail())
  const users = (answer: string): string => importing(`app.get('/users', (req, res) => { res.send('${answer}') })`)

  it('is told with the load: who is loaded again, and why', async () => {
    await express()
    assert.deepEqual(brief(await saved('routes/users.ts', users('users 2'))), [
      'routes/users loaded', 'app loaded because routes/users changed: it gave functions to "app" at line 2',
      'routes/notes loaded because app was loaded again: gave functions to "app" at line 2', 'routes/other loaded because app was loaded again: gave functions to "app" at line 2',
    ])
    assert.deepEqual(modulesOf(await saved('app.ts', `import express from 'express'\nexport const app = express().set('x', 1)`)), ['app', 'routes/notes', 'routes/other', 'routes/users'])
    assert.equal(await get('/notes'), 'notes 1')
  })

  it('is the last save of thirty in a row, each time once', async () => {
    await express()
    for (let version = 2; version <= 31; version++) {
      await saved('routes/users.ts', importing(`let asked = 0\napp.use('/users', (req, res, next) => { asked++; next() })\napp.get('/users', (req, res) => { res.send('${version} ' + asked) })`))
      assert.equal(await get('/users'), `${version} 1`)
    }
  })

  it('stays as it was when a save fails, and is taken back with the repair', async () => {
    await express()
    const report = await world.save('routes/users.ts', `${users('users 2')}\nthrow new Error('no')`)
    assert.equal(report.ok, false)
    assert.deepEqual([await get('/users'), await get('/notes'), await get('/none')], ['users 1', 'notes 1', 'nothing'])
    await saved('routes/users.ts', users('users 3'))
    assert.deepEqual([await get('/users'), await get('/notes'), await get('/none')], ['users 3', 'notes 1', 'nothing'])
  })

  it('is given in the order of the imports by a module that is new, and is gone with one that is deleted', async () => {
    await express()
    const main = (routes: readonly string[]): string => `import './state'\n${routes.map((route) => `import './routes/${route}'`).join('\n')}\nimport { app } from './app'\n${frameworks.Express?.listen ?? ''}`
    await world.write('routes/people.ts', importing(`app.get('/people', (req, res) => { res.send('people 1') })`))
    await saved('main.ts', main(['users', 'people', 'notes', 'other']))
    assert.deepEqual([await get('/people'), await get('/users')], ['people 1', 'users 1'])
    await saved('routes/people.ts', importing(`app.get('/people', (req, res) => { res.send('people 2') })`))
    assert.equal(await get('/people'), 'people 2')
    await rm(path.join(world.root, 'routes/people.ts'))
    await world.write('main.ts', main(['users', 'notes', 'other']))
    const report = await world.load(['main.ts', 'routes/people.ts'].map((file) => path.join(world.root, file)))
    assert.equal(report.ok, true)
    assert.ok(brief(report).includes('app loaded because routes/people was deleted: it gave functions to "app" at line 2'))
    assert.deepEqual([await get('/people'), await get('/users'), await get('/notes')], ['nothing', 'users 1', 'notes 1'])
  })

  it('lets requests in flight finish in the code they began in', async () => {
    await express()
    const slow = (answer: string): string => importing(`app.get('/users', async (req, res) => { console.log('asked ${answer}'); await new Promise((resolve) => { globalThis.go = resolve }); res.send('${answer}') })`)
    await saved('routes/users.ts', slow('slow 1'))
    const answer = get('/users')
    await world.prints('asked slow 1')
    await saved('routes/users.ts', users('users 2'))
    assert.equal(await get('/users'), 'users 2')
    await world.value('void globalThis.go()')
    assert.equal(await answer, 'slow 1')
  })

  it('is found in loops, in functions that the top level calls, and in those of other modules', async () => {
    const inner = (version: number): string => `import { app } from './app.js'\nfor (const url of ['/a', '/b']) app.get(url, (req, res) => { res.send(url + ${version}) })\nsetup()\nasync function setup() { await null\n  app.get('/c', (req, res) => { res.send('/c${version}') }) }\nconst list = (req, res) => { res.send('/d${version}') }\n;['/d'].forEach((url) => app.get(url, list))`
    const outer = (version: number): string => `import { app } from './app.js'\nexport function routes() { app.get('/e', (req, res) => { res.send('/e${version}') }) }`
    await start({
      'app.js': frameworks.Express?.app ?? '', 'inner.js': inner(1), 'outer.js': outer(1),
      'main.js': `import './inner.js'\nimport { routes } from './outer.js'\nimport { app } from './app.js'\nroutes()\n${frameworks.Express?.listen ?? ''}`,
    })
    for (const version of [2, 3]) {
      await saved('inner.js', inner(version))
      await saved('outer.js', outer(version))
      assert.deepEqual([await get('/a'), await get('/b'), await get('/c'), await get('/d'), await get('/e')], ['/a', '/b', '/c', '/d', '/e'].map((url) => `${url}${version}`))
    }
  })

  it('is a router that is exported, made here or by a package', async () => {
    const users = (version: number): string => `import { Router } from 'express'\nexport const users = Router()\nusers.get('/', (req, res) => { res.send('users ${version}') })`
    const notes = (version: number): string => `import { Router } from 'express'\nimport { app } from './app.js'\nconst notes = Router()\nnotes.get('/', (req, res) => { res.send('notes ${version}') })\napp.use('/notes', notes)`
    const main = (url: string): string => `import express from 'express'\nimport { app } from './app.js'\nimport { users } from './users.js'\nimport './notes.js'\napp.use(express.json())\napp.use('${url}', users)\n${frameworks.Express?.listen ?? ''}`
    await start({ 'app.js': frameworks.Express?.app ?? '', 'users.js': users(1), 'notes.js': notes(1), 'main.js': main('/users') })
    assert.deepEqual(brief(await saved('users.js', users(2))), ['users loaded'])
    await saved('notes.js', notes(2))
    assert.deepEqual([await get('/users'), await get('/notes')], ['users 2', 'notes 2'])
    await saved('main.js', main('/people'))
    assert.deepEqual([await get('/people'), (await request(await port(), '/users')).status], ['users 2', 404])
  })

  it('is a function that the module exports: a second registration of a route is one, whoever runs current', async () => {
    const users = (version: number): string => `import { app } from './app.js'\nexport function list(req, res) { res.send('users ${version} ' + app.router.stack.length) }\napp.get('/users', list)`
    await start({ 'app.js': frameworks.Express?.app ?? '', 'users.js': users(1), 'main.js': `import { list } from './users.js'\nimport { app } from './app.js'\nexport const isList = () => app.router.stack[0].route.stack[0].handle === list\n${frameworks.Express?.listen ?? ''}` })
    for (const version of [2, 3]) {
      assert.deepEqual(brief(await saved('users.js', users(version))).slice(0, 2), ['users loaded', 'app loaded because users changed: it gave functions to "app" at line 3'])
      assert.deepEqual([await get('/users'), await world.value('main.isList()')], [`users ${version} 1`, true])
    }
  })

  it('is what a package made: `app.use(express.json())`', async () => {
    const json = (version: number): string => `import express from 'express'\nimport { app } from './app.js'\napp.use(express.json({ limit: ${version} }))`
    await start({ 'app.js': frameworks.Express?.app ?? '', 'json.js': json(1), 'main.js': `import './json.js'\nimport { app } from './app.js'\nexport const ask = () => app.router.stack.length` })
    for (const version of [2, 3]) await saved('json.js', json(version))
    assert.equal(await world.value('main.ask()'), 1)
  })

  it('is removed where a package passes it on to an emitter: `io.on` of socket.io, whose connections stay', async () => {
    const chat = (version: number): string => `import { io } from './io.js'\nio.on('connection', () => ${version})`
    await start({
      'io.js': `import { Server } from 'socket.io'\nexport const io = new Server()`, 'chat.js': chat(1),
      'main.js': `import './chat.js'\nimport { io } from './io.js'\nexport const ask = () => io.listeners('connection').map((one) => one())`,
    })
    for (const version of [2, 3]) {
      assert.deepEqual(brief(await saved('chat.js', chat(version))), ['chat loaded'])
      assert.deepEqual(await world.value('main.ask()'), [version])
    }
  })

  describe('to what the program keeps itself', () => {
    const ask = (): Promise<unknown> => world.value('main.ask()')
    const registries: Readonly<Record<string, readonly [holder: string, give: (version: number) => string, ask: string]>> = {
      'a list': ['export const held = []', (version) => `held.push({ run() { return ${version} } })`, 'held.map((one) => one.run())'],
      'a Set': ['export const held = new Set()', (version) => `held.add(run)\nfunction run() { return ${version} }`, '[...held].map((one) => one())'],
      'a Map': ['export const held = new Map()', (version) => `held.set('x', () => ${version})`, '[...held.values()].map((one) => one())'],
      'an object of a class': ['class Bus { all = []; subscribe(fn) { this.all.push(fn) } }\nexport const held = new Bus()', (version) => `const stop = held.subscribe(() => ${version})`, 'held.all.map((one) => one())'],
      'an object that a method answers': ['const all = []\nconst channel = { tap: (fn) => all.push(fn) }\nexport const held = { all, channel: () => channel }', (version) => `held.channel('x').tap(() => ${version})`, 'held.all.map((one) => one())'],
      'a function that keeps a list': ['const all = []\nexport function held(name, fn) { if (fn) all.push({ name, fn })\n  return all }', (version) => `held('x', async () => ${version})\nheld('y', work)\nasync function work() { return ${version} }`, 'Promise.all(held().filter(({ name }) => name === "x").map(({ fn }) => fn()))'],
      'a function that keeps by name': ['const all = {}\nexport const held = (name, fn) => { if (fn) all[name] = fn\n  return all }', (version) => `held('x', () => ${version})`, 'Object.values(held()).map((fn) => fn())'],
      'a list, by the static code of a class': ['export const held = []', (version) => `export class Run { static { held.push(this) } static run() { return ${version} } }`, 'held.map((one) => one.run())'],
      'a list, by a static field': ['export const held = []\nexport const register = (one) => held.push(one)', (version) => `import { register } from './held.js'\nexport class Run { static id = register({ run() { return ${version} } }); static named = register(this) && Run; static run() { return ${version} } }`, '[...new Set(held.map((one) => one.run()))]'],
      'an EventEmitter': [`import { EventEmitter } from 'node:events'\nexport const held = new EventEmitter()`, (version) => `held.on('x', (all) => all.push(${version}))`, '(() => { const all = []; held.emit("x", all); return all })()'],
    }
    for (const [name, [holder, give, answer]] of Object.entries(registries)) {
      it(`is there once, and that of the last save: ${name}`, async () => {
        const text = (version: number): string => `import { held } from './index.js'\n${give(version)}`
        await start({ 'held.js': holder, 'index.js': `export * from './held.js'`, 'gives.js': text(1), 'more.js': text(10), 'main.js': `import { held } from './index.js'\nimport './gives.js'\nimport './more.js'\nexport const ask = async () => ${answer}` })
        const keyed = name === 'a Map' || name === 'a function that keeps by name'
        assert.deepEqual(await ask(), keyed ? [10] : [1, 10])
        for (const version of [2, 3, 4]) {
          await saved('gives.js', text(version))
          assert.deepEqual([...(await ask() as number[])].sort((a, b) => a - b), keyed ? [version] : [version, 10])
        }
        await saved('held.js', `${holder}\n// changed`)
        assert.deepEqual(await ask(), keyed ? [10] : [4, 10])
      })
    }

    it('is the same in CommonJS: a list, and functions side by side', async () => {
      const gives = (version: number): string => `const held = require('./held')\nheld.list.push(() => ${version})\nheld.register(() => ${version})\nrequire('./held').register(run)\nfunction run() { return ${version} }`
      await start({ 'held.js': `exports.list = []\nconst all = []\nexports.register = (fn) => { all.push(fn) }\nexports.all = all`, 'gives.js': gives(1), 'main.js': `require('./gives')\nconst held = require('./held')\nexports.ask = () => [...held.list, ...held.all].map((one) => one())` }, 'main.js', 'commonjs')
      for (const version of [2, 3]) {
        await saved('gives.js', gives(version))
        assert.deepEqual(await ask(), [version, version, version])
      }
    })

    it('is the same for a script that gives all it exports', async () => {
      const gives = (version: number): string => `exports.run = () => ${version}\nrequire('./held').list.push(exports)\nrequire('./held').list.push({ of: module.exports })`
      await start({ 'held.js': 'exports.list = []', 'gives.js': gives(1), 'main.js': `require('./gives')\nconst held = require('./held')\nexports.ask = () => held.list.map((one) => (one.of ?? one).run())` }, 'main.js', 'commonjs')
      for (const version of [2, 3]) {
        await saved('gives.js', gives(version))
        assert.deepEqual(await ask(), [version, version])
      }
    })

    it('is given again by a module whose load took its time, whatever was seen of the program meanwhile', async () => {
      const gives = (version: number, wait = ''): string => `import { held } from './held.js'\nheld.push(() => ${version})\n${wait}`
      await start({
        'held.js': 'export const held = []', 'gives.js': gives(1), 'more.js': gives(10), 'other.js': 'export const wait = async () => { await new Promise(() => {}) }',
        'main.js': `import { held } from './held.js'\nimport './gives.js'\nimport './more.js'\nimport './other.js'\nexport const ask = () => held.map((one) => one())`,
      })
      const loading = saved('gives.js', gives(2, `console.log('it waits')\nawait new Promise((done) => { globalThis.open = done })`))
      await world.prints('it waits')
      await world.value('spawn(() => other.wait()), 1')
      await world.until(({ modules }) => modules.some(({ name, current }) => name === 'other' && (current?.processes ?? 0) > 0))
      await world.value('globalThis.open()')
      await loading
      assert.deepEqual(await ask(), [2, 10])
      await saved('more.js', gives(20))
      assert.deepEqual(await ask(), [2, 20])
    })

    it('leaves everybody alone where no function is given, or none is kept', async () => {
      const held = `import { EventEmitter } from 'node:events'\nglobalThis.loaded = (globalThis.loaded ?? 0) + 1\nexport const log = { info() {} }\nexport const app = Object.assign(() => {}, { set() {}, listen(port, up) { up() } })\nexport const bus = new EventEmitter()\nexport const list = [3, 1, 2]\nexport const measure = (fn) => fn()\nexport const wrap = (fn) => (...args) => fn(...args)\nexport const later = Promise.resolve(1)\nexport const store = { add() {}, update(fn) { fn() } }\nexport const config = { a: 1 }`
      const gives = (version: number): string => `import { app, bus, config, later, list, log, measure, store, wrap } from './held.js'\napp.set('x', ${version})\napp.listen(1, () => {})\nbus.emit('x', ${version})\nbus.on('x', () => {})\nlog.info('x')\nlist.map((x) => x + 1)\nlist.forEach((x) => x)\nlater.then((x) => x)\nmeasure(() => 1)\nexport const wrapped = wrap(() => 1)\nstore.add(config)\nstore.add({ a: ${version} })\nstore.update((s) => s)`
      await start({ 'held.js': held, 'gives.js': gives(1), 'main.js': `import './gives.js'` })
      assert.deepEqual(brief(await saved('gives.js', gives(2))), ['gives loaded'])
      assert.equal(await world.value('globalThis.loaded'), 1)
    })

    it('leaves everybody alone where the module takes it back itself', async () => {
      const gives = (version: number): string => `import { held } from './held.js'\nconst run = () => ${version}\nheld.push(run)\nimport.meta.hot?.dispose(() => { held.splice(held.indexOf(run), 1) })`
      await start({ 'held.js': 'export const held = []', 'gives.js': gives(1), 'main.js': `import { held } from './held.js'\nimport './gives.js'\nexport const ask = () => held.map((one) => one())` })
      assert.deepEqual(brief(await saved('gives.js', gives(2))), ['gives loaded'])
      assert.deepEqual(await ask(), [2])
    })

    it('leaves it to the module where it takes back a function that it exports, after the next version gave its own', async () => {
      const gives = (version: number): string => `import { held } from './held.js'\nexport function run() { return ${version} }\nheld.add(run)\nimport.meta.hot?.dispose(() => { held.delete(run) })`
      await start({ 'held.js': 'export const held = new Set()', 'gives.js': gives(1), 'main.js': `import { held } from './held.js'\nimport './gives.js'\nexport const ask = () => [...held].map((one) => one())` })
      for (const version of [2, 3]) {
        assert.deepEqual(brief(await saved('gives.js', gives(version))), ['gives loaded'])
        assert.deepEqual(await ask(), [version])
      }
    })
  })
})
