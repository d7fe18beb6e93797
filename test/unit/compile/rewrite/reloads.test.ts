/** What generated text tells so that a reload reaches whoever kept something of an older version. */
import assert from 'node:assert/strict'
import { rewriteOk } from './harness'

describe('methods', () => {
  const asked = (code: string): string[] => [...rewriteOk(code, 'esm').code.matchAll(/_moved\("(\w+)", "(\w+)"\)/g)].map(([, owner, name]) => `${owner}.${name}`)

  it('of a class of the top level ask for the method of the class as it is now', () => {
    assert.deepEqual(asked('export class A { m() {} async n() { await 0 } }\nlet B = class { o(x) { "use strict"; return x } q(x = 1) { return x } }\nexport default class C { p() {} }'), ['A.m', 'A.n', 'B.o', 'B.q', 'C.p'])
  })

  it('ask nothing when they cannot be found by name, or are not kept as values', () => {
    assert.deepEqual(asked('class A { constructor() {} static s() {} #p() {} get g() { return 1 } set g(v) {} [k]() {} *gen() {} async *ag() {} "q r"() {} f = () => 1 }\nfunction f() { return class D { m() {} } }\n{ class E { m() {} } }\nconst o = { m() {} }'), [])
  })
})

describe('the shape of a module', () => {
  const shape = (code: string): string | undefined => rewriteOk(code, 'esm').shape

  it('is the same when only bodies of methods differ', () => {
    const before = shape('class A { x = 1; constructor(a) { this.a = a } m(a) { return 1 } get g() { return 1 } static s() {} }\nd(A)')
    assert.equal(shape('class A { x = 1; constructor(a) { this.a = a } m(a) { return [2, () => 3] } get g() { return 2 } static s() { other() } }\nd(A)'), before)
    for (const other of ['x = 2; constructor(a) { this.a = a } m(a) {}', 'x = 1; constructor(a) { this.b = a } m(a) {}', 'x = 1; constructor(a) { this.a = a } m(b) {}']) {
      assert.notEqual(shape(`class A { ${other} get g() { return 1 } static s() {} }\nd(A)`), before)
    }
    assert.notEqual(shape('class A { x = 1; constructor(a) { this.a = a } m(a) { return 1 } get g() { return 1 } static s() {} }\ne(A)'), before)
  })

  it('is unknown where there are no methods', () => {
    assert.equal(shape('export const a = () => 1; function f() { return class { m() {} } }'), undefined)
  })
})

describe('a function that makes functions', () => {
  const makers = (code: string): string[] => {
    const { code: text, functions } = rewriteOk(code, 'esm')
    return [...text.matchAll(/_makes\((\d+)\)/g)].map(([, index]) => functions[Number(index)]?.name ?? '?')
  }

  it('says so when they may outlive it', () => {
    assert.deepEqual(makers('function routes(app) { app.get("/", (q, r) => {}) }'), ['routes'])
    assert.deepEqual(makers('const guard = (role) => (q, r) => {}; async function start() { const f = () => {}; await f() }'), ['guard', 'start'])
    assert.deepEqual(makers('function f() { class A { m() {} } return new A() }'), ['f'])
    assert.deepEqual(makers('function f() { (() => { keep(() => 1) })() }'), ['f'])
    assert.deepEqual(makers('class A { f = () => 1 } class B extends A { g = function () {}; constructor() { super() } } let C = class extends A { h = async () => {} }; class D { static s = () => 1; n = 1 }'), ['new A', 'B.constructor', 'new C'])
    assert.deepEqual(makers('class A { m() { this.f = () => 1 } constructor() { on(() => {}) } }').sort(), ['A.constructor', 'A.m'])
  })

  it('says nothing of those that end with the call, nor of top levels', () => {
    assert.deepEqual(makers('app.get("/", () => {}); (() => { keep(() => 1) })()'), [])
    assert.deepEqual(makers('function f(a) { a.map((x) => x); p.then(() => 1).catch(() => 2); return new Promise((resolve) => resolve()) }'), [])
    assert.deepEqual(makers('import { spawn } from "codeswitch"; import * as c from "codeswitch"; function f() { spawn(async () => {}); c.spawnLink(() => {}) }'), [])
    assert.deepEqual(makers('function f() { (() => 1)() }'), [])
  })
})
