import assert from 'node:assert/strict'
import { pathToFileURL } from 'node:url'
import { TraceMap, originalPositionFor } from '@jridgewell/trace-mapping'
import { inlineMap, original, originalOfInput } from '../../../src/compile/positions'
import { Transformer } from '../../../src/compile/transform'

const settings = { compilerOptions: {}, digest: '', matchPaths: undefined, allowJs: false, typescript: undefined }

/** What the rewriter does, in small: puts texts before places of a line and keeps book. */
function insert(code: string, edits: readonly (readonly [before: string, text: string])[]): { readonly code: string; readonly shifts: readonly number[] } {
  const shifts: number[] = []
  const lines = code.split('\n').map((line, index) => {
    const places = edits.map(([before, text]) => ({ at: line.indexOf(before), text })).filter(({ at }) => at >= 0).sort((a, b) => a.at - b.at)
    let delta = 0
    let out = ''
    let from = 0
    for (const { at, text } of places) {
      out += line.slice(from, at) + text
      from = at
      delta += text.length
      shifts.push(index + 1, at + delta, delta)
    }
    return out + line.slice(from)
  })
  return { code: lines.join('\n'), shifts }
}

/** `line:column` (1-based, 0-based) of a word. */
function place(text: string, word: string): { line: number; column: number } {
  const offset = text.indexOf(word)
  assert.notEqual(offset, -1, word)
  const before = text.slice(0, offset).split('\n')
  return { line: before.length, column: before.at(-1)?.length ?? 0 }
}

function decode(url: string): TraceMap {
  const [head, data] = url.split(',')
  assert.equal(head, 'data:application/json;base64')
  return new TraceMap(Buffer.from(data ?? '', 'base64').toString())
}

const typescript = 'interface Gone { x: 1 }\n\nexport async function größe(x: number): Promise<string> {\n  const text: string = "日𝒳"; return await other(text + x)\n}\n'

async function compiled(): Promise<{ file: string; text: string; map: string; rewritten: { code: string; shifts: readonly number[] } }> {
  const made = await new Transformer('20.20.2').transform('/w/a.ts', typescript, 'ts', settings)
  assert.ok(made.ok)
  const rewritten = insert(made.code, [['export', '(function* ($$) { '], ['other', '(0, $$_c0.'], ['await', '($$t = '], ['const', 'if (x) y; ']])
  return { file: '/w/a.ts', text: typescript, map: made.map, rewritten }
}

describe('positions', () => {
  it('of words in the rewritten code lead to the same words in the source', async () => {
    const unit = await compiled()
    for (const word of ['größe', 'text =', '"日𝒳"', 'other', 'return']) {
      const at = place(unit.rewritten.code, word)
      assert.deepEqual(original(unit, at.line, at.column), place(typescript, word.replace('text =', 'text:')), word)
    }
  })

  it('in inserted text lead to where it was inserted', async () => {
    const unit = await compiled()
    const at = place(unit.rewritten.code, '$$_c0')
    assert.deepEqual(original(unit, at.line, at.column), place(typescript, 'other'))
  })

  it('of plain JavaScript only lose what was inserted', () => {
    const text = 'const a = 1\nexport const b = f(a)\n'
    const unit = { map: undefined, rewritten: insert(text, [['f(', '(0, c.']]) }
    const at = place(unit.rewritten.code, 'f(')
    assert.deepEqual(original(unit, at.line, at.column), place(text, 'f('))
    assert.deepEqual(original(unit, 1, 6), { line: 1, column: 6 })
  })

  it('of the text before rewriting need no shifts', async () => {
    const unit = await compiled()
    assert.deepEqual(originalOfInput(unit, 1, 0), { line: 3, column: 0 })
  })

  it('are the same by the map for the debugger, which brings the source along', async () => {
    const unit = await compiled()
    const map = decode(inlineMap(unit))
    assert.deepEqual(map.sources, [pathToFileURL('/w/a.ts').href])
    assert.deepEqual(map.sourcesContent, [typescript])
    for (const word of ['größe', 'text =', 'other', 'return']) {
      const { line, column } = originalPositionFor(map, place(unit.rewritten.code, word))
      assert.deepEqual({ line, column }, place(typescript, word.replace('text =', 'text:')), word)
    }
  })

  it('of every word of plain JavaScript are in the map for the debugger', () => {
    const text = '#!/bin/node\r\nconst größe = 1; if (größe) call( größe )\r\n'
    const rewritten = insert(text, [['const', '<prologue>'], ['call', '(0, c.']])
    const map = decode(inlineMap({ file: '/w/a.js', text, map: undefined, rewritten }))
    for (const word of ['const', 'größe', 'if', 'call']) {
      const { line, column } = originalPositionFor(map, place(rewritten.code, word))
      assert.deepEqual({ line, column }, place(text, word), word)
    }
  })
})
