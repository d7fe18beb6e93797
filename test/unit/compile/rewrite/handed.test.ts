import assert from 'node:assert/strict'
import { rewrite } from '../../../../src/compile/rewrite/rewrite'
import type { Rewritten } from '../../../../src/protocol/unit'

const rewritten = (text: string, format: 'esm' | 'commonjs' = 'esm'): Rewritten => {
  const outcome = rewrite(text, { format, file: '/p/m.js' })
  assert.ok(outcome.ok)
  return outcome.value
}
const shown = ({ handed = [], functions }: Rewritten): string[] =>
  handed.map(({ name, members, root, method, line, fn, values }) => `${[root, ...members, method].join('.')} (${name}) ${line}${fn === 0 ? '' : ` in ${functions[fn]?.name ?? ''}`}${values.map((value) => ` ${value.name}?`).join('')}`)

const modules = `import { bus, list } from './bus'\nimport * as all from './all'\nimport app from './app'\nimport { users } from './users'\nconst own = { subscribe() {} }\nfunction named() {}\nclass K {}\nconst made = wrap(() => {})\n`

describe('functions that a module gives to another one', () => {
  for (const [text, expected] of [
    ['bus.subscribe(() => {})', 'bus.subscribe (bus) 9'],
    ['const stop = bus.subscribe(() => {})', 'bus.subscribe (bus) 9'],
    [`app.route('/x').get(function () {})`, 'app.get (default) 9'],
    ['await bus.lists.add(1, named)', 'bus.lists.add (bus) 9'],
    ['list.push({ run() {} })', 'list.push (list) 9'],
    ['list.push(new K())', 'list.push (list) 9'],
    ['list.push(made)', 'list.push (list) 9'],
    [`app.get('/', guard(), users.list)`, 'app.get (default) 9 users?'],
    [`app.use(users.routes())`, 'app.use (default) 9 users?'],
    ['app.use(cors())', 'app.use (default) 9'],
    [`bus('x', named)`, 'bus. (bus) 9'],
    ['all.register(() => {})', 'all. (register) 9'],
    ['all.app.get(() => {})', 'all.get (app) 9'],
    ['if (x) for (const y of z) app.get(y, () => {})', 'app.get (default) 9'],
    ['function f() { bus.subscribe(() => {}) }', 'bus.subscribe (bus) 9 in f'],
    ['z.forEach((one) => app.get(one, named))', 'app.get (default) 9 in (anonymous)'],
  ] as const) it(`are told: ${text}`, () => assert.deepEqual(shown(rewritten(modules + text)), [expected]))

  for (const [text, expected] of [
    [`const { app } = require('./app')\napp.get('/', () => {})`, 'app.get (app) 2'],
    [`const app = require('./app').app\napp.get('/', () => {})`, 'app.get (app) 2'],
    [`const app = require('./app')\napp.get('/', () => {})`, 'app.get (=) 2'],
    [`const all = require('./all')\nall.app.get('/', () => {})`, 'all.get (app) 2'],
  ] as const) it(`are told in CommonJS: ${text}`, () => assert.deepEqual(shown(rewritten(text, 'commonjs')), [expected]))

  for (const text of [
    'own.subscribe(() => {})', 'list.map(() => {})', 'const x = bus.find(() => {})', 'bus.subscribe(1)', 'bus.add([1, 2].map((n) => n))', 'app.listen(1, () => {})', 'app.set("x", 1)', 'app.use("/x")', 'log(bus)',
    'function f(bus) { bus.subscribe(() => {}) }', 'bus.then(() => {})',
  ]) it(`are no others: ${text}`, () => assert.deepEqual(shown(rewritten(modules + text)), []))

  it('are taken back by a module that disposes of them', () => {
    assert.equal(rewritten(`${modules}import.meta.hot?.dispose(() => bus.clear())`).disposes, true)
    assert.equal(rewritten(`${modules}pool.dispose()`).disposes, undefined)
  })

  it('are kept by functions that put them into what their module holds', () => {
    const { keeps } = rewritten(`const all = [], map = new Map(), named = {}\nlet last, list = []
      export function add(fn) { all.push(fn) }\nexport const wrapped = (name, fn) => all.push({ name, run: () => fn() })\nexport default function (fn) { list = [...list, fn] }
      export function set(name, fn) { map.set(name, fn) }\nexport const put = (name, fn) => { named[name] = fn }\nexport function only(fn) { last = fn }
      export function once(fn) { fn() }\nexport function local(fn) { const mine = []; mine.push(fn) }\nexport const wrap = (fn) => () => fn()\nexport function counts(fn) { all.push(1); return fn() }`)
    assert.deepEqual(keeps, { add: 'add', wrapped: 'add', default: 'add', set: 'replace', put: 'replace', only: 'replace' })
    assert.deepEqual(rewritten(`const all = []\nexports.add = (fn) => { all.push(fn) }\nmodule.exports = { put(fn) { all.push(fn) } }`, 'commonjs').keeps, { add: 'add', put: 'add' })
  })
})
