import assert from 'node:assert/strict'
import { jsonValue } from '../../../src/runtime/shell/jsonValue'
import { Ref } from '../../../src/runtime/process/pid'
import { fakePid } from './fakeRuntime'

const cyclic: { self?: unknown; n: number } = { n: 1 }
cyclic.self = cyclic
const shared = { a: 1 }

const cases: readonly (readonly [string, unknown, unknown])[] = [
  ['pids and references are text', ['DOWN', new Ref(56), 'process', fakePid(40), 'killed'], ['DOWN', '#Ref<0.0.0.56>', 'process', '<0.40.0>', 'killed']],
  ['undefined is null', undefined, null],
  ['undefined inside stays visible as null', { a: undefined }, { a: null }],
  ['numbers JSON does not know are null', [1.5, NaN, Infinity], [1.5, null, null]],
  ['a bigint is its digits', 10n ** 20n, '100000000000000000000'],
  ['functions and symbols are as inspect prints them', [function go() {}, Symbol('s')], ['[Function: go]', 'Symbol(s)']],
  ['maps and sets are lists', [new Map([['a', fakePid(1)]]), new Set([1])], [[['a', '<0.1.0>']], [1]]],
  ['typed arrays are lists', new Uint8Array([1, 2]), [1, 2]],
  ['errors are name and message', new TypeError('no'), { name: 'TypeError', message: 'no' }],
  ['dates are text', new Date(0), '1970-01-01T00:00:00.000Z'],
  ['what contains itself is cut', cyclic, { self: '[Circular]', n: 1 }],
  ['what is only shared is not', [shared, shared], [{ a: 1 }, { a: 1 }]],
  ['a getter that throws is told', { get bad() { throw new Error('no') } }, { bad: '[Thrown: no]' }],
  ['objects without prototype are objects', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
]

describe('shell values as JSON', () => {
  for (const [title, value, expected] of cases) {
    it(title, () => assert.deepEqual(JSON.parse(JSON.stringify(jsonValue(value))), expected))
  }

  it('a very deep value is cut, not a crash', () => {
    let deep: object = {}
    for (let i = 0; i < 100_000; i++) deep = { deep }
    assert.ok(JSON.stringify(jsonValue(deep)).length > 0)
  })
})
