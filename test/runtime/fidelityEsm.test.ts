import { sameBothWays } from './support/bothWays'
import type { Files, How } from './support/bothWays'

/** Title, files, and what is special about running them. Each program prints what it sees; plain Node says what that must be. */
const programs: readonly (readonly [string, Files, How?])[] = [
  ['default, named, renamed and namespace imports', {
    'main.mjs': `import d, { a, b as c } from './lib.mjs'; import * as ns from './lib.mjs'; console.log(d, a, c, Object.keys(ns), ns.default, typeof ns.f, ns.f(2))`,
    'lib.mjs': `export const b = 2, a = 1; export function f(x) { return x * 2 }; export default 'd'`,
  }],
  ['the keys of a namespace are sorted, it has a tag, no prototype, and cannot be changed', {
    'main.mjs': `import * as ns from './lib.mjs'
console.log(Reflect.ownKeys(ns).map(String), ns[Symbol.toStringTag], Object.prototype.toString.call(ns), Object.getPrototypeOf(ns), 'zz' in ns, String(Object.keys(ns)))
for (const change of [() => { ns.a = 2 }, () => { delete ns.a }, () => { ns.zz = 1 }, () => Object.defineProperty(ns, 'b', { value: 9 }), () => Object.setPrototypeOf(ns, {})]) {
  try { change(); console.log('done') } catch (error) { console.log(error.name) }
}
console.log(Reflect.set(ns, 'a', 3), Reflect.deleteProperty(ns, 'a'), Reflect.deleteProperty(ns, 'q'), Object.isFrozen(ns), ns.a, Object.getOwnPropertyDescriptor(ns, 'a').writable)`,
    'lib.mjs': `export let c = 3; export const b = 2, a = 1; export default 0; export { a as 'z z', a as B }`,
  }],
  ['a stack that begins at a function or class of the module, whichever way that is told', {
    'main.mjs': `import { check, helper, make, positive } from './lib.mjs'
for (const f of [function a() { check(0) }, function b() { helper(0) }, function c() { positive(-1) }, function d() { throw make() }]) {
  try { f() } catch (error) { console.log(error.message, error.stack.split('\\n').slice(1, 2).map((line) => line.trim().split(' ')[1])) }
}`,
    'lib.mjs': `import assert from 'node:assert'
export function check(ok) { if (!ok) { const e = new Error('checked'); Error.captureStackTrace(e, check); throw e } }
export function helper(ok) { if (!ok) fail(new Error('helped'), helper) }
function fail(e, f) { Error.captureStackTrace(e, f); throw e }
export function positive(n) { if (n <= 0) throw new assert.AssertionError({ message: 'not positive', stackStartFn: positive }) }
class Own extends Error { constructor(m) { super(m); Error.captureStackTrace(this, Own) } }
export const make = () => new Own('own')`,
  }],
  ['console.log and util.inspect of functions of every kind', {
    'main.mjs': `import * as ns from './lib.mjs'; import { inspect } from 'node:util'; import { a, g, ag, f, C } from './lib.mjs'
console.log(a, g, ag, f, C, [a], { g }, inspect({ deep: { deeper: [ag] } }, { depth: 1 }), inspect(a, { showHidden: true }).split('\\n')[0], inspect(async () => {}), inspect(Object.getPrototypeOf(a)), ns)`,
    'lib.mjs': `export async function a() {}; export function* g() {}; export async function* ag() {}; export function f() {}; export class C {}; a.x = { y: 1 }`,
  }],
  ['console.log and util.inspect of a namespace', {
    'main.mjs': `import * as ns from './lib.mjs'; import util from 'node:util'; console.log(ns); console.log(util.inspect({ ns }))`,
    'lib.mjs': `export const b = [2], a = 1; export const o = { x: 1 }; export default class K {}`,
  }],
  ['calling what a namespace does not export is a TypeError that names it', {
    'main.mjs': `import * as ns from './lib.mjs'; for (const f of [() => ns.nope(), () => new ns.nope(), () => ns.one(1)]) try { console.log(f()) } catch (e) { console.log(e.name, e.message) }
console.log(ns.nope?.(), typeof ns.nope)`,
    'lib.mjs': `export const one = 1`,
  }],
  ['spreading, entries and JSON of a namespace', {
    'main.mjs': `import * as ns from './lib.mjs'; console.log({ ...ns }, Object.entries(ns), JSON.stringify(ns), Object.assign({}, ns)); for (const k in ns) console.log(k)`,
    'lib.mjs': `export const b = 2, a = 1`,
  }],
  ['live bindings, through re-exports too', {
    'main.mjs': `import { n, up } from './index.mjs'; import * as ns from './index.mjs'; console.log(n, ns.n); up(); console.log(n, ns.n); const { n: copy } = ns; up(); console.log(copy, n)`,
    'index.mjs': `export * from './counter.mjs'; export { n as m } from './counter.mjs'`,
    'counter.mjs': `export let n = 0; export function up() { n++ }`,
  }],
  ['assigning to an import is a TypeError', {
    'main.mjs': `import { n } from './counter.mjs'; import * as ns from './counter.mjs'; try { n = 3 } catch (e) { console.log(e.name, e.message) } try { ns = 3 } catch (e) { console.log(e.name, e.message) } try { n++ } catch (e) { console.log(e.name, e.message) }`,
    'counter.mjs': `export let n = 0`,
  }],
  ['modules run once, depth first, in the order of their imports', {
    'main.mjs': `console.log('main'); import './a.mjs'; import './b.mjs'; export * from './c.mjs'; import './a.mjs'`,
    'a.mjs': `import './d.mjs'; console.log('a')`, 'b.mjs': `console.log('b')`, 'c.mjs': `import './b.mjs'; console.log('c')`, 'd.mjs': `console.log('d')`,
  }],
  ['packages run before and after modules in the order of the imports', {
    'main.mjs': `import './a.mjs'; import 'p1'; import './b.mjs'; import p2 from 'p2'; console.log('main', p2)`,
    'a.mjs': `globalThis.seen = ['a']; console.log('a')`, 'b.mjs': `console.log('b', globalThis.seen)`,
    'node_modules/p1/index.js': `console.log('p1', globalThis.seen); globalThis.seen.push('p1')`, 'node_modules/p1/package.json': `{"name":"p1"}`,
    'node_modules/p2/index.mjs': `console.log('p2', globalThis.seen); export default 'p2'`, 'node_modules/p2/package.json': `{"name":"p2","exports":"./index.mjs"}`,
  }],
  ['a package that both of two modules import runs once, before the first', {
    'main.mjs': `import './a.mjs'; import './b.mjs'`, 'a.mjs': `import { x } from 'p'; console.log('a', x)`, 'b.mjs': `import p from 'p'; console.log('b', p.x)`,
    'node_modules/p/index.js': `console.log('p'); exports.x = {}; exports.x.y = 1`,
  }],
  ['functions are hoisted in a cycle', {
    'main.mjs': `import { b } from './b.mjs'; export function a() { return 'a ' + (typeof later) }; console.log(b()); const later = 1`,
    'b.mjs': `import { a } from './main.mjs'; console.log(typeof a); export function b() { return 'b' }; try { console.log(a()) } catch (e) { console.log(e.name + ': ' + e.message) }`,
  }],
  ['a binding of a cycle read too early is a ReferenceError', {
    'main.mjs': `import './b.mjs'; export const x = 1; export let y = 2; export class Z {}; export var v = 4; export default 5`,
    'b.mjs': `import * as ns from './main.mjs'; import d, { x, y, Z, v } from './main.mjs'
for (const read of [() => x, () => y, () => Z, () => v, () => ns.x, () => new Z(), () => Object.keys(ns), () => 'x' in ns]) try { console.log(read()) } catch (e) { console.log(e.name + ': ' + e.message) }
setTimeout(() => console.log(x, y, Z.name, v, d, ns.x))`,
  }],
  ['a cycle of three modules', {
    'main.mjs': `import { a } from './a.mjs'; console.log(a())`, 'a.mjs': `import { b } from './b.mjs'; export const a = () => 'a' + b(); console.log('a')`,
    'b.mjs': `import { c } from './c.mjs'; export const b = () => 'b' + c(); console.log('b')`, 'c.mjs': `import { a } from './a.mjs'; export const c = () => 'c' + typeof a; console.log('c')`,
  }],
  ['a module imports itself', {
    'main.mjs': `import * as self from './main.mjs'; export function f() { return 'f' } export const x = 1; console.log(typeof self.f, self.f(), self.x, Object.keys(self)); setTimeout(async () => console.log(self === await import('./main.mjs')))`,
  }],
  ['a default export knows its name', {
    'main.mjs': `import a from './a.mjs'; import b from './b.mjs'; import c from './c.mjs'; import d from './d.mjs'; import e from './e.mjs'; import f from './f.mjs'; console.log(a.name, b.name, c.name, d.name, e.name, f.name, a(), new c().x, d(), e().next().value, typeof new f())`,
    'a.mjs': `export default function () { return 1 }`, 'b.mjs': `export default class { static x = 1 }`, 'c.mjs': `export default class Named { x = 2 }`, 'd.mjs': `export default () => 3`,
    'e.mjs': `export default function* () { yield 4 }`, 'f.mjs': `export default (class {})`,
  }],
  ['a default export of an expression is no live binding, of a function declaration it is', {
    'main.mjs': `import a, { set as setA } from './a.mjs'; import b, { set as setB } from './b.mjs'; setA(); setB(); console.log(typeof a, typeof b)`,
    'a.mjs': `let x = 1; export default x; export function set() { x = 'changed' }`, 'b.mjs': `export default function f() {} export function set() { f = 'changed' }`,
  }],
  ['export * leaves out default and gives way to own exports', {
    'main.mjs': `import * as ns from './index.mjs'; console.log(ns, ns.default)`,
    'index.mjs': `export * from './a.mjs'; export * from './b.mjs'; export const own = 1; export * as c from './a.mjs'`,
    'a.mjs': `export const a = 1, own = 'hidden'; export default 'a'`, 'b.mjs': `export const b = 2; export default 'b'`,
  }],
  ['export * of the same binding by two ways is no conflict', {
    'main.mjs': `import { x } from './index.mjs'; console.log(x)`, 'index.mjs': `export * from './a.mjs'; export * from './b.mjs'`,
    'a.mjs': `export * from './c.mjs'`, 'b.mjs': `export { x } from './c.mjs'`, 'c.mjs': `export const x = 'c'`,
  }],
  ['export * in a cycle', {
    'main.mjs': `import * as a from './a.mjs'; console.log(Object.keys(a))`, 'a.mjs': `export * from './b.mjs'; export const a = 1`, 'b.mjs': `export * from './a.mjs'; export const b = 2`,
  }],
  ['export * from packages, builtins and CommonJS', {
    'main.mjs': `import { x, y, sep, default as d } from './index.mjs'; import * as ns from './index.mjs'; console.log(x, y, sep, d, 'join' in ns, 'esm' in ns)`,
    'index.mjs': `export * from 'p'; export * from 'node:path'; export * from './c.cjs'; export { default } from 'p'; export * from 'esm'`,
    'node_modules/p/index.js': `exports.x = 1`, 'c.cjs': `exports.y = 2`, 'node_modules/esm/package.json': `{"type":"module","exports":"./i.js"}`, 'node_modules/esm/i.js': `export const esm = 1`,
  }],
  ['top-level await: siblings run side by side, importers wait', {
    'main.mjs': `import './a.mjs'; import './b.mjs'; import './c.mjs'; console.log('main')`,
    'a.mjs': `console.log('a1'); await new Promise((go) => { globalThis.go = go }); console.log('a2')`, 'b.mjs': `console.log('b1'); await 0; console.log('b2'); globalThis.go()`, 'c.mjs': `console.log('c')`,
  }],
  ['top-level await: what an importer sees', {
    'main.mjs': `import { value } from './a.mjs'; import { f } from './a.mjs'; console.log(value, f())`, 'a.mjs': `export const value = await Promise.resolve(41); export function f() { return value + 1 }`,
  }],
  ['top-level await in a cycle', {
    'main.mjs': `import './a.mjs'; console.log('main')`, 'a.mjs': `import './b.mjs'; console.log('a1'); await 0; console.log('a2')`, 'b.mjs': `import './a.mjs'; console.log('b1'); await 0; console.log('b2')`,
  }],
  ['a top-level await that rejects ends the program with 1', { 'main.mjs': `import './a.mjs'; console.log('never')`, 'a.mjs': `console.log('a'); await Promise.reject(new Error('no'))` }, { code: 1 }],
  ['a top-level await that never settles ends the program with 13', { 'main.mjs': `console.log('before'); await new Promise(() => {}); console.log('never')` }, { code: 13 }],
  ['a top-level await of an import that never settles ends the program with 13', { 'main.mjs': `import './a.mjs'; console.log('never')`, 'a.mjs': `console.log('before'); await new Promise(() => {})` }, { code: 13 }],
  ['for await and await in every position at the top level', {
    'main.mjs': `for await (const x of [1, Promise.resolve(2)]) console.log(x); const { a = await 3 } = {}; console.log(a, await 4, [await 5], \`\${await 6}\`); if (await true) console.log('yes'); try { await Promise.reject(new Error('x')) } catch (e) { console.log(e.message) } finally { console.log(await 7) } export const z = await 8; console.log(z)`,
  }],
  ['import() of a literal, a computed and a URL specifier gives one namespace', {
    'main.mjs': `import * as ns from './lib.mjs'; const name = 'lib'; const all = await Promise.all([import('./lib.mjs'), import('./' + name + '.mjs'), import(new URL('./lib.mjs', import.meta.url)), import(new URL('./lib.mjs', import.meta.url).href)]); console.log(all.every((one) => one === ns), ns.x)`,
    'lib.mjs': `console.log('once'); export const x = 1`,
  }],
  ['import() of a module that is only reached by a computed specifier', {
    'main.mjs': `for (const n of ['a', 'b']) console.log((await import(\`./plugins/\${n}.mjs\`)).default)`, 'plugins/a.mjs': `import { s } from './shared.mjs'; export default 'a' + s`, 'plugins/b.mjs': `import { s } from './shared.mjs'; export default 'b' + s`, 'plugins/shared.mjs': `console.log('shared'); export const s = '!'`,
  }],
  ['import() twice at the same time runs the module once', {
    'main.mjs': `const [a, b] = await Promise.all([import('./l.mjs'), import('./l.mjs')]); console.log(a === b, a.x)`, 'l.mjs': `console.log('run'); await new Promise((r) => setTimeout(r, 30)); export const x = 1; console.log('ran')`,
  }],
  ['import() waits for a module that is still evaluating', {
    'main.mjs': `const first = import('./l.mjs'); setTimeout(async () => { const second = await import('./l.mjs'); console.log((await first).x, second === await first) }, 10)`, 'l.mjs': `await new Promise((r) => setTimeout(r, 60)); export const x = 1; console.log('ran')`,
  }],
  ['import() that fails: not there, throws, does not parse; and fails again in the same way', {
    'main.mjs': `for (const s of ['./none.mjs', 'none', './throws.mjs', './throws.mjs', 'node:none', './x.mjs', '#none', './x']) try { console.log(await import(s)) } catch (e) { console.log(e.name, e.code, e.message) }`,
    'throws.mjs': `console.log('throws runs'); throw new TypeError('thrown')`, 'x.mjs': `import { none } from './y.mjs'; console.log('never')`, 'y.mjs': `export const y = 1`, 
  }],
  ['import() throws the very value that the module threw', {
    'main.mjs': `for (const s of ['./a.mjs', './b.mjs', './a.mjs']) try { await import(s) } catch (e) { console.log(e, e === globalThis.thrown) }`, 'a.mjs': `throw globalThis.thrown = { odd: true }`, 'b.mjs': `throw 'text'`,
  }],
  ['import() in CommonJS', {
    'main.cjs': `import('./l.mjs').then((l) => setTimeout(() => console.log(l.x), 20)); import('./c.cjs').then((c) => console.log(c.default, c.y))`, 'l.mjs': `export const x = 1`, 'c.cjs': `exports.y = 2`,
  }],
  ['import.meta', {
    'main.mjs': `import { meta } from './sub/lib.mjs'; console.log(import.meta.url, import.meta.filename, import.meta.dirname, Object.keys(meta).filter((key) => key !== 'main'), meta.url, meta.dirname, Object.getPrototypeOf(import.meta), import.meta === import.meta); import.meta.own = 1; console.log(import.meta.own, Object.isExtensible(import.meta))`,
    'sub/lib.mjs': `export const meta = import.meta`,
  }],
  ['import.meta.resolve', {
    'main.mjs': `for (const s of ['./lib.mjs', './none.mjs', 'p', 'node:fs', 'fs', 'none', '#int', '/abs/x.mjs', 'file:///x']) try { console.log(s, import.meta.resolve(s)) } catch (e) { console.log(s, e.name, e.code, e.message) }`,
    'lib.mjs': ``, 'node_modules/p/index.js': ``, 'package.json': `{"imports":{"#int":"./lib.mjs"}}`,
  }],
  ['JSON with an attribute', {
    'main.mjs': `import data from './d.json' with { type: 'json' }; import * as ns from './d.json' with { type: 'json' }; console.log(data, Object.keys(ns), ns.default === data, (await import('./d.json', { with: { type: 'json' } })).default === data); data.x = 2; console.log(ns.default.x)`, 'd.json': `{ "x": 1, "é": [null, true] }`,
  }],
  ['strings as names', { 'main.mjs': `import { 'a-b' as ab, 'ü ü' as uu } from './l.mjs'; console.log(ab, uu)`, 'l.mjs': `const x = 1; export { x as 'a-b', x as 'ü ü' }` }],
  ['this, strict mode and globals of a module', {
    'main.mjs': `console.log(this, typeof require, typeof module, typeof exports, typeof __filename, (function () { return this })(), typeof globalThis.process, Object.keys(globalThis).filter((key) => !(key in Object.getOwnPropertyDescriptors(globalThis))))`,
  }],
  ['functions that import hands over show their own name, length and text', {
    'main.mjs': `import f, { g, h, K, a } from './l.mjs'; for (const x of [f, g, h, K, a]) console.log(x.name, x.length, String(x), Object.getOwnPropertyNames(x), typeof x)`,
    'l.mjs': `export default function f(a, b) { return a }\nexport async function g(a) { for (;;) await a }\nexport function* h() { yield 1 }\nexport class K { m() { return 1 } }\nexport const a = (x, ...y) => x`,
  }],
  ['functions show the text that was written, wherever they are', {
    'main.mjs': `import { f } from './l.mjs'\nconst page = { evaluate: (fn, ...args) => new Function('return (' + fn + ')(...arguments)')(...args) }
console.log(page.evaluate((a, b) => { for (let i = 0; i < 2; i++) a += b; return a }, 1, 2), page.evaluate(async function named() { try { return await 1 } catch { return 2 } finally { void 0 } }) instanceof Promise)
class K { #p = 1; static s() { return () => { while (true) return f() } } async m() { await f(); return [this.#p, f] } get g() { return f }\n  ['computed' + 1]() {} }
for (const fn of [K, K.s, K.s(), K.prototype.m, Object.getOwnPropertyDescriptor(K.prototype, 'g').get, K.prototype.computed1, { m() { return f?.() } }.m, async () => await f(), x => ({ x, f }), function* () { yield* [f] }, async function* () { for await (const x of f()) yield x }, eval, class {}, function () { return '\u{1F389}' + f() }]) console.log(String(fn), Function.prototype.toString.call(fn) === fn.toString())`, 'l.mjs': `export function f() { return 'f' }`,
  }],
  ['instanceof, subclassing and class statics across modules', {
    'main.mjs': `import { A, make } from './l.mjs'; class B extends A { m() { return 'B' + super.m() } } console.log(make() instanceof A, new B().m(), A.s, B.s, new B() instanceof A, A.name, new B().constructor === B, make().constructor === A)`,
    'l.mjs': `export class A { static s = 1; #p = 2; m() { return 'A' + this.#p } } export const make = () => new A()`,
  }],
  ['constructor functions and their prototypes', {
    'main.mjs': `import { Old, make } from './l.mjs'; const o = new Old(3); console.log(o.get(), o instanceof Old, make() instanceof Old, Old.prototype === Object.getPrototypeOf(make())); function Sub() { Old.call(this, 4) } Sub.prototype = Object.create(Old.prototype); console.log(new Sub().get())`,
    'l.mjs': `export function Old(x) { this.x = x } Old.prototype.get = function () { return this.x }; export const make = () => new Old(1)`,
  }],
  ['a function that the module itself decorated', {
    'main.mjs': `import { f, g } from './l.mjs'; console.log(f.calls, f(), f.calls, g.meta)`, 'l.mjs': `export function f() { return ++f.calls } f.calls = 0; export const g = Object.assign(() => {}, { meta: 1 })`,
  }],
  ['this of an imported function that is called', {
    'main.mjs': `import { f } from './l.mjs'; import * as ns from './l.mjs'; console.log(f(), typeof ns.f(), ns.o.m(), (0, ns.f)(), f?.(), String(f.call('x')))`, 'l.mjs': `export function f() { return this } export const o = { m() { return this === o } }`,
  }],
  ['evaluation order of calls, tags and new through imports', {
    'main.mjs': `import { f, K, log } from './l.mjs'; f(log('arg')); f\`\${log('tpl')}\`; new K(log('new')); f?.(log('opt')); console.log(f\`a\` === 1)`, 'l.mjs': `export const log = (x) => (console.log(x), x); export function f(...a) { console.log('f', JSON.stringify(a)) } export class K { constructor(x) { console.log('K', x) } }`,
  }],
  ['shadowed imports', {
    'main.mjs': `import { x, f } from './l.mjs'; { const x = 2; console.log(x) } function g(x, { f } = { f: () => 'inner' }) { return f() + x } console.log(g(3), x, f()); for (const f of [1]) console.log(f); try { throw 1 } catch (x) { console.log(x) } class C { x = x; [x] = f() } console.log(new C()); label: { var y = { x, f() { return x } }; break label } console.log(y.x, y.f())`,
    'l.mjs': `export const x = 1; export const f = () => 'outer'`,
  }],
  ['typeof, delete-free optional chains and compound uses of imports', {
    'main.mjs': `import o, { n, u } from './l.mjs'; console.log(typeof n, typeof u, u?.x, o?.a?.b, o.a ?? 1, !n, n ** 2, \`\${n}\`, n in { 2: 1 }, [...o.l, n], { n, [n]: n }); o.a.b++; o.l.push(n); ({ x: o.x, y: [o.y = n] } = { x: 1, y: [] }); console.log(o)`, 'l.mjs': `export const n = 2; export const u = undefined; export default { a: { b: 1 }, l: [1] }`,
  }],
  ['a class expression knows itself by its own name, and so does a class that a function makes', {
    'main.mjs': `import { Shape, Mixed, Own, Outside } from './l.mjs'; for (const C of [Shape, Mixed]) { class Sub extends C {} try { console.log(new C()) } catch (e) { console.log(e.message) } const s = new Sub(); console.log(s.k, C.who(), Sub.who(), C.self() === C, s.is(s), s.same(s), s.same(Object.create(C.prototype)), C.all().C === C) } console.log(new Own().me() === Own, Own.shadowed(1), Own.nested().inner() === Own.nested().me, Own.nested().outer === Own, Outside())`,
    'l.mjs': `const abstract = '{ constructor(...a) { super(...a); if (new.target === Shape) throw new TypeError("abstract"); this.k = this.constructor === Shape } }'
export const Shape = class Shape { constructor() { if (new.target === Shape) throw new TypeError('abstract'); this.k = this.constructor === Shape } static who() { return this === Shape } static self() { return Shape } static all() { return { Shape, C: Shape } } is(o) { return o instanceof Shape } same(o) { return o.constructor === Shape } }
const mixin = (Base) => { class Shape extends Base { constructor() { super(); if (Shape === new.target) throw new TypeError('abstract mixin'); this.k = this.constructor === Shape } static who() { return this === Shape } static self() { return Shape } static all() { return { C: Shape } } is(o) { return o instanceof Shape } same(o) { return Object.is(o.constructor, Shape) } } return Shape }
export const Mixed = mixin(Object)
const Inner = 'another'
export const Own = class Inner { me() { return Inner } static shadowed(Inner) { return Inner } static nested() { const made = class Inner { inner() { return Inner } }; return { me: made, inner: made.prototype.inner, outer: Inner } } }
export const Outside = () => [Inner, abstract.length > 0]`,
  }],
  ['static code tells others of its class: `static { register(this) }`, factories, an active record', {
    'main.mjs': `import { reg } from './reg.mjs'; import { A, B, C, look } from './l.mjs'; import User, { Admin } from './user.mjs'; import { models } from 'orm'
console.log(reg.map((x) => [A, B, C].indexOf(x)), A.made, A.me === A, B.list[0] === B, C.map.get(C), C.map.size, String(A), String(C.prototype.f), look())
console.log(A.k === A, A.inst instanceof A, A.inst.k === A, A.arrow() === A, A.bound() === A, A.own() === A, A.check(), A.all.size, A.all.has(A), A.create() instanceof A, A.later() === A, A.other.call(5) === 5, A.plain()())
console.log(models.has(User), models.get(User), models.get(Admin), models.size, User.find() instanceof User, User.table, Admin.table, User.Friend === Admin, User.again === User)`,
    'reg.mjs': `export const reg = []; export const register = (c) => { reg.push(c); c.made = 1; return c }`,
    'l.mjs': `import { reg, register } from './reg.mjs'
export class A { static me = this; static { register(this) } static inst = new A(); static k = this.inst.constructor; k = this.constructor; static arrow = () => this; static bound = function () { return this }.bind(this)
  static own() { return A.self() } static self() { return this } static all = new Set(); static add() { A.all.add(this); return this === A } static check() { return [A.add(), this.add(), A.add.call(A), new this() instanceof this] }
  static create() { return A.make(this) } static make(C) { return new C() } static later(x = this) { return (() => x)() } static other() { 'use strict'; return this } static plain() { return function () { return typeof this } } }
export class B { static list = [B]; static { register(B) } }
export const C = class Q { static map = new Map([[this, 'c'], [Q, 'q']]); static { reg.push(Q) } f() { return Q } }
export const look = () => reg.map((x) => [A, B, C].includes(x))`,
    'node_modules/orm/package.json': '{"name":"orm","type":"module","main":"o.js"}',
    'node_modules/orm/o.js': `export const models = new Map(); export class Model { static init(table) { models.set(this, table); this.table = table; return this } static find() { if (!models.has(this)) throw new Error('not known'); return new this() } static friend(C) { this.Friend = C } }`,
    'user.mjs': `import { Model } from 'orm'; export default class User extends Model {} export class Admin extends User {}; User.again = User.init('users'); (() => { Admin.init('admins') })(); User.friend(Admin)`,
  }],
]

describe('an ES module behaves as in plain Node', () => {
  for (const [title, files, how] of programs) it(title, async () => void (await sameBothWays(files, how)))
})
