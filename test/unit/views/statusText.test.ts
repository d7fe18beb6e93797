import assert from 'node:assert/strict'
import type { LoadReport } from '../../../src/protocol/messages'
import type { Snapshot } from '../../../src/protocol/snapshot'
import { moduleName, version } from '../../../src/protocol/ids'
import { statusText } from '../../../src/views/statusText'
import { lingering, moduleView, NOON, picture, riskView, seedPicture, seedProcess } from './picture'

const last: LoadReport = { batch: 1, ok: true, origin: 'save', at: NOON, tookMs: 42, outcomes: [{ module: moduleName('t'), kind: 'loaded', version: version(2), killed: [] }] }
const of = (snapshot: Snapshot, loading = false): readonly [string, string] => {
  const { text, severity } = statusText({ snapshot, last, loading })
  return [text, severity]
}
const calm = picture({ modules: [moduleView('t', { current: 2, old: 1 })] })

describe('the status bar item', () => {
  it('is quiet when all is well: module, version, time', () => {
    assert.deepEqual(of(calm), ['$(zap) t v2 · 42 ms', 'quiet'])
  })

  it('says what the next save would kill', () => {
    assert.deepEqual(of(seedPicture()), ['$(warning) next save kills 1', 'warning'])
  })

  it('says that code is staged and for how many it waits', () => {
    assert.deepEqual(of(seedPicture({ victims: 1 })), ['$(watch) t staged, waits for 1', 'warning'])
  })

  it('names in its tooltip the supervisors that would end with them', () => {
    const { tooltip } = statusText({ snapshot: { ...seedPicture(), atRisk: [riskView(['t'])] }, last, loading: false })
    assert.ok(tooltip.includes('supervisor chat (<0.39.0>) would end: 2 restarts within 5 s, 1 allowed'))
  })

  it('is an error while a save is blocked, whoever lingers', () => {
    const failed = { reason: 'compile_error', problems: [] } as const
    const snapshot = picture({ modules: [moduleView('t', { current: 2, old: 1, failed })], lingering: [lingering('t', 1, [seedProcess()])] })
    assert.deepEqual(of(snapshot), ['$(error) t not loaded', 'error'])
  })

  it('says that the runtime crashed', () => {
    assert.deepEqual(of(picture({ runtime: { state: 'crashed', message: 'killed by SIGKILL', exitCode: null, signal: 'SIGKILL', at: NOON } })), ['$(error) Codeswitch crashed', 'error'])
  })

  it('shows that a load runs, but not over a warning', () => {
    assert.equal(of(calm, true)[0], '$(sync~spin) loading')
    assert.equal(of(seedPicture(), true)[0], '$(warning) next save kills 1')
  })

  it('counts a process that lingers in two modules once', () => {
    const snapshot = picture({ lingering: [lingering('t', 1, [seedProcess()]), lingering('u', 1, [seedProcess()], 5)] })
    assert.equal(of(snapshot)[0], '$(warning) next save kills 5')
  })
})
