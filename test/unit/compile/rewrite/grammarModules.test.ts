import assert from 'node:assert/strict'
import { modules } from './compare'
import { loadModule } from './harness'

describe('module items keep their meaning', () => {
  modules([
    ['named, default and namespace imports', `import named, { add, value as v } from 'dep'\nimport * as ns from 'dep'\nlog.push(add(1, 2), v, named(), ns.add(3, 4), ns.value, typeof ns, named.name)`],
    ['imports with string names', `import { 'a string' as s, if as yes } from 'dep'\nlog.push(s, yes(1, 1))`],
    ['a called import has no receiver', `import { self } from 'dep'\nlog.push(self(), (self)(), self?.(), self.call(3), [self][0] === self)`],
    ['a namespace call by computed name', `import * as ns from 'dep'\nlog.push(ns['add'](1, 2), ns?.add(2, 2), ns.add?.(2, 3), ns.missing?.(), (ns.add)(1, 5), ns.object.method(), ns['a string'])`],
    ['optional calls and chains', `import { add, nothing, object } from 'dep'\nlog.push(add?.(1, 2), nothing?.(1), nothing?.x.y.z, object?.method?.(), object?.['x'])`],
    ['typeof, void and delete', `import { add, nothing } from 'dep'\nimport * as ns from 'dep'\nlog.push(typeof add, typeof nothing, void add(1, 2)); try { delete ns.add } catch (e) { log.push(e.name) }`],
    ['shorthand properties', `import { value, add } from 'dep'\nconst o = { value, add, x: value }\nlog.push(o.value, o.add(1, 2), o.x, Object.keys(o))`],
    ['tagged templates', 'import { tag } from "dep"\nimport * as ns from \'dep\'\nlog.push(tag`a${1}b\\n${tag`x`}`, ns.tag`q${2}`)'.replace('"dep"', "'dep'")],
    ['new with imports', `import { Base } from 'dep'\nimport * as ns from 'dep'\nlog.push(new Base(1).hello(), new Base, new ns.Base(2).x, new (Base)(3).x, Base.make().x, new (class extends Base {})(4).hello())`],
    ['assigning to an import throws', `import { value } from 'dep'\nfor (const f of [() => { value = 1 }, () => { value++ }, () => { ({ value } = { value: 1 }) }, () => { [value = 2] = [] }, () => { for (value of [1]); }, () => { value += log.push('right') }]) try { f(); log.push('no') } catch (e) { log.push(e.name) }\nlog.push(value)`],
    ['imports shadowed by every kind of binding', `import { add, value } from 'dep'
      function a(add) { return add }
      function b() { var value = 1; return value }
      function c() { if (true) { var add = 2 } return add }
      function d() { { let value = 3; log.push(value) } return value }
      function e() { try { throw 4 } catch (value) { return value } }
      const f = function value() { return typeof value }
      const g = class add { static x = typeof add }
      function h() { return add(); function add() { return 'hoisted' } }
      function i({ add: [value = 5] }) { return value }
      function j() { for (const add of [6]) return add }
      function k() { for (let value = 7; ;) return value }
      function l() { switch (1) { case 1: return value; case 2: let value } }
      function m() { class value {} return typeof value }
      function n(...add) { return add.length }
      const o = (add, { value } = { value: 8 }) => add + value
      function p(x = value) { var value = 9; return [x, value] }
      function q() { for (var add in { z: 1 }); return add }
      log.push(a(1), b(), c(), d(), e(), f(), g.x, h(), i({ add: [] }), j(), k(), m(), n(1, 2), o(1), p(), q(), add(1, 1), value)
      try { l() } catch (e) { log.push(e.name) }`],
    ['a statement that starts with an imported call ends the one before', `import { add, self, tag } from 'dep'\nlet x = add\nadd(1, 2)\nlog.push(x === add)\nself()\ntag\`x\`\nif (x)\n  add(1, 2)\nelse\n  add(2, 1)\ndo add(1, 2)\nwhile (false)\nlog.push(1)`],
    ['import.meta is one object', `const a = import.meta, b = () => import.meta\nlog.push(a === b(), typeof a, typeof import.meta.url)`],
    ['import() with and without options', `export const done = import('dep').then((ns) => ns.add(1, 2))\nlog.push(typeof import('dep').then)`],
    ['duplicate imports of one module are one', `import { add } from 'dep'\nimport { add as plus } from 'dep'\nimport 'dep'\nimport {} from 'dep'\nlog.push(add === plus)`],
    ['exports of every form', `export const a = 1, { b, c: [d] } = { b: 2, c: [3] }\nexport let e\nexport var f = 5\nexport function g(x, y) {}\nexport async function h() {}\nexport function* i(x) {}\nexport async function* j() {}\nexport class k {}\nconst l = 6, m = 7\nexport { l, m as n, m as default, m as 'a b' }`],
    ['re-exports', `export { value, add as plus, default as named, default, 'a string' as 'another' } from 'dep'\nexport * as all from 'dep'`],
    ['re-exports of imports', `import d, { value as v, add } from 'dep'\nimport * as ns from 'dep'\nexport { v, add as plus, d as default, ns }`],
    ['live bindings', `export let n = 0\nexport function up() { n++ }\nexport const read = () => n\nup(); up(); [n] = [n + 1]; ({ n = 5 } = { n }); log.push(n, read())`],
    ['default exports: a hoisted function without a name', `log.push(typeof log)\nexport default function (a, b) { return a }`],
    ['default exports: an async function without a name', `export default async function () { await 1 }`],
    ['default exports: a generator without a name', `export default function * () { yield 1 }`],
    ['default exports: a class without a name', `export default class { static seen = log.push(this.name) }`],
    ['default exports: a class with its own name property', `export default class { static name = 'own' }`],
    ['default exports: a derived class', `import { Base } from 'dep'\nexport default class extends Base { constructor() { super(3); log.push(this.hello(), new.target.name) } };\nnew (class extends Base {})`],
    ['default exports: an arrow', `export default (a) => a`],
    ['default exports: a parenthesised function', `export default (function () {})`],
    ['default exports: a named function expression', `export default (function own() {})`],
    ['default exports: an expression over lines', `export default [\n  1,\n  2 ] // comment\n;log.push(1)`],
    ['default exports: an expression without a semicolon', `import { add } from 'dep'\nexport default add\nlog.push(1)`],
    ['default exports: a named function that is assigned', `export default function f() { return 1 }\nf = 2\nlog.push(f)`],
    ['default exports with comments in between', `export /* a */ default // b\n  /* default */ function /* ( */ () { return 1 }`],
    ['a default export of an imported value', `import { add } from 'dep'\nexport default add(1, 2)`],
    ['top-level arguments do not exist', `log.push(typeof arguments, (() => typeof arguments)())\n;(function () { log.push(arguments.length) })(1, 2)`],
    ['top-level this is undefined', `log.push(this, (() => this)(), function () { return this }())`],
    ['strict mode', `log.push((function () { return this })())\ntry { undeclared = 1 } catch (e) { log.push(e.name) }`],
    ['a module of nothing but a comment', `// nothing`],
    ['a comment at the end', `log.push(1) // end`],
    ['names that start with the prefix', `const $$ = 1, $$_v = 2, $$1 = 3\nlog.push($$, $$_v, $$1)`],
    ['unicode names and line terminators', `const größe = 'ä\u2028b', 变量 = /\\u{1F600}/u\r\nlog.push(größe, 变量.source)\rlog.push(1)\u2028log.push(2)`],
    ['top-level await in every position', `import { later, count } from 'dep'
      const a = await later(1), { b = await later(2) } = {}
      log.push(a, b, [...await later([3])], \`\${await later(4)}\`, (await later({ x: { y: 5 } })).x.y, await later(await later(6)))
      await later(7)
      for await (const x of count(3)) log.push(x)
      for (const x of await later([8])) log.push(x)
      if (await later(true)) log.push(9)
      class A extends (await later(Object)) { static x = 1; [await later('k')]() {} }
      log.push(Object.getOwnPropertyNames(A.prototype))
      export default await later(10)
      try { await Promise.reject(new Error('x')) } catch { log.push('caught') } finally { log.push('finally') }`],
    ['top-level await after a line without a semicolon', `let x = log\nawait 1\nx.push(1)\nawait x.push(2)\nlet y = x\nawait (3), y.push(4)`],
    ['a throwing top level', `log.push(1); throw new TypeError('x') // leaves frames`],
  ])

  it('what a script takes for an HTML-like comment is an operator in a module', async () => {
    const { exports } = await loadModule('let a = 1, b = 3\nexport const c = a<!--b\nexport { b }')
    assert.deepEqual([exports['b'], exports['c']], [2, false])
  })
})
