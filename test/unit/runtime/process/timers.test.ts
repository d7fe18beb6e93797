import assert from 'node:assert/strict'
import { settled, world } from './world'

describe('a timer', () => {
  it('sends its message when its time has come, to a pid or to whoever has the name then', async () => {
    const w = world()
    w.sendAfter(10, w.self(), 'to pid')
    w.sendAfter(20, 'me', 'to name')
    await w.clock.pass(10)
    assert.equal(await w.receive(), 'to pid')
    w.register('me', w.self())
    await w.clock.pass(10)
    assert.equal(await w.receive(), 'to name')
  })

  it('to a name that nobody has is dropped', async () => {
    const w = world()
    w.sendAfter(10, 'nobody', 'x')
    await w.clock.pass(10)
    assert.equal(w.clock.pending, 0)
  })

  it('made with startTimer says which one it was', async () => {
    const w = world()
    const ref = w.startTimer(10, w.self(), 'tick')
    await w.clock.pass(10)
    assert.deepEqual(await w.receive(), ['timeout', ref, 'tick'])
  })

  it('can be read and cancelled, once, with the time that was left', async () => {
    const w = world()
    const ref = w.sendAfter(100, w.self(), 'x')
    await w.clock.pass(30)
    assert.equal(w.readTimer(ref), 70)
    assert.equal(w.cancelTimer(ref), 70)
    assert.equal(w.cancelTimer(ref), false)
    assert.equal(w.readTimer(ref), false)
    await w.clock.pass(100)
    assert.equal(await w.receive(undefined, { after: 0 }), w.timeout)
  })

  it('still fires when whoever started it was killed', async () => {
    const w = world()
    const me = w.self()
    const pid = w.spawn(() => {
      w.sendAfter(10, me, 'from the dead')
      return w.receive()
    })
    await settled()
    w.exit(pid, 'kill')
    await w.clock.pass(10)
    assert.equal(await w.receive(), 'from the dead')
  })

  it('is dropped when the process it would send to has ended', async () => {
    const w = world()
    const pid = w.spawn(() => w.receive('never'))
    const ref = w.sendAfter(10, pid, 'x')
    await settled()
    w.exit(pid, 'kill')
    assert.equal(w.clock.pending, 0)
    assert.equal(w.readTimer(ref), false)
    assert.equal(w.readTimer(w.sendAfter(10, pid, 'x')), false)
  })

  it('refuses a time that is none and a destination that is none', () => {
    const w = world()
    assert.throws(() => w.sendAfter(-1, w.self(), 'x'), w.BadArgError)
    assert.throws(() => w.sendAfter(Infinity, w.self(), 'x'), w.BadArgError)
    assert.throws(() => w.sendAfter(1, Reflect.get({}, 'gone'), 'x'), w.BadArgError)
  })

  it('of a sleeping or waiting process goes with the process', async () => {
    const w = world()
    const pids = [w.spawn(() => w.sleep(1000)), w.spawn(() => w.receive(undefined, { after: 1000 }))]
    await settled()
    assert.equal(w.clock.pending, 2)
    for (const pid of pids) w.exit(pid, 'kill')
    assert.equal(w.clock.pending, 0)
  })
})
