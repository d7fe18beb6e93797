import assert from 'node:assert/strict'
import { rewrite } from '../../../../src/compile/rewrite/rewrite'

const handed = (text: string): string[] => {
  const outcome = rewrite(`import { bus, list } from './bus'\nimport * as all from './all'\nimport app from './app'\nconst own = { subscribe() {} }\nfunction named() {}\n${text}`, { format: 'esm', file: '/p/m.js' })
  assert.ok(outcome.ok)
  return (outcome.value.handed ?? []).map(({ name, root, method, line }) => `${root}.${method} (${name}) ${line}`)
}

describe('functions that a top level gives to an object of another module', () => {
  for (const [text, expected] of [
    ['bus.subscribe(() => {})', 'bus.subscribe (bus) 6'],
    ["app.route('/x').get(function () {})", 'app.get (default) 6'],
    ['await bus.lists.add(1, named)', 'bus.add (bus) 6'],
  ] as const) it(`are told: ${text}`, () => assert.deepEqual(handed(text), [expected]))

  for (const text of [
    'own.subscribe(() => {})', 'list.map(() => {})', 'const x = bus.subscribe(() => {})', 'bus.subscribe(1)', 'bus.subscribe(bus)', 'all.subscribe(() => {})', 'bus(() => {})', 'function f() { bus.subscribe(() => {}) }',
    'bus.subscribe(() => {}); import.meta.hot.dispose(() => bus.clear())',
  ]) it(`are no others: ${text}`, () => assert.deepEqual(handed(text), []))
})
