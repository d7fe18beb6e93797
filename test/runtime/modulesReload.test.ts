import assert from 'node:assert/strict'
import { readFile, rename, rm, symlink } from 'node:fs/promises'
import path from 'node:path'
import { World } from './support/world'
import type { LoadReport } from '../../src/protocol/messages'

const esm = { 'package.json': '{"type":"module"}' }

describe('modules that are loaded again', () => {
  let world: World
  const start = async (files: Readonly<Record<string, string>>, entry = 'main.ts'): Promise<void> => {
    world = await World.start({ ...esm, ...files }, { entry })
  }
  const look = (line = 'main.look()'): Promise<unknown> => world.value(line)
  afterEach(() => world.end())

  const loaded = (report: LoadReport): void => assert.ok(report.ok, JSON.stringify(report.outcomes))
  const problem = (report: LoadReport): string => {
    assert.equal(report.ok, false, 'it was loaded')
    return report.outcomes.flatMap((outcome) => (outcome.kind === 'failed' ? outcome.problems : [])).map(({ file, line, column, message }) => `${path.basename(file)}:${line}:${column + 1} ${message}`).join('\n')
  }

  it('a new export is there at once through every import, one that is gone throws UndefError until it is back', async () => {
    await start({
      'main.ts': `import * as lib from './lib'; import { f } from './lib'; const attempt = (g: () => unknown) => { try { return g() } catch (e: any) { return e.name } }; export const look = () => [attempt(() => f()), attempt(() => (lib as any).g?.()), Object.keys(lib), 'g' in lib]`,
      'lib.ts': `export const f = () => 'f1'`,
    })
    assert.deepEqual(await look(), ['f1', null, ['f'], false])
    loaded(await world.save('lib.ts', `export const f = () => 'f2'; export function g() { return 'g2' }`))
    assert.deepEqual(await look(), ['f2', 'g2', ['f', 'g'], true])
    loaded(await world.save('lib.ts', `export function g() { return 'g3' }`))
    assert.deepEqual(await look(), ['UndefError', 'g3', ['g'], true])
    await world.save('lib.ts', `export const f = () => 'f4', g = 4`, { policy: 'brutal' })
    assert.deepEqual(await look(), ['f4', 'TypeError', ['f', 'g'], true])
  })

  it('an import that finds nothing any more is told with the load and shown until it is repaired; loaded with its repair, nothing is said', async () => {
    const routes = (name: string): string => `import { ${name} } from './users'\nexport const show = () => ${name}()`
    await start({ 'main.ts': `import './routes'`, 'routes.ts': routes('list'), 'users.ts': `export const list = () => 1, one = () => 1` })
    const saved = await world.save('users.ts', `export const one = () => 2`)
    const message = 'routes.ts still imports "list" from users.ts, which no longer exports it'
    assert.deepEqual([saved.ok, saved.missing?.map((one) => [path.basename(one.file), one.line, one.column, one.severity, one.message])], [true, [['routes.ts', 1, 21, 'warning', message]]])
    assert.deepEqual((await world.module('routes')).missing, saved.missing)
    assert.equal((await world.save('users.ts', `export const one = () => 3`)).missing, undefined)
    const repaired = await world.save('routes.ts', routes('one'))
    assert.deepEqual([repaired.missing, (await world.module('routes')).missing], [undefined, undefined])
    await world.write('users.ts', `export const all = () => 4`)
    await world.write('routes.ts', routes('all'))
    assert.equal((await world.load(['users.ts', 'routes.ts'].map((file) => path.join(world.root, file)))).missing, undefined)
    assert.equal((await world.save('routes.ts', routes('al'))).missing?.[0]?.message, 'routes.ts imports "al" from users.ts, which does not export it')
  })

  it('a file that is gone keeps nobody else of the batch from being loaded, also when all that changed is loaded', async () => {
    await start({ 'main.ts': `import './a'\nimport './lib'`, 'a.ts': `export const a = 1`, 'lib.ts': `export const lib = 1` })
    const kinds = (report: LoadReport): string[] => report.outcomes.map(({ module, kind }) => `${module} ${kind}`)
    await rm(path.join(world.root, 'lib.ts'))
    await world.write('a.ts', `export const a = 2`)
    assert.deepEqual(kinds(await world.load(['a.ts', 'lib.ts'].map((file) => path.join(world.root, file)))), ['a loaded', 'lib failed'])
    await world.write('a.ts', `export const a = 3`)
    assert.deepEqual(kinds(await world.load(undefined, { force: true, origin: 'command' })), ['a loaded', 'lib failed'])
    assert.equal(await world.value('lib.lib'), 1)
  })

  it('names that appear later show through export *, and through export * of that', async () => {
    await start({
      'main.ts': `import * as all from './index'; export const look = () => [Object.keys(all), (all as any).b?.()]`,
      'index.ts': `export * from './middle'; export const own = 1`, 'middle.ts': `export * from './leaf'`, 'leaf.ts': `export const a = () => 1`,
    })
    loaded(await world.save('leaf.ts', `export const a = () => 2; export const b = () => 'b'; export default 0`))
    assert.deepEqual(await look(), [['a', 'b', 'own'], 'b'])
    loaded(await world.save('leaf.ts', `export const own = 'hidden', b = () => 'b2'`))
    assert.deepEqual(await look(), [['b', 'own'], 'b2'])
  })

  it('what import() and require answered keeps its identity and shows current', async () => {
    await start({
      'main.ts': `import { createRequire } from 'node:module'; import * as ns from './lib'; const require = createRequire(import.meta.url); const first = await import('./lib'), name = './lib'; export const look = async () => [first === ns, (await import(name)) === ns, require('./lib').f(), first.f(), require('./c.cjs').f(), require('./c.cjs') === c]; const c = require('./c.cjs')`,
      'lib.ts': `export const f = () => 1`, 'c.cjs': `exports.f = () => 1`,
    })
    assert.deepEqual(await look(), [true, true, 1, 1, 1, true])
    loaded(await world.save('lib.ts', `export const f = () => 2`))
    loaded(await world.save('c.cjs', `exports.f = () => 2`))
    assert.deepEqual(await look(), [true, true, 2, 2, 2, true])
  })

  it('CommonJS: destructured functions, methods of the view, functions as module.exports and late exports reach current', async () => {
    await start({
      'package.json': '{}', 'main.js': `const { f } = require('./lib'); const lib = require('./lib'); const fn = require('./fn'); exports.look = () => [f(), lib.f(), fn(), fn.extra, typeof lib.late]`,
      'lib.js': `exports.f = () => 1; setTimeout(() => { exports.late = 1 })`, 'fn.js': `module.exports = () => 'a'; module.exports.extra = 1`,
    }, 'main.js')
    loaded(await world.save('lib.js', `exports.f = () => 2`))
    loaded(await world.save('fn.js', `module.exports = function () { return 'b' }; module.exports.extra = 2`))
    assert.deepEqual(await look(), [2, 2, 'b', 2, 'undefined'])
  })

  it('JSON is loaded again, and a broken one changes nothing', async () => {
    await start({ 'main.ts': `import data from './d.json' with { type: 'json' }; import { createRequire } from 'node:module'; export const look = () => [data.x, createRequire(import.meta.url)('./d.json').x]`, 'd.json': `{ "x": 1 }` })
    assert.deepEqual(await look(), [1, 1])
    loaded(await world.save('d.json', `{ "x": 2 }`))
    assert.deepEqual(await look(), [2, 2])
    assert.equal(problem(await world.save('d.json', `{ "x": 3, }`)), `d.json:1:11 Expected a name in double quotes, but found "}"`)
    assert.deepEqual(await look(), [2, 2])
  })

  it('a cycle: either member can be loaded again, and both as one', async () => {
    await start({
      'main.ts': `import { a } from './a'; export const look = () => a()`,
      'a.ts': `import { b, name } from './b'; export const tag = 'A1'; export function a(): string { return tag + b() + name() }`, 'b.ts': `import { tag } from './a'; export function b(): string { return 'b1' + tag } export const name = () => 'n1'`,
    })
    assert.equal(await look(), 'A1b1A1n1')
    loaded(await world.save('b.ts', `import { tag } from './a'; export function b(): string { return 'b2' + tag } export const name = () => 'n2'`))
    assert.equal(await look(), 'A1b2A1n2')
    await world.write('a.ts', `import { b, fresh } from './b'; export const tag = 'A3'; export function a(): string { return tag + b() + fresh }`)
    await world.write('b.ts', `import { tag } from './a'; export const fresh = 'F3'; export function b(): string { return 'b3' + tag }`)
    loaded(await world.load(['a', 'b'].map((name) => path.join(world.root, `${name}.ts`))))
    assert.equal(await look(), 'A3b3A3F3')
  })

  it('a cycle of require(): whoever was given the unfinished half, or required itself, reaches current', async () => {
    const a = (v: number): string => `exports.v = () => ${v}\nconst b = require('./b')\nexports.viaB = () => b.askA()\nexports.half = () => b.half`
    const self = (v: number): string => `const s = require('./s')\nexports.v = () => ${v}\nexports.loop = async () => { const { receive, send } = require('codeswitch'); for (;;) { const from = await receive(); send(from, [${v}, s.v()]) } }`
    await start({
      'package.json': '{}', 'main.js': `const a = require('./a'); const s = require('./s'); const { spawn, register } = require('codeswitch'); register('s', spawn(s.loop)); exports.look = () => [a.viaB(), a.half()]`,
      'a.js': a(1), 'b.js': `const a = require('./a')\nexports.half = Object.keys(a)\nexports.askA = () => a.v()`, 's.js': self(1),
    }, 'main.js')
    assert.deepEqual(await look(), [1, ['v']])
    for (const v of [2, 3]) {
      loaded(await world.save('a.js', a(v)))
      assert.deepEqual(await look(), [v, ['v']])
    }
    loaded(await world.save('s.js', self(2)))
    assert.deepEqual(await world.value(`(send('s', self()), receive((message) => Array.isArray(message)))`), [1, 2])
  })

  it('a module that imports itself: its qualified calls reach current', async () => {
    await start({ 'main.ts': `import * as self from './main'; export const v = () => 1; export const look = () => [self.v(), v()]; export const late = () => new Promise((r) => setTimeout(() => r([self.v(), v()]), 100))` })
    const late = look('main.late()')
    loaded(await world.save('main.ts', `import * as self from './main'; export const v = () => 2; export const look = () => [self.v(), v(), Object.keys(self)]`))
    assert.deepEqual(await look(), [2, 2, ['look', 'v']])
    assert.deepEqual(await late, [2, 1])
  })

  it('a file that is new is loaded with the one that imports it', async () => {
    await start({ 'main.ts': `export const look = () => 'alone'` })
    await world.write('deep/new.ts', `import { z } from './z'; export const n = 'new' + z`)
    await world.write('deep/z.mts', `export const z = 1`)
    assert.match(problem(await world.save('main.ts', `import { n } from './deep/new'; export const look = () => n`)), /^new\.ts:1:19 Error: Cannot find module '.*deep\/z' imported from .*deep\/new\.ts$/)
    assert.equal(await look(), 'alone')
    await world.write('deep/z.ts', `export const z = 2`)
    loaded(await world.save('main.ts', `import { n } from './deep/new'; export const look = () => n`, { force: true }))
    assert.equal(await look(), 'new2')
  })

  it('a file that is deleted stays loaded, and goes on when it is back', async () => {
    await start({ 'main.ts': `import { f } from './lib'; export const look = () => f()`, 'lib.ts': `export const f = () => 1` })
    await rm(path.join(world.root, 'lib.ts'))
    assert.equal(problem(await world.load([path.join(world.root, 'lib.ts')])), 'lib.ts:1:1 The file is gone. v1 runs on: main.ts imports it')
    assert.equal(await look(), 1)
    loaded(await world.save('lib.ts', `export const f = () => 2`))
    assert.equal(await look(), 2)
  })

  it('a file that is moved is found by whoever imports its new name', async () => {
    await start({ 'main.ts': `import { f } from './lib'; export const look = () => f()`, 'lib.ts': `export const f = () => 1` })
    await rename(path.join(world.root, 'lib.ts'), path.join(world.root, 'moved.ts'))
    loaded(await world.save('main.ts', `import { f } from './moved'; export const look = () => f() + 10`))
    assert.equal(await look(), 11)
    loaded(await world.save('moved.ts', `export const f = () => 2`))
    assert.equal(await look(), 12)
  })

  it('.ts takes the place of .js, CommonJS that of an ES module', async () => {
    await start({ 'package.json': '{}', 'main.js': `import { f } from './lib.js'; export const look = () => f()`, 'lib.js': `export const f = () => 'esm'` }, 'main.js')
    loaded(await world.save('lib.js', `exports.f = () => 'cjs'`))
    assert.equal(await look(), 'cjs')
    loaded(await world.save('lib.js', `export function f() { return 'esm again' }`))
    assert.equal(await look(), 'esm again')
  })

  it('names with spaces, other scripts and signs; links; two with one name', async () => {
    world = await World.create({
      'main.ts': `import { a } from './with space'; import { b } from './grüße/世界'; import { c } from './q%23%25.js'; import { x } from './one/same'; import { x as y } from './two/same'; import { w } from '@w/lib'; import { i } from '#int'; import { p } from '@/paths'; export const look = () => [a(), b(), c(), x(), y(), w(), i(), p()].join(' ')`,
      'package.json': '{"type":"module","imports":{"#int":"./int.ts"}}', 'tsconfig.json': '{"compilerOptions":{"paths":{"@/*":["./src/*"]}}}',
      'with space.ts': `export const a = () => 1`, 'grüße/世界.ts': `export const b = () => 1`, 'q#%.ts': `export const c = () => 1`, 'one/same.ts': `export const x = () => 1`, 'two/same.ts': `export const x = () => 1`,
      'int.ts': `export const i = () => 1`, 'src/paths.ts': `export const p = () => 1`, 'packages/lib/package.json': '{"name":"@w/lib","type":"module","exports":"./index.ts"}', 'packages/lib/index.ts': `export const w = () => 1`,
      'node_modules/@w/.keep': '',
    }, { entry: 'main.ts' })
    await symlink('../../packages/lib', path.join(world.root, 'node_modules/@w/lib'))
    await world.host.start()
    assert.equal(await look(), '1 1 1 1 1 1 1 1')
    const files = { 'with space.ts': 'a', 'grüße/世界.ts': 'b', 'q#%.ts': 'c', 'one/same.ts': 'x', 'int.ts': 'i', 'src/paths.ts': 'p', 'node_modules/@w/lib/index.ts': 'w' }
    for (const [file, name] of Object.entries(files)) loaded(await world.save(file, `export const ${name} = () => 2`))
    assert.equal(await look(), '2 2 2 2 1 2 2 2')
  })

  it('a text that is no module is a problem at its place, whatever it is, and old code runs on', async () => {
    await start({ 'main.ts': `import { f } from './lib'; export const look = () => f()`, 'lib.ts': `export const f = () => 1` })
    const garbage = { 'zeroes': Buffer.alloc(4096), 'random bytes': Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) % 251)), 'a picture': Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xd, 0xa, 0x1a, 0xa, 0, 0, 0, 0xd]), 'UTF-16': Buffer.from('\uFEFFexport const f = () => 2', 'utf16le'), 'latin-1': Buffer.from('export const f = () => "\xe9"', 'latin1'), 'a conflict': Buffer.from('<<<<<<< HEAD\nexport const f = 1\n=======\n>>>>>>> x\n') }
    for (const [what, bytes] of Object.entries(garbage)) {
      await world.write('lib.ts', bytes)
      assert.match(problem(await world.load([path.join(world.root, 'lib.ts')])), /^lib\.ts:\d+:\d+ \S/, what)
      assert.equal(await look(), 1, what)
    }
    loaded(await world.save('lib.ts', `export const f = () => 3`))
    assert.equal(await look(), 3)
  })

  it('an error deep in a package is told with the line of the program, which sees ten frames as ever', async () => {
    const schema = (depth: number, end = ''): string => `const { check } = require('schemas')\nexports.frames = check(${depth}, false)\n${end}`
    await start({
      'package.json': '{}', 'schema.js': schema(20),
      'node_modules/schemas/package.json': '{}',
      'node_modules/schemas/index.js': `
exports.check = function check(depth, fails) {
  if (depth > 0) return check(depth - 1, fails)
  const error = new TypeError('no such type')
  if (fails) throw error
  const { prepareStackTrace } = Error
  Error.prepareStackTrace = (_, sites) => sites.length
  const { stack } = new Error()
  Error.prepareStackTrace = prepareStackTrace
  return [error.stack.split('\\n').length, stack]
}`,
      'app.js': `const schema = require('./schema')\nexports.look = () => [schema.frames, Error.stackTraceLimit]`,
    }, 'app.js')
    assert.equal(problem(await world.save('schema.js', schema(20, '\n  exports.late = check(40, true)'))), 'schema.js:4:18 TypeError: no such type')
    await world.save('schema.js', schema(30))
    assert.deepEqual(await look('app.look()'), [[11, 10], 10])
    await world.save('schema.js', schema(40, 'Error.stackTraceLimit = 30'))
    assert.deepEqual(await look('app.look()'), [[11, 10], 30])
    await world.save('schema.js', schema(50))
    assert.deepEqual(await look('app.look()'), [[31, 30], 30])
  })

  it('an empty file, a byte order mark, CRLF, and 10 MB', async () => {
    await start({ 'main.ts': `import * as lib from './lib'; export const look = () => 'f' in lib ? (lib as any).f() : 'nothing'`, 'lib.ts': `export const f = () => 1` })
    loaded(await world.save('lib.ts', '', { force: true }))
    assert.equal(await look(), 'nothing')
    loaded(await world.save('lib.ts', '\uFEFF// é\r\nexport const f = () =>\r\n  `a\r\nb`.length\r\n'))
    assert.equal(await look(), 3)
    loaded(await world.save('lib.ts', `export const f = () => text.length\nconst text = "${'x'.repeat(10_000_000)}"\n`, { policy: 'brutal' }))
    assert.equal(await look(), 10_000_000)
  })

  it('what an import() could not load is loaded once it is repaired', async () => {
    await start({ 'main.ts': `export const look = async () => { try { return (await import('./plugin')).default } catch (e: any) { return e.name + ': ' + e.message.replace(/^.*\\//, '') } }`, 'plugin.ts': `export default 1 +` })
    assert.equal(await look(), 'SyntaxError: plugin.ts:1:19: Unexpected end of file')
    await world.write('plugin.ts', `export default globalThis.nothing.x`)
    assert.equal(await look(), `TypeError: Cannot read properties of undefined (reading 'x')`)
    await world.write('plugin.ts', `export default 'repaired'`)
    assert.equal(await look(), 'repaired')
    loaded(await world.save('plugin.ts', `export default 'again'`))
    assert.equal(await look(), 'again')
  })

  describe('in CommonJS', () => {
    const a = (version: number): string => `(globalThis.seen ??= []).push(new WeakRef(module)); const b = require('./b'); exports.version = ${version}; exports.b = b`
    const family = async (): Promise<void> => start({
      'package.json': '{}', 'main.js': `const a = require('./a'); exports.look = () => { const { cache } = require; const now = (name) => Object.values(cache).find((one) => one.filename.endsWith('/' + name)); const tell = (name) => [now(name).parent?.filename.split('/').pop() ?? null, now(name).parent === null || Object.values(cache).includes(now(name).parent), now(name).children.map((one) => one.filename.split('/').pop() + (Object.values(cache).includes(one) ? '' : ' of before'))]; return [tell('main.js'), tell('a.js'), tell('b.js')] }`,
      'a.js': a(1), 'b.js': 'exports.b = 1',
    }, 'main.js')

    it('parents and children are those that are current', async () => {
      await family()
      const before = await look()
      assert.deepEqual(before, [[null, true, ['a.js']], ['main.js', true, ['b.js']], ['a.js', true, []]])
      for (const version of [2, 3, 4]) loaded(await world.save('a.js', a(version)))
      assert.deepEqual(await look(), before)
      loaded(await world.save('main.js', `// again\n${await readFile(path.join(world.root, 'main.js'), 'utf8')}`))
      loaded(await world.save('b.js', 'exports.b = 2'))
      assert.deepEqual(await look(), before)
      await Promise.all([world.write('b.js', 'exports.b = 3'), world.write('a.js', a(5)), world.write('main.js', `// both\n${await readFile(path.join(world.root, 'main.js'), 'utf8')}`)])
      loaded(await world.load(undefined))
      assert.deepEqual(await look(), before)
      assert.equal((await world.save('a.js', 'throw new Error()')).ok, false)
      assert.deepEqual(await look(), before)
      await world.host.request('rollback', { module: 'a' })
      assert.deepEqual(await look(), before)
    })

    it('nothing keeps the versions before the old one', async () => {
      await family()
      const main = await readFile(path.join(world.root, 'main.js'), 'utf8')
      for (let version = 2; version < 12; version++) {
        await Promise.all([world.write('a.js', a(version)), world.write('main.js', `${main}\n// ${version}`)])
        loaded(await world.load(undefined))
      }
      await world.value(`void (process.getBuiltinModule('v8').setFlagsFromString('--expose-gc'), globalThis.collect = process.getBuiltinModule('vm').runInNewContext('gc'))`)
      const alive = async (): Promise<unknown> => {
        await world.value('void collect()')
        return world.value('seen.filter((one) => one.deref() !== undefined).length')
      }
      for (let count = await alive(); Number(count) > 3; count = await alive()) continue
    })
  })
})
