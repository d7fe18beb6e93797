import assert from 'node:assert/strict'
import { unshift } from '../../../../src/compile/rewrite/shifts'
import { evaluate, isFunction, loadModule, loadScript, rewriteOk } from './harness'

const code = `import { f, g as other } from 'x'; export default function () { return f(1) + other(ä, f) }
export async function h(ä) { /* 😀 */ const a = await f(await other(ä)), b = { f }; try { f\`\` } catch ({ x }) { return x } }
import {
  y } from 'y'; export { y }; const z = async () => await y(z)
for await (const q of y()) f(q); export default_
`.replace('; export default_', '')

const blank = (text: string): string => ' '.repeat(text.length)

describe('columns', () => {
  it('of everything that was kept lead back to where it was', () => {
    const { code: out, shifts } = rewriteOk(code, 'esm')
    const lines = out.split('\n')
    const lost: string[] = []
    for (const [index, line] of code.split('\n').entries()) {
      for (const { 0: word, index: column } of line.replace(/(?:import|export) \{.*?\} from '.*?'|export \{ y \}|^ {2}y.*'y'|^import \{$/g, blank).matchAll(/\p{L}+|[.+=>)]/gu)) {
        // What was replaced keeps its place, but not its text.
        if (word === 'export' || word === 'default' || word === 'other' || (word === ')' && line.startsWith(') {', column))) continue
        const found = [...(lines[index] ?? '').matchAll(new RegExp(word.replace(/[.+)]/g, '\\$&'), 'g'))].some((place) => unshift(shifts, index + 1, place.index) === column)
        if (!found) lost.push(`${index + 1}:${column} ${word}`)
      }
    }
    assert.deepEqual(lost, [])
  })

  it('behind what was put in are exact', () => {
    const { code: out, shifts } = rewriteOk('const a = async (x) => await b(x) + c\nlet d', 'esm')
    for (const word of ['b(x)', 'c)', 'const a', '=>']) assert.equal(unshift(shifts, 1, out.split('\n')[0]?.lastIndexOf(word) ?? -1), 'const a = async (x) => await b(x) + c)'.indexOf(word), word)
    assert.equal(unshift(shifts, 2, 4), 4)
  })

  it('inside what was put in lead to the place it was put at', () => {
    const { code: out, shifts } = rewriteOk('import { f } from "x"\n  x; f(1)', 'esm')
    const line = out.split('\n')[1] ?? ''
    assert.equal(line, '  x; 0,(0, $$_c0.f)(1)')
    assert.deepEqual([...line].map((_, column) => unshift(shifts, 2, column)), [0, 1, 2, 3, 4, ...Array.from({ length: 15 }, () => 5), 7, 8])
  })

  it('of stack traces lead to the call', async () => {
    const source = 'import { fail } from "x"\nexport function a() { return [1, fail(2)] }\nexport function b() { return null.x }\nexport async function c() { await null; /* ä */ throw new Error("c") }'
    const fail = (): never => { throw new Error('fail') }
    const { exports, rewritten } = await loadModule(source, [{ fail }])
    const placeOf = async (name: string): Promise<string> => {
      const callee = exports[name]
      assert(isFunction(callee))
      try {
        await callee()
      } catch (error) {
        const [, line, column] = /rewritten\.js:(\d+):(\d+)/.exec(error instanceof Error ? error.stack ?? '' : '') ?? []
        return `${line}:${unshift(rewritten.shifts, Number(line), Number(column) - 1)}`
      }
      return 'did not throw'
    }
    assert.deepEqual([await placeOf('a'), await placeOf('b'), await placeOf('c')], ['2:33', '3:34', '4:54'])
  })

  it('are those of scripts, too', () => {
    const source = '"use strict"; exports.x = () => null.y\n'
    const { rewritten, module } = loadScript(source)
    assert(typeof module.exports === 'object' && module.exports !== null && 'x' in module.exports && isFunction(module.exports.x))
    const column = rewritten.code.split('\n')[0]?.indexOf('null.y') ?? -1
    assert.equal(unshift(rewritten.shifts, 1, column), source.indexOf('null.y'))
    assert(isFunction(evaluate(rewritten)))
  })
})
