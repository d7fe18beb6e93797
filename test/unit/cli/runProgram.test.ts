import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runProgram } from '../../../src/cli/runProgram'
import { moduleName, version } from '../../../src/protocol/ids'
import type { LoadReport } from '../../../src/protocol/messages'
import { settle } from '../save/fakeClock'
import { emptySnapshot, FakeHost, moduleView } from './fakeHost'

const t = moduleName('t')
const report: LoadReport = { batch: 2, ok: true, origin: 'save', at: 0, tookMs: 2, outcomes: [{ module: t, kind: 'loaded', version: version(2), killed: [] }] }

describe('codeswitch run', () => {
  let root: string
  beforeEach(() => { root = realpathSync(mkdtempSync(join(tmpdir(), 'run-'))) })
  afterEach(() => rmSync(root, { recursive: true }))

  const run = (host: FakeHost, watch = true) => {
    let printed = ''
    const ended = runProgram({ host, root, watch, cwd: root, print: (text) => { printed += text } })
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

  it('loads a module that is saved, and nothing else', async () => {
    mkdirSync(join(root, 'src'))
    const file = join(root, 'src/t.ts')
    writeFileSync(file, 'first')
    let onLoad = (_paths: unknown): void => {}
    const loads = new Promise<unknown>((resolve) => { onLoad = resolve })
    const host = new FakeHost({ load: ({ modules }) => { onLoad(modules); return report } })
    host.snapshot = { ...emptySnapshot, modules: [moduleView('src/t', file)] }
    const { ended } = run(host)
    await settle()
    host.tellWatch([join(root, 'src')])
    writeFileSync(join(root, 'src/other.ts'), 'no module of the program')
    writeFileSync(file, 'second')
    assert.deepEqual(await loads, [file])
    host.exit({ exitCode: 0, signal: null })
    await ended
  })

  it('--no-watch loads nothing', async () => {
    const host = new FakeHost()
    const { ended } = run(host, false)
    await settle()
    host.tellWatch([join(root, 'missing')])
    host.exit({ exitCode: 0, signal: null })
    await ended
    assert.deepEqual(host.asked, [])
  })
})
