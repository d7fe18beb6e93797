import assert from 'node:assert/strict'
import { runProgram } from '../../../src/cli/runProgram'
import { moduleName, version } from '../../../src/protocol/ids'
import type { LoadReport } from '../../../src/protocol/messages'
import { settle } from '../save/fakeClock'
import { emptySnapshot, FakeHost } from './fakeHost'

const t = moduleName('t')
const report: LoadReport = { batch: 2, ok: true, origin: 'save', at: 0, tookMs: 2, outcomes: [{ module: t, kind: 'loaded', version: version(2), killed: [] }] }

describe('codeswitch run', () => {
  const run = (host: FakeHost) => {
    let printed = ''
    const ended = runProgram({ host, cwd: '/', print: (text) => { printed += text } })
    return { ended, printed: () => printed }
  }

  it('ends as the program ends', async () => {
    for (const exit of [{ exitCode: 7, signal: null }, { exitCode: null, signal: 'SIGTERM' as const }]) {
      const host = new FakeHost()
      const { ended } = run(host)
      await settle()
      host.exit(exit)
      assert.deepEqual(await ended, exit)
    }
  })

  it('ends with 1 when no program could be started', async () => {
    const host = new FakeHost({}, { state: 'crashed', message: 'no node', exitCode: null, signal: null, at: 0 })
    assert.deepEqual(await run(host).ended, { exitCode: 1, signal: null })
  })

  it('says who lingers after a load', async () => {
    const lingering = [{ module: t, version: version(1), total: 2, processes: [] }]
    const host = new FakeHost({})
    const { printed, ended } = run(host)
    await settle()
    host.snapshot = { ...emptySnapshot, lingering }
    host.tellLoaded(report)
    await settle()
    assert.equal(printed(), '[codeswitch] t v2 (old v1: 2 linger) 2 ms\n')
    host.exit({ exitCode: 0, signal: null })
    await ended
  })

  it('says which load waits for the program', async () => {
    const host = new FakeHost()
    const { printed, ended } = run(host)
    await settle()
    host.tellLoadWait([t])
    assert.equal(printed(), '[codeswitch] t is not loaded yet: its top level or onLoad has not ended; a newer save takes its place\n')
    host.exit({ exitCode: 0, signal: null })
    await ended
  })
})
