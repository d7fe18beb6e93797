import assert from 'node:assert/strict'
import { jsonFault } from '../../../src/compile/jsonSource'

describe('JSON sources', () => {
  for (const good of ['{}', ' [1, -2.5e3, "a\\u0041\\n", true, null, {"a":[]}]\n', '"x"', '0']) {
    it(`finds nothing wrong with ${JSON.stringify(good)}`, () => assert.equal(jsonFault(good), undefined))
  }

  const faults: readonly (readonly [text: string, offset: number, says: RegExp])[] = [
    ['', 0, /Expected a value, but the file ends/],
    ['{"a": }', 6, /Expected a value, but found "}"/],
    ['{"a": 1,}', 8, /a name in double quotes/],
    ['{a: 1}', 1, /a name in double quotes/],
    ['[1 2]', 3, /"," or "]"/],
    ['{"a" 1}', 5, /":"/],
    ['{"a": "b}', 6, /has no end/],
    ['["a\nb"]', 3, /escaped/],
    ['["a\\x"]', 3, /Bad escape/],
    ['{} {}', 3, /the end of the file/],
    ['[01]', 2, /"," or "]"/],
    ['{"é": "𝒳", x}', 12, /found "x"/],
  ]
  for (const [text, offset, says] of faults) {
    it(`finds the place in ${JSON.stringify(text)}`, () => {
      const fault = jsonFault(text)
      assert.equal(fault?.offset, offset)
      assert.match(fault?.message ?? '', says)
    })
  }
})
