import assert from 'node:assert/strict'
import { settled, world } from './world'

describe('timer', () => {
  it('calls a function by module and name: the one that is there when its time has come', async () => {
    const w = world()
    const seen: unknown[] = []
    const module: Record<string, (...args: unknown[]) => void> = { f: () => seen.push('first') }
    assert.equal(w.timer.applyAfter(100, module, 'f', [1, 2])[0], 'ok')
    module.f = (...args) => seen.push(['second', args, w.self() === me])
    const me = w.self()
    await w.clock.pass(100)
    await settled()
    assert.deepEqual(seen, [['second', [1, 2], false]])
  })

  it('calls also when whoever asked for it has ended; an interval ends with him', async () => {
    const w = world()
    const seen: unknown[] = []
    const module = { f: (what: unknown) => seen.push(what) }
    const pid = w.spawn(async () => {
      w.timer.applyAfter(100, module, 'f', ['once'])
      w.timer.applyInterval(40, module, 'f', ['again'])
      await w.receive()
    })
    await settled()
    await w.clock.pass(40)
    await w.clock.pass(40)
    await settled()
    w.exit(pid, 'kill')
    await w.clock.pass(100)
    await settled()
    assert.deepEqual(seen, ['again', 'again', 'once'])
    assert.equal(w.clock.pending, 0)
  })

  it('sends again and again, until it is cancelled or the receiver ends', async () => {
    const w = world()
    const [, ref] = w.timer.sendInterval(10, w.self(), 'tick')
    for (let i = 0; i < 3; i++) await w.clock.pass(10)
    assert.deepEqual(w.timer.cancel(ref), ['ok', 'cancel'])
    assert.deepEqual(w.timer.cancel(ref), ['error', 'badarg'])
    await w.clock.pass(50)
    assert.equal(w.processInfo(w.self(), 'messageQueueLen'), 3)
    const pid = w.spawn(async () => { await w.receive('never') })
    w.timer.sendInterval(10, pid, 'tick')
    w.exit(pid, 'kill')
    assert.equal(w.clock.pending, 0)
  })

  it('ends processes', async () => {
    const w = world()
    const [pid, ref] = w.spawnMonitor(async () => { await w.receive() })
    w.timer.killAfter(5, pid)
    await w.clock.pass(5)
    assert.deepEqual(await w.receive(), ['DOWN', ref, 'process', pid, 'killed'])
  })

  it('takes only times', () => {
    const w = world()
    for (const ms of [-1, Infinity, NaN]) assert.throws(() => w.timer.applyAfter(ms, {}, 'f'), w.BadArgError)
    assert.throws(() => w.timer.sendInterval(0, w.self(), 'x'), w.BadArgError)
  })

  it('tells how long something took', async () => {
    const w = world()
    const [us, value] = await w.timer.tc(async (n: number) => n + 1, 1)
    assert.deepEqual([typeof us, value], ['number', 2])
  })
})
