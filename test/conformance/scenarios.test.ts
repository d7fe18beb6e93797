import assert from 'node:assert/strict'
import { deviations, judge, recorded } from './run'

/** The scenarios recorded from Erlang, one test each; `npm run conformance` says the same in one line. */
describe('as recorded from Erlang', () => {
  for (const scenario of recorded) {
    const reason = deviations.notRun[scenario.id]
    if (reason !== undefined) continue
    it(`${scenario.id} ${scenario.title}`, async () => {
      const verdict = await judge(scenario)
      assert.deepEqual(verdict.kind === 'different' ? verdict.differences : [], [])
    })
  }

  it('lists no deviation of a scenario that does not exist', () => {
    const ids = new Set(recorded.map(({ id }) => id))
    assert.deepEqual([...Object.keys(deviations.deliberate), ...Object.keys(deviations.notRun)].filter((id) => !ids.has(id)), [])
  })
})
