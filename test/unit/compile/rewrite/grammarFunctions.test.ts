import { modules } from './compare'

const names = (list: string): string => `log.push(...${list}.map((f) => [f.name, f.length, Object.prototype.toString.call(f)]))`

describe('functions keep their meaning', () => {
  modules([
    ['names, lengths and kinds', `const a = () => 1, b = async (x) => await x, c = function () {}, d = async function named(x, y) { await 1 }, e = function* (x) { yield x }, f = async function* () {}
      const o = { g() {}, async h(x) { await x }, *i() { yield }, async *j() {}, ['k' + 1]: () => {}, get l() { return 1 }, m: class {}, n: async () => {} }
      let p; p = () => {}; const { q = () => {} } = {}; const [r = async () => await 1] = []
      ${names("[a, b, c, d, e, f, o.g, o.h, o.i, o.j, o.k1, Object.getOwnPropertyDescriptor(o, 'l').get, o.m, o.n, p, q, r]")}`],
    ['arrows with expression bodies', `const a = () => ({ x: 1 }), b = (x) => (x, 2), c = x => y => x + y, d = () => [], e = x => x ? 1 : 2, f = () => void 0, g = () => a = 3, h = (x) => ({ ...x })
      log.push(a(), b(), c(1)(2), d(), e(0), f(), h({ z: 1 })); try { g() } catch (e) { log.push(e.name) }`],
    ['async arrows with expression bodies', `const a = async () => ({ x: await 1 }), b = async x => (await x, 2), c = async x => async y => await x + await y, d = async (x) => [await x], e = async() =>await 5, f = async () => (/* c */ await 6) // x
      const g = async () =>
        // a comment
        await 7
      const h = async ({ a = 1 }, [b] = [(2)], ...c) => await a + b + c.length
      export const done = Promise.all([a(), b(1), c(1).then((f) => f(2)), d(1), e(), f(), g(), h({}), (async x => await x)(8)])`],
    ['an async arrow in an argument list and a conditional', `export const done = Promise.all([1, 2].map(async x => await x * 2, 3).concat(log ? async () => await 1 : 2).map((x) => typeof x === 'function' ? x() : x))`],
    ['async arrows without await', `const f = async x => x.y, g = async () => { return 1 }\nexport const done = Promise.all([f({ y: 1 }), g(), f().catch((e) => e.name)])`],
    ['default parameters with closures', `function f(a, b = () => a, c = b()) { var a = 2; return [a, b(), c] }\nlog.push(f(1))\nasync function g(a, b = () => a) { var a = 3; await 1; return [a, b()] }\nexport const done = g(1)`],
    ['arguments and this in every function', `async function f() { const a = () => arguments.length; await 1; return [a(), this.x, arguments[0]] }\nfunction* g() { yield arguments.length; yield (() => this.x)() }\nconst o = { x: 5, f, g, async h() { return await (async () => [await this.x, arguments.length])() } }\nlog.push([...o.g(1, 2)])\nexport const done = Promise.all([o.f(1, 2, 3), o.h(1)])`],
    ['new.target', `function F() { return { t: new.target === F, u: (() => new.target === F)() } }\nclass A { constructor() { this.t = new.target.name } }\nclass B extends A {}\nlog.push(new F, new B().t)`],
    ['functions hoisted in async functions', `async function f() { const r = [g()]; await 1; function g() { return h() } function h() { return 1 } return r }\nexport const done = f()`],
    ['a function in an async function with the name of a var', `async function f() { const r = [typeof g, g.name, g()]; await 1; var g = 2; r.push(g); function g() { return 'g' } return r }\nexport const done = f()`],
    ['two functions of one name in an async function', `async function f() { await 1; function g() { return 1 } const r = [g(), g.name]; function g() { return 2 } return r }\nexport const done = f()`],
    ['a function with the name of a parameter in an async function', `async function f(g) { await 1; return [typeof g, g()]; function g() { return 1 } }\nexport const done = f(2)`],
    ['a function with the name of a var in a nested block', `async function f() { await 1; { for (var g of [3]); } return g; function g() {} }\nfunction* h() { yield typeof k; var k = 1; yield k; function k() {} }\nlog.push([...h()])\nexport const done = f()`],
    ['return without await leaves first', `let inside = 0\nasync function inner() { inside++; await 1; return 'x' }\nasync function outer() { return inner() }\nexport const done = outer().then((x) => [x, inside])`],
    ['the number of ticks of a call', `async function a() { await null; return 1 }\nasync function b() { return a() }\nasync function c() { return await a() }\nconst tick = async () => { for (let i = 0; i < 12; i++) { await null; log.push(i) } }\nexport const done = Promise.all([tick(), a().then(() => log.push('a')), b().then(() => log.push('b')), c().then(() => log.push('c')), (async () => { try { return a() } finally { log.push('f') } })().then(() => log.push('d')), (async () => 1)().then(() => log.push('e'))])`],
    ['generators: next, return and throw', `function* g(a) { try { const x = yield a; log.push(x); const y = yield x; return y } catch (e) { log.push(e); yield 'caught' } finally { log.push('finally'); yield 'last' } }
      const a = g(1); log.push(a.next(), a.next(2), a.next(3), a.next(), a.next())
      const b = g(1); log.push(b.next(), b.return(5), b.next(), b.next())
      const c = g(1); log.push(c.next(), c.throw('t'), c.next(), c.next())
      const d = g(1); log.push(d.return(1), d.next()); const e = g(); try { e.throw('early') } catch (x) { log.push(x) } // leaves frames`],
    ['yield in every position', `function* g() { const a = [yield, yield 1, ...yield 2]; const { [yield 3]: b = yield 4 } = {}; log.push(\`\${yield 5}\`, (yield 6) ? yield 7 : yield 8, -(yield 9)); yield
      yield 10
      ;[yield 11]; return a.concat(b, yield yield 12) }
      const i = g(); let r = i.next(), n = 0; while (!r.done) { log.push(r.value); r = i.next(n++ % 3 === 2 ? [n] : n) } log.push(r.value)`],
    ['yield* delegates next, return, throw and the result', `function* inner() { try { log.push(yield 1); return 'r' } finally { log.push('inner') } }\nfunction* outer() { const r = yield* inner(); log.push(r); yield* [2, 3]; yield* 'ab' }
      log.push([...outer()]); const a = outer(); a.next(); log.push(a.return(9)); const b = outer(); b.next(); try { b.throw(new Error('x')) } catch (e) { log.push(e.message) }`],
    ['functions and sequences that are yielded', `function* g() { yield () => 1; yield function () {}; yield class {}; yield (log.push('a'), () => 2); yield (class { [yield] = 1 }); return (yield 1, yield* [() => 1], yield) }\nlog.push([...g()].map((f) => f?.name))\nasync function* h() { yield async () => await 1; yield* (log, [() => 1]); return () => 1 }\nexport const done = (async () => { for await (const f of h()) log.push(f.name) })()`],
    ['generators without yield', `function* g() { log.push('ran'); return 1 }\nconst i = g(); log.push(i.next(), i.next())\nfunction* e() {}\nlog.push([...e()])`],
    ['async generators', `async function* g(a) { try { const x = yield a; log.push(x, await x); yield* [1, Promise.resolve(2)]; return Promise.resolve(3) } finally { await 1; log.push('finally') } }
      export const done = (async () => { const i = g(Promise.resolve(0)); log.push(await i.next(), await i.next('x'), await i.next(), await i.next(), await i.next()); const j = g(1); await j.next(); log.push(await j.return(7)); const k = g(1); await k.next(); try { await k.throw(new Error('t')) } catch (e) { log.push(e.message) } for await (const x of g(5)) { log.push(x); break } })()`],
    ['async generators delegate', `async function* inner() { try { yield 1; yield 2 } finally { log.push('closed') } }\nasync function* outer() { const r = yield* inner(); log.push(r); yield await 3 }\nexport const done = (async () => { const a = []; for await (const x of outer()) a.push(x); for await (const x of outer()) break; return a })()`],
    ['an async generator that rejects in return', `async function* g() { try { return Promise.reject(new Error('x')) } catch (e) { log.push(e.message) } }\nexport const done = g().next()`],
    ['methods with super', `class A { async f(x) { return 'A' + await x } *g() { yield 'A' } static s() { return 's' } get p() { return 'p' } }
      class B extends A { async f(x) { const r = await super.f(await x); return r + super.p } *g() { yield* super.g(); yield 'B' } static s() { return super.s() + (() => super.s())() } async h() { return (async () => await super.f(2))() } }
      const o = { __proto__: { m() { return 'proto' } }, async m() { await 1; return super.m() } }
      log.push([...new B().g()], B.s()); export const done = Promise.all([new B().f(1), new B().h(), o.m()])`],
    ['directives of functions', `function f() { 'use strict'; return this } function g() { 'use strict'\nreturn 1 } function h() { 'a'; 'b'\n'c'\nlet x = 1; return x } const k = async () => { 'use asm'\nawait 1; return 2 }\nlog.push(f(), g(), h()); export const done = k()`],
    ['recursion by the own name', `const fact = function me(n) { return n ? n * me(n - 1) : 1 }\nconst wait = async function me(n) { return n ? n + await me(n - 1) : 0 }\nlog.push(fact(5)); export const done = wait(5)`],
    ['getters, setters and static methods', `const o = { get x() { return this._x }, set x(v) { this._x = v * 2 }, get ['y']() { return 1 }, set 1(v) { log.push(v) } }\no.x = 2; o[1] = 3; log.push(o.x, o.y)`],
    ['immediately called functions', `;(function () { log.push(1) })()\n;(() => { log.push(2) })()\n!function () { log.push(3) }()\nvoid async function () { await log.push(4) }()\nexport const done = (async () => { await 1; log.push(5) })()`],
    ['an async method of a class field', `class A { x = async () => await this.y; y = 3; static z = (() => this.name)(); #p = async (a = () => this.y) => (await a()) + 1; q() { return this.#p() } }\nlog.push(A.z); export const done = Promise.all([new A().x(), new A().q()])`],
  ])
})
