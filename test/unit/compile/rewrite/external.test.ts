import assert from 'node:assert/strict'
import { rewriteOk } from './harness'

/** What became of the last line. */
const last = (code: string, format: 'esm' | 'commonjs' = 'esm'): string => rewriteOk(code, format).code.split('\n').at(-2) ?? ''
const exporting = (code: string): string => last(`export function f() {}\n${code}`)
const script = (code: string): string => last(`exports.f = f; function f() {}\n${code}`, 'commonjs')

const VALUE = '($$_e0 ||= $$_e(f, "f"))'

describe('an exported function', () => {
  it('is what importers have wherever its module uses it as a value, and is asked for once', () => {
    assert.equal(exporting('use(f, [f], { f, a: f })'), `use(${VALUE}, [${VALUE}], { f: ${VALUE}, a: ${VALUE} })`)
    assert.equal(exporting('x = f ?? y; x = `${f}`; x = [...f]; x = f.bind(1); x = cond ? f : y'), `x = ${VALUE} ?? y; x = \`\${${VALUE}}\`; x = [...${VALUE}]; x = ${VALUE}.bind(1); x = cond ? ${VALUE} : y`)
    assert.match(exporting('export const g = (cb = f) => cb'), /\(cb = \(\$\$_e0 \|\|= \$\$_e\(f, "f"\)\)\) =>/)
    assert.match(rewriteOk('export function f() {}\nuse(f)', 'esm').code, /let \$\$_e0; \$\$\.define\(\{ f: \(\) => f \}/)
  })

  it('is itself where it is called, constructed, extended or looked at, and where an array is done with it', () => {
    for (const line of [
      'f(), f?.(), f`x`, new f(), new f; x instanceof f; x = class extends f {}', 'f.name, f.length, f.call(1), f.apply(1), f.prototype.x = 1', '(0, f)(1), (a ? f : b)(1), (f || b)(1)',
      'typeof f, !f; if (f) x(); x = f ? 1 : 2', 'list.map(f); list.sort(f); text.replace(a, f)', 'Object.assign(f, { a }); util.inherits(f, A); __name(f, "f")', 'Error.captureStackTrace(e, f); x = { stackStartFn: f }',
    ]) assert.equal(exporting(line), line)
    assert.equal(exporting('list.then(f)'), `list.then(${VALUE})`)
    assert.equal(last('export const model = define()\nexport class A {}\nuse(em.find(model), em.find(A)); Error.captureStackTrace(e, A)'), 'use(em.find(($$_e0 ||= $$_e(model, "model"))), em.find($$_i(A))); Error.captureStackTrace(e, A)')
  })

  it('keeps its name where another name hides it, and where it is declared', () => {
    for (const line of ['{ const f = 1; use(f) }', 'try {} catch (f) { use(f) }', 'for (const f of []) use(f)', 'function g(f) { use(f) }', 'function g() { use(f); var f }']) assert.match(exporting(line), /use\(f\)/)
  })

  it('is compared as what importers have, whatever it is compared with', () => {
    assert.equal(exporting('use(x.y === f)'), `use($$_e(x.y, void ${VALUE}) === ${VALUE})`)
    assert.equal(exporting('use(f !== g())'), `use(${VALUE} !== $$_e(g()))`)
    assert.equal(exporting('use(f == null, typeof f === "function")'), `use(${VALUE} == null, typeof f === "function")`)
  })

  it('has every name it is exported by, inside as well', () => {
    const { code } = rewriteOk('function a() {}\nexport { a as b, a as c }\nexport default d\nfunction d() {}\nexport const e = g, h = function i() { return i }\nfunction g() {}\nuse(a, d, e, g, h)', 'esm')
    const lines = code.split('\n')
    assert.match(lines[2] ?? '', /\{default: d\}/)
    assert.match(lines[4] ?? '', /e = g, h = function i\(\) \{.* return \(\$\$_e0 \|\|= \$\$_e\(i, "h"\)\) \}/)
    assert.equal(lines[6], 'use(($$_e1 ||= $$_e(a, "b")), ($$_e2 ||= $$_e(d, "default")), ($$_e3 ||= $$_e(e, "e")), ($$_e4 ||= $$_e(g, "e")), ($$_e5 ||= $$_e(h, "h")))')
  })

  it('is asked for each time when the name is assigned to, and where a statement begins with it', () => {
    assert.equal(last('export let f = () => {}\nexport const set = (g) => { f = g }\nuse(f)'), 'use($$_e(f, "f"))')
    assert.equal(exporting('f || use()'), '$$_e(f, "f") || use()')
  })

  it('is one of several when the top level replaces it: what others know is the last, which these are only compared with', () => {
    assert.match(rewriteOk('export let f = () => {}\nuse(f, f === g); f = wrap(f); use(f)\n', 'esm').code, /\nuse\(f, \$\$_e\(f\) === \$\$_e\(g\)\); f = wrap\(f\); use\(\$\$_e\(f, "f"\)\)\n/)
    for (const twice of ['exports.f = f; exports.f = wrap(f)', 'module.exports = f; module.exports = { f }', 'exports.f = f; for (const k in exports) exports[k] = wrap(exports[k])', 'exports.f = f; function g() { use(f) } exports.f = 1']) assert.equal(last(`function f() {}\n${twice}\nuse(f)`, 'commonjs'), 'use(f)')
    assert.equal(last('function f() {}\nexports.f = f; use(x === exports.f); exports.f = wrap(exports.f); use(f, exports.f)', 'commonjs'), 'exports.f = f; use($$_e(x, void $$_e(exports.f)) === $$_e(exports.f)); exports.f = wrap(exports.f); use(f, $$_e(exports.f, "f"))')
    assert.equal(last('exports.f = void 0; exports.f = f; function f() {}\nuse(f)', 'commonjs'), `use(${VALUE})`)
  })

  it('is no literal, no other module’s, nothing that is not exported', () => {
    assert.equal(last('import { a } from "./x"\nexport const n = 1, o = {}, l = [], t = `x`\nfunction g() {}\nexport { a }\nuse(n, o, l, t, g)'), 'use(n, o, l, t, g)')
    assert.equal(last('const a = require("./x"), { b } = require("./y")\nmodule.exports = { a, b }\nuse(a, b)', 'commonjs'), 'use(a, b)')
  })

  it('is known in CommonJS by what the module puts into its exports', () => {
    assert.equal(script('use(f, exports.f, module.exports.f)'), `use(${VALUE}, $$_e(exports.f, "f"), $$_e(module.exports.f, "f"))`)
    for (const [code, value] of [
      ['module.exports = { g: f }', 'g'], ['module.exports = f', '='], ['exports = module.exports = f', '='], ['const api = { f }; module.exports = api', 'f'], ['module.exports = f; f.g = g', '='],
      ['Object.assign(exports, { f })', 'f'], ['Object.defineProperty(exports, "h", { get: function () { return f } })', 'h'], ['__export(all, { f: () => f })', 'f'], ['var x = exports.a = exports.b = f', 'a'],
    ] as const) assert.equal(last(`${code}\nfunction f() {}\nfunction g() {}\nuse(f)`, 'commonjs'), `use(($$_e0 ||= $$_e(f, "${value}")))`, code)
    assert.equal(last('module.exports = f; f.g = g; const api = 1\nfunction f() {}\nfunction g() {}\nuse(g)', 'commonjs'), 'use(($$_e0 ||= $$_e(g, "g")))')
  })

  it('is all of what a script exports where that is handed out or compared', () => {
    const self = (line: string): string => last(`const self = module.exports = {}\n${line}`, 'commonjs')
    assert.equal(self('use(self, exports, module.exports, self.f, x === self, module.exports !== this); new Use(self)'), 'use($$_e(self), $$_e(exports), $$_e(module.exports), self.f, $$_e(x, void $$_e(self)) === $$_e(self), $$_e(module.exports) !== $$_e(this)); new Use($$_e(self))')
    assert.match(self('const f = () => self, g = () => { return exports }'), /\$\$_e\(self\)\).*return \$\$_e\(exports\)/)
    for (const line of ['const it = self, other = exports', 'x.y = module.exports', 'Object.assign(self, {}); Object.defineProperty(exports, "x", {})', '__export(exports, {}); tslib.__exportStar(x, module.exports); EventEmitter.call(self)', 'const f = (self) => { use(self) }']) assert.doesNotMatch(self(line), /\$\$_e/, line)
    assert.equal(last('\nuse(exports); module.exports = {}; use(exports)', 'commonjs'), 'use(exports); module.exports = {}; use($$_e(exports))')
  })

  it('is called, written and read from in CommonJS as it is', () => {
    for (const line of ['exports.f(), module.exports.f(), (0, exports.f)(), new exports.f(), exports.f.x', 'exports.g = 1; exports.f.x = 2; delete exports.f', 'exports = {}']) assert.equal(script(line), line)
    assert.match(script('(function (exports) { use(exports.f) })(x)'), /use\(exports\.f\)/)
    assert.equal(last('exports.f = f\nfunction f() {}\nmodule.exports = { f, h: { f } }', 'commonjs'), `module.exports = { f, h: { f: ${VALUE} } }`)
  })

  it('is a local fun in a module that imports `codeswitch`', () => {
    for (const head of ['import { spawn } from "codeswitch"', 'import "codeswitch"', 'const { spawn } = await import("codeswitch")']) assert.equal(last(`${head}\nexport function f() {}\nuse(f, x === f)`), 'use(f, x === f)')
    assert.equal(last('const { spawn } = require("codeswitch")\nexports.f = f; function f() {}\nuse(f, exports.f)', 'commonjs'), 'use(f, exports.f)')
  })

  it('says which of them have members of their own', () => {
    const { propertied } = rewriteOk('export function a() {} export function b() {} export { b as c }\nexport const d = () => {}, e = () => {}, g = () => {}\na.x = 1; b.y; d.name; d.prototype; e.call(); Object.assign(g, {})\n{ const d = {}; d.x = 1 }', 'esm')
    assert.deepEqual(propertied, ['a', 'b', 'c', 'g'])
  })
})
