import assert from 'node:assert/strict'
import { moduleName, version } from '../../../src/protocol/ids'
import { Ledger } from '../../../src/runtime/implicit/ledger'
import { PackageAdditions } from '../../../src/runtime/implicit/packageAdditions'
import type { TimersAtPlace } from '../../../src/runtime/implicit/packageAdditions'
import { frameList } from '../../../src/runtime/process/frames'

describe('what packages add for a top level', () => {
  const main = moduleName('main')
  const ledgerOf = (n: number): Ledger => new Ledger(main, { module: main, version: version(n), url: '', slot: 0, state: 'current', frames: frameList() })
  const place = { module: main, file: 'main.ts', line: 1, version: version(1), function: 'topLevel', at: { line: 1, column: 0 } }
  const packages = new PackageAdditions({ places: (sites) => sites.flatMap((site) => (site.getFunctionName() === 'topLevel' ? [place] : [])) })
  function setTimer(by: Ledger): TimersAtPlace | undefined { return packages.timer(by, 'setTimeout', setTimer) }
  function delay(by: Ledger): TimersAtPlace | undefined { return setTimer(by) }
  function topLevel(by: Ledger): TimersAtPlace | undefined { return delay(by) }

  it('is one thing for all timers that are set at one place, and a loop of them is soon left alone', () => {
    const ledger = ledgerOf(1)
    ledger.state = 'live'
    const all = Array.from({ length: 1000 }, () => topLevel(ledger))
    assert.ok(all[0] !== undefined)
    assert.equal(new Set(all.filter((one) => one !== undefined)).size, 1)
    assert.equal(all.at(-1), undefined)
  })

  it('is told that the next version has it again, and nothing else', () => {
    const [before, next] = [ledgerOf(2), ledgerOf(3)]
    const known = topLevel(before)
    packages.committed(before)
    before.state = 'live'
    const added = topLevel(next)
    assert.equal(known?.again, false)
    packages.committed(next)
    assert.deepEqual([known.again, added?.again], [true, false])
  })
})
