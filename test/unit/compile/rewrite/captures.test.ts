import assert from 'node:assert/strict'
import { rewriteOk } from './harness'

/** `name@line` of everything the top level takes, imports and requires alike. */
function taken(code: string, format: 'esm' | 'commonjs' = 'esm'): string[] {
  const { imports, required } = rewriteOk(code, format)
  return [...imports.flatMap(({ captured }) => captured ?? []), ...Object.values(required ?? {}).flat()].map(({ name, line }) => `${name}@${line}`)
}

const imported = (code: string): string[] => taken(`import it, { a, b as c } from './x'; import * as ns from './y'\n${code}`)

describe('what a top level takes from another module', () => {
  it('is every value it reads, where it reads it first', () => {
    assert.deepEqual(imported('const x = a.b\nf(c, a)\nexport default it'), ['a@2', 'b@3', 'default@4'])
    assert.deepEqual(imported('a.on("x", () => {})'), ['a@2'])
    assert.deepEqual(imported('`${a}`; ({ c }); [...it]'), ['a@2', 'b@2', 'default@2'])
  })

  it('is no call, no new, and no export of an import', () => {
    assert.deepEqual(imported('a(); new c(); ns.f(); new ns.K; a`x`; export { a, c as d }; export { it }'), [])
  })

  it('of a namespace is the member, or everything', () => {
    assert.deepEqual(imported('ns.config.port; f(ns)\nns["x"]'), ['config@2', '*@2'])
  })

  it('includes what runs where it stands', () => {
    assert.deepEqual(imported('class A { static x = a }'), ['a@2'])
    assert.deepEqual(imported('class A { static { a } }'), ['a@2'])
    assert.deepEqual(imported('class A extends c.Base { [a]() {} }'), ['a@2', 'b@2'].sort((x, y) => (x < y ? 1 : -1)))
    assert.deepEqual(imported('(() => { a })(); (function () { c }).call(this); (async () => { await it })()').sort(), ['a@2', 'b@2', 'default@2'])
  })

  it('excludes what runs later, and names that hide an import', () => {
    assert.deepEqual(imported('class A { x = a; #y = () => c; m() { return it } static s() { return a } }'), [])
    assert.deepEqual(imported('function f(x = a) { return c } const g = () => it, h = async () => { await a }; (function* () { a })()'), [])
    assert.deepEqual(imported('{ const a = 1; f(a) } for (const c of []) f(c); try {} catch (it) { f(it) }'), [])
  })

  it('of a module that was required is what is destructured, read or passed on', () => {
    assert.deepEqual(taken('const { a, b: { c }, ...d } = require("./x")', 'commonjs'), ['a@1', 'b@1', '*@1'])
    assert.deepEqual(taken('const x = require("./x")\nx.f(); new x.K\nconst y = x.z\nf(x)', 'commonjs'), ['=@1', 'z@3', '*@4'])
    assert.deepEqual(taken('require("./x")\nrequire("./x").y; f(require("./x"))\nrequire("./x")()', 'commonjs'), ['y@2', '*@2'])
    assert.deepEqual(taken('var x = __toESM(require("./x"))\nx.default', 'commonjs'), ['=@1', 'default@2'])
    assert.deepEqual(taken('function f() { const { a } = require("./x"); return require("./x").b }', 'commonjs'), [])
  })

  it('says which exports are literals, and what is passed on', () => {
    const { literals, reexports } = rewriteOk('export const a = 1, b = -2, c = "x", d = {}, e = /x/; export let f = 1\nexport { g as h } from "./x"\nexport * as i from "./x"\nimport { j } from "./y"\nexport { j }', 'esm')
    assert.deepEqual(literals, { a: '1', b: '-2', c: '"x"' })
    assert.deepEqual(reexports, [{ name: 'h', index: 0, imported: 'g' }, { name: 'i', index: 0, imported: '*' }, { name: 'j', index: 1, imported: 'j' }])
  })
})

describe('classes of the outermost scope', () => {
  it('are announced where their definition ends, and named wherever they are values', () => {
    const { code } = rewriteOk('export class A { m() { return A } }\nlet B = class {}\nf(A, B, { A })\nnew A; A.x; x instanceof A; class C extends A {}', 'esm')
    const lines = code.split('\n')
    assert.match(lines[0] ?? '', /return \$\$_i\(A\) \} \}; \$\$_i\(A, "A"\);$/)
    assert.match(lines[1] ?? '', /; \$\$_i\(B, "B"\);$/)
    assert.equal(lines[2], 'f($$_i(A), $$_i(B), { A: $$_i(A) })')
    assert.equal(lines[3], 'new A; A.x; x instanceof A; class C extends A {}; $$_i(C, "C");')
  })

  it('are found by new and instanceof without a detour when they are imported', () => {
    const { code } = rewriteOk('import { A } from "./x"; import * as ns from "./y"\nnew A(); x instanceof A; A.y; new ns.B; new A.C', 'esm')
    assert.equal(code.split('\n')[1], 'new $$_c0.A(); x instanceof $$_c0.A; $$_n0.A.y; new ns.B; new $$_n0.A.C')
  })

  it('leave classes of functions and blocks, and names that hide them, alone', () => {
    const { code } = rewriteOk('class A {}\nfunction f(A) { class B {} return [A, B] }\n{ class C {} f(C) }', 'esm')
    assert.doesNotMatch(code, /_i\((?!A, "A")/)
  })
})
