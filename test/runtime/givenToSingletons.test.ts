/** Functions that top levels give to an object which no export shows, only what a function answers: `getBus().subscribe(run)`. */
import assert from 'node:assert/strict'
import { World } from './support/world'

describe('what a top level gives to an object that a function answers', () => {
  let world: World
  afterEach(() => world.end())

  const bus = `class Bus { #all = []; subscribe(run) { this.#all.push(run) } publish() { return this.#all.map((run) => run()) } }`
  const esm = { 'package.json': '{"type":"module"}', 'main.js': `import './a.js'; import './b.js'; import { getBus } from './bus.js'; export const publish = () => getBus().publish()` }
  const commonjs = { 'package.json': '{"type":"commonjs"}', 'main.js': `require('./a'); require('./b'); const { getBus } = require('./bus'); exports.publish = () => getBus().publish()` }
  const inVariable = `${bus}\nlet bus\nexport function getBus() {\n  return bus ??= new Bus()\n}`
  const inConstant = `${bus}\nconst bus = new Bus()\nexport const getBus = () => bus`
  const inClass = `export class Bus { static one; #all = []; static get() { return Bus.one ??= new Bus() } subscribe(run) { this.#all.push(run) } publish() { return this.#all.map((run) => run()) } }\nexport const getBus = () => Bus.get()`
  const inPrivate = `export class Bus { static #one; #all = []; static get() { return this.#one ??= new Bus() } static again() { if (!Bus.#one) Bus.#one = new Bus()\n return Bus.#one } subscribe(run) { this.#all.push(run) } publish() { return this.#all.map((run) => run()) } }\nexport const getBus = () => Bus.get()`
  const required = `${bus}\nlet bus = null\nfunction getBus() {\n  if (!bus) bus = new Bus()\n  return bus\n}\nmodule.exports = { getBus }`
  const forms: Readonly<Record<string, { readonly files: Readonly<Record<string, string>>; readonly bus: string; readonly gives: (what: string) => string }>> = {
    'in a variable, at once': { files: esm, bus: inVariable, gives: (what) => `import { getBus } from './bus.js'\ngetBus().subscribe(() => '${what}')` },
    'in a variable, under a name': { files: esm, bus: inVariable, gives: (what) => `import { getBus } from './bus.js'\nconst own = getBus()\nown.subscribe(() => '${what}')` },
    'in a constant, in a function': { files: esm, bus: inConstant, gives: (what) => `import { getBus } from './bus.js'\nfunction setup() {\n  const bus = getBus()\n  bus.subscribe(() => '${what}')\n}\nsetup()` },
    'in a constant, at once, in a function': { files: esm, bus: inConstant, gives: (what) => `import * as all from './bus.js'\nimport { getBus } from './bus.js'\nexport default async () => all\nfor (const one of [1]) getBus().subscribe(() => '${what}' + one)` },
    'in a static member, under a name': { files: esm, bus: inClass, gives: (what) => `import { Bus } from './bus.js'\nconst bus = Bus.get()\nbus.subscribe(() => '${what}')` },
    'in a static member, at once': { files: esm, bus: inClass, gives: (what) => `import { Bus } from './bus.js'\nBus.get().subscribe(() => '${what}')` },
    'in a static member, in a member of an object': { files: esm, bus: inClass, gives: (what) => `import { Bus } from './bus.js'\nclass Mail {\n  bus = Bus.get()\n  constructor() { this.bus.subscribe(() => '${what}') }\n}\nnew Mail()` },
    'in a private static member, under a name': { files: esm, bus: inPrivate, gives: (what) => `import { Bus } from './bus.js'\nconst bus = Bus.again()\nbus.subscribe(() => '${what}')` },
    'in a private static member, in a function': { files: esm, bus: inPrivate, gives: (what) => `import { Bus } from './bus.js'\nconst setup = (bus) => { bus.subscribe(() => '${what}') }\nsetup(Bus.get())` },
    'in CommonJS, at once': { files: commonjs, bus: required, gives: (what) => `const { getBus } = require('./bus')\ngetBus().subscribe(() => '${what}')` },
    'in CommonJS, under a name': { files: commonjs, bus: required, gives: (what) => `const { getBus } = require('./bus')\nconst bus = getBus()\nbus.subscribe(() => '${what}')` },
  }
  for (const [name, { files, bus, gives }] of Object.entries(forms)) {
    it(`is there once, and that of the last save: ${name}`, async () => {
      world = await World.start({ ...files, 'bus.js': bus, 'a.js': gives('a'), 'b.js': gives('b') }, { entry: 'main.js' })
      const first = await world.value('main.publish()')
      const later = (text: string): string => String(first).replace(/^a/, text)
      for (const what of ['x', 'y']) {
        assert.equal((await world.save('a.js', gives(what))).ok, true)
        assert.equal(String(await world.value('main.publish()')), later(what))
      }
      assert.equal((await world.save('b.js', gives('z'))).ok, true)
      assert.equal(String(await world.value('main.publish()')), later('y').replace(',b', ',z'))
    })
  }

  it('leaves everybody alone where a package made the object, or the top level itself', async () => {
    world = await World.start({
      'package.json': '{"type":"module"}', 'node_modules/bots/package.json': '{"name":"bots","main":"index.js","type":"module"}', 'node_modules/bots/index.js': `const bot = { all: [], command(run) { this.all.push(run) } }\nexport const getBot = () => bot`,
      'state.js': 'export let count = 0; export const next = () => ++count', 'main.js': `import { getBot } from 'bots'\nimport { next } from './state.js'\nconst bot = getBot(), own = { use() {} }\nbot.command(() => 1)\ngetBot().command(() => 2)\nown.use(() => 3)\nexport const look = () => [bot.all.length, next()]`,
    }, { entry: 'main.js' })
    const report = await world.save('main.js', `import { getBot } from 'bots'\nimport { next } from './state.js'\nconst bot = getBot()\nbot.command(() => 4)\nexport const look = () => [bot.all.length, next()]`)
    assert.deepEqual(report.outcomes.map(({ module }) => module), ['main'])
  })
})
