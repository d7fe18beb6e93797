import assert from 'node:assert/strict'
import { isFunction, loadModule, Machine, rewriteOk } from './harness'

/** Runs `f`, notes where its frames are each time it calls `look()`, which answers with a promise, and each time it waits. */
async function places(body: string): Promise<string[]> {
  const seen: string[] = []
  const world: Record<string, unknown> = {}
  const machine = new Machine([{ calls: world, values: world, namespace: world }])
  world['look'] = (value: unknown) => new Promise((resolve) => setImmediate(() => {
    seen.push(machine.where().join(' < '))
    resolve(value)
  }))
  const { exports } = await loadModule(`import { look } from 'test'\n${body}`, [], machine)
  assert(isFunction(exports['f']))
  await exports['f']()
  assert.equal(machine.live.size, 0)
  return seen
}

describe('frames', () => {
  it('know the place of each await, in lines and columns of the input', async () => {
    assert.deepEqual(await places('export async function f() {\n  await look()\n  const a = [await look(), await look()]\n  /* ä😀 */ await look(await look())\n}'), ['f 3:2', 'f 4:13', 'f 4:27', 'f 5:23', 'f 5:12'])
  })

  it('know a loop of for await, and are there again after a wait inside', async () => {
    assert.deepEqual(await places(`async function* g() {
  await look()
  yield 1
  await look()
  yield 2
  await look()
}
export async function f() {
  for await (const x of g()) {
    if (x === 1) await look()
  }
  await look()
}`), ['f 10:2 < g 3:2', 'f 11:17', 'f 10:2 < g 5:2', 'f 10:2 < g 7:2', 'f 13:2'])
  })

  it('are at the outer loop again when an inner one ends, is left, or throws', async () => {
    const at = await places(`async function* two(name) { await look(); yield 1; await look(); yield 2; await look() }
export async function f() {
  out: for await (const a of two()) {
    for await (const b of [1]) ;
    try { for await (const b of [Promise.reject(1)]) ; } catch { }
    for await (const b of [1]) continue out
  }
}`)
    assert.deepEqual(at, ['f 4:7 < two 2:28', 'f 4:7 < two 2:51', 'f 4:7 < two 2:74'])
  })

  it('nest as the calls do, and a tail call takes the frame away', async () => {
    assert.deepEqual(await places(`async function inner() { await look() }
async function tail() { await null; return inner() }
const arrow = async () => await tail()
class A { async m() { await arrow() } static s = async () => { await new A().m() } }
export async function f() { await A.s() }`), ['f 6:28 < A.s 5:63 < A.m 5:22 < arrow 4:26 < inner 2:25'])
  })

  it('are not made for functions that never wait', async () => {
    const { machine, exports } = await loadModule('export async function f() { return g() }\nasync function g() { async () => await 1 }\nfunction* h() { return 1 }\nexport function i() { return [...h()] }')
    assert(isFunction(exports['f']) && isFunction(exports['i']))
    await exports['f']()
    exports['i']()
    assert.deepEqual(machine.entered, [])
  })

  it('are left when the function throws or returns early', async () => {
    const { machine, exports } = await loadModule(`export async function f(x) { if (x === 0) return; if (x === 1) throw 1; await null; if (x === 2) return; throw 2 }
export function* g(x) { if (x) throw x; yield 1; yield 2 }`)
    const { f, g } = exports
    assert(isFunction(f) && isFunction(g))
    for (const x of [0, 1, 2, 3]) await Promise.resolve(f(x)).catch(() => 'expected')
    assert.deepEqual([machine.entered.length, machine.left.length], [4, 4])
    g(1)
    assert.equal(machine.entered.length, 4, 'a generator enters at its first next()')
  })

  it('of generators are left by return(), throw() and the end', async () => {
    const { machine, exports } = await loadModule('export function* g() { yield 1; yield 2 }\nexport function run() { for (const x of g()) break; [...g()]; const i = g(); i.next(); try { i.throw(1) } catch {} }')
    assert(isFunction(exports['run']))
    exports['run']()
    assert.deepEqual([machine.entered.length, machine.live.size], [3, 0])
  })

  it('are no activation of a generator that waits for its consumer', async () => {
    const { machine, exports } = await loadModule('export function* g() { yield* h() }\nfunction* h() { yield [see()]; yield 2 }\nlet see = () => 0\nexport const watch = (f) => { see = f }')
    const { g, watch } = exports
    assert(isFunction(g) && isFunction(watch))
    const during: string[] = []
    watch(() => during.push(...machine.where()))
    const generator = g()
    assert(typeof generator === 'object' && generator !== null && 'next' in generator && isFunction(generator.next))
    generator.next()
    assert.deepEqual(during, ['h 1:0'], 'who delegates is paused as long')
    assert.equal(machine.live.size, 0)
  })

  it('of a top level that waits are called so', async () => {
    const { machine } = await loadModule('await null\nexport {}')
    assert.deepEqual([machine.entered, machine.left], [['(top level)'], ['(top level)']])
  })

  it('are named as a person would name the function', async () => {
    const { rewritten } = await loadModule(`const a = () => 1; let b; b = function () {}; const c = { d() {}, get e() { return 1 }, 'f g': () => {}, [Symbol.iterator]: () => {}, h: function own() {} }
class I { j() {} static k() {} #l() {} get m() { return 1 } set m(v) {} constructor() {} n = () => {}; *[Symbol.iterator]() {} static { [].map(() => 1) } }
c.o = () => {}; c['p'] = () => {}
function q(r = () => 1) {}
export default () => 1
export { a, b, I, q }`)
    assert.deepEqual(rewritten.functions.map(({ name }) => name), ['(top level)', 'a', 'b', 'd', 'get e', 'f g', '[Symbol.iterator]', 'own', 'I.j', 'I.k', 'I.#l', 'get I.m', 'set I.m', 'I.constructor', 'I.n', 'I.[Symbol.iterator]', '(anonymous)', 'o', 'p', 'q', 'r', 'default'])
  })

  it('ask at each turn of a loop that waits and has no end of its own, and at no other', () => {
    const asks = (body: string): boolean => rewriteOk(`async function f(o, flag, page) { ${body} }`, 'esm').code.includes('$$_over(')
    for (const head of ['while (true)', 'while (!0)', 'for (;;)', 'for (let i = 0; ; i++)', 'while (flag)', 'while (!o.a.flag)', 'while (o?.flag)', 'while (!this.flag)']) assert.ok(asks(`${head} { await o(); flag = false }`), head)
    assert.ok(asks('do await o(); while (true)'))
    for (const head of ['while (flag > 1)', 'while (o.more())', 'while (o[0])', 'while (false)', 'for (const x of o)', 'for (let i = 0; i < 3; i++)']) assert.ok(!asks(`${head} { await o() }`), head)
    for (const step of ['page = page.next', 'page--', 'if (o) page &&= page.next', '({ page } = page)']) assert.ok(!asks(`while (page) { await o(page); ${step} }`), step)
    assert.ok(asks('while (page) { await o(); page.n = o() }'))
    assert.ok(!asks('while (true) { o() }') && !asks('while (true) { o(async () => { await o() }) }'))
    assert.doesNotMatch(rewriteOk('function* f() { while (true) { yield } }', 'esm').code, /_over/)
  })
})
