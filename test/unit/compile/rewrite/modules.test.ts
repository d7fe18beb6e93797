import assert from 'node:assert/strict'
import { loadModule } from './harness'

describe('a rewritten module', () => {
  it('calls through the current export table and keeps values stable', async () => {
    const { exports } = await loadModule(`import { add as plus } from './x'\nexport const three = plus(1, 2)\nexport const fn = plus`, [{ add: (a: number, b: number) => a + b }])
    assert.equal(exports['three'], 3)
    assert.equal(typeof exports['fn'], 'function')
  })
})
