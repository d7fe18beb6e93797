import assert from 'node:assert/strict'
import { comment, FreshStart, isAt, named, ran, save, until } from '../driver'

describe('a process that can switch code', () => {
  let fresh: FreshStart
  before(() => { fresh = new FreshStart(['t.ts', 'u.ts']) })

  it('moves to current when it is told to: the warning disappears, the next save loads at once, the pid is the same', async () => {
    const pid = named(await fresh.started(), 'u')?.pid
    await save('u.ts', comment)
    await until('u lingers', (snapshot) => isAt('u', 2, 1)(snapshot) && snapshot.lingering.some((view) => view.module === 'u'))
    await ran('sendMessage', { pid: 'u', text: '"code_switch"' })
    const moved = await until('u moved', (snapshot) => !snapshot.lingering.some((view) => view.module === 'u'))
    assert.equal(named(moved, 'u')?.stack[0]?.slot, 'current')
    await save('u.ts', comment)
    const snapshot = await until('u v3', isAt('u', 3, 2))
    assert.equal(named(snapshot, 'u')?.pid, pid)
  })
})
