import assert from 'node:assert/strict'
import { sameBothWays } from './support/bothWays'
import type { Files, How } from './support/bothWays'

const esm = { 'package.json': '{"type":"module"}' }

/** Title, files, and what is special about running them. Each program prints what it sees; tsx says what that must be. */
const programs: readonly (readonly [string, Files, How?])[] = [
  ['types, enums, namespaces, parameter properties, satisfies, abstract classes', {
    ...esm, 'main.ts': `import { Color, Flags, Shapes, Point, type Only, area } from './lib'
import type { Other } from './lib'
const o: Other = { x: 1 }, n: Only = 2
console.log(Color.Red, Color[1], Flags.B, Shapes.pi, Shapes.Inner.deep, new Point(1).sum(), o, n, area(<number>3), (o as any)!.x satisfies number)`,
    'lib.ts': `export enum Color { Red, Green = 'g'.length, Blue = 5 }\nexport const enum Flags { A = 1, B = A << 2 }\nexport namespace Shapes { export const pi = 3; export namespace Inner { export const deep = pi * 2 } }\nabstract class Base { abstract sum(): number; declare ghost: string }\nexport class Point extends Base { constructor(readonly x: number, protected y = 2, private z?: number) { super() } sum(): number { return this.x + this.y + Object.keys(this).length } }\nexport interface Other { x: number }\nexport type Only = number\nexport function area(r: number): number\nexport function area(r: string): number\nexport function area(r: any) { return r * r }`,
  }],
  ['TypeScript beside no "type" imports CommonJS packages as TypeScript that became CommonJS does', {
    'package.json': '{}', 'main.ts': `import Pool, { named } from 'compiled'; import * as all from 'compiled'; import { late } from 'late'; import * as lateAll from 'late'; import late2 from 'late'; import { Pool as Again, late as handed } from './again'; import { readFileSync } from 'node:fs'; import fs from 'fs'; import { EventEmitter } from 'stream'
console.log(new EventEmitter().emit('x'), new Pool().hi(), named, Object.keys(all), late(), Object.keys(lateAll).sort(), late2(), Again === Pool, handed(), fs.readFileSync === readFileSync)
import('compiled').then((m) => console.log(typeof m.default, Object.keys(m)))`,
    'again.ts': `export { default as Pool, NoSuchType } from 'compiled'; export * from 'late'`,
    'node_modules/compiled/index.js': `Object.defineProperty(exports, '__esModule', { value: true }); exports.default = class { hi() { return 'hi' } }; exports.named = 3`,
    'node_modules/late/index.js': `module.exports = function late() { return 'whole' }; const names = { late: () => 'late' }; Object.assign(module.exports, names)`,
  }],
  ['every extension imports every other', {
    ...esm, 'main.ts': `import a from './a.ts'; import b from './b.js'; import c from './c.mjs'; import d from './d.cjs'; import e from './e'; import f from './f.jsx'; import g from './g.json'; import { h } from './h'; console.log(a, b, c, d, e, f, g, h)`,
    'a.ts': `export default 'a.ts'`, 'b.ts': `export default 'b.ts by .js'`, 'c.mts': `export default 'c.mts by .mjs'`, 'd.cts': `export = 'd.cts by .cjs'`, 'e.tsx': `export default 'e.tsx'`, 'f.jsx': `export default 'f.jsx'`, 'g.json': `{"g":1}`, 'h/index.ts': `export const h = 'folder'`,
  }, { entry: 'main.ts' }],
  ['jsx with a factory', {
    ...esm, 'tsconfig.json': `{ "compilerOptions": { "jsx": "react", "jsxFactory": "h", "jsxFragmentFactory": "Frag" } }`,
    'main.tsx': `import { h, Frag } from './h'; const C = (props: { n: number }) => <b id="i">{props.n}</b>; console.log(JSON.stringify(<><C n={1} {...{ x: 2 }}>text {3}</C></>))`, 'h.ts': `export const Frag = 'frag'; export const h = (type: any, props: any, ...children: any[]) => ({ type: typeof type === 'function' ? type(props) : type, children })`,
  }],
  ['jsx with the automatic runtime', {
    ...esm, 'tsconfig.json': `{ "compilerOptions": { "jsx": "react-jsx", "jsxImportSource": "my" } }`, 'main.tsx': `import { C } from './c'; console.log(JSON.stringify([C({ n: 4 }), <><C n={1} key="k">a{2}</C></>]))`, 'c.tsx': `export function C(props: any) { return <b id="i">{props.n}</b> }`,
    'node_modules/my/package.json': `{"name":"my","exports":{"./jsx-runtime":"./r.mjs"}}`, 'node_modules/my/r.mjs': `export const Fragment = 'frag'; export const jsx = (type, props, key) => ({ auto: type?.name ?? type, props, key }); export const jsxs = jsx`,
  }],
  ['tsconfig paths, baseUrl and extends', {
    ...esm, 'tsconfig.json': `{ "extends": "./base.json", "compilerOptions": { /* comment */ "paths": { "@/*": ["./src/*"], "exact": ["./src/exact.ts"], "~lib": ["./none", "./src/lib/index.ts"], }, } }`, 'base.json': `{ "compilerOptions": { "experimentalDecorators": true } }`,
    'main.ts': `import { a } from '@/a'; import { e } from 'exact'; import { l } from '~lib'; import { b } from '@/deep/b.js'; console.log(a, e, l, b); import('@/a').then((m) => console.log(m.a))`, 'src/a.ts': `export const a = 'a'`, 'src/exact.ts': `export const e = 'e'`, 'src/lib/index.ts': `export const l = 'l'`, 'src/deep/b.ts': `import { a } from '@/a'; export const b = a + 'b'`,
  }],
  ['decorators', {
    ...esm, 'main.ts': `import { K } from './new'; console.log(new K().hi(), new K().v, new K().g, K.s())`,
    'new.ts': `const log = (f: any, c: any) => function (this: any, ...a: any[]) { return c.kind + ':' + String(c.name) + ':' + f.apply(this, a) }; const twice = (_: any, c: any) => (v: number) => v * 2; function cls(c: any, x: any) { return class extends c { extra = x.name } as any }\n@cls export class K { @log hi() { return 'hi' } @twice v = 21; @log get g() { return 1 } @log static s() { return 's' } }`,
  }],
  ['decorators of experimentalDecorators', {
    ...esm, 'tsconfig.json': `{ "compilerOptions": { "experimentalDecorators": true } }`, 'main.ts': `import { L } from './old'; console.log(new L('x').hi(), L.tags)`,
    'old.ts': `const tags: string[] = []; const D = (t: string): any => (target: any, key?: any, i?: any) => { tags.push(t + String(key) + (typeof i === 'number' ? i : '')) }\n@D('class') export class L { static tags = tags; @D('prop') p = 1; constructor(@D('param') readonly x: string) {} @D('method') hi(@D('arg') a?: any) { return this.x } }`,
  }],
  ['using and await using on every Node', {
    ...esm, 'main.ts': `import { open } from './r'; { using a = open('a'), b = open('b'); console.log('in') } async function f() { await using c = open('c'); await 0; console.log('f') } await f(); for (using d of [open('d')]) console.log('loop'); try { using e = open('e'); throw new Error('x') } catch (error) { console.log((error as Error).message) }\nusing top = open('top'); console.log('end')`,
    'r.ts': `(Symbol as any).dispose ??= Symbol('d'); (Symbol as any).asyncDispose ??= Symbol('ad'); export const open = (n: string) => ({ n, [Symbol.dispose]() { console.log('close', n) }, async [Symbol.asyncDispose]() { await 0; console.log('close async', n) } })`,
  }],
  ['class fields, private methods, static blocks, accessors', {
    ...esm, 'main.ts': `import { A } from './a'; class B extends A { x = 'B'; static { console.log('static', this.name) } } const b = new B(); console.log(b.x, b.secret(), A.count, b.acc, B.make()); b.acc = 5; console.log(b.acc, Object.keys(b))`,
    'a.ts': `export class A { static count = 0; #s = 1; x = 'A'; static #made = 0; constructor() { A.count++; this.init() } init() { this.x = 'init' } #p() { return this.#s } secret() { return this.#p() } get acc() { return this.#s } set acc(v) { this.#s = v } static make() { return ++A.#made } }`,
  }],
  ['useDefineForClassFields off', { ...esm, 'tsconfig.json': `{ "compilerOptions": { "useDefineForClassFields": false, "target": "ES2021" } }`, 'main.ts': `class A { constructor() { (this as any).init() } } class B extends A { x: any; y = 1; init() { this.x = 'kept' } } console.log(new B())` }],
  ['import = and export =', { 'main.cts': `import fs = require('node:fs'); import lib = require('./lib.cjs'); console.log(typeof fs.readFileSync, lib.x, lib())`, 'lib.cts': `function f() { return 'f' } namespace f { export const x = 1 } export = f` }],
  ['a .cts file with import and export', { 'main.cts': `import { x } from './lib.cjs'; import path from 'node:path'; import * as p from 'node:path'; console.log(x, path.sep, p.sep, typeof require, typeof module); export const y = 1; console.log(Object.keys(module.exports))`, 'lib.cts': `export const x = __filename.length > 0` }],
  ['TypeScript in a package without a type', { 'main.ts': `import { x } from './lib'; import def from './def'; console.log(x, def, __filename, typeof require('./lib').x)`, 'lib.ts': `export const x: number = 1`, 'def.ts': `export default class D {}` }],
  ['a file of types only, and imports of types without the word type', { ...esm, 'main.ts': `import { T, v } from './types'; import { Q } from './only'; const t: T = v; const q: Q = 1; console.log(t, q); export { v as w } from './types'; export type { Q } from './only'`, 'types.ts': `export type T = number; export const v: T = 1`, 'only.ts': `console.log('only runs'); export type Q = number` }],
  ['cycles of classes', { ...esm, 'main.ts': `import { Parent } from './parent'; console.log(new Parent().children())`, 'parent.ts': `import { Child } from './child'; export class Parent { children() { return [new Child().parent()] } }`, 'child.ts': `import { Parent } from './parent'; export class Child { parent() { return Parent.name } }` }],
  ['a class that extends one of a cycle too early', { ...esm, 'main.ts': `import { A } from './a'; console.log(A)`, 'a.ts': `import { B } from './b'; export class A {} ; export const b = B`, 'b.ts': `import { A } from './a'; export class B extends A {}` }, { code: 1 }],
  ['singletons, registries and side effects at the top level', { ...esm, 'main.ts': `import './one'; import './two'; import { registry } from './registry'; console.log([...registry.entries()])`, 'registry.ts': `export const registry = new Map<string, () => string>()`, 'one.ts': `import { registry } from './registry'; registry.set('one', () => '1')`, 'two.ts': `import { registry } from './registry'; registry.set('two', () => '2')` }],
  ['events, listeners taken off again, bound methods', { ...esm, 'main.ts': `import { bus, onPing, off } from './bus'; bus.on('ping', onPing); bus.emit('ping', 1); bus.off('ping', onPing); bus.emit('ping', 2); off(); bus.emit('pong'); console.log(bus.listenerCount('ping'), bus.listenerCount('pong'))`, 'bus.ts': `import { EventEmitter } from 'node:events'; export const bus = new EventEmitter(); export function onPing(n: number) { console.log('ping', n) } function onPong() { console.log('pong') } bus.on('pong', onPong); export const off = () => bus.off('pong', onPong)` }],
  ['an http server and client', { ...esm, 'main.ts': `import { createServer } from 'node:http'; import { handler } from './handler'; const server = createServer(handler).listen(0, async () => { const { port } = server.address() as any; const r = await fetch('http://127.0.0.1:' + port + '/x'); console.log(r.status, await r.text()); server.close(); server.closeAllConnections() })`, 'handler.ts': `import type { RequestListener } from 'node:http'; export const handler: RequestListener = (req, res) => { res.writeHead(201).end('you asked ' + req.url) }` }],
  ['streams, pipeline, async generators and promises', { ...esm, 'main.ts': `import { pipeline } from 'node:stream/promises'; import { Readable } from 'node:stream'; import { upper, numbers } from './s'; let out = ''; await pipeline(Readable.from(['a', 'b']), upper, async (source: any) => { for await (const c of source) out += c }); console.log(out); for await (const n of numbers(3)) console.log(n); console.log(await Promise.allSettled([1, Promise.reject(new Error('x'))].map(async (p) => await p)).then((r) => r.map((x) => x.status)))`, 's.ts': `export async function* upper(source: AsyncIterable<Buffer>) { for await (const c of source) yield String(c).toUpperCase() } export async function* numbers(n: number) { for (let i = 0; i < n; i++) { await 0; yield i } }` }],
  ['AsyncLocalStorage of the program', { ...esm, 'main.ts': `import { AsyncLocalStorage } from 'node:async_hooks'; import { work } from './w'; export const als = new AsyncLocalStorage<number>(); await Promise.all([1, 2].map((n) => als.run(n, () => work(als)))); console.log(als.getStore())`, 'w.ts': `import type { AsyncLocalStorage } from 'node:async_hooks'; export async function work(als: AsyncLocalStorage<number>) { await new Promise((r) => setTimeout(r, 5)); console.log(als.getStore()); setTimeout(() => console.log('timer', als.getStore())) }` }],
  ['order of microtasks, nextTick, immediates and timers', { ...esm, 'main.ts': `import { later } from './l'; setTimeout(() => console.log('timeout')); setImmediate(() => setImmediate(() => console.log('immediate 2'))); process.nextTick(() => console.log('tick')); queueMicrotask(() => console.log('micro')); Promise.resolve().then(() => console.log('then 1')).then(() => console.log('then 2')); void later(); (async () => { console.log('sync'); await null; console.log('after await'); await null; console.log('after await 2') })(); console.log('end')`, 'l.ts': `export async function later() { console.log('later'); await 0; console.log('later 2'); try { await Promise.reject(1) } catch { console.log('caught') } finally { console.log('finally') } }` }],
  ['error causes, aggregate errors and subclasses', { ...esm, 'main.ts': `import { fail, Own } from './f'; try { fail() } catch (e: any) { console.log(e instanceof Own, e instanceof Error, e.name, e.message, e.cause.message, e.constructor === Own, Object.prototype.toString.call(e), structuredClone(new Error('c')).message) }`, 'f.ts': `export class Own extends Error { override name = 'Own' } export function fail() { throw new Own('own', { cause: new Error('deep') }) }` }],
  ['structuredClone, JSON and Proxies of what modules export', { ...esm, 'main.ts': `import data, { list, when, map } from './d'; console.log(structuredClone(data), JSON.stringify({ list, when, data }), structuredClone(map), Array.isArray(list), list.constructor === Array, Reflect.ownKeys(data))`, 'd.ts': `export default { a: [1, { b: 2 }], [Symbol.for('s')]: 1 }; export const list = [1, 2], when = new Date(0), map = new Map([[1, new Set([2])]])` }],
  ['import.meta in TypeScript, import attributes, import defer-free dynamic', { ...esm, 'main.ts': `import data from './d.json' with { type: 'json' }; console.log(data.x, import.meta.url, import.meta.dirname, import.meta.filename); const m = await import('./lib'); console.log(m.default, Object.keys(m)); const name: string = './lib'; console.log((await import(name + '.ts')).default)`, 'd.json': `{"x":1}`, 'lib.ts': `export default 'lib'; export const z = 1, a = 2` }],
  ['a big switch of syntax: labels, generators, destructuring, tagged templates, regexps, bigint', { ...esm, 'main.ts': `import { tag, gen, parse } from './x'; console.log(tag\`a\${1}b\${2}c\`, [...gen(3)], parse({ a: [1, { b: 2 }], rest: 3 } as any)); outer: for (const i of [1, 2, 3]) { for (const j of [1, 2, 3]) { if (j === 2) continue outer; if (i === 3) break outer; console.log(i, j) } } console.log(/(?<y>\\d{4})/u.exec('in 2024')?.groups?.y, 2n ** 64n, 0b11, 1_000, null ?? 'd', ((a, b = a, ...c) => [a, b, c])(1), new.target)`.replace(', new.target', ''), 'x.ts': `export const tag = (s: TemplateStringsArray, ...v: any[]) => s.raw.join('|') + v.join(); export function* gen(n: number): any { for (let i = 0; i < n; i++) { const got = yield i; if (got) return got } yield* [8, 9] } export const parse = ({ a: [one, { b = 5, ...more }], ...rest }: any, { z = one } = {} as any) => ({ one, b, more, rest, z })` }],
  ['getters, setters and Object.defineProperty on exported objects', { ...esm, 'main.ts': `import o, { counter } from './o'; console.log(o.g, o.g, counter.n); o.g = 5; console.log(o.g, delete (o as any).d, o)`, 'o.ts': `export const counter = { n: 0 }; let v = 0; export default { get g() { counter.n++; return v }, set g(x) { v = x }, d: 1 }` }],
  ['a readline loop over stdin at the top level', { ...esm, 'main.ts': `import { createInterface } from 'node:readline'; import { answer } from './a'; for await (const line of createInterface({ input: process.stdin })) console.log(answer(line)); console.log('bye')`, 'a.ts': `export const answer = (l: string) => '> ' + l` }, { input: 'one\ntwo\n' }],
  ['10 000 lines', { ...esm, 'main.ts': `import { f9999 } from './big'; console.log(f9999(1))`, 'big.ts': Array.from({ length: 10_000 }, (_, i) => `export function f${i}(n: number): number { return n + ${i} }`).join('\n') }],
  ['namespaces that add to functions, classes and enums', {
    ...esm, 'main.ts': `import { fn, Cls, E, listed, default as own } from './a'; import c from './c.cjs'; import whole from './w.cjs'; console.log(fn.self() === fn, fn(), fn.x, fn.count(), fn.count(), listed[0] === fn, new Set([fn, fn.self()]).size, Cls.Inner.name, new Cls.Inner().outer() === Cls, E.all(), E.A, own.self() === own, c.fn.self() === c.fn, c.fn.x, whole.self() === whole, whole())`,
    'a.ts': `export function fn() { return fn.x } export namespace fn { export const x = 1; let n = 0; export const count = () => ++n; export const self = (): unknown => fn } export const listed = [fn]; export class Cls {} export namespace Cls { export class Inner { outer() { return Cls } } } export enum E { A } export namespace E { export const all = () => Object.keys(E).length } function own() {} namespace own { export const self = (): unknown => own } export default own`,
    'c.cjs': `"use strict"; Object.defineProperty(exports, "__esModule", { value: true }); exports.fn = fn; function fn() { return 1 } (function (fn) { fn.x = 1; fn.self = () => fn })(fn || (exports.fn = fn = {}));`,
    'w.cts': `function a() { return a.x } namespace a { export const x = 2; export const self = (): unknown => a } export = a`,
  }],
]

describe('TypeScript behaves as with tsx', () => {
  for (const [title, files, how] of programs) it(title, async () => void (await sameBothWays(files, how)))

  it('static private members beside decorated ones, whatever the compiler makes of them', async () => {
    const text = (decorator: string): string => `const D = ${decorator}
export class Counter { static #n = 1; static #next() { return ++Counter.#n } static get n() { return this.#n } @D next() { return Counter.#next() } static { Counter.#n++ } }
export class Kept { static #all = new Set<unknown>(); @D kept = 1; static add(one: unknown) { this.#all.add(one); return Kept.#all.size } }
console.log(Counter.n, new Counter().next(), Kept.add(1), Kept.add(2))
`
    const main = `import { Counter } from './classes'\nconsole.log([Counter.n, new Counter().next()])\n`
    for (const [decorator, options] of [['(..._: unknown[]) => {}', '{"experimentalDecorators":true}'], ['(value: unknown, _: unknown) => value', '{}']] as const) {
      const { ours } = await sameBothWays({ 'main.ts': main, 'classes.ts': text(decorator), 'package.json': '{"type":"module"}', 'tsconfig.json': `{"compilerOptions":${options}}` })
      assert.equal(ours.stdout, '2 3 1 2\n[ 3, 4 ]\n')
    }
  })

  it('static private members of a class that is decorated itself, lowered, or known by what stands for it', async () => {
    const members = `{ static #n = 1; static #list: unknown[] = []; static #m() { return this.#n } static get #g() { return this.#n * 2 } static set #g(v) { this.#n = v }
  static read() { return [this.#n, A.#n, this.#m(), A.#m(), this.#g, this?.#n] }
  static write(x) { this.#n = x; this.#n++; [this.#n, this.#g] = [x, x + 1]; this.#list.push(x); (0, this).#n += 1; return this.#n }
  static of(C) { return #n in C && C.#n + C.#m() } static has(o) { return #n in o } static shadow(A) { return [A.#n, A.#m()] }
  static async later() { await 0; return this.#n } static gen = function* () { yield A.#n }; static { this.#list.push('block'); A.#n++ } static all = () => [...A.#list] }`
    const look = `console.log(A.read(), A.write(5), A.of(A), A.has({}), A.has(class extends A {}), await A.later(), [...A.gen()], A.all(), A.shadow(A), A.read.call(A), A.read === A.read)
class B extends A {} try { B.read() } catch (e) { console.log(e.name) } const { read } = A; try { read() } catch (e) { console.log(e.name) }`
    const forms = [['export class A'], ['export default class A'], ['export const A = class A'], ['export const A = (() => { return class A', '})()']] as const
    const texts = (decorator: string): Files => Object.fromEntries(forms.map(([open, close = ''], index) => [`a${index}.ts`, `// @ts-nocheck\nfunction D() {}\n${index < 2 ? decorator : ''} ${open} ${members}${close}\n`]))
    const decorated = `// @ts-nocheck\nfunction logged(f) { return function (...a) { return f.apply(this, a) } }\nfunction cls(v, c) { c.addInitializer(function () { console.log(typeof this) }) }\n@cls export class C { static #s = 's'; @logged static s() { return [C.#s, this === C, #s in this] } }\nconsole.log(C.s())`
    await sameBothWays({ 'package.json': '{}', 'main.ts': `import { C } from './c'\nconsole.log(C.s())`, 'c.ts': decorated })
    for (const [options, decorator] of [['{"experimentalDecorators":true}', '@D'], ['{}', '@D'], ['{"target":"es2020"}', '']] as const) {
      const main = `// @ts-nocheck\n${forms.map((_, index) => `import ${index === 1 ? '' : '* as '}a${index} from './a${index}'\n`).join('')}for (const { A } of [a0, { A: a1 }, a2, a3]) {\n${look} }`
      await sameBothWays({ 'package.json': '{"type":"module"}', 'tsconfig.json': `{"compilerOptions":${options}}`, 'main.ts': main, ...texts(decorator) })
    }
  })

  it('static private members as TypeScript and Babel write them', () => sameBothWays({
    'main.mjs': `import { A } from './a.cjs'; import { B } from './b.mjs'; console.log(A.next(), A.next(), A.has(A), A.call(), B.next(), B.next.call(B))`,
    'a.cjs': `"use strict";
var __classPrivateFieldGet = (this && this.__classPrivateFieldGet) || function (receiver, state, kind, f) { if (typeof state === "function" ? receiver !== state || !f : !state.has(receiver)) throw new TypeError("Cannot read private member"); return kind === "m" ? f : kind === "a" ? f.call(receiver) : f ? f.value : state.get(receiver); };
var __classPrivateFieldSet = (this && this.__classPrivateFieldSet) || function (receiver, state, value, kind, f) { if (typeof state === "function" ? receiver !== state || !f : !state.has(receiver)) throw new TypeError("Cannot write private member"); return (kind === "a" ? f.call(receiver, value) : f ? f.value = value : state.set(receiver, value)), value; };
var __classPrivateFieldIn = (this && this.__classPrivateFieldIn) || function (state, receiver) { return typeof state === "function" ? receiver === state : state.has(receiver); };
var _a, _A_n, _A_m;
class A { static next() { return __classPrivateFieldSet(this, _a, __classPrivateFieldGet(this, _a, "f", _A_n) + 1, "f", _A_n); } static has(c) { return __classPrivateFieldIn(_a, c); } static call() { return __classPrivateFieldGet(this, _a, "m", _A_m).call(this); } }
exports.A = A;
_a = A, _A_m = function _A_m() { return __classPrivateFieldGet(this, _a, "f", _A_n); };
_A_n = { value: 1 };`,
    'b.mjs': `function _assertClassBrand(e, t, n) { if ("function" == typeof e ? e === t : e.has(t)) return arguments.length < 3 ? t : n; throw new TypeError("Private element is not present on this object"); }
export class B { static next() { var _this$n, _this$n2; return _n._ = _assertClassBrand(B, this, (_this$n = _assertClassBrand(B, this, _n)._, _this$n2 = _this$n++, _this$n)), _this$n2; } }
var _n = { _: 1 };`,
  }).then(() => {}))
})
