import assert from 'node:assert/strict'
import { World } from './support/world'

describe('external funs', () => {
  let world: World
  afterEach(() => world.end())

  it('what another module was given by import runs current, and looks like current', async () => {
    const users = (version: number, extra = ''): string => `
export function list(${version === 1 ? 'a' : 'a, b, c, next'}) { return 'list ${version}' }
export async function slow() { return ${version} }
export function* counting() { yield ${version} }
export function Point(x) { this.x = x }
Point.prototype.version = () => ${version}
export function memo(x) { return memo.cache.get(x) ?? '${version}' }
memo.cache = new Map([['k', ${version}]])
export const arrow = () => ${version}
${extra}`
    world = await World.start({
      'users.js': users(1), 'package.json': '{"type":"module"}',
      'app.js': `
import { list, slow, counting, Point, memo, arrow } from './users.js'
import { types } from 'node:util'
const kept = { list, slow, counting, Point, memo, arrow }
const seen = new Map([[list, 'list'], [memo, 'memo']])
export const call = (name, ...args) => kept[name](...args)
export const look = () => ({
  length: kept.list.length, name: kept.list.name, source: String(kept.list).includes('list'), fun: kept.list instanceof Function,
  async: [types.isAsyncFunction(kept.slow), types.isAsyncFunction(kept.list), kept.slow.constructor.name, kept.slow[Symbol.toStringTag]],
  generator: [types.isGeneratorFunction(kept.counting), kept.counting.constructor.name, [...kept.counting()][0]],
  made: [new kept.Point(3).x, new kept.Point(3).version(), new kept.Point(1) instanceof kept.Point],
  bound: kept.list.bind(null)(), called: kept.list.call(null), applied: kept.list.apply(null, []),
  same: [kept.list === list, kept.memo === memo, seen.get(list), seen.get(memo)],
  memo: [kept.memo.cache.get('k'), kept.memo('k'), kept.memo('z')],
})
export const set = () => { kept.memo.extra = 1; return memo.extra }`,
    }, { entry: 'app.js' })
    const expected = (version: number): unknown => ({
      length: version === 1 ? 1 : 4, name: 'list', source: true, fun: true,
      async: [true, false, 'AsyncFunction', 'AsyncFunction'], generator: [true, 'GeneratorFunction', version],
      made: [3, version, true], bound: `list ${version}`, called: `list ${version}`, applied: `list ${version}`,
      same: [true, true, 'list', 'memo'], memo: [version, version, String(version)],
    })
    assert.deepEqual(await world.value('app.look()'), expected(1))
    assert.equal(await world.value('app.set()'), 1)
    assert.equal((await world.save('users.js', users(2))).ok, true)
    assert.deepEqual(await world.value('app.look()'), expected(2))
    assert.deepEqual(await world.value(`app.call('arrow')`), 2)
    await world.save('users.js', users(3, 'list.tag = 7'))
    assert.deepEqual(await world.value(`[app.call('list'), app.call('arrow')]`), ['list 3', 3])
  })

  it('a listener is removed by the module that defines it and by those that import it', async () => {
    const users = (version: number): string => `
export function onX() { console.log('x ${version}') }
export const off = (emitter) => emitter.off('x', onX)
export const on = (emitter) => emitter.on('x', onX)`
    world = await World.start({
      'users.js': users(1), 'bus.js': `import { EventEmitter } from 'node:events'\nexport const bus = new EventEmitter()`, 'package.json': '{"type":"module"}',
      'app.js': `
import { bus } from './bus.js'
import { onX, off, on } from './users.js'
const target = new EventTarget()
export const count = () => bus.listenerCount('x')
export const outInside = () => { bus.on('x', onX); off(bus); return count() }
export const inOutside = () => { on(bus); bus.off('x', onX); return count() }
export const once = () => { bus.once('x', onX); off(bus); return count() }
export const identity = () => { bus.on('x', onX); const same = bus.listeners('x')[0] === onX; bus.off('x', onX); return [same, count(), Object.keys(onX), 'listener' in onX] }
export const add = () => { bus.on('x', onX); return count() }
export const remove = () => { off(bus); return count() }
export const fire = () => bus.emit('x')`,
    }, { entry: 'app.js' })
    assert.deepEqual(await world.value('[app.outInside(), app.inOutside(), app.once()]'), [0, 0, 0])
    assert.deepEqual(await world.value('app.identity()'), [true, 0, [], false])
    await world.value('app.add()')
    await world.save('users.js', users(2))
    await world.value('app.fire()')
    await world.prints('x 2')
    assert.equal(await world.value('app.remove()'), 0)
  })

  it('shows the source of the version that is current', async () => {
    const lib = (version: number): string => `export function plain() { return ${version} }\nexport const arrow = () => plain() + ${version}\n`
    world = await World.start({ 'package.json': '{"type":"module"}', 'lib.js': lib(1), 'app.js': `import { plain, arrow } from './lib.js'\nexport const look = () => [String(plain), Function.prototype.toString.call(arrow)]` }, { entry: 'app.js' })
    assert.deepEqual(await world.value('app.look()'), ['function plain() { return 1 }', '() => plain() + 1'])
    await world.save('lib.js', lib(2))
    assert.deepEqual(await world.value('app.look()'), ['function plain() { return 2 }', '() => plain() + 2'])
  })

  it('a function behind a proxy answers as its proxy does, and as that of the new version', async () => {
    const client = (version: number): string => `export const client = new Proxy(() => {}, { get: (_, key) => () => '${version} ' + String(key), apply: () => 'called ${version}' })`
    world = await World.start({ 'package.json': '{"type":"module"}', 'client.js': client(1), 'app.js': `import { client } from './client.js'\nexport const look = () => [client.users(), client()]` }, { entry: 'app.js' })
    assert.deepEqual(await world.value('app.look()'), ['1 users', 'called 1'])
    await world.save('client.js', client(2))
    assert.deepEqual(await world.value('app.look()'), ['2 users', 'called 2'])
  })

  it('what packages export is passed on as it is', async () => {
    world = await World.start({
      'package.json': '{"type":"module"}',
      'again.js': `export { EventEmitter } from 'node:events'\nexport * from 'node:path'\nimport fs from 'node:fs'\nexport const { readFileSync } = fs`,
      'more.js': `export { EventEmitter, join, readFileSync } from './again.js'`,
      'own.js': `export function f() {}\nexport class C {}`, 'barrel.js': `export * from './own.js'\nexport { f as g, C as D } from './own.js'`,
      'app.js': `
import { EventEmitter as E1, join as j1, readFileSync as r1 } from './more.js'
import { EventEmitter } from 'node:events'
import { join } from 'node:path'
import { readFileSync } from 'node:fs'
import * as own from './own.js'
import * as barrel from './barrel.js'
export const same = () => [E1 === EventEmitter, j1 === join, r1 === readFileSync, own.f === barrel.f, own.f === barrel.g, own.C === barrel.C, own.C === barrel.D]`,
    }, { entry: 'app.js' })
    assert.deepEqual(await world.value('app.same()'), [true, true, true, true, true, true, true])
  })
})

describe('exported classes', () => {
  let world: World
  afterEach(() => world.end())

  const base = (version: number): string => `
export class Base {
  static kind = 'base ${version}'
  static make() { return new this() }
  static get where() { return this.kind + '!' }
  #secretless = 0
  hello() { return 'hello ${version}' }
}`.replace('  #secretless = 0\n', '')
  const files = (version: number): Record<string, string> => ({
    'package.json': '{"type":"module"}',
    'base.js': base(version),
    'middle.js': `
import { Base } from './base.js'
export class Middle extends Base {
  constructor(name) { super(); this.name = name; this.target = new.target === Middle }
  hello() { return 'middle ' + super.hello() }
}`,
    'app.js': `
import { Base } from './base.js'
import { Middle } from './middle.js'
class Leaf extends Middle { hello() { return 'leaf ' + super.hello() } }
const first = { base: new Base(), middle: new Middle('m'), leaf: new Leaf('l') }
const Kept = Base
const all = (objects) => Object.values(objects).map((object) => object.hello())
export const old = () => all(first)
export const fresh = () => all({ base: new Base(), middle: new Middle('m'), leaf: new Leaf('l') })
export const extra = () => [first.base, first.middle, first.leaf].map((object) => [object.extra?.(), object.size])
export const facts = () => ({
  is: [first.base instanceof Base, first.middle instanceof Base, first.leaf instanceof Base, first.leaf instanceof Middle, new Leaf('x') instanceof Base, {} instanceof Base],
  same: [Kept === Base, first.base.constructor === Base, first.leaf.constructor === Leaf, new Base().constructor === Base, new Map([[Kept, 1]]).get(Base)],
  statics: [Base.kind, Base.where, Middle.kind, Leaf.where, Base.make() instanceof Base, Leaf.make() instanceof Leaf],
  target: [new Middle('a').target, new Leaf('b').target],
  name: [Base.name, Base.length, String(Base).startsWith('class Base'), Object.getPrototypeOf(Middle) === Base, Base.isPrototypeOf(Leaf)],
  keys: [Object.keys(Base), Reflect.ownKeys(first.base), 'kind' in Base, Object.getPrototypeOf(first.base) === Base.prototype || Base.prototype.isPrototypeOf(first.base)],
})
export const write = () => { Base.kind = 'changed'; Base.registry = [1]; return [Base.kind, Middle.kind, Leaf.registry] }
export const registry = () => Base.registry`,
  })

  it('objects made before get new methods and accessors, through three modules', async () => {
    world = await World.start(files(1), { entry: 'app.js' })
    const hellos = (version: number): string[] => [`hello ${version}`, `middle hello ${version}`, `leaf middle hello ${version}`]
    const facts = (version: number): unknown => ({
      is: [true, true, true, true, true, false], same: [true, true, true, true, 1],
      statics: [`base ${version}`, `base ${version}!`, `base ${version}`, `base ${version}!`, true, true], target: [true, false],
      name: ['Base', 0, true, true, true], keys: [['kind'], [], true, true],
    })
    assert.deepEqual(await world.value('[app.old(), app.fresh()]'), [hellos(1), hellos(1)])
    assert.deepEqual(await world.value('app.facts()'), facts(1))
    const report = await world.save('base.js', base(2).replace('hello()', `extra() { return 'extra' }\n  get size() { return 5 }\n  hello()`))
    assert.deepEqual(report.outcomes, [{ module: 'base', kind: 'loaded', version: 2, killed: [] }])
    assert.deepEqual(await world.value('[app.old(), app.fresh()]'), [hellos(2), hellos(2)])
    assert.deepEqual(await world.value('app.facts()'), facts(2))
    assert.deepEqual(await world.value('app.extra()'), [['extra', 5], ['extra', 5], ['extra', 5]])
    await world.save('base.js', base(3))
    assert.deepEqual(await world.value('[app.old(), app.fresh()]'), [hellos(3), hellos(3)])
    assert.deepEqual((await world.value('app.extra()')), [[null, null], [null, null], [null, null]])
    await world.save('middle.js', files(1)['middle.js']?.replace("'middle '", "'MIDDLE '") ?? '')
    assert.deepEqual(await world.value('app.old()'), ['hello 3', 'MIDDLE hello 3', 'leaf MIDDLE hello 3'])
  })

  it('statics are written through; what others added stays, and new initializers win', async () => {
    world = await World.start(files(1), { entry: 'app.js' })
    assert.deepEqual(await world.value('app.write()'), ['changed', 'changed', [1]])
    await world.save('base.js', base(2))
    assert.deepEqual(await world.value('[app.registry(), app.facts().statics[0]]'), [[1], 'base 2'])
  })

  it('what others added to its prototype stays through every load, also for what they make of it', async () => {
    world = await World.start({
      'thing.js': `export class Thing { version() { return 1 } }`,
      'app.js': `import { Thing } from './thing.js'
Object.defineProperty(Thing.prototype, 'helper', { get() { return 'helper' }, configurable: true })
export const made = () => Object.create(Thing.prototype)
const first = new Thing()
export const facts = () => [made().helper, new Thing().helper, first.helper, first.version()]`,
    }, { entry: 'app.js' })
    for (const version of [2, 3, 4]) {
      await world.save('thing.js', `export class Thing { version() { return ${version} } }`)
      assert.deepEqual(await world.value('app.facts()'), ['helper', 'helper', 'helper', version])
    }
    await world.host.request('rollback', { module: 'thing' })
    assert.deepEqual(await world.value('app.facts()'), ['helper', 'helper', 'helper', 3])
    await world.save('thing.js', `export class Thing { version() { return 5 } }`)
    assert.deepEqual(await world.value('app.facts()'), ['helper', 'helper', 'helper', 5])
  })

  it('rolling back gives objects of both versions the old methods again', async () => {
    world = await World.start(files(1), { entry: 'app.js' })
    await world.save('base.js', base(2).replace('hello()', `extra() { return 'extra' }\n  hello()`))
    await world.value('app.made = undefined').catch(() => undefined)
    await world.host.request('rollback', { module: 'base' })
    assert.deepEqual(await world.value('[app.old()[0], app.fresh()[0], app.extra()[0][0]]'), ['hello 1', 'hello 1', null])
    await world.host.request('rollback', { module: 'base' })
    assert.deepEqual(await world.value('[app.old()[0], app.fresh()[0], app.extra()[0][0]]'), ['hello 2', 'hello 2', 'extra'])
  })

  it('an old object of a class with private members keeps its old code, and the report says so', async () => {
    const secret = (version: number): string => `
export class Secret {
  #value = ${version}
  static #count = 0
  static next() { return ++this.#count }
  read() { return [${version}, this.#value] }
  isOne(other) { return other instanceof Secret }
}`
    world = await World.start({
      'package.json': '{"type":"module"}', 'secret.js': secret(1),
      'app.js': `
import { Secret } from './secret.js'
class Sub extends Secret {}
const first = new Secret(), sub = new Sub()
const next = Secret.next
export const facts = () => [first.read(), new Secret().read(), first instanceof Secret, sub instanceof Secret, new Secret().isOne(first), new Sub() instanceof Secret, new Secret() instanceof Sub, {} instanceof Secret]
export const count = () => Secret.next()`,
    }, { entry: 'app.js' })
    assert.deepEqual(await world.value('app.facts()'), [[1, 1], [1, 1], true, true, true, true, false, false])
    assert.deepEqual(await world.value('[app.count(), app.count()]'), [1, 2])
    const report = await world.save('secret.js', secret(2))
    const [outcome] = report.outcomes
    assert.deepEqual(outcome?.kind === 'loaded' && outcome.notes, ['objects of class Secret made before keep their old code: it has private members'])
    assert.deepEqual(await world.value('app.facts()'), [[1, 1], [2, 2], true, true, true, true, false, false])
    assert.equal(await world.value('app.count()'), 1)
  })

  it('is the same in what its static code told others, and in what a package keeps that it extends', async () => {
    const user = (version: number): string => `
import { Model } from 'orm'
import { register } from './known.js'
export class User extends Model { static { register(this) } static list = [this]; who() { return 'user ${version}' } static label() { return 'label ${version}' } }
User.init('users ${version}')`
    world = await World.start({
      'package.json': '{"type":"module"}', 'user.js': user(1),
      'node_modules/orm/package.json': '{"name":"orm","type":"module","main":"orm.js"}',
      'node_modules/orm/orm.js': `export const models = new Map(); export class Model { static init(table) { models.set(this, table); this.table = table } static find() { return new this() } }`,
      'known.js': `export const known = new Set(); export const register = (one) => known.add(one)`,
      'app.js': `
import { User } from './user.js'
import { models } from 'orm'
import { known } from './known.js'
export const look = () => [models.size, models.get(User), [...known].map((one) => one === User && one.label()), User.table, [...models.keys()].map((one) => one.find().who()), User.list[0] === User]`,
    }, { entry: 'app.js' })
    const look = (version: number): unknown => [1, `users ${version}`, [`label ${version}`], `users ${version}`, [`user ${version}`], true]
    assert.deepEqual(await world.value('app.look()'), look(1))
    for (const [version, before] of [[2, ''], [3, ''], [4, 'await 0\n']] as const) {
      await world.save('user.js', before + user(version))
      assert.deepEqual(await world.value('app.look()'), look(version))
    }
  })

  it('is the same to its own module, to importers and to registries', async () => {
    world = await World.start({
      'package.json': '{"type":"module"}',
      'registry.js': `export const registry = new Map()\nexport const add = (c) => registry.set(c, registry.size)`,
      'things.js': `
import { add } from './registry.js'
export class Thing { is(other) { return other.constructor === Thing } static self() { return Thing } }
class Hidden {}
export const hidden = () => new Hidden()
export const isHidden = (object) => object.constructor === Hidden
export default class Other extends Thing { constructor() { super(); this.direct = new.target === Other } }
add(Thing); add(Other); add(Hidden)`,
      'app.js': `
import { registry } from './registry.js'
import Other, { Thing, hidden, isHidden } from './things.js'
export const facts = () => [registry.has(Thing), registry.has(Other), new Thing().is(new Thing()), Thing.self() === Thing, isHidden(hidden()), new Other().direct, new Other() instanceof Thing]`,
    }, { entry: 'app.js' })
    assert.deepEqual(await world.value('app.facts()'), [true, true, true, true, true, true, true])
    await world.load(['things'], { force: true })
    assert.deepEqual(await world.value('app.facts()'), [true, true, true, true, true, true, true])
  })

  it('that no declaration names are followed as well: mixins, and what CommonJS assigns', async () => {
    const mixed = (version: number): string => `const mixin = (Base) => class extends Base { mixed() { return 'mixed ${version} ' + super.name() } }\nclass Root { name() { return 'root ${version}' } }\nmodule.exports.Mixed = mixin(Root)\nexports.Late = class { late() { return 'late ${version}' } }`
    const whole = (version: number): string => `module.exports = class { whole() { return 'whole ${version}' } }`
    world = await World.start({
      'package.json': '{}', 'mixed.js': mixed(1), 'whole.js': whole(1),
      'app.js': `
const { Mixed, Late } = require('./mixed')
const Whole = require('./whole')
class Sub extends Whole {}
const first = [new Mixed(), new Late(), new Whole(), new Sub()]
exports.facts = () => [first[0].mixed(), first[1].late(), first[2].whole(), first[3].whole(), new Sub().whole(), first[0] instanceof Mixed, first[2] instanceof Whole, new Sub() instanceof Whole, first[2].constructor === Whole, new Whole().constructor === Whole]`,
    }, { entry: 'app.js' })
    const facts = (version: number): unknown => [`mixed ${version} root ${version}`, `late ${version}`, `whole ${version}`, `whole ${version}`, `whole ${version}`, true, true, true, true, true]
    assert.deepEqual(await world.value('app.facts()'), facts(1))
    await world.save('mixed.js', mixed(2))
    await world.save('whole.js', whole(2))
    assert.deepEqual(await world.value('app.facts()'), facts(2))
  })
})
