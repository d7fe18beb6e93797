import assert from 'node:assert/strict'
import type { Compiled } from '../../../src/compile/compiler'
import { Texts } from '../../../src/control/texts'
import { moduleName } from '../../../src/protocol/ids'

const t = moduleName('t')
const compiled = (hash: string): Compiled => ({
  file: '/t.ts', text: hash, hash, map: undefined, warnings: [],
  rewritten: { format: 'esm', code: '', async: false, imports: [], exports: [], constants: [], stars: [], dynamic: [], functions: [], points: [], shifts: [], state: [] },
})
const needed = (...hashes: string[]): ReadonlyMap<typeof t, ReadonlySet<string>> => new Map([[t, new Set(hashes)]])

describe('the texts of versions', () => {
  it('keep what is compiled but not loaded yet, whatever happens meanwhile', () => {
    const texts = new Texts()
    texts.add(t, compiled('a'))
    texts.prune(needed('a'))
    texts.add(t, compiled('b'))
    texts.prune(needed('a'))
    assert.equal(texts.get(t, 'b')?.text, 'b')
    assert.deepEqual(texts.prune(needed('a')), new Map([[t, new Set(['a', 'b'])]]))
  })

  it('keep one that is saved again while it is on its way', () => {
    const texts = new Texts()
    for (const hash of ['a', 'b', 'a']) {
      texts.add(t, compiled(hash))
      if (hash === 'b') texts.prune(needed('b', 'a'))
    }
    texts.prune(needed('b'))
    assert.equal(texts.get(t, 'a')?.text, 'a')
  })

  it('forget a version that has left its slot', () => {
    const texts = new Texts()
    texts.add(t, compiled('a'))
    texts.prune(needed('a'))
    texts.prune(needed('b'))
    assert.equal(texts.get(t, 'a'), undefined)
  })

  it('do not grow with saves that never load', () => {
    const texts = new Texts()
    for (let i = 0; i < 100; i++) {
      texts.add(t, compiled(`${i}`))
      texts.prune(needed())
    }
    assert.equal([...Array(100).keys()].filter((i) => texts.get(t, `${i}`) !== undefined).length, 4)
  })
})
