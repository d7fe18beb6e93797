import assert from 'node:assert/strict'
import type { ProcessView } from '../../../src/protocol/snapshot'
import type { Row } from '../../../src/views/row'
import { moduleRows } from '../../../src/views/modules/rows'
import { frame, lingering, moduleView, outline, picture, processView, riskView, seedPicture, seedProcess } from './picture'

const check = (snapshot: Parameters<typeof moduleRows>[0], expected: ReturnType<typeof outline>): void => assert.deepEqual(outline(moduleRows(snapshot, 500)), expected)
const flat = (rows: readonly Row[]): Row[] => rows.flatMap((row) => [row, ...flat(row.children)])

describe('the rows of the Modules view', () => {
  it('show a module that was loaded once with its version', () => {
    check(picture({ modules: [moduleView('src/t', { current: 1 })] }), [['src/t — v1', ['v1 current — loaded 12:00:01 (start)']]])
  })

  it('name under the old version each process that lingers there, with function and line', () => {
    check(seedPicture(), [['t — v2 · old v1 · 1 lingers', [
      'v2 current — loaded 12:00:02 (save)',
      ['v1 old — 1 lingers', ['t — <0.40.0> · doLoop t.ts:12']],
    ]]])
  })

  it('name the frame that keeps a process there, not the innermost one', () => {
    const process = processView(41, { label: 'GET /', lingers: true, stack: [frame('u', 5, 'current', 'query', 3), frame('t', 1, 'old', 'handle', 30)] })
    const rows = moduleRows(picture({ modules: [moduleView('t', { current: 2, old: 1 })], lingering: [lingering('t', 1, [process])] }), 500)
    assert.ok(flat(rows).some((row) => row.description === '<0.41.0> · handle t.ts:30'))
  })

  it('say in text that code is staged and for how many it waits', () => {
    check(seedPicture({ victims: 1 }), [['t — v2 · old v1 · 1 lingers · staged', [
      'staged — waits for 1 process · your choice',
      'v2 current — loaded 12:00:02 (save)',
      ['v1 old — 1 lingers', ['t — <0.40.0> · doLoop t.ts:12']],
    ]]])
  })

  it('say under the old version which supervisor would end with those who linger, and on what is staged', () => {
    const rows = flat(moduleRows({ ...seedPicture({}), atRisk: [riskView(['t'])] }, 500))
    const text = 'supervisor chat (<0.39.0>) would end: 2 restarts within 5 s, 1 allowed'
    assert.deepEqual(rows.slice(-2).map((row) => row.label), ['t', text])
    assert.ok(rows.find((row) => row.label === 'staged')?.tooltip.endsWith(text))
  })

  it('say nothing of a supervisor that would end only if other modules were purged as well', () => {
    assert.ok(!flat(moduleRows({ ...seedPicture({}), atRisk: [riskView(['t', 'u'])] }, 500)).some((row) => row.label.includes('would end')))
  })

  it('say why the last save did not load, and that the old code runs on', () => {
    const problem = { file: '/w/t.ts', line: 3, column: 4, length: 1, severity: 'error', source: 'compile', message: 'Unexpected "}"' } as const
    check(picture({ modules: [moduleView('t', { current: 1, failed: { reason: 'compile_error', problems: [problem] } })] }), [['t — v1 · not loaded: compile error', [
      ['not loaded — compile error · v1 runs on · 12:00:09', ['Unexpected "}" — t.ts:3:5']],
      'v1 current — loaded 12:00:01 (start)',
    ]]])
  })

  it('name the imports of a module that find nothing', () => {
    const missing = [{ file: '/w/t.ts', line: 2, column: 9, length: 3, severity: 'warning', source: 'link', message: 't.ts still imports "list" from u.ts, which no longer exports it' } as const]
    check(picture({ modules: [{ ...moduleView('t', { current: 1 }), missing }] }), [['t — v1 · 1 import finds nothing', [
      't.ts still imports "list" from u.ts, which no longer exports it — t.ts:2:10',
      'v1 current — loaded 12:00:01 (start)',
    ]]])
  })

  it('show an old version in which nobody lingers as harmless', () => {
    check(picture({ modules: [moduleView('t', { current: 2, old: 1 })] }), [['t — v2 · old v1', ['v2 current — loaded 12:00:02 (save)', 'v1 old — nobody lingers']]])
  })

  it('put those that want attention first and keep the others by name', () => {
    const modules = [moduleView('c', { current: 1 }), moduleView('a', { current: 1 }), moduleView('b', { current: 2, old: 1 }), moduleView('z', { current: 1, staged: {} })]
    assert.deepEqual(moduleRows(picture({ modules }), 500).map((row) => row.label), ['z', 'a', 'b', 'c'])
  })

  it('offer the rest when there are more than the limit', () => {
    const modules = ['a', 'b', 'c'].map((name) => moduleView(name, { current: 1 }))
    assert.deepEqual(moduleRows(picture({ modules }), 2).map((row) => row.label), ['a', 'b', 'Show more (1 left)'])
  })

  it('say how many linger beyond those that are listed', () => {
    const rows = moduleRows(picture({ modules: [moduleView('t', { current: 2, old: 1 })], lingering: [lingering('t', 1, [processView(1)], 300)] }), 500)
    assert.deepEqual(flat(rows).slice(-2).map((row) => row.label), ['process 1', 'and 299 more'])
  })

  it('show those who linger and do the same as one, with the oldest and how many more', () => {
    const request = (id: number): ProcessView => processView(id, { label: `GET /users/${id}`, crowd: 'GET /users/*', lingers: true, stack: [frame('t', 1, 'old', 'show', 3)] })
    const who = { ...lingering('t', 1, [seedProcess(), request(41), request(42)], 9953), crowds: [{ label: 'GET /users/*', total: 9952 }] }
    check({ ...seedPicture(), lingering: [who] }, [['t — v2 · old v1 · 9953 linger', [
      'v2 current — loaded 12:00:02 (save)',
      ['v1 old — 9953 linger', [
        't — <0.40.0> · doLoop t.ts:12',
        ['GET /users/* — 9952 linger', ['GET /users/41 — <0.41.0> · show t.ts:3', 'GET /users/42 — <0.42.0> · show t.ts:3', 'and 9950 more']],
      ]],
    ]]])
  })

  it('keep their ids over reloads, so that selection and expansion stay', () => {
    const before = moduleRows(seedPicture(), 500)
    const after = moduleRows(seedPicture({ victims: 1 }), 500)
    const ids = new Set(flat(after).map((row) => row.id))
    assert.deepEqual(flat(before).filter((row) => !ids.has(row.id)), [])
  })

  it('have different ids', () => {
    const ids = flat(moduleRows(seedPicture({ victims: 1 }), 500)).map((row) => row.id)
    assert.equal(new Set(ids).size, ids.length)
  })

  it('carry the words that menus select by', () => {
    const [row] = moduleRows(seedPicture({ victims: 1 }), 500)
    assert.equal(row?.flags.join(' '), 'module hasCurrent hasOld lingers staged')
    assert.deepEqual(row?.children.map((child) => child.flags.join(' ')), ['staged ask', 'version current', 'version old lingers'])
  })
})
