import assert from 'node:assert/strict'
import type { LoadReport } from '../../src/protocol/messages'
import { World } from './support/world'

const brief = (report: LoadReport): string[] =>
  report.outcomes.map((outcome) => `${outcome.module} ${outcome.kind}${outcome.kind === 'loaded' && outcome.why !== undefined ? ` ${outcome.why}` : ''}`)

describe('captured values', () => {
  let world: World
  afterEach(() => world.end())

  /** Each module says when it is evaluated; `seen` is what has been evaluated since it was asked last. */
  const start = async (files: Readonly<Record<string, string>>, entry = 'main.js', type = 'module'): Promise<void> => {
    world = await World.start({ 'package.json': `{"type":"${type}"}`, ...files }, { entry })
    await seen()
  }
  const seen = async (): Promise<unknown> => world.value('globalThis.evaluated?.splice(0) ?? []')
  const says = (name: string): string => `(globalThis.evaluated ??= []).push('${name}')\n`

  const chain = (version: number, extra = ''): Record<string, string> => ({
    'a.js': `${says('a')}export const config = { port: ${version} }\nexport const handler = () => 'handler ${version}'\n${extra}`,
    'b.js': `${says('b')}import { config } from './a.js'\nexport const settings = { ...config, b: true }\nexport const now = () => config.port`,
    'c.js': `${says('c')}import { settings } from './b.js'\nexport class Server { static port = settings.port; port = settings.port }\nexport const port = () => Server.port`,
    'd.js': `${says('d')}import { config, handler } from './a.js'\nexport const routes = { handler }\nexport const read = () => [config.port, routes.handler()]`,
    'main.js': `${says('main')}import './b.js'\nimport { port } from './c.js'\nimport { read } from './d.js'\nexport const facts = () => [port(), ...read()]`,
  })

  it('load an importer that took one again, in order, transitively, and nobody else', async () => {
    await start(chain(1))
    assert.deepEqual(await world.value('main.facts()'), [1, 1, 'handler 1'])
    const report = await world.save('a.js', chain(2)['a.js'] ?? '')
    assert.deepEqual(brief(report), ['a loaded', 'b loaded because a changed: captured "config" at line 3', 'c loaded because b was loaded again: captured "settings" at line 3'])
    assert.equal(report.ok, true)
    assert.deepEqual(await seen(), ['a', 'b', 'c'])
    assert.deepEqual(await world.value('main.facts()'), [2, 2, 'handler 2'])
    assert.deepEqual(brief(await world.save('b.js', `${chain(2)['b.js'] ?? ''}\n// changed`)), ['b loaded', 'c loaded because b changed: captured "settings" at line 3'])
  })

  it('are all or none: an importer that fails keeps everything as it was', async () => {
    const files = chain(1)
    await start({ ...files, 'c.js': `${files['c.js'] ?? ''}\nif (settings.port === 2) throw new Error('two')` })
    const report = await world.save('a.js', chain(2)['a.js'] ?? '')
    assert.deepEqual(brief(report).sort(), ['a heldBack', 'b heldBack', 'c failed'])
    assert.deepEqual(await world.value('main.facts()'), [1, 1, 'handler 1'])
    assert.equal((await world.save('a.js', chain(3)['a.js'] ?? '')).ok, true)
    assert.deepEqual(await world.value('main.facts()'), [3, 3, 'handler 3'])
  })

  it('are no functions, classes or calls', async () => {
    await start({
      'lib.js': `export function f() { return 1 }\nexport class K {}\nexport const app = Object.assign(() => 1, { set: 1 })\nexport default f`,
      'main.js': `${says('main')}import g, { f, K, app } from './lib.js'\nimport * as lib from './lib.js'\nconst kept = [f, g, K, app, lib.f]\nclass Sub extends K { static k = K }\nconst made = [f(), new K(), lib.f(), app(), app.set === 1]\nexport const call = () => kept.map((one) => typeof one)`,
    })
    await world.save('lib.js', `export function f() { return 2 }\nexport class K {}\nexport const app = Object.assign(() => 2, { set: 1 })\nexport default f`)
    assert.deepEqual(await seen(), [])
  })

  it('count in static blocks, static fields, computed keys, extends clauses, decorated code and functions called at once', async () => {
    const takers: Record<string, string> = {
      block: 'class K { static { take(value) } }', field: 'class K { static f = value.x }', key: 'class K { [value.x]() {} }', heritage: 'class K extends value.Base {}',
      once: '(() => { take(value) })()', namespace: 'take(ns.value)', whole: 'Object.keys(ns)', exported: 'export default value', shorthand: 'take({ value })', template: 'take(`${value.x}`)',
    }
    const lazy: Record<string, string> = { method: 'class K { m() { return value } x = value.x; y = () => value }', fn: 'function f(a = value) { return value }', later: 'setTimeout(() => take(value), 1e9).unref()', shadow: 'function g(value) { take(value) } { let value; take(value) }', call: 'ns.run()' }
    const names = [...Object.keys(takers), ...Object.keys(lazy)]
    const text = (name: string, body: string): string => `${says(name)}import { value } from './value.js'\nimport * as ns from './value.js'\nconst take = () => {}\n${body}`
    await start({
      'value.js': 'export const value = { x: 1, Base: class {} }\nexport const run = () => 1',
      ...Object.fromEntries(Object.entries({ ...takers, ...lazy }).map(([name, body]) => [`${name}.js`, text(name, body)])),
      'main.js': names.map((name) => `import './${name}.js'`).join('\n'),
    })
    await world.save('value.js', 'export const value = { x: 2, Base: class {} }\nexport const run = () => 2')
    assert.deepEqual((await seen() as string[]).sort(), Object.keys(takers).sort())
  })

  it('of a module that the top level awaits by import()', async () => {
    const lib = (version: number): string => `export const title = 'T${version}'\nexport const opts = { text: 'O${version}' }\nexport const fn = () => ${version}\nexport let late = ${version}`
    await start({
      'lib.js': lib(1),
      'taken.js': `${says('taken')}const { title, fn } = await import('./lib.js')\nexport const facts = () => [title, fn()]`,
      'member.js': `${says('member')}export const lib = await import('./lib.js')\nconst text = lib.opts.text\nexport const facts = () => [text, lib.late]`,
      'direct.js': `${says('direct')}const text = (await import('./lib.js')).opts.text\nexport const facts = () => [text]`,
      'free.js': `${says('free')}const lib = await import('./lib.js')\nconst { fn } = await import('./lib.js')\nexport const first = lib.fn()\nexport const facts = () => [lib.title, fn()]`,
      'main.js': `import * as taken from './taken.js'\nimport * as member from './member.js'\nimport * as direct from './direct.js'\nimport * as free from './free.js'\nexport const facts = () => [taken, member, direct, free].flatMap((one) => one.facts())`,
    })
    await world.save('lib.js', lib(2))
    assert.deepEqual((await seen() as string[]).sort(), ['direct', 'member', 'taken'])
    assert.deepEqual(await world.value('main.facts()'), ['T2', 2, 'O2', 2, 'O2', 'T2', 2])
  })

  it('come from behind re-exports', async () => {
    await start({
      'origin.js': 'export const value = { n: 1 }\nexport const other = 1\nexport default { d: 1 }', 'named.js': `${says('named')}export { value as renamed, default } from './origin.js'`, 'star.js': `${says('star')}export * from './named.js'\nexport const own = { o: 1 }`,
      'takes.js': `${says('takes')}import { renamed } from './star.js'\nexport const n = renamed.n`, 'other.js': `${says('other')}import { own } from './star.js'\nexport const o = own.o`,
      'takesDefault.js': `${says('takesDefault')}import it from './named.js'\nexport const { d } = it`,
      'main.js': `import { n } from './takes.js'\nimport './other.js'\nimport { d } from './takesDefault.js'\nexport const facts = () => [n, d]`,
    })
    await world.save('origin.js', 'export const value = { n: 2 }\nexport const other = 1\nexport default { d: 2 }')
    assert.deepEqual((await seen() as string[]).sort(), ['takes', 'takesDefault'])
    assert.deepEqual(await world.value('main.facts()'), [2, 2])
  })

  it('do not matter while a literal stays the same', async () => {
    const lib = (port: number, answer: number): string => `export const PREFIX = '/api', PORT = ${port}\nexport const LIMIT = -1\nexport const answer = () => ${answer}`
    await start({ 'lib.js': lib(1, 1), 'main.js': `${says('main')}import { PREFIX, PORT, LIMIT, answer } from './lib.js'\nconst url = PREFIX + PORT + LIMIT\nexport const facts = () => [url, answer()]` })
    assert.deepEqual(brief(await world.save('lib.js', lib(1, 2))), ['lib loaded'])
    assert.deepEqual(await world.value('main.facts()'), ['/api1-1', 2])
    assert.deepEqual(brief(await world.save('lib.js', lib(2, 2))), ['lib loaded', 'main loaded because lib changed: captured "PORT" at line 3'])
    assert.deepEqual(await world.value('main.facts()'), ['/api2-1', 2])
  })

  it('of CommonJS: what is destructured, read or passed on at the top level', async () => {
    const lib = (version: number): string => `${says('lib')}exports.config = { port: ${version} }\nexports.run = () => ${version}`
    await start({
      'lib.js': lib(1), 'value.js': 'module.exports = 1', 'data.json': '{"n":1}',
      'destructures.js': `${says('destructures')}const { config, run } = require('./lib')\nexports.port = () => [config.port, run()]`,
      'reads.js': `${says('reads')}const lib = require('./lib')\nexports.port = lib.config.port`,
      'direct.js': `${says('direct')}exports.config = require('./lib').config`,
      'calls.js': `${says('calls')}const lib = require('./lib')\nconst { run } = require('./lib')\nlib.run()\nexports.port = () => [lib.config.port, run()]`,
      'holds.js': `${says('holds')}const value = require('./value')\nconst data = require('./data.json')\nexports.sum = () => value + data.n`,
      'deep.js': `${says('deep')}const { port } = require('./reads')\nexports.port = port`,
      'main.js': `const all = ['./destructures', './reads', './direct', './calls', './deep'].map((name) => require(name))\nconst [d, r, i, c, e] = [require('./destructures'), require('./reads'), require('./direct'), require('./calls'), require('./deep')]\nconst holds = require('./holds')\nexports.facts = () => [d.port(), r.port, i.config.port, c.port(), e.port, holds.sum()]`,
    }, 'main.js', 'commonjs')
    assert.deepEqual(await world.value('main.facts()'), [[1, 1], 1, 1, [1, 1], 1, 2])
    await world.save('lib.js', lib(2))
    assert.deepEqual((await seen() as string[]).sort(), ['deep', 'destructures', 'direct', 'lib', 'reads'])
    assert.deepEqual(await world.value('main.facts()'), [[2, 2], 2, 2, [2, 2], 2, 2])
    await world.save('value.js', 'module.exports = 5')
    await world.save('data.json', '{"n":6}')
    assert.deepEqual(await seen(), ['holds', 'holds'])
    assert.equal(await world.value('main.facts()[5]'), 11)
  })

  it('wait with the module they come from when somebody lingers', async () => {
    const b = `import { config } from './a.js'\nimport { receive, spawn, register } from 'codeswitch'\nexport const port = config.port\nexport const start = () => register('b', spawn(async () => { await receive() }))`
    await start({ 'a.js': 'export const config = { port: 1 }', 'b.js': b, 'main.js': `import { port } from './b.js'\nexport const facts = () => port` })
    await world.value('b.start()')
    await world.save('b.js', `${b}\n//`)
    const report = await world.save('a.js', 'export const config = { port: 2 }')
    assert.deepEqual(brief(report), ['a staged', 'b staged'])
    assert.equal(await world.value('main.facts()'), 1)
    const loaded = await world.host.request('loadStaged', { kill: true })
    assert.ok('outcomes' in loaded)
    assert.deepEqual(brief(loaded), ['a loaded', 'b loaded because a changed: captured "config" at line 3'])
    assert.equal(await world.value('main.facts()'), 2)
  })
})
