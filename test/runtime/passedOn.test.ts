/** Handlers that a top level had other modules leave somewhere: what happens to them when those modules are loaded again. */
import assert from 'node:assert/strict'
import type { LoadReport } from '../../src/protocol/messages'
import { World } from './support/world'

const brief = (report: LoadReport): string[] =>
  report.outcomes.map((outcome) => `${outcome.module} ${outcome.kind}${outcome.kind === 'loaded' && outcome.why !== undefined ? ` ${outcome.why}` : ''}`)

describe('what was passed on', () => {
  let world: World
  afterEach(() => world.end())

  /** `bus` stands for a package: it keeps what it is given and is never loaded again itself. */
  const bus = `export const wrap = (answer) => ({ answer })\nexport const makeBus = () => { const kept = []; return { kept, on(name, fn) { kept.push(fn) }, add(options) { kept.push(options.handler) }, ask: () => kept.map((one) => one.answer?.() ?? one()) } }`
  const start = async (files: Readonly<Record<string, string>>, type = 'module'): Promise<void> => {
    world = await World.start({ 'package.json': `{"type":"${type}"}`, 'node_modules/bus/package.json': '{"name":"bus","type":"module","exports":"./bus.js"}', 'node_modules/bus/bus.js': bus, ...files }, { entry: 'main.js' })
  }
  const answers = (): Promise<unknown> => world.value('globalThis.bus.ask()')
  const main = `import { makeBus } from 'bus'\nimport { register } from './routes.js'\nglobalThis.bus = makeBus()\nregister(globalThis.bus)`
  /** Saves it three times, which would purge whatever still belongs to the first version. */
  const saves = async (file: string, text: (version: number) => string, expected: (version: number) => unknown): Promise<void> => {
    for (const version of [2, 3, 4]) {
      const report = await world.save(file, text(version))
      assert.equal(report.ok, true)
      assert.deepEqual(await answers(), expected(version))
    }
  }

  const ways: Readonly<Record<string, (version: number) => string>> = {
    'written in place': (version) => `export function register(bus) { bus.on('x', () => ${version}) }`,
    'in an object literal': (version) => `export function register(bus) { bus.add({ handler: async () => ${version}, handler() { return ${version} } }) }`,
    'a function of the module': (version) => `export function register(bus) { bus.on('x', list) }\nfunction list() { return ${version} }`,
    'a function of the function': (version) => `export const register = (bus) => { const list = () => ${version}; bus.on('x', list) }`,
    'an object of the module': (version) => `const api = { answer: list }\nexport function register(bus) { bus.on('x', api) }\nfunction list() { return ${version} }`,
    'part of an object of the module': (version) => `const all = { api: { answer() { return ${version} } } }\nexport function register(bus) { bus.on('x', all.api) }`,
    'a copy of an object of the module': (version) => `const list = () => ${version}\nlet api = { answer: list }\nexport const register = (bus) => { const copy = { ...api }; bus.kept[0] = copy }`,
    'in a list of the module': (version) => `const all = [list]\nexport function register(bus) { for (const one of all) bus.on('x', one) }\nfunction list() { return ${version} }`,
    'an object that the top level fills': (version) => `const api = {}\napi.answer = () => ${version}\nexport const register = (bus) => bus.on('x', api)`,
    'an object of the module that a package made': (version) => `import { wrap } from 'bus'\nconst api = wrap(() => ${version})\nexport const register = (bus) => bus.on('x', api)`,
    'fields of an object of the module': (version) => `class Api { answer = () => ${version} }\nconst api = new Api()\nexport const register = (bus) => bus.on('x', api)`,
    'a method': (version) => `export const register = (bus) => new Routes().register(bus)\nclass Routes { register(bus) { bus.on('x', this.list); bus.kept.splice(1) }\n list() { return ${version} } }`,
    'a bound method': (version) => `export const register = (bus) => new Routes().register(bus)\nclass Routes { register(bus) { bus.on('x', this.list.bind(this)) }\n list() { return ${version} } }`,
    'answered by a factory': (version) => `export const register = (bus) => bus.on('x', make())\nconst make = () => () => ${version}`,
    'after an await': (version) => `export async function register(bus) { await null; bus.on('x', () => ${version}) }`,
  }
  for (const [way, text] of Object.entries(ways)) {
    it(`is passed on anew by its top level: ${way}`, async () => {
      await start({ 'main.js': main, 'routes.js': text(1) })
      await saves('routes.js', text, (version) => [version])
    })
  }

  const answered = `import { makeBus } from 'bus'\nimport { make } from './routes.js'\nglobalThis.bus = makeBus()\nglobalThis.bus.on('x', make())`
  for (const [way, text] of Object.entries<(version: number) => string>({
    'a function of the module': (version) => `export const make = () => list\nfunction list() { return ${version} }`,
    'an object of the module': (version) => `const list = () => ${version}\nconst api = { answer: list }\nexport function make() { return api }`,
  })) {
    it(`is what a function answered, too: ${way}`, async () => {
      await start({ 'main.js': answered, 'routes.js': text(1) })
      await saves('routes.js', text, (version) => [version])
    })
  }

  it('counts whoever led there: a list of routes is a list of functions that were passed on', async () => {
    const list = (names: string): string => `import { a, b } from './handlers.js'\nexport function register(bus) { for (const one of [${names}]) bus.on('x', one)\n bus.on('y', a) }`
    await start({ 'main.js': main, 'routes.js': list('b'), 'handlers.js': `export const a = () => 'a1'\nexport const b = () => 'b1'` })
    assert.deepEqual(await answers(), ['b1', 'a1'])
    await world.save('routes.js', list('b, b'))
    assert.deepEqual(await answers(), ['b1', 'b1', 'a1'])
    assert.deepEqual(brief(await world.save('handlers.js', `export const a = () => 'a2'\nexport const b = () => 'b2'`)), ['handlers loaded'])
    assert.deepEqual(await answers(), ['b2', 'b2', 'a2'])
  })

  it('is what another module exports, too: a router that is an object', async () => {
    const users = (version: number): string => `export const users = { answer: () => ${version}, all() { return this } }\nexport default users`
    await start({ 'main.js': main, 'routes.js': `import { users } from './index.js'\nexport function register(bus) { bus.on('x', users)\n bus.on('x', users.all()) }`, 'index.js': `export { users } from './users.js'`, 'users.js': users(1) })
    assert.deepEqual(await answers(), [1, 1])
    assert.deepEqual(brief(await world.save('users.js', users(2))), ['users loaded', 'main loaded because users changed: routes passed on what it exports'])
    assert.deepEqual(await answers(), [2, 2])
    await saves('users.js', users, (version) => [version, version])
  })

  for (const [way, passes] of Object.entries({
    'in a literal': 'bus.on("x", { answer: () => 0, ...users })',
    'by its name in a literal': 'const options = { users }; bus.on("x", options.users)',
    'in a list': 'for (const one of [users]) bus.on("x", one)',
  })) {
    it(`is what another module exports, ${way} of a function: \`createSchema({ resolvers })\``, async () => {
      const users = (version: number): string => `const answer = () => ${version}\nexport const users = { answer }`
      await start({ 'main.js': `import { makeBus } from 'bus'\nimport { users } from './users.js'\nboot()\nasync function boot() {\n  const bus = globalThis.bus = makeBus()\n  await null\n  ${passes}\n}`, 'users.js': users(1) })
      assert.deepEqual(brief(await world.save('users.js', users(2))), ['users loaded', 'main loaded because users changed: main passed on what it exports'])
      assert.deepEqual(await answers(), [2])
      await saves('users.js', users, (version) => [version])
    })
  }

  it('is the same in CommonJS', async () => {
    const commonjs = `const { makeBus } = require('bus')\nconst { register } = require('./routes')\nglobalThis.bus = makeBus()\nregister(globalThis.bus)`
    const users = (version: number): string => `exports.answer = () => ${version}\nexports.self = () => exports`
    const routes = (version: number): string => `const users = require('./users')\nexports.register = (bus) => { bus.on('x', users.self())\n bus.on('y', () => ${version}) }`
    await start({ 'node_modules/bus/package.json': '{"name":"bus","exports":"./bus.cjs"}', 'node_modules/bus/bus.cjs': bus.replaceAll('export const ', 'exports.'), 'main.js': commonjs, 'routes.js': routes(1), 'users.js': users(1) }, 'commonjs')
    await saves('users.js', users, (version) => [version, 1])
    await saves('routes.js', routes, (version) => [4, version])
  })

  it('is none of it: what is only called back at once, what a process passes on, what stays in the module', async () => {
    await start({
      'main.js': `import { spawn } from 'codeswitch'\nimport { work, serve, port } from './work.js'\nport()\n;(globalThis.runs ??= []).push(1)\nwork()\nserve()\nspawn(() => work(true))`,
      'work.js': `import { receive, spawn } from 'codeswitch'\nexport const serve = () => void spawn(loop)\nexport async function loop() { await receive() }\nexport function work(keep) { const list = [3, 1, 2]\n list.map((n) => n + 1).sort((a, b) => a - b); void Promise.resolve().then(() => {}); setImmediate(() => {})\n if (keep) keepIt()\n if (api !== undefined && typeof api.hash === 'function') { api.hash(1); current = api; api.list.map(hash) } }\nconst hash = (x) => x\nconst api = { hash, list: [1], port: 3 }\nlet current\nexport const port = () => api.port\nfunction keepIt() { globalThis.keep = () => 1 }`,
    })
    await world.save('work.js', `export function work() {}\nexport function serve() {}\nexport function port() {}`)
    assert.deepEqual(await world.value('globalThis.runs'), [1])
  })

  it('leaves a top level alone that is still at work in that code: it would be at it twice', async () => {
    const worker = (version: number): string => `export async function work() { const job = () => ${version}\n keep(job)\n await new Promise(() => {}) }\nfunction keep(job) { (globalThis.jobs ??= []).push(job) }`
    await start({ 'main.js': `import { work } from './worker.js'\n;(globalThis.runs ??= []).push(1)\nvoid work()`, 'worker.js': worker(1) })
    assert.deepEqual(brief(await world.save('worker.js', worker(2))), ['worker loaded'])
    assert.deepEqual(await world.value('globalThis.runs'), [1])
  })

  it('reaches those who captured a value of what was loaded with it, and their top levels', async () => {
    const config = (version: number): string => `export const config = { version: ${version} }`
    await start({ 'main.js': main, 'routes.js': `import { config } from './config.js'\nconst { version } = config\nexport function register(bus) { bus.on('x', () => version) }`, 'config.js': config(1) })
    await saves('config.js', config, (version) => [version])
  })

  describe('by a top level that awaits', () => {
    const awaiting = `import { makeBus } from 'bus'\nimport { build } from './app.js'\nglobalThis.bus = await build(makeBus())`
    /** As web frameworks do: plugins are called later, by the package. */
    const app = `import { plugin } from './plugin.js'\nexport async function build(bus) { const plugins = []; plugins.push(plugin)\n await new Promise(setImmediate)\n for (const one of plugins) await one(bus)\n return bus }`
    const plugin = (version: number): string => `import { number } from './model.js'\nexport async function plugin(bus) { await null; bus.on('x', () => ${version} + number())\n bus.on('x', number) }`

    it('sees the new code of its batch also when it goes on, and so does what it calls', async () => {
      await start({ 'main.js': awaiting, 'app.js': app, 'plugin.js': plugin(1), 'model.js': `export const number = () => 10` })
      await saves('plugin.js', plugin, (version) => [10 + version, 10])
    })

    it('is alone in that: whoever else runs meanwhile sees current code until the commit', async () => {
      await start({
        'main.js': `import { makeBus } from 'bus'\nimport { build } from './app.js'\nimport './view.js'\nglobalThis.bus = makeBus()\nawait build(globalThis.bus)`,
        'app.js': `import { plugin } from './plugin.js'\nexport async function build(bus) { if (globalThis.waits) await new Promise((resolve) => { globalThis.go = resolve; globalThis.waits() })\n await plugin(bus) }`,
        'plugin.js': plugin(1), 'model.js': `export const number = () => 10`,
        'view.js': `import { plugin } from './plugin.js'\nexport const see = async () => { const bus = { kept: [], on(_, fn) { this.kept.push(fn) } }; await plugin(bus); return bus.kept[0]() }`,
      })
      const see = (): Promise<unknown> => world.value(`await view.see()`)
      await world.value(`void (globalThis.waiting = new Promise((resolve) => { globalThis.waits = resolve }))`)
      const saved = world.save('plugin.js', plugin(2))
      await world.value('await globalThis.waiting')
      assert.equal(await see(), 11)
      await world.value('globalThis.go()')
      assert.equal((await saved).ok, true)
      assert.equal(await see(), 12)
    })
  })
})
