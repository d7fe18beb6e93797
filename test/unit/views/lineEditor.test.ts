import assert from 'node:assert/strict'
import { LineEditor } from '../../../src/views/lineEditor'

const UP = '\x1b[A', DOWN = '\x1b[B', LEFT = '\x1b[D', HOME = '\x1b[H'

function typed(...data: string[]): { lines: string[]; ended: boolean; written: string } {
  const outputs = data.reduce<{ editor: LineEditor; all: ReturnType<LineEditor['feed']> }>(({ editor, all }, chunk) => ({ editor, all: [...all, ...editor.feed(chunk)] }), { editor: new LineEditor('> '), all: [] }).all
  return {
    lines: outputs.flatMap((output) => output.kind === 'line' ? [output.line] : []),
    ended: outputs.some((output) => output.kind === 'end'),
    written: outputs.flatMap((output) => output.kind === 'write' ? [output.text] : []).join(''),
  }
}

describe('the line editor of the shell terminal', () => {
  it('hands over a line at Enter', () => assert.deepEqual(typed('l(t)\r').lines, ['l(t)']))
  it('hands over each line of a paste', () => assert.deepEqual(typed('a\r\nb\r').lines, ['a', 'b']))
  it('edits inside the line', () => assert.deepEqual(typed('ac', LEFT, 'b', HOME, 'x', '\r').lines, ['xabc']))
  it('deletes to the left', () => assert.deepEqual(typed('abc', '\x7f', '\x7f', 'd\r').lines, ['ad']))
  it('deletes the word and the line', () => assert.deepEqual(typed('one two', '\x17', 'three', '\r', 'gone', '\x15', 'b\r').lines, ['one three', 'b']))
  it('recalls earlier lines and comes back to what was typed', () => assert.deepEqual(typed('a\r', 'b\r', 'ne', UP, UP, '\r', 'w', UP, DOWN, 'x\r').lines, ['a', 'b', 'a', 'wx']))
  it('drops the line at Ctrl+C', () => assert.deepEqual(typed('abc', '\x03', 'd\r').lines, ['d']))
  it('ends at Ctrl+D on an empty line only', () => {
    assert.equal(typed('\x04').ended, true)
    assert.equal(typed('a', '\x04').ended, false)
  })
  it('draws the cursor where it is', () => assert.ok(typed('abc', LEFT).written.endsWith('> abc\x1b[1D')))
})
