import { sameBothWays } from './support/bothWays'
import type { Files, How } from './support/bothWays'

/** Title, files, and what is special about running them. Each program prints what it sees; plain Node says what that must be. */
const programs: readonly (readonly [string, Files, How?])[] = [
  ['require, module.exports and exports', {
    'main.cjs': `const a = require('./a.cjs'); const { x } = require('./b.cjs'); console.log(a, x, require('./a.cjs') === a, require('./f.cjs')(2), new (require('./k.cjs'))().v)`,
    'a.cjs': `module.exports = { one: 1 }`, 'b.cjs': `exports.x = 2; this.y = exports === this`, 'f.cjs': `module.exports = (x) => x * 2`, 'k.cjs': `module.exports = class K { v = 1 }`,
  }],
  ['what every object has is what every object has, also of exports', {
    'main.js': `const a = require('./a'); const { deepStrictEqual } = require('assert'); console.log(a.constructor === Object, a.toString === Object.prototype.toString, require('./k').constructor.name, require('./k').m())
deepStrictEqual({ a }, { a: { ...a } }); deepStrictEqual(require('./list'), [1, 2]); console.log(require('./list').constructor === Array, require('./f').call === Function.prototype.call)`,
    'a.js': `module.exports = { x: 1, f(v) { return v } }`, 'k.js': `module.exports = new (class K { m() { return 'm' } })()`, 'list.js': `module.exports = [1, 2]`, 'f.js': `module.exports = (x) => x`,
  }],
  ['a .js file without a type is CommonJS, or what its syntax says', {
    'main.js': `console.log(typeof require, require('./lib').x, __filename, __dirname)`, 'lib.js': `exports.x = typeof module`,
  }],
  ['extensions, folders and package.json main', {
    'main.js': `console.log(require('./a'), require('./dir'), require('./pkg'), require('./data'), require('./dir/'), require('.').self, require('./b.c'))`,
    'index.js': `exports.self = 1`, 'a.js': `module.exports = 'a'`, 'dir/index.js': `module.exports = 'dir'`, 'pkg/package.json': `{"main":"./lib/x"}`, 'pkg/lib/x.js': `module.exports = 'pkg'`, 'data.json': `{"d":1}`, 'b.c.js': `module.exports = 'bc'`,
  }],
  ['a function that another one replaced from outside can be called by it, and put back', {
    'main.js': `const lib = require('./lib'); const { user } = require('./user'); const before = lib.f; const wrapped = (n) => before(n) + 1
lib.f = wrapped; console.log(lib.f(1), lib.f === wrapped, user(1), require('./lib').f === wrapped)
Object.defineProperty(lib, 'f', { value: new Proxy(before, { apply: (f, self, args) => -Reflect.apply(f, self, args) }), configurable: true, writable: true, enumerable: true })
console.log(lib.f(1), user(1)); lib.f = before; console.log(lib.f(1), lib.f === before, user(1))`,
    'lib.js': `exports.f = (n) => n * 10`, 'user.js': `const lib = require('./lib'); exports.user = (n) => lib.f(n)`,
  }],
  ['what inherits from exports has properties and getters of its own', {
    'main.js': `const Base = require('./base'); const o = require('./o')
function Child() {} Object.setPrototypeOf(Child, Base); Child.parent = Base; class K extends Base {} K.count = 1; const made = Object.create(o); made.x = 2
console.log(Base.parent, Child.parent === Base, Base.count, K.count, o.x, made.x, Object.keys(made), made.self === made, o.self === o.me())`,
    'base.js': `module.exports = function Base() {}`, 'o.js': `module.exports = { x: 1, get self() { return this }, me() { return module.exports.self } }`,
  }],
  ['getters of exports run when they are read, and may be meant for objects that inherit them', {
    'main.js': `const lib = require('./lib'); const { value } = require('./lib'); const made = Object.create(lib); made.app = { name: 'app' }; console.log(value, made.name, lib.heavy)
try { lib.gone } catch (e) { console.log(e.message) } import('./lib.js').then((all) => console.log(all.value, all.default === lib))`,
    'lib.js': `exports.value = 1; const lazy = (name, get) => Object.defineProperty(exports, name, { get, enumerable: true, configurable: true })
lazy('name', function () { return this.app.name }); lazy('heavy', () => { console.log('loaded'); return 'heavy' }); lazy('gone', () => { throw new Error('no longer bundled') })`,
  }],
  ['standard input read at once, and as a stream', {
    'main.js': `const fs = require('fs'); const tty = require('tty'); console.log(tty.isatty(0), process.stdin.isTTY, process.stdin.constructor.name); process.stdin.setEncoding('utf8').on('data', (d) => console.log(JSON.stringify(d))).on('end', () => console.log('end'))`,
  }, { input: 'one\ntwo\n' }],
  ['all of standard input with readFileSync', { 'main.js': `console.log(require('fs').readFileSync(0, 'utf8').length)` }, { input: 'x'.repeat(200_000) }],
  ['require of JSON is one object', { 'main.js': `const d = require('./d.json'); d.x = 2; console.log(require('./d.json'), require('./d.json') === d, require('./a.json'), require('./n.json'))`, 'd.json': '\uFEFF{ "x": 1 }', 'a.json': '[1, 2]', 'n.json': 'null' }],
  ['cycles see what is there so far', {
    'main.js': `exports.early = 1; const b = require('./b'); exports.late = 2; console.log(b.seen, b.f())`, 'b.js': `const a = require('./main'); exports.seen = Object.keys(a); exports.f = () => Object.keys(a); console.log(a.early, a.late)`,
  }],
  ['a cycle with module.exports replaced too late', {
    'main.js': `const a = require('./a'); console.log(a(), a.b)`, 'a.js': `const b = require('./b'); module.exports = () => 'a' + typeof b.a(); module.exports.b = 'p'`, 'b.js': `const a = require('./a'); exports.a = () => a`,
  }],
  ['require.main, module.parent, children, id, loaded, paths, filename, path', {
    'main.js': `console.log(require.main === module, module.id, module.loaded, module.filename, module.path, module.paths[0], module.children.length, module.parent, typeof module.require); const l = require('./lib'); console.log(module.children.map((c) => c.filename), l.loaded()); console.log(Object.keys(module).join(), module.constructor.name, module instanceof require('module'))`,
    'lib.js': `console.log(require.main === module, require.main.filename, module.id, module.parent && module.parent.filename, module.children.length); exports.loaded = () => module.loaded; console.log(module.loaded)`,
  }],
  ['require.resolve and require.resolve.paths', {
    'main.js': `for (const s of ['./lib', './d.json', 'p', 'fs', 'node:fs', './none', 'none']) try { console.log(require.resolve(s)) } catch (e) { console.log(e.code, e.message) } console.log(require.resolve.paths('p')[0], require.resolve.paths('fs'), require.resolve('./x', { paths: [__dirname + '/sub'] }))`,
    'lib.js': ``, 'd.json': `{}`, 'node_modules/p/index.js': ``, 'sub/x.js': '',
  }],
  ['exports that only their own methods can read: a Map, a Date, a Buffer, an object with private members', {
    'main.js': `const map = require('./map'), set = require('./set'), date = require('./date'), buffer = require('./buffer'), promise = require('./promise'), priv = require('./priv'), re = require('./re')
console.log(map.get(1), [...map.keys()], set.has(1), +date, JSON.stringify(date), Buffer.concat([buffer, buffer]).toString(), promise instanceof Promise, priv.n(), priv.x, 'abc'.replace(re, 'x'), require('./map') === map, require('util').types.isMap(map)); promise.then(console.log)`,
    'map.js': `module.exports = new Map([[1, 2]])`, 'set.js': `module.exports = new Set([1])`, 'date.js': `module.exports = new Date(0)`, 'promise.js': `module.exports = Promise.resolve('p')`, 're.js': `module.exports = /a/`,
    'buffer.js': `let made; Object.defineProperty(module, 'exports', { get: () => made ??= Buffer.from('hi') })`, 'priv.js': `class P { #x = 1; n() { return this.#x } get x() { return this.#x } } module.exports = new P()`,
  }],
  ['frozen classes, functions and exports, and statics that are there for ever', {
    'main.js': `const lib = require('./lib'), { C, D, E, f } = lib; console.log(C.K, C.L, Object.isFrozen(C), Object.isSealed(D), Object.isExtensible(E), Object.isExtensible(D), C.a, new C().m(), Object.keys(C), Object.isFrozen(f), f.p); C.a = 2; console.log(C.a)
for (const change of [() => { C.a = 3 }, () => { lib.n = 1 }]) try { (function () { 'use strict'; change() })(); console.log('changed') } catch (e) { console.log(e.name) }
console.log(Object.freeze(lib) === lib, Object.isFrozen(lib), Reflect.isExtensible(E), Reflect.defineProperty(D, 'q', { value: 1, configurable: false }), Object.freeze(1), Object.isFrozen('x'))`,
    'lib.js': `class C { static a = 1; m() { return 'm' } } Object.defineProperties(C, { K: { value: 5, enumerable: true, configurable: false, writable: false } }); Object.defineProperty(C, 'L', { value: 6, configurable: false }); Object.freeze(C)
class D { static x = 1 } Object.seal(D); class E {} Object.preventExtensions(E); function f() {} f.p = 1; Object.freeze(f); module.exports = { C, D, E, f, o: { z: 1 } }`,
  }],
  ['require.cache knows every module', {
    'main.js': `require('./lib'); require('p'); const keys = Object.keys(require.cache); console.log(keys.map((k) => k.split('/').pop()), require.cache[require.resolve('./lib')].exports.n, require.cache[__filename] === module)`,
    'lib.js': `console.log('lib runs'); exports.n = globalThis.n = (globalThis.n ?? 0) + 1`, 'node_modules/p/index.js': '',
  }],
  ['what require says when it finds nothing', {
    'main.js': `for (const s of ['./none', 'none', './sub/none.js', '', '/none', 'p/none', 'node:none', 1]) try { require(s) } catch (e) { console.log(e.name, e.code, e.message, e.requireStack) }`, 'node_modules/p/package.json': `{"name":"p","exports":{".":"./i.js"}}`, 'node_modules/p/i.js': '',
  }],
  ['a module that throws throws again when it is required again', {
    'main.js': `for (let i = 0; i < 2; i++) try { require('./t') } catch (e) { console.log(e.message) } console.log(Object.keys(require.cache).length)`, 't.js': `globalThis.n = (globalThis.n ?? 0) + 1; throw new Error('t' + globalThis.n)`,
  }],
  ['a module with a syntax error', { 'main.js': `try { require('./t') } catch (e) { console.log(e.name) } console.log('on')`, 't.js': `let x = ;` }],
  ['sloppy mode: with, arguments, octal, undeclared globals, this', {
    'main.js': `x = 1; with ({ y: 2 }) console.log(x + y); console.log(010, delete globalThis.x, typeof x, this === module.exports, (function () { return this === globalThis })(), (function (a) { a = 2; return arguments[0] })(1)); console.log(arguments[2] === module, typeof arguments[1]); { function inner() {} } console.log(typeof inner)`,
  }],
  ['strict mode by directive', { 'main.js': `'use strict'; try { x = 1 } catch (e) { console.log(e.message) } console.log((function () { return this })())` }],
  ['return at the top level', { 'main.js': `console.log(1); if (true) return; console.log(2)` }],
  ['ES modules import CommonJS: default, named, __esModule, and module.exports', {
    'main.mjs': `import a, { x } from './a.cjs'; import b, { y } from './b.cjs'; import * as bn from './b.cjs'; import f from './f.cjs'; import * as an from './a.cjs'; import prim from './p.cjs'; console.log(a, x, an.default === a); console.log(b, y, Object.keys(bn).filter((key) => key !== 'module.exports'), bn.default === b); console.log(f(), f.sub, prim)`,
    'a.cjs': `exports.x = 1; exports.z = 2`, 'b.cjs': `Object.defineProperty(exports, '__esModule', { value: true }); exports.default = 'the default'; exports.y = 2`, 'f.cjs': `module.exports = function f() { return 'f' }; module.exports.sub = 's'`, 'p.cjs': `module.exports = 42`,
  }],
  ['a CommonJS default is the very object', {
    'main.mjs': `import a from './a.cjs'; import { createRequire } from 'node:module'; const require = createRequire(import.meta.url); const r = require('./a.cjs'); console.log(r === a); a.added = 1; console.log(r.added, a.added, a.me().added)`, 'a.cjs': `exports.me = () => module.exports`,
  }],
  ['CommonJS requires an ES module', {
    'main.cjs': `const m = require('./m.mjs'); console.log(m.default, m.x, m.f(), Object.keys(m), m.__esModule); const { f } = m; console.log(f())`, 'm.mjs': `export default 'd'; export const x = 1; export function f() { return x }`,
  }],
  ['an ES module that awaits cannot be required', { 'main.cjs': `try { require('./m.mjs') } catch (e) { console.log(e.name, e.code) } import('./m.mjs').then((m) => console.log(m.x))`, 'm.mjs': `export const x = await 1` }],
  ['an export called module.exports is what require answers', { 'main.cjs': `console.log(require('./m.mjs'))`, 'm.mjs': `export const x = 1; const f = 'all'; export { f as 'module.exports' }` }],
  ['mixed cycles', {
    'main.mjs': `import { f } from './a.cjs'; console.log(f()); export const x = 1`, 'a.cjs': `exports.f = () => 'f' + require('./b.cjs').g()`, 'b.cjs': `const a = require('./a.cjs'); exports.g = () => Object.keys(a).join()`,
  }],
  ['createRequire', { 'main.mjs': `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url); console.log(require('./a.cjs').x, require('./d.json').d, require('p'), require.resolve('./a.cjs'), require('node:path').sep)`, 'a.cjs': `exports.x = 1`, 'd.json': `{"d":2}`, 'node_modules/p/index.js': `module.exports = 'p'` }],
  ['createRequire and import share a module', { 'main.mjs': `import { createRequire } from 'node:module'; import { x } from './a.cjs'; console.log(createRequire(import.meta.url)('./a.cjs').x === x)`, 'a.cjs': `console.log('once'); exports.x = {}` }],
  ['process.getBuiltinModule, module.createRequire of CommonJS, module.require', { 'main.cjs': `console.log(module.require('./a.cjs').x, require('module').createRequire(__filename)('./a.cjs').x, typeof process.getBuiltinModule)`, 'a.cjs': `exports.x = 1` }],
  ['builtins and packages are those of Node', {
    'main.mjs': `import fs from 'node:fs'; import fs2 from 'fs'; import * as ns from 'node:fs'; import { readFileSync } from 'node:fs'; import p, { o } from 'p'; import * as pn from 'p'; import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)
console.log(fs === fs2, fs.readFileSync === readFileSync, ns.default === fs, require('fs') === fs, require('p') === p, p.o === o, pn.default === p, (await import('p')).default === p, process.getBuiltinModule?.('fs') === fs || !process.getBuiltinModule)`,
    'node_modules/p/index.js': `exports.o = {}`,
  }],
  ['a dual package: import and require get their own', {
    'main.mjs': `import { kind } from 'dual'; import { createRequire } from 'node:module'; import viaCjs from './c.cjs'; console.log(kind, createRequire(import.meta.url)('dual').kind, viaCjs.kind, (await viaCjs.dynamic()).kind)`,
    'c.cjs': `module.exports = { kind: require('dual').kind, dynamic: () => import('dual') }`,
    'node_modules/dual/package.json': `{"name":"dual","exports":{".":{"import":"./m.mjs","require":"./c.cjs"}}}`, 'node_modules/dual/m.mjs': `export const kind = 'esm'`, 'node_modules/dual/c.cjs': `exports.kind = 'cjs'`,
  }],
  ['subpath exports, patterns, imports, self reference and conditions', {
    'main.mjs': `import a from 'p/a'; import b from 'p/lib/b.js'; import int from '#int'; import pat from '#lib/x.mjs'; import self from 'me/self'; import ext from '#ext'; console.log(a, b, int, pat, self, ext); for (const s of ['p/none', 'p/internal.js', '#none', 'me/none']) try { await import(s) } catch (e) { console.log(e.name, e.code, e.message) }`,
    'package.json': `{"name":"me","exports":{"./self":"./self.mjs"},"imports":{"#int":{"node":"./int.mjs","default":"./none.mjs"},"#lib/*":"./lib/*","#ext":"p/a"}}`,
    'self.mjs': `export default 'self'`, 'int.mjs': `export default 'int'`, 'lib/x.mjs': `export default 'pattern'`,
    'node_modules/p/package.json': `{"name":"p","exports":{"./a":"./a.mjs","./lib/*":"./src/*"}}`, 'node_modules/p/a.mjs': `export default 'a'`, 'node_modules/p/src/b.js': `module.exports = 'b'`, 'node_modules/p/internal.js': '',
  }],
  ['import() and require in one file use their own conditions of the workspace package itself', {
    'main.cjs': `console.log(require('#x')); import('#x').then((x) => console.log(x.default)); const s = '#x'; console.log(require(s)); import(s).then((x) => console.log(x.default))`,
    'package.json': `{"imports":{"#x":{"import":"./x.mjs","require":"./x.cjs"}}}`, 'x.mjs': `export default 'by import'`, 'x.cjs': `module.exports = 'by require'`,
  }],
  ['symlinked packages of a workspace are one module, whichever way they are reached', {
    'main.mjs': `import { n } from '@w/lib'; import * as direct from './packages/lib/index.mjs'; import { n as n2 } from './packages/app/index.mjs'; console.log(n === direct.n, n === n2, import.meta.resolve('@w/lib'))`,
    'packages/lib/index.mjs': `console.log(import.meta.url); export const n = {}`, 'packages/lib/package.json': `{"name":"@w/lib","exports":"./index.mjs"}`,
    'packages/app/index.mjs': `export { n } from '@w/lib'`, 'packages/app/package.json': `{"name":"@w/app"}`, 'node_modules/@w/lib': { linkTo: '../../packages/lib' },
  }],
  ['a symlinked file is its target', { 'main.mjs': `import { x } from './link.mjs'; import { x as y } from './real.mjs'; console.log(x === y)`, 'real.mjs': `console.log(import.meta.url); export const x = {}`, 'link.mjs': { linkTo: 'real.mjs' } }],
  ['names with spaces, other scripts, and what URLs must escape', {
    'main.mjs': `import a from './with space.mjs'; import b from './grüße 世界.mjs'; import c from './a%23b.mjs'; import d from './per%25cent.mjs'; import e from './q%3F.mjs'; console.log(a, b, c, d, e); import('./with%20space.mjs').then((m) => console.log(m.default === a))`,
    'with space.mjs': `export default import.meta.url`, 'grüße 世界.mjs': `export default import.meta.url`, 'a#b.mjs': `export default import.meta.filename`, 'per%cent.mjs': `export default import.meta.url`, 'q?.mjs': `export default import.meta.url`,
  }],
  ['byte order mark, CRLF, hashbang, line separators', {
    'main.mjs': '\uFEFFimport x from "./a.mjs"\r\nimport "./b.cjs"\r\nconsole.log(x, `a\r\nb`.length)\r\n', 'a.mjs': '#!/usr/bin/env node\r\nexport default `x\r\ny`.length', 'b.cjs': '\uFEFFconsole.log("\u2028".length)',
  }],
  ['two modules with the same base name', { 'main.mjs': `import { x } from './a/t.mjs'; import { x as y } from './b/t.mjs'; import { x as z } from './a/t.js'; console.log(x, y, z)`, 'a/t.mjs': `export const x = 1`, 'b/t.mjs': `export const x = 2`, 'a/t.js': `exports.x = 3` }],
  ['process.argv, argv0, exitCode, title, and what the module system says of the entry', { 'main.cjs': `console.log(process.argv.slice(2), process.argv[1], process.argv.length, require.main.filename, process.mainModule === module, process.argv0 === 'node' || process.argv0.endsWith('node')); process.exitCode = 5` }, { args: ['-x', 'a b', '--'], code: 5 }],
  ['process.argv in an ES module, with an entry named without its folder', { 'main.mjs': `import { fileURLToPath } from 'node:url'; console.log(process.argv[1] === fileURLToPath(import.meta.url), process.argv.slice(1))` }, { args: ['1'] }],
  ['process.exit in the middle', { 'main.mjs': `import './a.mjs'; console.log('never')`, 'a.mjs': `process.on('exit', (code) => console.log('exit', code, process.exitCode)); console.log('a'); process.exit(3)` }, { code: 3 }],
  ['beforeExit and exit', { 'main.mjs': `let n = 0; process.on('beforeExit', (c) => { console.log('beforeExit', c); if (n++ < 2) setTimeout(() => console.log('more'), 5) }); process.on('exit', (c) => console.log('exit', c)); console.log('main')` }],
  ['an uncaught exception at the top level', { 'main.mjs': `console.log(1); throw new Error('top')` }, { code: 1 }],
  ['an uncaught exception in a timer', { 'main.mjs': `process.on('exit', (c) => console.log('exit', c)); setTimeout(() => { throw new Error('late') }, 5); setTimeout(() => console.log('never'), 50)` }, { code: 1 }],
  ['an unhandled rejection', { 'main.mjs': `process.on('exit', (c) => console.log('exit', c)); Promise.reject(new Error('unhandled')); setTimeout(() => console.log('never'), 50)` }, { code: 1 }],
  ['an unhandled rejection with something that is no error', { 'main.mjs': `Promise.reject(17)` }, { code: 1 }],
  ['uncaughtException and unhandledRejection listeners', { 'main.mjs': `process.on('uncaughtException', (e, origin) => console.log('caught', e?.message ?? e, origin)); process.on('uncaughtExceptionMonitor', (e, origin) => console.log('seen', e?.message ?? e, origin)); setTimeout(() => { throw new Error('x') }, 5); setTimeout(() => { throw 'text' }, 10); Promise.reject(new Error('r')); setTimeout(() => console.log('on'), 30)` }],
  ['an unhandledRejection listener alone', { 'main.mjs': `process.on('unhandledRejection', (reason, promise) => console.log(reason.message, promise instanceof Promise)); process.on('rejectionHandled', () => console.log('handled')); const p = Promise.reject(new Error('r')); setTimeout(() => p.catch(() => {}), 10); setTimeout(() => console.log('on'), 30)` }],
  ['uncaughtException while modules load', { 'main.mjs': `import './h.mjs'; import './t.mjs'; console.log('never')`, 'h.mjs': `process.on('uncaughtException', (e) => console.log('caught', e.message)); setTimeout(() => console.log('on'), 20)`, 't.mjs': `throw new Error('t')` }],
  ['an entry that listens for uncaught errors and throws', { 'main.cjs': `process.on('uncaughtExceptionMonitor', (e, o) => console.log('seen', e.message, o)); process.on('uncaughtException', (e, o) => { console.log('caught', e.message, o); process.exitCode = 4 }); setTimeout(() => console.log('on'), 20); throw new Error('entry')` }, { code: 4 }],
  ['the same in an ES module', { 'main.mjs': `process.on('uncaughtException', (e, o) => console.log('caught', e.message, o)); const timer = setInterval(() => { console.log('on'); clearInterval(timer) }, 10); throw new Error('entry')` }],
  ['the same after an await', { 'main.mjs': `process.on('uncaughtException', (e, o) => console.log('caught', e.message, o)); await 0; setTimeout(() => console.log('on'), 10); throw new Error('entry')` }],
  ['the same in a module that the entry imports', { 'main.mjs': `import './a.mjs'; console.log('never')`, 'a.mjs': `process.on('uncaughtException', (e, o) => console.log('caught', e.message, o)); setTimeout(() => console.log('on'), 10); throw new Error('a')` }],
  ['exit listeners of an entry that throws', { 'main.mjs': `process.on('exit', (c) => console.log('exit', c)); setTimeout(() => console.log('never'), 10); throw new Error('entry')` }, { code: 1 }],
  ['a domain-free setUncaughtExceptionCaptureCallback', { 'main.mjs': `process.setUncaughtExceptionCaptureCallback((e) => console.log('captured', e.message)); setTimeout(() => { throw new Error('x') }, 5); setTimeout(() => console.log('on'), 20)` }],
  ['an error listener that is missing', { 'main.mjs': `import { EventEmitter } from 'node:events'; new EventEmitter().emit('error', new Error('e'))` }, { code: 1 }],
  ['stdin, stdout.write callbacks and async iteration', { 'main.mjs': `let all = ''; for await (const chunk of process.stdin) all += chunk; process.stdout.write(all.toUpperCase(), () => console.log('written'))` }, { input: 'hello\nworld\n' }],
  ['worker threads and child processes of the program', {
    'main.mjs': `import { Worker } from 'node:worker_threads'; import { fork, execFileSync } from 'node:child_process'; const w = new Worker(new URL('./w.mjs', import.meta.url), { workerData: 2 }); w.on('message', (m) => { console.log('worker', m); const c = fork('./c.cjs', ['x']); c.on('message', (m) => { console.log('child', m); c.disconnect() }); c.on('exit', (code) => console.log('exit', code, String(execFileSync(process.execPath, ['-p', '1+1'])))) })`,
    'w.mjs': `import { parentPort, workerData } from 'node:worker_threads'; import { x } from './l.mjs'; parentPort.postMessage(workerData + x)`, 'l.mjs': `export const x = 1`, 'c.cjs': `process.send(process.argv.slice(2))`,
  }],
  ['eval, new Function, vm and indirect eval', { 'main.mjs': `import { x } from './l.mjs'; import vm from 'node:vm'; const y = 2; console.log(eval('y + 1') + x, new Function('return typeof y')(), vm.runInThisContext('1+1'), vm.runInNewContext('typeof process'), (0, eval)('typeof y'))`, 'l.mjs': `export const x = 1` }],
  ['abstract classes in the text that exports them', {
    'main.cjs': `const { Named, Whole, Listed, Made } = { ...require('./l.cjs'), Whole: require('./w.cjs') }; for (const C of [Named, Whole, Listed, Made]) { class Sub extends C {} try { console.log(new C()) } catch (e) { console.log(e.message) } console.log(new Sub().is, C.self() === C, C.who(), new Sub().constructor === Sub) }`,
    'w.cjs': `module.exports = class Whole { constructor() { if (new.target === Whole) throw new TypeError('abstract'); this.is = this.constructor !== Whole } static self() { return Whole } static who() { return this === Whole } }`,
    'l.cjs': `exports.Named = class Named { constructor() { if (this.constructor === Named) throw new TypeError('abstract'); this.is = true } static self() { return Named } static who() { return this === Named } }
exports.Made = (() => { class Made { constructor() { if (new.target === Made) throw new TypeError('abstract') } static self() { return Made } static who() { return this === Made } } return Made })()
module.exports = { ...exports, Listed: class Listed { constructor() { if (new.target === Listed) throw new TypeError('abstract') } static self() { return Listed } static who() { return this === Listed } } }`,
  }],
  ['what a script exports is one object to itself, to others and to importers', {
    'main.cjs': `const a = require('./a.cjs'), b = require('./b.cjs'), { all } = require('./all.cjs'), F = require('./f.cjs'), U = require('./umd.cjs'); console.log([...a.reg].every(([k, v]) => v === a[k]), a.entries().every(([k, v]) => a[k] === v), a.me() === a, a.all().f === a.f, all[0] === a, all[0].f === a.f, all.indexOf(b), b.use() === b, b.use().use().n, b.has(b.f), b.is(b), b.is(all), b.first(), b.early() === b, a.names(), a.replaced())
class Sub extends F {} console.log(new F().k, new Sub().k, F.who(), Sub.who(), F.self() === F, F.same(new F()), F.default === F, new F().is(new Sub()), U.f() === U, Object.keys(U), F.same(Object.create(F.prototype)))`,
    'all.cjs': `exports.all = []; exports.add = (one) => { exports.all.push(one) }`,
    'a.cjs': `const was = exports; exports = module.exports = {}; exports.f = function f() {}; exports.g = () => 1; exports.C = class C {}; exports.reg = new Map(); for (const [k, v] of Object.entries(exports)) exports.reg.set(k, v); exports.entries = () => Object.entries(module.exports); exports.me = () => exports; exports.all = () => module.exports; require('./all.cjs').add(module.exports)
exports.names = function () { return this === exports && Object.keys(exports).length }; exports.replaced = () => was === module.exports`,
    'b.cjs': `const self = module.exports = { n: 1 }; const before = module.exports; require('./all.cjs').add(self); self.f = function () {}; self.use = function () { return self }; self.has = (f) => Object.values(self).includes(f); self.is = (one) => one === module.exports && self === one; self.first = () => before === module.exports && before === self && this === exports; self.early = () => { const exports = 'another'; if (exports.length) return self }`,
    'f.cjs': `exports = module.exports = F; function F() { this.k = this.constructor === exports } exports.who = function () { return this === module.exports }; exports.self = () => exports; exports.same = (o) => o.constructor === module.exports; F.prototype.is = function (o) { return o instanceof exports }; module.exports.default = module.exports`,
    'umd.cjs': `(function (root, factory) { if (typeof exports === 'object') factory(exports); else factory(root.U = {}) })(this, function (exports) { exports.f = function () { return this } })`,
  }],
]

describe('CommonJS, packages and the process behave as in plain Node', () => {
  for (const [title, files, how] of programs) it(title, async () => void (await sameBothWays(files, how)))
})
