import assert from 'node:assert/strict'
import type { LoadReport, ModuleOutcome } from '../../../src/protocol/messages'
import { HistoryLog } from '../../../src/views/history/historyLog'
import { historyRows } from '../../../src/views/history/rows'
import { moduleName, pidText, version } from '../../../src/protocol/ids'
import { NOON, outline } from './picture'

const report = (batch: number, outcomes: readonly ModuleOutcome[], facts: Partial<LoadReport> = {}): LoadReport => ({ batch, ok: true, origin: 'save', at: NOON, tookMs: 41.6, outcomes, ...facts })
const t = moduleName('t')

describe('the History view', () => {
  it('shows each module of a batch with its outcome and the reason', () => {
    const problem = { file: '/w/u.ts', line: 2, column: 0, length: 0, severity: 'error', source: 'evaluate', message: 'boom' } as const
    const rows = historyRows([report(7, [
      { module: t, kind: 'heldBack', because: moduleName('u') },
      { module: moduleName('u'), kind: 'failed', reason: 'evaluation_failed', problems: [problem] },
    ]), report(6, [{ module: t, kind: 'loaded', version: version(2), killed: [pidText(40)], why: 'captured config' }])])
    assert.deepEqual(outline(rows), [
      ['2 modules — 1 not loaded · 1 held back · 42 ms · save · 12:00:00', ['t — held back: u did not load', 'u — not loaded: top level threw · u.ts:2:1 boom']],
      ['t — v2 loaded · 1 killed · captured config · 42 ms · save · 12:00:00', ['t — v2 loaded · 1 killed · captured config']],
    ])
  })

  it('names the imports that find nothing since the load', () => {
    const missing = [{ file: '/w/routes.ts', line: 2, column: 9, length: 3, severity: 'warning', source: 'link', message: 'routes.ts still imports "list" from t.ts, which no longer exports it' } as const]
    assert.deepEqual(outline(historyRows([report(8, [{ module: t, kind: 'loaded', version: version(2), killed: [] }], { missing })])), [
      ['t — v2 loaded · 1 import finds nothing · 42 ms · save · 12:00:00', ['t — v2 loaded', 'routes.ts still imports "list" from t.ts, which no longer exports it — routes.ts:2:10']],
    ])
  })

  it('keeps what was deleted with its file, and what was repaired to the text that is loaded', () => {
    const log = new HistoryLog()
    log.add(report(1, [{ module: t, kind: 'deleted' }]))
    log.add(report(2, [{ module: t, kind: 'unchanged', settled: { was: 'failed', version: version(2) } }]))
    assert.deepEqual(outline(historyRows(log.reports)), [
      ['t — as it was loaded (v2) · 42 ms · save · 12:00:00', ['t — as it was loaded (v2)']],
      ['t — deleted: its file is gone and nobody imports it · 42 ms · save · 12:00:00', ['t — deleted: its file is gone and nobody imports it']],
    ])
  })

  it('keeps the latest batch first and forgets those beyond its limit', () => {
    const log = new HistoryLog()
    for (let batch = 1; batch <= 205; batch++) log.add(report(batch, [{ module: t, kind: 'staged', victims: 1, policy: 'ask' }]))
    assert.deepEqual([log.reports.length, log.reports[0]?.batch, log.reports.at(-1)?.batch], [200, 205, 6])
  })

  it('is not buried by batches in which nothing changed', () => {
    const log = new HistoryLog()
    log.add(report(1, [{ module: t, kind: 'unchanged' }]))
    assert.deepEqual(log.reports, [])
  })
})
