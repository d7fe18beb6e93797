import assert from 'node:assert/strict'
import type { ProcessPage } from '../../../src/protocol/snapshot'
import { PagedProcesses, PAGE } from '../../../src/views/processes/pagedProcesses'
import { processRows } from '../../../src/views/processes/rows'
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
