/** Functions that are given an object and give it functions: `export function users(app) { app.get('/users', …) }`, where a top level calls `users(app)`. */
import assert from 'node:assert/strict'
import { symlink } from 'node:fs/promises'
import path from 'node:path'
import type { LoadReport } from '../../src/protocol/messages'
import { request } from './support/requests'
import { World } from './support/world'

describe('what a function gives to an object that a top level hands it', () => {
  let world: World
  afterEach(() => world.end())

  const start = async (files: Readonly<Record<string, string>>, type: 'module' | 'commonjs'): Promise<void> => {
    world = await World.create({ 'package.json': `{"type":"${type}"}`, ...files }, { entry: 'main.js' })
    await symlink(path.resolve(__dirname, '../../node_modules'), path.join(world.root, 'node_modules'))
    await world.host.start()
    await world.prints('port ')
  }
  const get = async (url: string): Promise<string> => (await request(Number(/port (\d+)/.exec(world.output)?.[1]), url)).body
  const saved = async (file: string, text: string): Promise<LoadReport> => {
    const report = await world.save(file, text)
    assert.equal(report.ok, true, JSON.stringify(report))
    return report
  }
  const why = (report: LoadReport): readonly string[] => report.outcomes.map((outcome) => `${outcome.module}: ${outcome.kind === 'loaded' ? outcome.why ?? 'saved' : outcome.kind}`).sort()

  const app = { module: `import express from 'express'\nexport const app = express()`, commonjs: `const express = require('express')\nmodule.exports = express()` }
  const listen = `const server = app.listen(0, () => console.log('port', server.address().port))`
  const forms: Readonly<Record<string, { readonly type: 'module' | 'commonjs'; readonly users: (answer: string) => string; readonly main: string; readonly more?: Readonly<Record<string, string>> }>> = {
    'a function': {
      type: 'module', users: (answer) => `export function users(app) {\n  app.get('/users', (req, res) => { res.send('${answer}') })\n}`,
      main: `import { app } from './app.js'\nimport { users } from './users.js'\nusers(app)\n${listen}`,
    },
    'an arrow function that is the default': {
      type: 'module', users: (answer) => `export default (web, prefix) => { web.get(prefix + 'users', (req, res) => { res.send('${answer}') }) }`,
      main: `import { app } from './app.js'\nimport users from './users.js'\nusers(app, '/')\n${listen}`,
    },
    'a function that another one calls, in a function that the top level calls': {
      type: 'module', users: (answer) => `export const users = (app) => {\n  app.route('/users').get((req, res) => { res.send('${answer}') })\n}`,
      main: `import { app } from './app.js'\nimport * as routes from './routes.js'\nasync function main() {\n  await null\n  routes.all({}, app)\n  ${listen}\n}\nawait main()`,
      more: { 'routes.js': `import { users } from './users.js'\nexport function all(options, app) {\n  users(app)\n}` },
    },
    'a function that its own module calls': {
      type: 'module', users: (answer) => `import { app } from './app.js'\nfunction setup(app) {\n  app.get('/users', (req, res) => { res.send('${answer}') })\n}\nsetup(app)`,
      main: `import { app } from './app.js'\nimport './users.js'\n${listen}`,
    },
    'a function that others of its own module call': {
      type: 'commonjs', users: (answer) => `const app = require('./app')\nconst setup = (web) => {\n  web.get('/users', (req, res) => { res.send('${answer}') })\n}\nfunction all(web) { setup(web) }\nfunction main() { all(app) }\nmain()`,
      main: `const app = require('./app')\nrequire('./users')\n${listen}`,
    },
    'a function that takes it out of an object': {
      type: 'module', users: (answer) => `export function users({ app }) {\n  const web = app\n  web.get('/users', (req, res) => { res.send('${answer}') })\n}`,
      main: `import { app } from './app.js'\nimport { users } from './users.js'\nusers({ app })\n${listen}`,
    },
    'a function that has it by default': {
      type: 'commonjs', users: (answer) => `module.exports = (app = require('./app')) => {\n  ['/users'].forEach((url) => app.get(url, (req, res) => { res.send('${answer}') }))\n}`,
      main: `const app = require('./app')\nrequire('./users')()\n${listen}`,
    },
    'functions in a list': {
      type: 'module', users: (answer) => `export function users(app) {\n  app.get('/users', (req, res) => { res.send('${answer}') })\n}`,
      main: `import { context } from './context.js'\nimport { users } from './users.js'\nfor (const register of [users]) register(context.app)\n${listen.replace('app.', 'context.app.')}`,
      more: { 'context.js': `import { app } from './app.js'\nexport const context = { app }` },
    },
    'a method of an object': {
      type: 'module', users: (answer) => `class Users {\n  register(app) { app.get('/users', (req, res) => { res.send('${answer}') }) }\n}\nexport const users = new Users()`,
      main: `import { app } from './app.js'\nimport { users } from './users.js'\nusers.register(app)\n${listen}`,
    },
    'a method that the top level calls, of an object whose constructor holds it': {
      type: 'module', users: (answer) => `export class Users {\n  constructor(app) { this.app = app }\n  routes() { this.app.get('/users', (req, res) => { res.send('${answer}') }) }\n}`,
      main: `import { app } from './app.js'\nimport { Users } from './users.js'\nnew Users(app).routes()\n${listen}`,
    },
    'a method of a class whose base calls it': {
      type: 'module', users: (answer) => `import { Base } from './base.js'\nexport class Users extends Base {\n  routes() { this.app.get('/users', (req, res) => { res.send('${answer}') }) }\n}`,
      main: `import { app } from './app.js'\nimport { Users } from './users.js'\nnew Users(app)\n${listen}`,
      more: { 'base.js': `export class Base {\n  constructor(app) { this.app = app; this.routes() }\n}` },
    },
    'a function in a file that is found by its name': {
      type: 'module', users: (answer) => `export default function users(app) {\n  app.get('/users', (req, res) => { res.send('${answer}') })\n}`,
      main: `import { app } from './app.js'\nfor (const name of ['users']) {\n  const { default: register } = await import(\`./\${name}.js\`)\n  register(app)\n}\n${listen}`,
    },
    'a constructor': {
      type: 'module', users: (answer) => `export class Users {\n  constructor(app) { app.get('/users', (req, res) => { res.send('${answer}') }) }\n}`,
      main: `import { app } from './app.js'\nimport { Users } from './users.js'\nnew Users(app)\n${listen}`,
    },
    'a method of an object whose constructor holds it': {
      type: 'module', users: (answer) => `export default class Users {\n  #app\n  constructor(app) { this.#app = app; this.routes() }\n  routes() { this.#app.get('/users', (req, res) => { res.send('${answer}') }) }\n}`,
      main: `import { app } from './app.js'\nimport Users from './users.js'\nexport const users = new Users(app)\n${listen}`,
    },
    'a static method': {
      type: 'commonjs', users: (answer) => `exports.Users = class Users {\n  static mount(app) { app.get('/users', (req, res) => { res.send('${answer}') }) }\n}`,
      main: `const app = require('./app')\nconst { Users } = require('./users')\nUsers.mount(app)\n${listen}`,
    },
    'a class that its own module makes an object of': {
      type: 'commonjs', users: (answer) => `const app = require('./app')\nclass Users {\n  constructor(app) { this.app = app; this.routes() }\n  routes() { this.app.get('/users', (req, res) => { res.send('${answer}') }) }\n}\nnew Users(app)`,
      main: `const app = require('./app')\nrequire('./users')\n${listen}`,
    },
    'module.exports, called where it is required': {
      type: 'commonjs', users: (answer) => `module.exports = function (app) {\n  app.get('/users', (req, res) => { res.send('${answer}') })\n}`,
      main: `const app = require('./app')\nrequire('./users')(app)\n${listen}`,
    },
    'an arrow function in module.exports': {
      type: 'commonjs', users: (answer) => `module.exports = (app) => {\n  app.get('/users', (req, res) => { res.send('${answer}') })\n}`,
      main: `const app = require('./app')\nconst users = require('./users')\nusers(app)\n${listen}`,
    },
    'a named function in module.exports': {
      type: 'commonjs', users: (answer) => `module.exports = function register(app) {\n  app.get('/users', (req, res) => { res.send('${answer}') })\n}`,
      main: `const app = require('./app')\nconst users = require('./users')\nusers(app)\n${listen}`,
    },
    'a name in module.exports': {
      type: 'commonjs', users: (answer) => `function register(app) {\n  app.get('/users', (req, res) => { res.send('${answer}') })\n}\nmodule.exports = register`,
      main: `const app = require('./app')\nrequire('./users')(app)\n${listen}`,
    },
    'a member of exports': {
      type: 'commonjs', users: (answer) => `exports.register = (app) => {\n  app.get('/users', (req, res) => { res.send('${answer}') })\n}`,
      main: `const app = require('./app')\nconst users = require('./users')\nusers.register(app)\n${listen}`,
    },
    'a method of what is required': {
      type: 'commonjs', users: (answer) => `function register(app) {\n  app.get('/users', (req, res) => { res.send('${answer}') })\n}\nmodule.exports = { register }`,
      main: `const app = require('./app')\nrequire('./users').register(app)\n${listen}`,
    },
  }
  for (const [name, { type, users, main, more }] of Object.entries(forms)) {
    it(`is what was saved: ${name}`, async () => {
      await start({ 'app.js': app[type], 'users.js': users('users 1'), 'main.js': main, ...more }, type)
      for (const version of [2, 3]) {
        await saved('users.js', users(`users ${version}`))
        assert.equal(await get('/users'), `users ${version}`)
      }
      await saved('users.js', users('users').replace('users\'', 'people\''))
      assert.match(await get('/users'), /Cannot GET/)
    })
  }

  it('is what was saved, when that is only what calls answered, on an app of the top level', async () => {
    const setup = (answer: string): string => `const answering = require('./answering')\nmodule.exports = (app) => {\n  app.use(answering('${answer}'))\n}`
    await start({ 'setup.js': setup('one'), 'answering.js': 'module.exports = (answer) => (req, res) => { res.send(answer) }', 'main.js': `const app = require('express')()\nrequire('./setup')(app)\n${listen}` }, 'commonjs')
    await saved('setup.js', setup('two'))
    assert.equal(await get('/'), 'two')
  })

  it('is told with the load, and what is handed over but given nothing stays', async () => {
    const users = (answer: string): string => `export function users(app, db) {\n  db.find('x')\n  app.get('/users', (req, res) => { res.send('${answer}' + db.find(1)) })\n}`
    await start({
      'app.js': app.module, 'users.js': users('users 1'), 'db.js': `export const db = { find: (id) => id }`,
      'main.js': `import { app } from './app.js'\nimport { db } from './db.js'\nimport { users } from './users.js'\nusers(app, db)\n${listen}`,
    }, 'module')
    assert.deepEqual(why(await saved('users.js', users('users 2'))), [
      'app: because users changed: it gave functions to "app" at line 3', 'main: because users changed: users at line 1 made functions that may be in use', 'users: saved',
    ])
    assert.equal(await get('/users'), 'users 21')
  })

  it('is not what services do with a store when they are asked', async () => {
    const services = (version: number): string => `export class Users {
  constructor(store) { this.store = store; this.begin(); this.all() }
  begin() { this.version = ${version} }
  all() { this.store.each((one) => one); this.store.withClient((one) => one); void this.cached() }
  async cached() { await this.store.wrap('all', () => 1) }
}
export function makeTags(store) { return { all: () => store.each((one) => one), one() { store.find((tag) => tag) } } } // ${version}`
    await start({
      'store.js': `class Store { each(fn) { fn(1) }\n withClient(fn) { fn(1) }\n wrap(key, fn) { return fn() }\n find(fn) { return fn(1) } }\nexport const store = new Store()`, 'services.js': services(1),
      'main.js': `import { store } from './store.js'\nimport { Users, makeTags } from './services.js'\nexport const users = new Users(store), tags = makeTags(store)\nusers.all()\nconsole.log('port 0')`,
    }, 'module')
    assert.equal(why(await saved('services.js', services(2))).some((text) => text.startsWith('store:')), false)
  })
})
