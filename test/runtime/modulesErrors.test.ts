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

  it('too much recursion is a RangeError that can be caught', async () => {
    await failing({ 'main.mjs': `function f() { return f() + 1 } try { f() } catch (e) { console.log(e instanceof RangeError, e.message) }` })
  })
})
