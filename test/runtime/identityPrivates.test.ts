/** Objects made before keep their old code where private members are, and what is made now is of the new version in every part. */
import assert from 'node:assert/strict'
import type { LoadReport } from '../../src/protocol/messages'
import { World } from './support/world'

const notes = (report: LoadReport): readonly string[] => report.outcomes.flatMap((outcome) => (outcome.kind === 'loaded' ? outcome.notes ?? [] : []))
const kept = (name: string, why = 'it has private members'): string => `objects of class ${name} made before keep their old code: ${why}`
const INHERITED = 'a class it extends has private members'

describe('classes with private members', () => {
  let world: World
  afterEach(() => world.end())

  for (const [format, files] of [
    ['ES modules', {
      'package.json': '{"type":"module"}',
      'animal.js': `export class Animal { #name; constructor(name) { this.#name = name; this.first = this.name } get name() { return this.#name + ' 1' } toString() { return 'the ' + this.#name } }`,
      'cat.js': `import { Animal } from './animal.js'\nexport class Cat extends Animal { speak() { return this.name + ' meows' } toString() { return super.toString() + ' cat' } }`,
      'app.js': `
import { Animal } from './animal.js'
import { Cat } from './cat.js'
class Kitten extends Cat { get name() { return 'little ' + super.name } copy() { return new Kitten(this.name) } }
const first = [new Cat('tom'), new Kitten('mia')]
const look = (objects) => objects.map((object) => [object.speak(), object.first, String(object), object instanceof Animal, object instanceof Cat, object.constructor.name])
export const old = () => look(first)
export const fresh = () => look([new Cat('tom'), new Kitten('mia')])
const made = []
export const keep = () => { made.push(new Cat('kept')) }
export const names = () => made.map((cat) => cat.name)`,
    }],
    ['CommonJS', {
      'package.json': '{}',
      'animal.js': `exports.Animal = class Animal { #name; constructor(name) { this.#name = name; this.first = this.name } get name() { return this.#name + ' 1' } toString() { return 'the ' + this.#name } }`,
      'cat.js': `const { Animal } = require('./animal')\nexports.Cat = class Cat extends Animal { speak() { return this.name + ' meows' } toString() { return super.toString() + ' cat' } }`,
      'app.js': `
const { Animal } = require('./animal')
const { Cat } = require('./cat')
class Kitten extends Cat { get name() { return 'little ' + super.name } }
const first = [new Cat('tom'), new Kitten('mia')]
const look = (objects) => objects.map((object) => [object.speak(), object.first, String(object), object instanceof Animal, object instanceof Cat, object.constructor.name])
exports.old = () => look(first)
exports.fresh = () => look([new Cat('tom'), new Kitten('mia')])
const made = []
exports.keep = () => { made.push(new Cat('kept')) }
exports.names = () => made.map((cat) => cat.name)`,
    }],
  ] as const) {
    it(`a subclass of another module makes objects of the new base, and its old ones stay of the old base (${format})`, async () => {
      world = await World.start(files, { entry: 'app.js' })
      const animal = (version: number): string => files['animal.js'].replace("' 1'", `' ${version}'`)
      const look = (version: number, meows = 'meows'): unknown => [
        [`tom ${version} ${meows}`, `tom ${version}`, 'the tom cat', true, true, 'Cat'],
        [`little mia ${version} ${meows}`, `little mia ${version}`, 'the mia cat', true, true, 'Kitten'],
      ]
      assert.deepEqual(await world.value('[app.old(), app.fresh()]'), [look(1), look(1)])
      assert.deepEqual(notes(await world.save('animal.js', animal(2))), [kept('Animal')])
      assert.deepEqual(await world.value('[app.old(), app.fresh()]'), [look(1), look(2)])
      await world.value('app.keep()')
      assert.deepEqual(notes(await world.save('cat.js', files['cat.js'].replace('meows', 'purrs'))), [kept('Cat', INHERITED)])
      assert.deepEqual(await world.value('[app.old(), app.fresh()[0]]'), [look(1), ['tom 2 purrs', 'tom 2', 'the tom cat', true, true, 'Cat']])
      await world.save('animal.js', animal(3))
      await world.value('app.keep()')
      assert.deepEqual(await world.value('[app.fresh()[0][0], app.fresh()[1][0], app.names()]'), ['tom 3 purrs', 'little mia 3 purrs', ['kept 2', 'kept 3']])
      await world.host.request('rollback', { module: 'animal' })
      await world.value('app.keep()')
      assert.deepEqual(await world.value('[app.fresh()[0][0], app.names()]'), ['tom 2 purrs', ['kept 2', 'kept 3', 'kept 2']])
    })
  }

  for (const [how, text] of [['a class that is named', `class Base { #n = 1; get n() { return this.#n } }\nmodule.exports = Base`], ['a class expression', `module.exports = class { #n = 1; get n() { return this.#n } }`]] as const) {
    it(`what a module exports as a whole is such a base as well: ${how}`, async () => {
      world = await World.start({
        'package.json': '{}', 'base.js': text,
        'app.js': `const Base = require('./base')\nclass Sub extends Base {}\nconst first = new Sub()\nexports.look = () => [first.n, new Sub().n, first instanceof Base, new Sub() instanceof Base]`,
      }, { entry: 'app.js' })
      await world.save('base.js', text.replace('= 1', '= 2'))
      assert.deepEqual(await world.value('app.look()'), [1, 2, true, true])
    })
  }

  it('a constructor reads an old object that it is given', async () => {
    const cell = (version: number): string => `export class Cell { #n; constructor(n) { this.#n = typeof n === 'number' ? n : n.value; this.text = this.show() } get value() { return this.#n } show() { return '${version}: ' + this.#n } }`
    world = await World.start({
      'package.json': '{"type":"module"}', 'cell.js': cell(1),
      'app.js': `import { Cell } from './cell.js'\nclass Sub extends Cell {}\nconst first = new Sub(1)\nexport const copy = () => new Sub(first).text\nexport const old = () => [first.value, first.show()]`,
    }, { entry: 'app.js' })
    await world.save('cell.js', cell(2))
    assert.deepEqual(await world.value('[app.copy(), app.copy(), app.old()]'), ['2: 1', '2: 1', [1, '1: 1']])
  })

  it('the top level of a load that makes an object of a subclass gets one of its own version', async () => {
    const base = (version: number): string => `import { registry } from './registry.js'\nexport class Base { #n = ${version}; get n() { return this.#n } }\nif (registry.Sub) registry.seen = new registry.Sub().n`
    world = await World.start({
      'package.json': '{"type":"module"}', 'registry.js': `export const registry = { Sub: undefined, seen: 0 }`, 'base.js': base(1),
      'app.js': `import { Base } from './base.js'\nimport { registry } from './registry.js'\nclass Sub extends Base {}\nregistry.Sub = Sub\nconst first = new Sub()\nexport const look = () => [registry.seen, first.n, new Sub().n]`,
    }, { entry: 'app.js' })
    await world.save('base.js', base(2))
    assert.deepEqual(await world.value('app.look()'), [2, 1, 2])
  })

  it('a class of the same file that extends one has them as well; what both versions extend does not count', async () => {
    const file = (version: number): string => `class Base { #x = 1; get x() { return this.#x } }\nexport class Sub extends Base { hi() { return '${version}: ' + this.x } }`
    const other = (version: number): string => `import { Sub } from './sub.js'\nexport class Other extends Sub { hi() { return 'other ${version} ' + super.hi() } }`
    world = await World.start({
      'package.json': '{"type":"module"}', 'sub.js': file(1), 'other.js': other(1),
      'app.js': `import { Other } from './other.js'\nimport { Sub } from './sub.js'\nconst first = new Sub(), other = new Other()\nexport const look = () => [first.hi(), new Sub().hi(), first instanceof Sub, other.hi(), new Other().hi()]`,
    }, { entry: 'app.js' })
    assert.deepEqual(notes(await world.save('other.js', other(2))), [])
    assert.deepEqual(await world.value('app.look()'), ['1: 1', '1: 1', true, 'other 2 1: 1', 'other 2 1: 1'])
    const report = notes(await world.save('sub.js', file(2)))
    assert.deepEqual(report.filter((note) => note.includes('class Sub')), [kept('Sub', INHERITED)])
    assert.deepEqual(await world.value('app.look()'), ['1: 1', '2: 1', true, 'other 2 1: 1', 'other 2 2: 1'])
  })

  for (const [what, text] of [
    ['beside a decorated method', `export class K { #x = 1; get x() { return this.#x } @log hi() { return 'v1: ' + this.x } }`],
    ['of a decorated accessor', `export class K { @log accessor x = 1; hi() { return 'v1: ' + this.x } }`],
    ['that are methods', `export class K { #x() { return 1 } get x() { return this.#x() } @log hi() { return 'v1: ' + this.x } }`],
  ] as const) {
    it(`are seen where a compiler made something else of them: ${what}`, async () => {
      const file = `const log = <T>(value: T, _context: DecoratorContext): T => value\n${text}`
      world = await World.start({
        'package.json': '{"type":"module"}', 'k.ts': file,
        'app.ts': `import { K } from './k'\nconst first = new K()\nexport const look = () => [first.hi(), new K().hi(), first instanceof K]`,
      }, { entry: 'app.ts' })
      assert.deepEqual(notes(await world.save('k.ts', file.replace('v1', 'v2'))), [kept('K')])
      assert.deepEqual(await world.value('app.look()'), ['v1: 1', 'v2: 1', true])
    })
  }
})
