import assert from 'node:assert/strict'
import { rewrite } from '../../../../src/compile/rewrite/rewrite'
import type { Rewritten } from '../../../../src/protocol/unit'
import { rewriteOk } from './harness'

describe('what a rewritten module says about itself', () => {
  it('lists imports once each, with names, what the module calls them, attributes and places', () => {
    const { imports, stars } = rewriteOk(`import a, { b as c, default as d } from './x'\nimport './y'\n  import * as n from './x'\nimport j from './z.json' with { type: 'json' }\nimport k from './z.json'\nexport * from './s'\nexport { p as q } from './x'\nexport * as all from './t'\nimport {} from './u'`, 'esm')
    assert.deepEqual(imports, [
      { specifier: './x', attributes: {}, names: ['default', 'b', '*', 'p'], locals: { default: 'a', b: 'c', '*': 'n' }, line: 1, column: 40 },
      { specifier: './y', attributes: {}, names: [], line: 2, column: 7 },
      { specifier: './z.json', attributes: { type: 'json' }, names: ['default'], locals: { default: 'j' }, line: 4, column: 14 },
      { specifier: './z.json', attributes: {}, names: ['default'], locals: { default: 'k' }, line: 5, column: 14 },
      { specifier: './s', attributes: {}, names: ['*'], line: 6, column: 14 },
      { specifier: './t', attributes: {}, names: ['*'], line: 8, column: 21 },
      { specifier: './u', attributes: {}, names: [], line: 9, column: 15 },
    ])
    assert.deepEqual(stars, [4])
  })

  it('lists exports in order', () => {
    const { exports } = rewriteOk(`export const { a, b: [c = 1, ...d], ...e } = {}\nexport { f as g }\nlet f\nexport default class {}\nexport { x as 'y z' } from './x'\nexport * as n from './x'\nexport * from './x'\nexport async function* h() {}`, 'esm')
    assert.deepEqual(exports, ['a', 'c', 'd', 'e', 'g', 'default', 'y z', 'n', 'h'])
  })

  it('knows which exports never change once the top level has run', () => {
    const code = `import { i } from './x'
export const a = 1; export let b = 2; export let c = 3, d; export var e = 1; export function f() {} export function g() {} export class h {}
export { i, i as j }; export default 1
export { k } from './y'
let l = 1, m = 2, n = 3, o = 4; export { l, m, n, o }
c++; function x(d) { d = 1; let l; l = 2; ({ m } = {}); [...n] = [] } g = 1; { var p = 1 } export { p }; for (o of []);
function y() { { let b; b++ } try {} catch (b) { b = 1 } }
export let q = 1; class Z { y = q++ }`
    const changing = ({ exports, constants }: Rewritten): string[] => exports.filter((name) => !constants.includes(name))
    assert.deepEqual(changing(rewriteOk(code, 'esm')), ['i', 'j', 'k', 'm', 'n', 'q'])
    assert.deepEqual(changing(rewriteOk(`${code}\nawait 0`, 'esm')), ['c', 'g', 'i', 'j', 'k', 'm', 'n', 'o', 'p', 'q'])
  })

  it('promises nothing about exports that eval could assign', () => {
    assert.deepEqual(rewriteOk('export let a = 1; eval("a = 2")', 'esm').constants, [])
  })

  it('lists the state that a reload resets', () => {
    const code = `let a = 0, b = 0, c = 0, d, e = 0; var f; const g = []; function h() { a++; [b] = [1]; let d; d = 1; f = 2; return () => { for (e of []); } } c = 1; class K { x = () => { c } }`
    assert.deepEqual(rewriteOk(code, 'esm').state, ['a', 'b', 'e', 'f'])
    assert.deepEqual(rewriteOk(code, 'commonjs').state, ['a', 'b', 'e', 'f'])
  })

  it('lists constants whose array, object, map or set a function changes', () => {
    const code = `const a = new Map(), b = [], c = { n: 0, in: { list: [] } }, d = new Set(), e = [], f = {}, g = new WeakMap(), h = make(), i = new Map(), j = {}, k = []; d.add(1); for (const x of []) e.push(x)
export function change(f, v) { a.set(1, v); b[0] = v; c.in.list.push(v); f.x = v; g.get(v); h.set(1); { const i = new Map(); i.set(1, v) } delete j.x; [...k] } const m = new Set(), n = {}; export const count = () => { n.count++; m.clear() }`
    assert.deepEqual(rewriteOk(code, 'esm').state, ['a', 'b', 'c', 'j', 'm', 'n'])
  })

  it('lists what require and import() name', () => {
    const code = 'require("a"); require(`b`); require(c); import("d"); import(`e${1}`); function f(require) { require("no") } function g() { return require("h") } require("a"); x.require("i")'
    assert.deepEqual(rewriteOk(code, 'commonjs').dynamic, ['d', 'a', 'b', 'h'])
    assert.deepEqual(rewriteOk('require("a"); import("b")', 'esm').dynamic, ['b'])
  })

  it('keeps every line where it was', () => {
    const code = 'import {\n  a,\n  b\n} from "x"\r\nexport {\r\n  a,\n}\nexport default\n  a\nexport\nconst c = `\n`\nasync () =>\n\n  await a()\n'
    const { code: out } = rewriteOk(code, 'esm')
    const lines = (text: string): string[] => text.split(/\r\n|[\r\n\u2028\u2029]/)
    assert.equal(lines(out).length, lines(code).length + 1)
    assert.match(lines(out)[14] ?? '', /await \(0, \$\$_c0\.a\)\(\)/)
  })
})

describe('a text that cannot be rewritten', () => {
  const failed = (code: string, format: 'esm' | 'commonjs' | 'auto' = 'esm') => {
    const outcome = rewrite(code, { format, file: 'x.js' })
    if (outcome.ok) assert.fail(`rewrote ${code}`)
    return outcome
  }

  it('is a value that says where and why', () => {
    assert.deepEqual(failed('let a\n  let ä = 1, a'), { ok: false, line: 2, column: 13, message: "Identifier 'a' has already been declared" })
    assert.deepEqual(failed('export { nope }'), { ok: false, line: 1, column: 9, message: "Export 'nope' is not defined" })
  })

  it('says when older syntax would do', () => {
    for (const code of ['{ using x = y }', 'await using x = y', 'async () => { await using x = y }', '@dec class A {}', 'class A { @dec m() {} }', 'const x = <div/>', 'let x: number = 1', 'interface A {}', 'enum A {}', 'class A { private x = 1 }', 'const x = y as number', 'x!.y', 'function f(a?: 1) {}']) {
      assert.equal(failed(code).needsLowering, true, code)
    }
    for (const code of ['let a = ', 'foo bar', '}', 'let let = 1']) assert.equal(failed(code).needsLowering, undefined, code)
  })

  it('nests too deeply', () => {
    assert.match(failed('['.repeat(200_000)).message, /deep|stack/)
    assert.match(failed(`x = ${'['.repeat(100_000)}${']'.repeat(100_000)}`).message, /deep|stack/)
  })
})

describe('a text whose format nobody declared', () => {
  const formatOf = (code: string): string => rewriteOk(code, 'auto').format

  it('is a module when only a module can have its syntax', () => {
    for (const code of ['import "x"', 'export {}', 'if (import.meta.url) {}', 'await 1', 'for await (const x of y);', 'const require = 1', 'let module = 1', '// import\nexport default 1', 'const x = 1;export { x }']) assert.equal(formatOf(code), 'esm', code)
  })

  it('is CommonJS otherwise', () => {
    for (const code of ['', 'exports.x = 1', 'import("x")', '// import x', '`\nimport x from "y"\n`', 'with (a) {}', 'return', 'var require = 1', 'import\n("x")', 'async () => { await 1 }', 'var await']) assert.equal(formatOf(code), 'commonjs', code)
  })
})
