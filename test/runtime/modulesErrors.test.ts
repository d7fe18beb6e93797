import assert from 'node:assert/strict'
import { bothWays } from './support/bothWays'
import type { Files, How } from './support/bothWays'

const esm = { 'package.json': '{"type":"module"}' }

/** The frames of the program in what was said on stderr, without versions. */
const frames = (stderr: string): string[] => stderr.split('\n').filter((line) => line.includes('ROOT/')).filter((line) => line.startsWith('    at ')).map((line) => line.trim().replace(/\?v=\d+/, '').replace('file://', '').replace('at K.s', 'at s'))

async function failing(files: Files, how: How = {}): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string; readonly frames: string[] }> {
  const { ours, plain } = await bothWays(files, how)
  assert.equal(ours.code, plain.code, `codeswitch: ${ours.stderr}\nplain Node: ${plain.stderr}`)
  assert.equal(ours.stdout, plain.stdout)
  return { code: ours.code, stdout: ours.stdout, stderr: ours.stderr, frames: frames(ours.stderr) }
}

describe('errors that end a program', () => {
  it('at the top level: exit code 1, and the place in the TypeScript source, right of non-ASCII text', async () => {
    const { code, stderr, frames } = await failing({ ...esm, 'main.ts': `import { fail } from './lib'\ninterface Gone { a: 1 }\n/* 世界 🎉 */ fail('é')`, 'lib.ts': `type T = 1\n\nexport function fail(what: string): never { const ü = '🎉'; throw new TypeError(what + ü) }` })
    assert.equal(code, 1)
    assert.match(stderr, /TypeError: é🎉/)
    assert.deepEqual(frames, ['at fail (ROOT/lib.ts:3:67)', 'at ROOT/main.ts:3:13'])
  })

  it('in a timer, in an async function, in a class and in a callback of Node', async () => {
    const throwing = `export class K { static s() { throw new Error('x') } async m() { await 0\n K.s() } }`
    assert.deepEqual((await failing({ ...esm, 'main.ts': `import { K } from './k'\nsetTimeout(() => {\n  K.s()\n})`, 'k.ts': throwing })).frames, ['at s (ROOT/k.ts:1:37)', 'at ROOT/main.ts:3:5'])
    assert.deepEqual((await failing({ ...esm, 'main.ts': `import { K } from './k'\nasync function outer() {\n  await new K().m()\n}\nvoid outer()`, 'k.ts': throwing })).frames.slice(0, 3), ['at s (ROOT/k.ts:1:37)', 'at K.m (ROOT/k.ts:2:4)', 'at async outer (ROOT/main.ts:3:3)'])
  })

  it('an unhandled rejection, and one with a value that is no error', async () => {
    assert.match((await failing({ 'main.mjs': `Promise.reject(new RangeError('r'))` })).stderr, /RangeError: r/)
    assert.equal((await failing({ 'main.mjs': `Promise.reject({ odd: 1 })` })).code, 1)
  })

  it('a module that is not there, a package that is not there, an export that is not there', async () => {
    assert.match((await failing({ 'main.mjs': `import './none.mjs'` })).stderr, /Cannot find module 'ROOT\/none\.mjs' imported from ROOT\/main\.mjs/)
    assert.match((await failing({ 'main.mjs': `import 'none'` })).stderr, /Cannot find package 'none' imported from ROOT\/main\.mjs/)
    assert.match((await failing({ 'main.mjs': `import { b } from './a.mjs'; console.log('never')`, 'a.mjs': `console.log('never'); export const a = 1` })).stderr, /The requested module '\.\/a\.mjs' does not provide an export named 'b'/)
    assert.match((await failing({ 'main.mjs': `import { b } from 'node:fs'` })).stderr, /The requested module 'node:fs' does not provide an export named 'b'/)
    assert.match((await failing({ 'main.cjs': `require('./none')` })).stderr, /Cannot find module '\.\/none'\nRequire stack:\n- ROOT\/main\.cjs/)
  })

  it('a syntax error, with its line', async () => {
    const { stderr } = await failing({ 'main.mjs': `import './a.mjs'`, 'a.mjs': `const a = 1\nconst b = ;` })
    assert.match(stderr, /a\.mjs:2:11/)
  })

  it('a stack that the program reads, and one that it prepares itself', async () => {
    const { stdout } = await failing({ 'main.mjs': `import { where, sites } from './l.mjs'; console.log(where().split('\\n').length > 1, sites())`, 'l.mjs': `export const where = () => new Error('x').stack\nexport function sites() { const before = Error.prepareStackTrace; Error.prepareStackTrace = (_, s) => s.map((site) => site.getFunctionName()).slice(0, 1); try { return new Error('x').stack } finally { Error.prepareStackTrace = before } }` })
    assert.equal(stdout, "true [ 'sites' ]\n")
  })

  it('the limit of a stack, captureStackTrace, causes and aggregates', async () => {
    const { stdout } = await failing({ 'main.mjs': `function deep(n) { return n === 0 ? new Error('x').stack.split('\\n').length : deep(n - 1) } console.log(deep(20)); Error.stackTraceLimit = 3; console.log(deep(20)); Error.stackTraceLimit = 0; console.log(deep(20)); Error.stackTraceLimit = 10; function hide() { const o = {}; Error.captureStackTrace(o, hide); return o.stack } console.log(hide().includes('hide')); try { await Promise.any([Promise.reject(new Error('a'))]) } catch (e) { console.log(e.errors[0].message) }` })
    assert.equal(stdout, '11\n4\n1\nfalse\na\n')
  })

  it('what V8 and Node say names what the source says, at its place', async () => {
    const wrong = [
      'value()', 'new value()', 'new lib.x()', 'new lib.value.x()', 'lib()', 'def()', 'def.x()', 'renamed()', 'value`a`', 'box[value].x()', 'box?.x()', 'new box.x()', '[...value]', 'const { a } = none', 'import.meta.x()',
      '(await value)()', '(await box).x()', 'new (await box)()', 'const { a } = await none', '(await box)[await value]()', "(await import('./lib.mjs')).x()", '[...(function* () { (yield 1)() })()]',
      'for await (const a of value) ;', 'for await (const a of box.x) ;', 'for await (const a of own()) ;', 'for await (const a of await value) ;', 'for await (const a of renamed.x.y) ;', 'for await (const a of K) ;', 'for await (const a of box) value()',
      "require('x')", 'module.exports = 1', '__dirname', '(() => { require })()',
    ]
    // What they say of an ES module only when its top level throws is not said to a `catch`.
    const main = `import def, { value, box, none, other as renamed } from './lib.mjs'
import * as lib from './lib.mjs'
const own = () => 5
class K {}
const say = (error) => console.log(error.stack.split('\\n').filter((line) => /^\\w|main/.test(line)).slice(0, 2).join(' ').replace(/\\(?file:.*main.mjs[^:]*/, ''), '|', error.message)
${wrong.map((text) => `try { ${text} } catch (error) { say(error) }`).join('\n')}`
    const { stdout } = await failing({ 'main.mjs': main, 'lib.mjs': `export const value = 1, box = {}, none = null, other = 2\nexport default {}` })
    assert.equal(stdout.split('\n').length - 1, wrong.length)
  })

  it('`require` in an ES module, with what to use instead', async () => {
    for (const [text, said] of Object.entries({ "require('x')": /ReferenceError: require is not defined in ES module scope, you can use import instead\n/, 'await 0\n__dirname': /ReferenceError: __dirname is not defined in ES module scope\n/ })) {
      assert.match((await failing({ 'main.mjs': text })).stderr, said)
      assert.match((await failing({ 'main.mjs': `import './lib.mjs'`, 'lib.mjs': text })).stderr, said)
    }
    assert.match((await failing({ 'main.ts': `import 'node:fs'\nrequire('x')`, ...esm })).stderr, /ES module scope/)
  })

  it('too much recursion is a RangeError that can be caught', async () => {
    await failing({ 'main.mjs': `function f() { return f() + 1 } try { f() } catch (e) { console.log(e instanceof RangeError, e.message) }` })
  })
})
