import assert from 'node:assert/strict'
import type { CrowdView, ProcessPage, ProcessView } from '../../../src/protocol/snapshot'
import { PagedProcesses, PAGE } from '../../../src/views/processes/pagedProcesses'
import { processRows } from '../../../src/views/processes/rows'
import type { Row } from '../../../src/views/row'
import { frame, outline, picture, processView, seedProcess } from './picture'

describe('the rows of the Processes view', () => {
  it('show name, pid, status, and function with line', () => {
    const process = processView(40, { name: 't', stack: [frame('t', 1, 'current', 'doLoop', 12)] })
    assert.deepEqual(outline(processRows(picture({ processes: [process] }).processes)), [['t — <0.40.0> · doLoop t.ts:12 · waiting', ['doLoop — t.ts:12 · t v1 current']]])
  })

  it('say in text which old version a process is in', () => {
    assert.equal(processRows(picture({ processes: [seedProcess()] }).processes)[0]?.description, '<0.40.0> · doLoop t.ts:12 · in old v1 of t · waiting')
  })

  it('put those who linger first, then those with a name, and keep the order of the host among equals', () => {
    const processes = [processView(1), processView(2, { name: 'b' }), processView(3, { lingers: true }), processView(4, { name: 'a' }), processView(5, { lingers: true, name: 'c' })]
    assert.deepEqual(processRows(picture({ processes }).processes).map((row) => row.id), ['process:<0.5.0>', 'process:<0.3.0>', 'process:<0.2.0>', 'process:<0.4.0>', 'process:<0.1.0>'])
  })

  const oldest = (from: number, label: string): ProcessView[] => [0, 1].map((n) => processView(from + n, { label: `${label}/${n}`, crowd: `${label}/*` }))
  const crowd = (label: string, total: number, lingering: number, from: number): CrowdView => ({ label: `${label}/*`, total, lingering, oldest: oldest(from, label) })

  it('show many that do the same as one, with the oldest and how many more', () => {
    const page = { total: 10_001, single: 1, offset: 0, items: [processView(1)], crowds: [crowd('GET /users', 9952, 0, 40), crowd('GET /orders', 48, 3, 50)] }
    assert.deepEqual(outline(processRows(page)), [
      ['GET /orders/* — 48 · 3 linger', ['GET /orders/0 — <0.50.0> · waiting', 'GET /orders/1 — <0.51.0> · waiting', 'and 46 more']],
      ['GET /users/* — 9952', ['GET /users/0 — <0.40.0> · waiting', 'GET /users/1 — <0.41.0> · waiting', 'and 9950 more']],
      'process 1 — <0.1.0> · waiting',
    ])
  })

  it('keep the ids of crowds and of those in them while numbers change', () => {
    const ids = (rows: readonly Row[]): unknown[] => rows.map((row) => [row.id, ids(row.children)])
    const at = (total: number): ProcessPage => ({ total, single: 0, offset: 0, items: [], crowds: [crowd('GET /users', total, 0, 40)] })
    assert.deepEqual(ids(processRows(at(9))), ids(processRows(at(9999))))
  })

  it('count what is in crowds that are not shown', () => {
    const page = { total: 100, single: 0, offset: 0, items: [], crowds: [], otherCrowds: { crowds: 7, total: 100 } }
    assert.deepEqual(outline(processRows(page)), ['7 smaller groups: 100 processes'])
  })

  it('offer the rest of many', () => {
    assert.equal(processRows(picture({ processes: [processView(1)], total: 100_000 }).processes).at(-1)?.label, 'Show more (99999 left)')
  })
})

describe('paging processes', () => {
  const pageOf = (n: number, total: number): ProcessPage => picture({ processes: Array.from({ length: n }, (_, i) => processView(i)), total }).processes

  it('asks nobody for what the snapshot carries', () => {
    let asked = 0
    const pages = new PagedProcesses({ snapshot: () => pageOf(PAGE, 5000), request: async () => { asked++; return undefined }, changed: () => undefined })
    pages.refresh()
    assert.equal(pages.page.items.length, PAGE)
    assert.equal(asked, 0)
  })

  it('asks for one page more when the person does, once at a time', async () => {
    const asked: number[] = []
    let answer: (page: ProcessPage) => void = () => undefined
    const pages = new PagedProcesses({
      snapshot: () => pageOf(PAGE, 5000), changed: () => undefined,
      request: (limit) => { asked.push(limit); return new Promise((resolve) => { answer = resolve }) },
    })
    pages.more()
    pages.refresh()
    pages.refresh()
    assert.deepEqual(asked, [2 * PAGE])
    answer(pageOf(2 * PAGE, 5000))
    await new Promise(setImmediate)
    assert.equal(pages.page.items.length, 2 * PAGE)
    assert.deepEqual(asked, [2 * PAGE, 2 * PAGE], 'what changed meanwhile is one more request')
  })

  it('keeps what it has when the host goes down', async () => {
    let up = true
    const pages = new PagedProcesses({ snapshot: () => pageOf(PAGE, 5000), changed: () => undefined, request: async (limit) => up ? pageOf(limit, 5000) : undefined })
    pages.more()
    await new Promise(setImmediate)
    up = false
    pages.refresh()
    await new Promise(setImmediate)
    assert.equal(pages.page.items.length, 2 * PAGE)
  })
})
