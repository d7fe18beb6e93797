import assert from 'node:assert/strict'
import type { Pid } from '../../../../src/runtime/process/pid'
import { settled, type World, world } from './world'

/** A process that waits; when it traps exits it keeps the messages it gets in its mailbox. */
async function idle(w: World, { trap = false, linkedTo }: { trap?: boolean; linkedTo?: Pid } = {}): Promise<Pid> {
  const pid = w.spawn(async () => {
    w.processFlag('trapExit', trap)
    if (linkedTo !== undefined) w.link(linkedTo)
    await w.receive('stop')
  })
  await settled()
  return pid
}

/** What became of a process: the reason it ended with, or the messages it holds. */
async function fate(w: World, pid: Pid, act: () => void): Promise<unknown> {
  const ref = w.monitor(pid)
  act()
  await settled()
  const down = await w.receive(['DOWN', ref, 'process', pid, w.any], { after: 0 })
  return down === w.timeout ? { alive: w.processInfo(pid, 'messages') } : { ended: down[4] }
}

describe('an exit signal', () => {
  for (const [reason, plain, trapping] of [
    ['kill', { ended: 'killed' }, { ended: 'killed' }],
    ['killed', { ended: 'killed' }, 'message'],
    ['normal', { alive: [] }, 'message'],
    ['shutdown', { ended: 'shutdown' }, 'message']
  ] as const) {
    it(`exit(pid, '${reason}') does what OTP says`, async () => {
      const w = world()
      const one = await idle(w)
      assert.deepEqual(await fate(w, one, () => w.exit(one, reason)), plain)
      const other = await idle(w, { trap: true })
      const expected = trapping === 'message' ? { alive: [['EXIT', w.self(), reason]] } : trapping
      assert.deepEqual(await fate(w, other, () => w.exit(other, reason)), expected)
    })
  }

  for (const [reason, plain] of [['normal', { alive: [] }], ['kill', { ended: 'kill' }], ['killed', { ended: 'killed' }], ['oops', { ended: 'oops' }]] as const) {
    it(`through a link whose other side ended with '${reason}' does what OTP says`, async () => {
      for (const trap of [false, true]) {
        const w = world()
        const dying = w.spawn(async () => {
          await w.receive()
          w.exit(reason)
        })
        const linked = await idle(w, { trap, linkedTo: dying })
        const expected = trap ? { alive: [['EXIT', dying, reason]] } : plain
        assert.deepEqual(await fate(w, linked, () => w.send(dying, 'now')), expected)
      }
    })
  }

  it('of a killed process reaches its links as killed, which can be trapped and is passed on', async () => {
    const w = world()
    const victim = await idle(w)
    const plain = await idle(w, { linkedTo: victim })
    const trapping = await idle(w, { trap: true, linkedTo: plain })
    w.exit(victim, 'kill')
    assert.equal(w.isProcessAlive(plain), false)
    assert.deepEqual(w.processInfo(trapping, 'messages'), [['EXIT', plain, 'killed']])
  })

  it('ends a chain of 100 000 linked processes', async () => {
    const w = world()
    let last = await idle(w)
    const first = last
    for (let n = 0; n < 100_000; n++) {
      const next = w.spawn(() => {})
      const [a, b] = [w.runtime.find(last), w.runtime.find(next)]
      assert.ok(a && b)
      w.runtime.signals.join(a, b)
      last = next
    }
    w.exit(first, 'over')
    assert.equal(w.runtime.count, 0)
  })

  it("'normal' sent to oneself ends the process, as any other reason does, and nothing of it goes on", async () => {
    for (const reason of ['normal', 'oops', 'kill']) {
      const w = world()
      let wentOn = false
      const [, ref] = w.spawnMonitor(() => {
        w.exit(w.self(), reason)
        wentOn = true
      })
      const down = await w.receive(['DOWN', ref, 'process', w.any, w.any])
      assert.equal(down[4], reason === 'kill' ? 'killed' : reason)
      assert.equal(wentOn, false)
      assert.deepEqual(w.crashes, [])
    }
  })

  it('to a process that has ended is true and nothing happens', async () => {
    const w = world()
    const pid = w.spawn(() => {})
    await settled()
    assert.equal(w.exit(pid, 'kill'), true)
  })

  it('cannot end init', () => {
    const w = world()
    w.exit(w.self(), 'kill')
    assert.equal(w.isProcessAlive(w.self()), true)
  })

  it('that ends the caller through a link unwinds the caller', async () => {
    const w = world()
    let wentOn = false
    const other = await idle(w)
    const pid = w.spawn(() => {
      w.link(other)
      w.exit(other, 'oops')
      wentOn = true
    })
    await settled()
    assert.equal(wentOn, false)
    assert.equal(w.isProcessAlive(pid), false)
  })
})

describe('a link', () => {
  it('is two-sided, made once, and gone after unlink', async () => {
    const w = world()
    const pid = await idle(w)
    w.link(pid)
    w.link(pid)
    assert.deepEqual(w.processInfo(pid, 'links'), [w.self()])
    assert.deepEqual(w.processInfo(w.self(), 'links'), [pid])
    w.unlink(pid)
    assert.deepEqual(w.processInfo(pid, 'links'), [])
    assert.deepEqual(w.processInfo(w.self(), 'links'), [])
  })

  it('to nobody is noproc: thrown, or a message to who traps exits', async () => {
    const w = world()
    const gone = w.spawn(() => {})
    await settled()
    assert.throws(() => w.link(gone), w.NoProcError)
    w.processFlag('trapExit', true)
    assert.equal(w.link(gone), true)
    assert.deepEqual(await w.receive(), ['EXIT', gone, 'noproc'])
  })

  it('made with spawnLink ends the parent when the child crashes', async () => {
    const w = world()
    const boom = new Error('boom')
    const [parent, ref] = w.spawnMonitor(async () => {
      w.spawnLink(() => { throw boom })
      await w.receive()
    })
    assert.deepEqual(await w.receive(), ['DOWN', ref, 'process', parent, boom])
    assert.equal(w.crashes.length, 1)
  })

  it('processFlag answers what was set before', () => {
    const w = world()
    assert.equal(w.processFlag('trapExit', true), false)
    assert.equal(w.processFlag('trapExit', false), true)
  })
})

describe('a monitor', () => {
  it('fires once for each time it was set, with the reason', async () => {
    const w = world()
    const pid = await idle(w)
    const refs = [w.monitor(pid), w.monitor('process', pid)]
    w.exit(pid, 'kill')
    assert.deepEqual([await w.receive(), await w.receive()], refs.map((ref) => ['DOWN', ref, 'process', pid, 'killed']))
  })

  it('of nobody fires at once with noproc', async () => {
    const w = world()
    const gone = w.spawn(() => {})
    await settled()
    assert.deepEqual([w.monitor(gone), w.monitor('nobody')].map(String).length, 2)
    assert.deepEqual((await w.receive(['DOWN', w.Ref, 'process', gone, w.any]))[4], 'noproc')
    assert.deepEqual((await w.receive(['DOWN', w.Ref, 'process', 'nobody', w.any]))[4], 'noproc')
  })

  it('by name calls the process by that name', async () => {
    const w = world()
    const pid = await idle(w)
    w.register('t', pid)
    const ref = w.monitor('t')
    w.exit(pid, 'over')
    assert.deepEqual(await w.receive(), ['DOWN', ref, 'process', 't', 'over'])
  })

  it('taken back never fires; flush takes back what already came', async () => {
    const w = world()
    const pid = await idle(w)
    const [early, late, other] = [w.monitor(pid), w.monitor(pid), w.monitor(pid)]
    assert.equal(w.demonitor(early, { info: true }), true)
    w.exit(pid, 'kill')
    assert.equal(w.demonitor(late, { flush: true, info: true }), false)
    assert.deepEqual(await w.receive(), ['DOWN', other, 'process', pid, 'killed'])
    assert.equal(await w.receive(undefined, { after: 0 }), w.timeout)
    assert.equal(w.demonitor(w.makeRef()), true)
  })

  it('of a watcher that ended is forgotten', async () => {
    const w = world()
    const target = await idle(w)
    const watcher = w.spawn(() => {
      w.monitor(target)
      return w.receive()
    })
    await settled()
    assert.deepEqual(w.processInfo(target, 'monitoredBy'), [watcher])
    w.exit(watcher, 'kill')
    assert.deepEqual(w.processInfo(target, 'monitoredBy'), [])
  })
})

describe('a name', () => {
  it('belongs to one process, a process has one, and both are refused otherwise', async () => {
    const w = world()
    const [a, b] = [await idle(w), await idle(w)]
    assert.equal(w.register('a', a), true)
    assert.throws(() => w.register('a', b), w.BadArgError)
    assert.throws(() => w.register('b', a), w.BadArgError)
    assert.throws(() => w.register('', b), w.BadArgError)
    assert.equal(w.whereis('a'), a)
    assert.deepEqual(w.registered(), ['a'])
    assert.equal(w.unregister('a'), true)
    assert.throws(() => w.unregister('a'), w.BadArgError)
    assert.equal(w.whereis('a'), undefined)
    assert.throws(() => w.register('dead', (w.exit(b, 'kill'), b)), w.BadArgError)
  })

  it('is free as soon as its process has ended', async () => {
    const w = world()
    const pid = await idle(w)
    w.register('t', pid)
    w.exit(pid, 'kill')
    assert.equal(w.whereis('t'), undefined)
    assert.throws(() => w.send('t', 'x'), w.BadArgError)
    assert.equal(w.register('t', await idle(w)), true)
  })
})
