/** Functions that are exported: one thing to everybody. Classes as they were written before there was `class`. */
import assert from 'node:assert/strict'
import { symlink } from 'node:fs/promises'
import path from 'node:path'
import { sameBothWays } from './support/bothWays'
import type { Files } from './support/bothWays'
import { World } from './support/world'

describe('functions with a prototype of their own', () => {
  let world: World
  afterEach(() => world.end())

  it('are classes: objects made before get the new methods and stay instances', async () => {
    const shape = (version: number): string => `
const util = require('util')
function Shape(n) { if (!(this instanceof Shape)) return new Shape(n); this.n = n }
Shape.prototype.area = function () { return 'area ${version} ' + this.n }
function Square(n) { Shape.call(this, n) }
util.inherits(Square, Shape)
Square.prototype.side = function () { return 'side ${version}' }
function Dot() {}
Dot.prototype = Object.create(Shape.prototype, { dot: { value: 'dot ${version}', configurable: true } })
exports.Shape = Shape; exports.Square = Square; exports.Dot = Dot`
    world = await World.start({
      'package.json': '{}', 'shape.js': shape(1),
      'app.js': `
const { Shape, Square, Dot } = require('./shape')
class Leaf extends Shape {}
function Ring() { Shape.call(this, 'ring') }
require('util').inherits(Ring, Shape)
Shape.prototype.helper = function () { return 'helper' }
const first = [new Shape('a'), Shape('b'), new Square('c'), new Dot(), new Leaf('e'), new Ring()]
exports.look = () => [
  first.map((object) => object.area()), first.every((object) => object instanceof Shape), first[2] instanceof Square, first[3] instanceof Dot,
  first[2].side(), first[3].dot, first.map((object) => object.helper()).join() , new Shape('n') instanceof Shape, Shape('m').area(), first[0].constructor === Shape, new Leaf('x').area(), new Ring().area(),
]`,
    }, { entry: 'app.js' })
    const look = (version: number): unknown => [
      ['a', 'b', 'c', 'undefined', 'e', 'ring'].map((n) => `area ${version} ${n}`), true, true, true,
      `side ${version}`, `dot ${version}`, Array(6).fill('helper').join(), true, `area ${version} m`, true, `area ${version} x`, `area ${version} ring`,
    ]
    assert.deepEqual(await world.value('app.look()'), look(1))
    for (const version of [2, 3]) {
      await world.save('shape.js', shape(version))
      assert.deepEqual(await world.value('app.look()'), look(version))
    }
    await world.host.request('rollback', { module: 'shape' })
    assert.deepEqual(await world.value('app.look()'), look(2))
  })

  it('are classes in ES modules and as TypeScript compiles them as well', async () => {
    const point = (version: number): string => `
function Base() {}
Base.prototype.base = function () { return 'base ${version}' }
export function Point(x) { this.x = x }
Point.prototype = Object.create(Base.prototype)
Point.prototype.show = function () { return '${version}: ' + this.x }
export var Line = (function (_super) {
  Object.setPrototypeOf(Line, _super)
  function Line() { return _super !== null && _super.apply(this, arguments) || this }
  function __() { this.constructor = Line }
  Line.prototype = (__.prototype = _super.prototype, new __())
  Line.prototype.long = function () { return 'long ${version}' }
  return Line
}(Point))`
    world = await World.start({
      'package.json': '{"type":"module"}', 'point.js': point(1),
      'app.js': `import { Point, Line } from './point.js'\nconst first = new Point(1), line = new Line(2)\nexport const look = () => [first.show(), first.base(), first instanceof Point, line.show(), line.long(), line instanceof Line, line instanceof Point, new Point(3) instanceof Point]`,
    }, { entry: 'app.js' })
    const look = (version: number): unknown => [`${version}: 1`, `base ${version}`, true, `${version}: 2`, `long ${version}`, true, true, true]
    assert.deepEqual(await world.value('app.look()'), look(1))
    for (const version of [2, 3]) {
      await world.save('point.js', point(version))
      assert.deepEqual(await world.value('app.look()'), look(version))
    }
  })
})

describe('what a script exports', () => {
  let world: World
  afterEach(() => world.end())

  it('is current for whomever it gave itself to', async () => {
    const plugin = (version: number, end = ''): string => `
exports.name = () => 'plugin ${version}'
exports.version = ${version}
exports.me = () => exports
require('./known').add(module.exports)
require('keep')(exports)
${end}`
    world = await World.start({
      'package.json': '{}', 'plugin.js': plugin(1), 'known.js': 'exports.all = new Set()\nexports.add = (one) => { exports.all.add(one) }',
      'node_modules/keep/package.json': '{}', 'node_modules/keep/index.js': 'const all = new Set(); module.exports = (one) => all.add(one); module.exports.all = all',
      'app.js': `
const plugin = require('./plugin')
const sets = [require('./known').all, require('keep').all]
exports.look = () => [plugin.name(), plugin.me() === plugin, sets.map((all) => [...all].map((one) => [one === plugin, one.name(), one.version]))]`,
    }, { entry: 'app.js' })
    const look = (version: number): unknown => [`plugin ${version}`, true, Array(2).fill([[true, `plugin ${version}`, version]])]
    assert.deepEqual(await world.value('app.look()'), look(1))
    for (const version of [2, 3]) {
      await world.save('plugin.js', plugin(version))
      assert.deepEqual(await world.value('app.look()'), look(version))
    }
    const { ok } = await world.save('plugin.js', plugin(4, 'throw new Error("no")'))
    assert.deepEqual([ok, await world.value('app.look()')], [false, look(3)])
    await world.host.request('rollback', { module: 'plugin' })
    assert.deepEqual(await world.value('app.look()'), look(2))
  })
})

/** Title and files. Each program prints what it sees; plain Node says what that must be. */
const programs: readonly (readonly [string, Files])[] = [
  ['declarations, constants, default exports, other names, before the top level reached them', {
    'main.mjs': `
import same, { all, arrow, assigned, check, gen, getAssigned, inner, kinds, later, make, many, map, noop, renamed, retry, set, weak } from './steps.mjs'
import * as ns from './steps.mjs'
console.log(all.includes(check), all.indexOf(noop), make().cb === noop, new Map([[all[0], 1]]).get(noop), map.get(arrow), map.get(same), weak.get(gen), many.every((f) => f === noop))
console.log(arrow() === arrow, inner() === inner, same() === same, ns.default === same, renamed === check, await later === noop, retry(2), [...gen()][0] === gen, ns.self())
const kept = assigned
console.log(assigned === noop, getAssigned() === assigned); set(() => 1)
console.log(kept === noop, assigned === kept, getAssigned() === assigned, kept(), assigned())
console.log(kinds, noop, gen, ns.asynchronous, [String(noop), noop.name, noop.length, Object.keys(noop)])`,
    'steps.mjs': `
import * as me from './steps.mjs'
export const all = [noop, check]
export const map = new Map([[noop, 'noop'], [same, 'same']])
export function noop() { return 'noop' }
export { check, check as renamed, aliased as again }
function check() {}
export const arrow = () => arrow
map.set(arrow, 'arrow')
export const inner = function own() { return own }
export default function same() { return same }
export function* gen() { yield gen }
export async function asynchronous() {}
export const weak = new WeakMap([[gen, 'gen']])
export const make = (cb = noop) => ({ cb })
export const later = new Promise((resolve) => { setTimeout(resolve, 1, noop) })
export function retry(n, next = retry) { return n === 0 ? next === retry : next(n - 1) }
function alone() {}
export const aliased = alone
export const self = () => [me.noop === noop, me.default === same, alone === aliased, me.again === alone]
export let assigned = noop
export const set = (f) => { assigned = f }
export const getAssigned = () => assigned
const pick = (x) => { switch (x) { case noop: return 'noop'; default: return 'none' } }
export const many = [noop, noop.call ? noop : check, { noop }.noop, ((f) => f)(noop), [[noop]].flat()[0], (0, noop), noop || check].filter((f) => pick(f) === 'noop')
export const kinds = [noop, gen, asynchronous, aliased]`,
  }],
  ['what has members, is a constructor, is bound or listens', {
    'main.mjs': `
import { api, bus, counter, counters, decorate, listening, look, made, makers, Point, stop, tagged, target, seen } from './things.mjs'
console.log(api.counter === counter, counters[0] === counter, counter(), counters[0](), counter.n)
counter.n = 10
console.log(counters[0](), counter.n, Object.keys(counter), decorate(counter).mark, counter.mark, look(), tagged.tag)
const other = new Point(2)
console.log(makers.get(Point), makers.get(made.constructor), makers.get(other.constructor), other.constructor === Point, made instanceof Point, other.isSame(), Point.prototype.constructor === Point)
console.log(bus.listeners('x').includes(stop), listening()); bus.off('x', stop); console.log(bus.listenerCount('x'))
target.dispatchEvent(new Event('x')); target.removeEventListener('x', stop); target.dispatchEvent(new Event('x')); console.log(seen())`,
    'things.mjs': `
import { EventEmitter } from 'node:events'
export const counters = [counter]
export function counter() { return ++counter.n }
counter.n = 0
export const decorate = (f) => Object.assign(f, { mark: 'marked' })
export const look = () => [counter.mark, counter.n, Object.keys(counter)]
export function tagged() {}
Object.defineProperty(tagged, 'tag', { value: 'tag' })
export function Point(x) { this.x = x; this.of = Point; this.target = new.target }
export const makers = new Map([[Point, 'point']])
export const made = new Point(1)
Point.prototype.isSame = function () { return [this.of === Point, this.target === Point, this.constructor === Point] }
export const api = { counter, stop }
export const bus = new EventEmitter().on('x', stop)
export const target = new EventTarget()
let n = 0
export function stop() { n++ }
export const seen = () => n
export const listening = () => [bus.listeners('x')[0] === stop, api.stop === stop]
target.addEventListener('x', stop)`,
  }],
  ['functions of CommonJS, however they are exported', {
    'package.json': '{}',
    'main.js': `
const steps = require('./steps'), { noop, check, inline, arrow } = steps
console.log(steps.all.includes(noop), steps.all.indexOf(check), steps.make().cb === noop, steps.map.get(noop), steps.map.get(inline), inline() === inline, arrow() === arrow, steps.self())
const createApp = require('./whole')
console.log(createApp.registry.includes(createApp), createApp().by === createApp, createApp.isSelf(), createApp.lists.includes(createApp.list), require('./inner')()[0] === require('./inner'))
const objects = require('./objects')
console.log(objects.kept.has(objects.a), objects.kept.has(objects.b), objects.c() === objects.c, objects.same(), objects.more.includes(objects.late))
const assigned = require('./assigned')
console.log(assigned.kept.includes(assigned.f), assigned.kept.includes(assigned.g), assigned.same())
console.log(require('./sloppy').me(), require('./sloppy').named(), require('./ring').seen, require('./ring').all.includes(require('./ring').first))
import('./ring.js').then(({ default: ring, first }) => console.log(ring.first === first, ring.all[0] === first))`,
    'steps.js': `
exports.all = [noop, check]
function noop() {}
function check() {}
exports.noop = noop; module.exports.check = check
exports.inline = function own() { return own }
exports.arrow = () => exports.arrow
exports.make = (cb = noop) => ({ cb })
exports.map = new Map([[noop, 'noop'], [exports.inline, 'inline']])
exports.self = () => [exports.noop === noop, module.exports.check === check, exports.noop === require('./steps').noop, [exports.inline].includes(require('./steps').inline)]`,
    'whole.js': `
const registry = [createApp]
registry.forEach((f) => f())
function createApp() { return { by: createApp } }
module.exports = createApp
createApp.registry = registry
createApp.list = list
function list() {}
createApp.isSelf = () => module.exports === createApp && createApp === require('./whole')
createApp.lists = [list]`,
    'inner.js': `module.exports = function run() { return [run] }`,
    'objects.js': `
const api = { a, b, c: function c() { return c } }
module.exports = api
api.kept = new Set([a, b])
api.late = late
api.more = [late, api.b]
api.same = () => [api.b === b, api.more.includes(b)]
function a() {}
function b() {}
function late() {}`,
    'assigned.js': `
const kept = [f, g]
Object.assign(exports, { f, kept })
Object.defineProperty(exports, 'g', { enumerable: true, get: function () { return g } })
function f() {}
function g() {}
exports.same = () => [exports.f === f, exports.g === g]`,
    'sloppy.js': `exports.me = function () { return arguments.callee === exports.me }\nfunction named() { return arguments.callee === named }\nexports.named = named`,
    'ring.js': `exports.all = [first]\nfunction first() {}\nexports.first = first\nexports.seen = require('./gnir').sees(first)`,
    'gnir.js': `const ring = require('./ring')\nexports.sees = (f) => [f === ring.first, ring.all.includes(f)]`,
  }],
  ['TypeScript that becomes CommonJS', {
    'package.json': '{}',
    'main.ts': `import same, { all, api, check, noop } from './steps'\nconsole.log(all.includes(noop), all.includes(check), api.noop === noop, same() === same)`,
    'steps.ts': `export const all: unknown[] = [noop, check]\nexport function noop(): void {}\nfunction check(): void {}\nexport { check }\nexport const api = { noop }\nexport default function same(): unknown { return same }`,
  }],
]

describe('an exported function', () => {
  for (const [title, files] of programs) it(`is one thing to its own module and to importers: ${title}`, () => sameBothWays(files))


  let world: World
  const start = async (files: Readonly<Record<string, string>>): Promise<void> => {
    world = await World.start({ 'package.json': '{"type":"module"}', ...files }, { entry: 'app.js', purgePolicy: 'soft' })
  }
  /** What the value of an expression of the program is, whoever runs it. */
  const seen = (line: string): Promise<unknown> => world.value(line)

  describe('after a load', () => {
    afterEach(() => world.end())

    const steps = (version: number, more = ''): string => `
export function list() { return 'list ${version}' }
export const arrow = () => 'arrow ${version}'
globalThis.kept = [...(globalThis.kept ?? []), list, arrow, { list }.list]
export const api = { list, arrow }
export const direct = () => list()
export const byValue = (f = list) => f()
${more}`
    const app = `import * as steps from './steps.js'
const old = steps.api
export const look = () => [globalThis.kept.map((f) => f()).join(), new Set([...globalThis.kept, steps.list, steps.arrow, steps.api.list]).size, steps.direct(), steps.byValue()]`
    const shown = (version: number, times: number): unknown => [Array(times).fill(`list ${version},arrow ${version},list ${version}`).join(), 2, `list ${version}`, `list ${version}`]

    it('runs current wherever its own module passed it on, and is what it was', async () => {
      await start({ 'steps.js': steps(1), 'app.js': app.replace('const old = steps.api\n', '') })
      assert.deepEqual(await seen('app.look()'), shown(1, 1))
      for (const version of [2, 3]) {
        const report = await world.save('steps.js', steps(version))
        assert.deepEqual(report.outcomes.map(({ module }) => module), ['steps'])
        assert.deepEqual(await seen('app.look()'), shown(version, version))
      }
      await world.host.request('rollback', { module: 'steps' })
      assert.deepEqual(await seen('app.look()'), shown(2, 3))
    })

    it('runs what it ran when the load fails, whoever that load passed it to', async () => {
      await start({ 'steps.js': steps(1), 'app.js': app })
      assert.equal((await world.save('steps.js', steps(2, `if (globalThis.kept.at(-1)() !== 'list 2') console.log('not its own')\nthrow new Error('late')`))).ok, false)
      assert.doesNotMatch(world.output, /not its own/)
      assert.deepEqual(await seen('app.look()'), shown(1, 2))
    })

    it('has the members that the top level of its version gave it, if that did not fail', async () => {
      const steps = (version: number, more = ''): string => `import { mark } from './mark.js'\nexport function list() { return ${version} }\nmark(list, ${version})\n${more}`
      await start({
        'steps.js': steps(1, 'mark(list, 1, "first")'), 'mark.js': `export const mark = (f, value, key = 'mark') => { f[key] = value; f[Symbol.for('mark')] = value\n Object.defineProperty(f, 'fixed', { value, enumerable: true }) }`,
        'app.js': `import { list } from './steps.js'\nexport const look = () => ({ ...list, symbol: list[Symbol.for('mark')], now: list() })`,
      })
      assert.deepEqual(await seen('app.look()'), { mark: 1, first: 1, fixed: 1, symbol: 1, now: 1 })
      assert.equal((await world.save('steps.js', steps(2, `mark(list, 2, 'second')\nthrow new Error('late')`))).ok, false)
      assert.deepEqual(await seen('app.look()'), { mark: 1, first: 1, fixed: 1, symbol: 1, now: 1 })
      assert.equal((await world.save('steps.js', steps(3, `mark(list, 3, 'third')`))).ok, true)
      assert.deepEqual(await seen('app.look()'), { mark: 3, third: 3, fixed: 3, symbol: 3, now: 3 })
    })

    it('is an external fun when its own module puts it into what it exports, whichever way', async () => {
      const lib = (version: number): string => `module.exports = lib\nfunction lib() {}\nmix(lib, { list() { return ${version} } })\nfunction mix(to, from) { Object.assign(to, from) }`
      await start({ 'package.json': '{}', 'lib.js': lib(1), 'app.js': `const { list } = require('./lib')\nexports.look = () => list()` })
      for (const version of [2, 3]) {
        await world.save('lib.js', lib(version))
        assert.equal(await seen('app.look()'), version)
      }
    })

    it('that its module replaces by another one before anybody sees it is that other one', async () => {
      const lib = (version: number): string => `
exports.plain = plain; exports.plain = loud(plain); exports.late = () => 'late ${version}'; exports.all = [plain, exports.plain]
exports.swap = () => { exports.late = () => 'swapped ${version}' }
function plain() { return 'plain ${version}' }
function loud(f) { return () => f() + '!' }`
      const esm = (version: number): string => `
export let list = () => 'list ${version}'
list = loud(list)
function loud(f) { return () => f() + '!' }
export const is = (f) => f === list
globalThis.lists = new Set([list])`
      await start({
        'lib.cjs': lib(1), 'esm.js': esm(1),
        'app.js': `import lib, { plain } from './lib.cjs'\nimport { is, list } from './esm.js'\nconst kept = [plain, list, lib.late]\nexport const look = () => [kept.map((f) => f()).join(), plain === kept[0], is(kept[1]), lib.late === kept[2], lib.late()]\nexport const swap = () => lib.swap()`,
      })
      const looked = (version: number): unknown => [`plain ${version}!,list ${version}!,late ${version}`, true, true, true, `late ${version}`]
      assert.deepEqual(await seen('app.look()'), looked(1))
      for (const version of [2, 3]) {
        await world.save('lib.cjs', lib(version))
        await world.save('esm.js', esm(version))
        assert.deepEqual(await seen('app.look()'), looked(version))
      }
      await seen('app.swap()')
      assert.deepEqual(await seen('app.look()'), ['plain 3!,list 3!,late 3', true, true, false, 'swapped 3'])
    })

    it('that `import.meta.hot` calls for a version is that of the version', async () => {
      const mail = (version: number): string => `
const state = { version: ${version} }
export function stop() { console.log('stop ' + state.version + ' of ${version}') }
export const accepted = () => console.log('accepted by ${version}')
const { hot } = import.meta
hot['dispose'](stop)
import.meta.hot.prune(stop)
import.meta.hot.accept(accepted)`
      await start({ 'mail.js': mail(1), 'app.js': `import './mail.js'` })
      await world.save('mail.js', mail(2))
      await world.prints('accepted')
      await seen('[softPurge(mail), del(mail)]')
      await world.prints('stop 2 of 2\nstop 2 of 2\n')
      assert.equal(world.output, 'stop 1 of 1\naccepted by 1\nstop 2 of 2\nstop 2 of 2\n')
    })

    for (const [format, type, header, footer] of [['ES modules', 'module', `import { add } from './add.js'\nimport express from 'express'\nexport const app = express()`, ''], ['CommonJS', 'commonjs', `const { add } = require('./add.js')\nconst app = require('express')()`, 'module.exports = app']] as const) {
      it(`that a package made is that of the version whose top level passes it on: ${format}`, async () => {
        const made = (version: number, more = ''): string => `${header}\nadd(app, ${version})\n${more}\n${footer}`
        const isModule = type === 'module'
        world = await World.create({
          'package.json': `{"type":"${type}"}`, 'made.js': made(1),
          'add.js': `${isModule ? 'export const add' : 'exports.add'} = (app, version) => { app.versions = [...(app.versions ?? []), version] }`,
          'app.js': isModule ? `import { app } from './made.js'\nexport const look = () => app.versions` : `const app = require('./made')\nexports.look = () => app.versions`,
        }, { entry: 'app.js', purgePolicy: 'soft' })
        await symlink(path.resolve(__dirname, '../../node_modules'), path.join(world.root, 'node_modules'))
        await world.host.start()
        assert.deepEqual(await seen('app.look()'), [1])
        await world.save('made.js', made(2))
        assert.deepEqual(await seen('app.look()'), [2])
        assert.equal((await world.save('made.js', made(3, `Promise.resolve().then(() => add(app, 4))\nthrow new Error('late')`))).ok, false)
        assert.deepEqual(await seen('app.look()'), [2])
      })
    }

    for (const [what, tick] of Object.entries({
      'a function': 'exports.tick = tick', 'one with members': 'exports.tick = tick\ntick.n = 0', 'all that is exported': 'module.exports = tick',
    })) {
      it(`ends the timer of a package that its module set for a top level which was replaced: ${what}`, async () => {
        const job = (version: number): string => `const { every } = require('ticker')\nfunction tick(line) { console.log(line) }\n${tick}\nevery(${version}, tick)`
        await start({
          'package.json': '{}', 'job.js': job(1), 'app.js': `require('./job')`,
          'node_modules/ticker/index.js': `exports.every = (id, fn) => { let n = 0; setInterval(() => fn(id + '.' + ++n + ';'), 1) }`,
        })
        await world.prints('1.3;')
        assert.equal((await world.save('job.js', job(2))).ok, true)
        await world.prints('2.9;')
        assert.doesNotMatch(world.output, /2\.3;[^]*1\./)
      })
    }

    it('is a local fun in a module that imports `codeswitch`, by name and by what it says of itself', async () => {
      const workers = (version: number): string => `
import { spawn } from 'codeswitch'
import * as me from './workers.js'
export function run() { return ${version} }
export const funs = () => [run, me.run]
export const isLocal = () => [run !== me.run, typeof spawn]`
      await start({ 'workers.js': workers(1), 'app.js': `import * as workers from './workers.js'\nlet kept\nexport const keep = () => { kept = workers.funs() }\nexport const look = () => [kept.map((f) => f()), kept[1] === workers.run, workers.isLocal()]` })
      await world.value('app.keep()')
      assert.deepEqual(await seen('app.look()'), [[1, 1], true, [true, 'function']])
      await world.save('workers.js', workers(2))
      assert.deepEqual(await seen('app.look()'), [[1, 2], true, [true, 'function']])
    })
  })
})
