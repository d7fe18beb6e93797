import assert from 'node:assert/strict'
import { reportText } from '../../../src/cli/reportText'
import type { Problem } from '../../../src/base/problem'
import { moduleName, pidText, version } from '../../../src/protocol/ids'
import type { LoadReport, ModuleOutcome } from '../../../src/protocol/messages'
import type { LingeringView, Snapshot } from '../../../src/protocol/snapshot'
import { emptySnapshot, processView } from './fakeHost'

const t = moduleName('src/t')
const loaded = (name: string, n: number, killed: number[] = []): ModuleOutcome => ({ module: moduleName(name), kind: 'loaded', version: version(n), killed: killed.map(pidText) })
const report = (outcomes: readonly ModuleOutcome[], origin: LoadReport['origin'] = 'save'): LoadReport => ({ batch: 1, ok: true, origin, at: 0, tookMs: 3.6, outcomes })
const lingers = (total: number): LingeringView => ({
  module: t, version: version(1), total,
  processes: [processView(40, { name: 't', stack: [{ module: t, version: version(1), slot: 'old', function: 'doLoop', file: '/ws/src/t.ts', line: 10, column: 4 }] })],
})
const problem: Problem = { file: '/ws/src/t.ts', line: 2, column: 15, length: 3, severity: 'error', source: 'compile', message: 'Expected ";"' }
const texts: Record<string, string> = { '/ws/src/t.ts': "import './a'\nconst 名 = '\u{1f600}' foo\n\tbar baz\n" }

function check(outcomes: readonly ModuleOutcome[], expected: readonly string[], lingering: readonly LingeringView[] = [], origin: LoadReport['origin'] = 'save'): void {
  const snapshot: Snapshot = { ...emptySnapshot, lingering }
  assert.equal(reportText(report(outcomes, origin), snapshot, { cwd: '/ws', readText: (file) => texts[file] }), expected.map((line) => `${line}\n`).join(''))
}

describe('what a batch came to', () => {
  it('one quiet line', () => check([loaded('src/t', 2)], ['[codeswitch] src/t v2 4 ms']))
  it('who lingers in what it replaced', () => check([loaded('src/t', 2)], ['[codeswitch] src/t v2 (old v1: 1 lingers) 4 ms'], [lingers(1)]))
  it('who was ended for it', () => check([loaded('src/t', 3, [40, 41])], ['[codeswitch] src/t v3 (2 processes ended) 4 ms']))
  it('why a module was loaded that nobody saved, and what did not become new', () =>
    check([loaded('app', 2), { module: moduleName('routes'), kind: 'loaded', version: version(2), killed: [], why: 'because app changed: captured "router" at line 12', notes: ['old objects of Box keep their old code'] }],
      ['[codeswitch] app v2, routes v2 (because app changed: captured "router" at line 12; old objects of Box keep their old code) 4 ms']))
  it('several modules are one line', () => check(['a', 'b', 'c', 'd', 'e'].map((name) => loaded(name, 2)), ['[codeswitch] a v2, b v2, c v2, 2 more 4 ms']))
  it('nothing when nothing changed', () => check([{ module: t, kind: 'unchanged' }], []))
  it('what is as it was loaded after a repair, or instead of what was staged', () =>
    check([{ module: t, kind: 'unchanged', settled: { was: 'failed', version: version(3) } }, { module: moduleName('u'), kind: 'unchanged', settled: { was: 'staged', version: version(1) } }],
      ['[codeswitch] src/t is as it was loaded (v3): nothing is wrong any more', '[codeswitch] u is as it was loaded (v1): nothing waits any more']))
  it('what is deleted with its file', () => check([{ module: t, kind: 'deleted' }], ['[codeswitch] src/t is deleted: its file is gone and nobody imports it']))
  it('an import that finds nothing any more, with its line', () => {
    const missing: Problem[] = [{ file: '/ws/src/t.ts', line: 1, column: 7, length: 5, severity: 'warning', source: 'link', message: 'src/t.ts still imports "list" from src/a.ts, which no longer exports it' }]
    const text = reportText({ ...report([loaded('src/a', 2)]), missing }, emptySnapshot, { cwd: '/ws', readText: (file) => texts[file] })
    const many = reportText({ ...report([loaded('src/a', 2)]), missing: Array.from({ length: 10 }, () => missing).flat() }, emptySnapshot, { cwd: '/ws', readText: () => undefined })
    assert.deepEqual([many.split('\n').length, many.split('\n').at(-2)], [6, '[codeswitch] 7 more imports find nothing'])
    assert.deepEqual(text.split('\n').slice(1, 4), ['[codeswitch] src/t.ts:1:8: warning: src/t.ts still imports "list" from src/a.ts, which no longer exports it', "    1 | import './a'", '      |        ^~~~~'])
  })
  it('nothing for a start that went well', () => check([loaded('src/t', 1)], [], [], 'start'))
  it('who is in the way of a load that waits', () =>
    check([{ module: t, kind: 'staged', victims: 2, policy: 'soft' }], ['[codeswitch] src/t waits: 2 processes linger in old code (t <0.40.0> in doLoop, line 10, …)'], [lingers(2)]))
  it('which supervisors would end if it did not wait', () => {
    const atRisk = [{ modules: [t], supervisors: [{ pid: pidText(39), name: undefined, label: 'supervisor room', restarts: 1, intensity: 0, period: 5, until: undefined }] }]
    const text = reportText(report([{ module: t, kind: 'staged', victims: 1, policy: 'soft' }]), { ...emptySnapshot, lingering: [lingers(1)], atRisk }, { cwd: '/ws', readText: () => undefined })
    assert.deepEqual(text.split('\n').slice(1), ['[codeswitch] loading now: supervisor room (<0.39.0>) would end: 1 restart within 5 s, 0 allowed', ''])
  })
  it('a problem with its line and a caret, also after wide characters', () =>
    check([{ module: t, kind: 'failed', reason: 'compile_error', problems: [problem] }], [
      '[codeswitch] src/t.ts:2:16: error: Expected ";"',
      "    2 | const 名 = '\u{1f600}' foo",
      `      | ${' '.repeat(16)}^~~`,
    ]))
  it('a caret after a tab stays under its character', () =>
    check([{ module: t, kind: 'failed', reason: 'compile_error', problems: [{ ...problem, line: 3, column: 1, length: 0 }] }], [
      '[codeswitch] src/t.ts:3:2: error: Expected ";"', '    3 | \tbar baz', '      | \t^',
    ]))
  it('the frames of a top level that throws', () =>
    check([{ module: t, kind: 'failed', reason: 'evaluation_failed', problems: [{ ...problem, file: '/gone.ts', message: 'boom', stack: 'Error: boom\n    at f (/ws/src/t.ts:1:1)' }] }], [
      '[codeswitch] /gone.ts:2:16: error: boom', '    at f (/ws/src/t.ts:1:1)',
    ]))
  it('a refusal without a problem by its name', () => check([{ module: t, kind: 'failed', reason: 'sticky_directory', problems: [] }], ['[codeswitch] src/t is not loaded: sticky_directory']))
  it('who waits for whom', () => check([{ module: moduleName('b'), kind: 'heldBack', because: t }], ['[codeswitch] b is held back: src/t did not load']))
})
