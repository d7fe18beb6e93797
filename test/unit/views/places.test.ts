import assert from 'node:assert/strict'
import { frameOfLink } from '../../../src/views/frameOfLink'
import { problemsByFile } from '../../../src/views/problemsByFile'
import { stackLinks } from '../../../src/views/stackLinks'
import { versionPath } from '../../../src/views/versionPath'
import { reasonText } from '../../../src/views/texts'
import { moduleView, seedPicture } from './picture'

describe('places in printed stacks', () => {
  const line = '    at doLoop (file:///w/t.ts?v=1:12:5)'
  it('are found with version, line and column', () => {
    assert.deepEqual(stackLinks(line), [{ start: 15, length: 23, text: 'file:///w/t.ts?v=1:12:5', url: 'file:///w/t.ts', version: 1, line: 12, column: 5 }])
  })
  it('are not found where a URL says no version', () => assert.deepEqual(stackLinks('at x (file:///w/t.ts:12:5)'), []))
  it('lead to the slot their version is in', () => {
    const [place] = stackLinks(line)
    assert.ok(place)
    assert.equal(frameOfLink(seedPicture(), '/w/t.ts', place)?.slot, 'old')
    assert.equal(frameOfLink(seedPicture(), '/w/t.ts', { ...place, version: 9 }), undefined)
  })
})

describe('the path of a version', () => {
  it('says which text it is and keeps the extension', () => assert.equal(versionPath('src/t', '/w/src/t.ts', 'old', 1), '/src/t (old v1).ts'))
})

describe('problems by file', () => {
  const problem = { file: '/w/u.ts', line: 1, column: 0, length: 0, severity: 'error', source: 'compile', message: 'x' } as const
  it('are shown in the file they are in, not in the module that failed', () => {
    const failed = moduleView('t', { current: 1, failed: { reason: 'link_error', problems: [problem] } })
    assert.deepEqual([...problemsByFile([failed], reasonText)], [['/w/u.ts', [problem]]])
  })
  it('are imports that find nothing as well', () => {
    const missing = { ...problem, severity: 'warning', source: 'link' } as const
    assert.deepEqual([...problemsByFile([{ ...moduleView('u', { current: 1 }), missing: [missing] }], reasonText)], [['/w/u.ts', [missing]]])
  })
  it('are shown at the start of the module when the failure names no place', () => {
    const failed = moduleView('t', { current: 1, failed: { reason: 'on_load_failure', problems: [] } })
    assert.equal(problemsByFile([failed], reasonText).get('/w/t.ts')?.[0]?.message, 'onLoad failed')
  })
})
