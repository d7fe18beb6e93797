import assert from 'node:assert/strict'
import type { ProcessView, Snapshot } from '../../../src/protocol/snapshot'
import { Emitter } from '../../../src/base/event'
import { StagedPrompt } from '../../../src/views/stagedPrompt'
import { frame, lingering, moduleView, NOON, picture, processView, riskView, seedPicture } from './picture'

class Messages {
  readonly shown: { message: string; buttons: readonly string[]; answer: (button: string | undefined) => void }[] = []
  readonly ask = (message: string, ...buttons: string[]): Promise<string | undefined> => new Promise((answer) => { this.shown.push({ message, buttons, answer }) })
}

function fixture() {
  const changed = new Emitter<Snapshot>()
  const source = { snapshot: picture({}), onDidChange: changed.event }
  const messages = new Messages()
  const done: string[] = []
  new StagedPrompt(source, messages.ask, {
    load: (batch, kill) => void done.push(`${kill ? 'kill' : 'wait'} ${batch.modules.join()}`),
    show: (batch) => void done.push(`show ${batch.modules.join()}`),
    discard: (batch) => void done.push(`discard ${batch.modules.join()}`),
  })
  const show = (snapshot: Snapshot): void => { source.snapshot = snapshot; changed.fire(snapshot) }
  const answer = async (index: number, button: string | undefined): Promise<void> => {
    messages.shown[index]?.answer(button)
    await new Promise(setImmediate)
  }
  return { show, answer, done, shown: messages.shown }
}

const victims = (n: number): ProcessView[] => Array.from({ length: n }, (_, i) => processView(100 + i, { lingers: true, stack: [frame('t', 1, 'old', 'serve', 7)] }))
const stagedWith = (processes: readonly ProcessView[]): Snapshot => picture({ modules: [moduleView('t', { current: 2, old: 1, staged: {} })], lingering: [lingering('t', 1, processes)] })

describe('the message about staged code', () => {
  it('names the victims with name, pid, function, line and since when, and offers exactly four buttons', () => {
    const { show, shown } = fixture()
    show(seedPicture({}))
    assert.equal(shown[0]?.message, 't: loading now would kill 1 process in old code: t (<0.40.0>) in doLoop t.ts:12 since 12:00:02.')
    assert.deepEqual(shown[0]?.buttons, ['Load and kill 1', 'Load when they have left', 'Show', 'Discard'])
  })

  it('says how many of a crowd wait at the same place', () => {
    const { show, shown } = fixture()
    const requests = victims(7).map((one) => ({ ...one, crowd: 'GET /users/*' }))
    show(stagedWith([...victims(8).slice(7), ...requests]))
    assert.match(shown[0]?.message ?? '', /kill 8 processes in old code: [^;]*<0\.107\.0>[^;]*; 7 × GET \/users\/\* in serve t\.ts:7, the first since [\d:]+\.$/)
  })

  it('names at most ten and counts the others', () => {
    const { show, shown } = fixture()
    show(stagedWith(victims(12)))
    assert.equal(shown[0]?.message.match(/<0\./g)?.length, 10)
    assert.match(shown[0]?.message ?? '', /; 2 more\.$/)
  })

  it('says which supervisors would end with the victims, and until when', () => {
    const { show, shown } = fixture()
    show({ ...stagedWith(victims(1)), atRisk: [riskView(['t'], NOON + 1500)] })
    assert.match(shown[0]?.message ?? '', / since 12:00:02\. Supervisor chat \(<0\.39\.0>\) would end: 2 restarts within 5 s, 1 allowed, until 12:00:02\.$/)
  })

  it('asks again when meanwhile a supervisor would end that it did not name', async () => {
    const { show, answer, done, shown } = fixture()
    show(stagedWith(victims(2)))
    show({ ...stagedWith(victims(2)), atRisk: [riskView(['t'])] })
    await answer(0, 'Load and kill 2')
    assert.deepEqual(done, [])
    assert.match(shown[1]?.message ?? '', /chat/)
    show(stagedWith(victims(2)))
    await answer(1, 'Load and kill 2')
    assert.deepEqual(done, ['kill t'])
  })

  it('comes once per batch, however many snapshots show it', () => {
    const { show, shown } = fixture()
    show(seedPicture({}))
    show(seedPicture({}))
    assert.equal(shown.length, 1)
  })

  for (const [button, expected] of [['Load and kill 1', 'kill t'], ['Load when they have left', 'wait t'], ['Show', 'show t'], ['Discard', 'discard t']] as const) {
    it(`does what "${button}" says`, async () => {
      const { show, answer, done } = fixture()
      show(seedPicture({}))
      await answer(0, button)
      assert.deepEqual(done, [expected])
    })
  }

  it('does nothing when it is closed', async () => {
    const { show, answer, done } = fixture()
    show(seedPicture({}))
    await answer(0, undefined)
    assert.deepEqual(done, [])
  })

  it('does nothing when the batch went away before the answer', async () => {
    const { show, answer, done } = fixture()
    show(seedPicture({}))
    show(seedPicture())
    await answer(0, 'Load and kill 1')
    assert.deepEqual(done, [])
  })

  it('is replaced by that of a newer save: the earlier answer no longer counts', async () => {
    const { show, answer, done, shown } = fixture()
    show(seedPicture({ batch: 3 }))
    show(seedPicture({ batch: 4, hash: 'newer' }))
    assert.equal(shown.length, 2)
    await answer(0, 'Load and kill 1')
    assert.deepEqual(done, [])
    await answer(1, 'Load and kill 1')
    assert.deepEqual(done, ['kill t'])
  })

  it('asks again rather than kill somebody it did not name', async () => {
    const { show, answer, done, shown } = fixture()
    show(stagedWith(victims(1)))
    show(stagedWith(victims(2)))
    await answer(0, 'Load and kill 1')
    assert.deepEqual(done, [])
    assert.deepEqual(shown[1]?.buttons[0], 'Load and kill 2')
    await answer(1, 'Load and kill 2')
    assert.deepEqual(done, ['kill t'])
  })

  it('kills those who are left when some have left meanwhile', async () => {
    const { show, answer, done } = fixture()
    show(stagedWith(victims(2)))
    show(stagedWith(victims(1)))
    await answer(0, 'Load and kill 2')
    assert.deepEqual(done, ['kill t'])
  })

  it('does not come with policy soft', () => {
    const { show, shown } = fixture()
    show(seedPicture({ policy: 'soft' }))
    assert.deepEqual(shown, [])
  })

  it('is one for several modules of one batch', () => {
    const { show, shown } = fixture()
    show(picture({
      modules: [moduleView('t', { current: 2, old: 1, staged: {} }), moduleView('u', { current: 2, staged: {} })],
      lingering: [lingering('t', 1, victims(1))],
    }))
    assert.equal(shown.length, 1)
    assert.match(shown[0]?.message ?? '', /^t, u: loading now would kill 1 process/)
  })
})
