import assert from 'node:assert/strict'
import { conditionsGiven } from '../../../src/runtime/node/conditions'

describe('the conditions that Node was given', () => {
  it('are those of every spelling on the command line', () => {
    assert.deepEqual(conditionsGiven(['--conditions=a', '--inspect', '--conditions', 'b', '-C', 'c'], undefined), ['a', 'b', 'c'])
  })

  it('are those of NODE_OPTIONS as well', () => {
    assert.deepEqual(conditionsGiven(['-C', 'b'], '--require "./a \\"file\\".js"  --conditions=a'), ['a', 'b'])
    assert.deepEqual(conditionsGiven([], '--title="-C x" -C "a b"'), ['a b'])
  })

  it('are none without the option', () => {
    assert.deepEqual(conditionsGiven(['--inspect', '-C'], ''), [])
  })
})
