/** Identity where real packages hold what a program exports: an Express app and its routers, metadata of decorators. */
import assert from 'node:assert/strict'
import { symlink } from 'node:fs/promises'
import path from 'node:path'
import { World } from './support/world'

const packages = path.resolve(__dirname, '../../node_modules')

async function start(files: Readonly<Record<string, string>>, entry: string): Promise<World> {
  const world = await World.create(files, { entry })
  await symlink(packages, path.join(world.root, 'node_modules'))
  await world.host.start()
  const { runtime } = world.host.snapshot
  if (runtime.state === 'crashed') assert.fail(`${runtime.message}\n${world.output}`)
  return world
}

describe('callable objects', () => {
  let world: World
  afterEach(() => world.end())

  const get = async (url: string): Promise<string> => (await fetch(`http://127.0.0.1:${await world.value('server.port()')}${url}`)).text()

  for (const [kind, files] of [
    ['ES modules', {
      'package.json': '{"type":"module"}',
      'users.js': `import express from 'express'\nconst router = express.Router()\nrouter.get('/', (request, response) => response.send('users 1'))\nexport default router`,
      'app.js': `import express from 'express'\nimport users from './users.js'\nimport { fail } from './errors.js'\nexport const app = express()\napp.use('/users', users)\napp.get('/', (request, response) => response.send('app 1'))\napp.get('/bad', () => { throw new Error('bad') })\napp.use(fail)`,
      'errors.js': `export function fail(error, request, response, next) { response.status(500).send('failed 1 ' + error.message) }`,
      'server.js': `import http from 'node:http'\nimport { app } from './app.js'\nexport const kept = app\nexport const server = http.createServer(app).listen(0)\nexport const port = () => server.address().port\nexport const same = () => [kept === app, typeof app, app.get.length, Object.keys(app).includes('settings'), app instanceof Function]\nexport const stop = () => server.close()`,
    }],
    ['CommonJS', {
      'package.json': '{}',
      'users.js': `const express = require('express')\nconst router = express.Router()\nrouter.get('/', (request, response) => response.send('users 1'))\nmodule.exports = router`,
      'app.js': `const express = require('express')\nconst users = require('./users')\nconst { fail } = require('./errors')\nconst app = express()\napp.use('/users', users)\napp.get('/', (request, response) => response.send('app 1'))\napp.get('/bad', () => { throw new Error('bad') })\napp.use(fail)\nexports.app = app`,
      'errors.js': `exports.fail = function (error, request, response, next) { response.status(500).send('failed 1 ' + error.message) }`,
      'server.js': `const http = require('http')\nconst { app } = require('./app')\nexports.server = http.createServer(app).listen(0)\nexports.port = () => exports.server.address().port\nconst kept = app\nexports.same = () => [kept === require('./app').app, typeof app, app.get.length, Object.keys(app).includes('settings'), app instanceof Function]`,
    }],
  ] as const) {
    it(`an app and a router of Express answer with new code at the next request: ${kind}`, async () => {
      world = await start(files, 'server.js')
      assert.deepEqual([await get('/'), await get('/users'), await get('/bad')], ['app 1', 'users 1', 'failed 1 bad'])
      const loaded = await world.save('users.js', files['users.js'].replace('users 1', 'users 2'))
      assert.deepEqual(loaded.outcomes, [{ module: 'users', kind: 'loaded', version: 2, killed: [] }])
      assert.deepEqual([await get('/'), await get('/users')], ['app 1', 'users 2'])
      await world.save('app.js', files['app.js'].replace('app 1', 'app 2'))
      await world.save('errors.js', files['errors.js'].replace('failed 1', 'failed 2'))
      assert.deepEqual([await get('/'), await get('/users'), await get('/bad')], ['app 2', 'users 2', 'failed 2 bad'])
      await world.save('users.js', files['users.js'].replace('users 1', 'users 3'))
      assert.equal(await get('/users'), 'users 3')
      assert.deepEqual(await world.value('server.same()'), [true, 'function', 1, true, true])
    })
  }

  it('app.listen hands the server what stays current', async () => {
    const app = (version: number): string => `import express from 'express'\nexport const app = express()\napp.get('/', (request, response) => response.send('app ${version}'))`
    world = await start({
      'package.json': '{"type":"module"}', 'app.js': app(1),
      'server.js': `import { app } from './app.js'\nconst server = app.listen(0)\nexport const port = () => server.address().port`,
    }, 'server.js')
    assert.equal(await get('/'), 'app 1')
    await world.save('app.js', app(2))
    assert.equal(await get('/'), 'app 2')
  })
})

describe('metadata of decorators', () => {
  let world: World
  afterEach(() => world.end())

  const entity = (version: number): string => `
import 'reflect-metadata'
import { Entity, Column } from './decorators'
export class Plain { static kind = 'plain' }
@Entity('users ${version}')
export class User {
  @Column('text ${version}') name = 'n'
  hello() { return 'hello ${version}' }
  static make() { return new User() }
}
@Reflect.metadata('own', ${version})
export class Admin extends User {}`

  it('a class and its version are one key, for decorators, for importers and along the chain', async () => {
    world = await start({
      'tsconfig.json': '{"compilerOptions":{"experimentalDecorators":true}}', 'package.json': '{"type":"module"}',
      'decorators.ts': `
import 'reflect-metadata'
export const entities = new Map<Function, string>()
export const columns = new Map<Function, string[]>()
export const Entity = (name: string) => (target: Function) => { entities.set(target, name); Reflect.defineMetadata('entity', name, target) }
export const Column = (type: string) => (target: object, key: string) => { columns.set(target.constructor, [key, type]); Reflect.defineMetadata('column', type, target, key) }`,
      'user.ts': entity(1),
      'app.ts': `
import { User, Admin, Plain } from './user'
import { entities, columns } from './decorators'
const first = new User()
const get = (key: string, target: object, property?: string) => property === undefined ? Reflect.getMetadata(key, target) : Reflect.getMetadata(key, target, property)
export const facts = () => ({
  entity: [get('entity', User), get('entity', Admin), get('entity', first.constructor), Reflect.hasOwnMetadata('entity', Admin), Reflect.hasMetadata('entity', Admin), Reflect.getMetadataKeys(Admin)],
  column: [get('column', User.prototype, 'name'), get('column', new User(), 'name'), get('column', new Admin(), 'name')],
  own: [get('own', Admin), get('own', User) ?? null],
  registry: [entities.get(User), columns.get(User), entities.size, columns.size],
  hello: [first.hello(), User.make().hello(), new Admin().hello(), first instanceof User, new Admin() instanceof User, User.make().constructor === User],
  plain: [Plain.kind, get('mark', Plain) ?? null],
})
export const mark = () => { Reflect.defineMetadata('mark', 'by app', Plain) }`,
    }, 'app.ts')
    const facts = (version: number, mark: unknown): unknown => ({
      entity: [`users ${version}`, `users ${version}`, `users ${version}`, false, true, ['own', 'entity']],
      column: [`text ${version}`, `text ${version}`, `text ${version}`], own: [version, null],
      registry: [`users ${version}`, ['name', `text ${version}`], 1, 1],
      hello: [`hello ${version}`, `hello ${version}`, `hello ${version}`, true, true, true], plain: ['plain', mark],
    })
    assert.deepEqual(await world.value('app.facts()'), facts(1, null))
    await world.value('app.mark()')
    assert.equal((await world.save('user.ts', entity(2))).ok, true)
    assert.deepEqual(await world.value('app.facts()'), facts(2, 'by app'))
  })
})

describe('what decorators tell a package', () => {
  let world: World
  afterEach(() => world.end())

  /** Keeps it in each of the ways in which packages do. */
  const rules = `
const list = [], byClass = new Map(), byField = new Map(), copied = new Map(), classes = new Set(), names = new Map()
exports.Rule = (rule) => (target, field) => {
  const of = target.constructor
  list.push({ target: of, field, rule })
  if (byClass.has(of)) byClass.get(of).push({ field, rule })
  else byClass.set(of, [{ field, rule }])
  if (!byField.has(of)) byField.set(of, new Map())
  if (!byField.get(of).has(field)) byField.get(of).set(field, [])
  byField.get(of).get(field).push(rule)
  copied.set(of, [...(copied.get(of) ?? []), { field, rule }])
}
exports.Named = (name) => (target) => { classes.add(target); names.set(target, name) }
exports.told = (of) => ({
  list: list.filter(({ target }) => target === of).map(({ field, rule }) => field + ' ' + rule), byClass: (byClass.get(of) ?? []).map(({ field, rule }) => field + ' ' + rule),
  byField: [...(byField.get(of) ?? [])].map(([field, all]) => field + ' ' + all), copied: (copied.get(of) ?? []).map(({ field, rule }) => field + ' ' + rule), named: [classes.has(of), names.get(of) ?? null],
})
exports.build = (...all) => all.map((of) => list.filter(({ target }) => target === of).map(({ field, rule }) => field + ' ' + rule).join())
exports.size = () => [list.length, byClass.size, classes.size, names.size]`
  const user = (name: string | undefined, fields: Readonly<Record<string, string>>): string => `
import { Named, Rule } from 'rules'
${name === undefined ? '' : `@Named('${name}')`}
export class User {
${Object.entries(fields).map(([field, rule]) => `  @Rule('${rule}') ${field} = ''`).join('\n')}
}
@Named('note') export class Note { @Rule('long') text = '' }
`
  const told = (name: string | null, ...all: readonly string[]): unknown => ({ list: all, byClass: all, byField: all, copied: all, named: [name !== null, name] })
  const start = async (): Promise<void> => {
    world = await World.create({
      'tsconfig.json': '{"compilerOptions":{"experimentalDecorators":true}}', 'package.json': '{"type":"module"}',
      'node_modules/rules/package.json': '{"name":"rules","main":"index.js"}', 'node_modules/rules/index.js': rules,
      'user.ts': user('user', { name: 'short', mail: 'email' }),
      'app.ts': `import { told, size } from 'rules'\nimport { Note, User } from './user'\nexport const facts = () => [told(User), told(Note)]\nexport { size }`,
    }, { entry: 'app.ts' })
    await world.host.start()
  }
  const facts = (): Promise<unknown> => world.value('app.facts()')
  const note = told('note', 'text long')

  it('is what the class says now: a rule that was changed or taken away holds no longer', async () => {
    await start()
    assert.deepEqual(await facts(), [told('user', 'name short', 'mail email'), note])
    const size = await world.value('app.size()')
    await world.save('user.ts', user('person', { name: 'long', mail: 'email' }))
    assert.deepEqual(await facts(), [told('person', 'name long', 'mail email'), note])
    assert.deepEqual(await world.value('app.size()'), size)
    await world.save('user.ts', user('person', { name: 'long' }))
    assert.deepEqual(await facts(), [told('person', 'name long'), note])
    await world.save('user.ts', user(undefined, {}))
    assert.deepEqual(await facts(), [told(null), note])
    await world.save('user.ts', user('user', { mail: 'email' }))
    assert.deepEqual(await facts(), [told('user', 'mail email'), note])
  })

  it('is as it was when a load fails, and when it is rolled back', async () => {
    await start()
    const report = await world.save('user.ts', `${user('person', { name: 'long', age: 'number' })}\nthrow new Error('no')`)
    assert.equal(report.ok, false)
    assert.deepEqual(await facts(), [told('user', 'name short', 'mail email'), note])
    await world.save('user.ts', user('person', { age: 'number' }))
    await world.host.request('rollback', { module: 'user' })
    assert.deepEqual(await facts(), [told('user', 'name short', 'mail email'), note])
  })

  it('is read anew by the top level that handed the class to a package, and by nobody else', async () => {
    await start()
    const text = (rule: string, body: string): string => `import { Rule } from 'rules'\nexport class Person { @Rule('${rule}') name = ''\n  hi() { return '${body}' } }`
    await world.write('person.ts', text('short', 'hi'))
    await world.write('inner.ts', `import { Rule } from 'rules'\nimport { Person } from './person'\nexport class Group { @Rule(String(Person === undefined)) person = new Person() }`)
    await world.write('built.ts', `import { build } from 'rules'\nimport { Person } from './person'\nimport './inner'\nexport const built = build(Person)\nexport const hi = () => new Person().hi()`)
    await world.save('app.ts', `export * from './built'`)
    const loaded = async (file: string, content: string): Promise<string[]> =>
      (await world.save(file, content)).outcomes.map((outcome) => `${outcome.module} ${outcome.kind === 'loaded' ? (outcome.why ?? 'loaded') : outcome.kind}`)
    assert.deepEqual(await loaded('person.ts', text('short', 'hello')), ['person loaded'])
    assert.deepEqual(await loaded('person.ts', text('long', 'hello')), ['person loaded', 'built because person changed: captured "Person", a class with decorators, at line 4'])
    assert.deepEqual(await world.value('[built.built, built.hi()]'), [['name long'], 'hello'])
    assert.equal((await world.save('built.ts', `import { build } from 'rules'\nimport { Person } from './person'\nexport const built = build(Person)\nthrow new Error('no')`)).ok, false)
    assert.deepEqual(await world.value('built.built'), ['name long'])
  })

  it('is seen only while decorators run: lists and maps are Node\'s own', async () => {
    await start()
    assert.deepEqual(await world.value('[Array.prototype.push, Array.prototype.unshift, Map.prototype.set, Set.prototype.add].map((one) => String(one).includes("[native code]"))'), [true, true, true, true])
  })
})
