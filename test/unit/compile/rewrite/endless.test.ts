import assert from 'node:assert/strict'
import { rewriteOk } from './harness'

describe('a function that ends with a call of itself', () => {
  const isLoop = (code: string): boolean => / if \(\$\$_over\(\$\$_f, \d+, \d+, true\)\) await \$\$_park/.test(rewriteOk(code, 'esm').code)

  it('is a loop when the call is its last statement and gets nothing new', () => {
    for (const code of [
      'async function loop() { await 1; return loop() }',
      'const loop = async (socket) => { await 1; void loop(socket) }',
      'class P { async poll() { await 1; this.poll() } }',
    ]) assert.ok(isLoop(code), code)
  })

  it('is none when it gets on by itself, waits for the call, or waits for nothing', () => {
    for (const code of [
      'async function page(at) { const next = await get(at); return page(next) }',
      'async function retry(n) { await 1; return retry(n - 1) }',
      'async function walk() { await walk() }',
      'async function f() { await 1; if (x) return f() }',
      'async function f() { await 1; return g() }',
      'async function f() { return f() }',
      'async function* f() { await 1; f() }',
    ]) assert.ok(!isLoop(code), code)
  })
})
