import assert from 'node:assert/strict'
import { settled, world } from '../process/world'
import { counter, endOf, exitOf, pidOf } from './counter'

describe('a gen_server', () => {
  it('answers calls from its state and changes it by casts', async () => {
    const w = world()
    const { module } = counter()
    const pid = await pidOf(w, w.genServer.start(module as never, 5))
    assert.equal(w.genServer.cast(pid, 3), 'ok')
    assert.equal(await w.genServer.call(pid, 'get'), 8)
  })

  it('is found by its name, which is taken before init runs and free when it has ended', async () => {
    const w = world()
    let seen: unknown
    const { module } = counter({ init: () => ((seen = w.whereis('c')), ['ok', 0]) })
    const pid = await pidOf(w, w.genServer.start(module as never, 0, { name: 'c' }))
    assert.equal(seen, pid)
    assert.deepEqual(await w.genServer.start(module as never, 0, { name: 'c' }), ['error', ['already_started', pid]])
    assert.equal(await w.genServer.stop('c'), 'ok')
    assert.equal(w.whereis('c'), undefined)
  })

  it('that answers and stops is gone, and its name free, before the caller goes on', async () => {
    for (const reason of ['normal', 'why', new Error('why')]) {
      const w = world()
      const pid = await pidOf(w, w.genServer.start(counter({ handleCall: (_: unknown, __: unknown, n: number) => ['stop', reason, w.whereis('c'), n] }).module as never, 0, { name: 'c' }))
      const ref = w.monitor(pid)
      assert.deepEqual([await w.genServer.call('c', 'stop'), w.whereis('c'), w.isProcessAlive(pid)], [pid, undefined, false])
      assert.deepEqual(await w.receive(), ['DOWN', ref, 'process', pid, reason])
      assert.equal(w.crashes.length, reason === 'normal' ? 0 : 1)
    }
  })

  it('may be a process that was something else before', async () => {
    const w = world()
    const { module, log } = counter()
    const starter = {
      async begin() {
        w.register('late', w.self())
        w.procLib.initAck(['ok', w.self()])
        await w.receive('go')
        return w.genServer.enterLoop(module, 4)
      }
    }
    w.processFlag('trapExit', true)
    const pid = await pidOf(w, w.procLib.startLink(starter, 'begin'))
    w.send(pid, 'go')
    assert.equal(await w.genServer.call('late', 'get'), 4)
    assert.equal(await w.genServer.call('late', 'stop'), 'stopped')
    assert.deepEqual(log, [['terminate', 'normal', 4]])
  })

  for (const [title, answer, expected, reason] of [
    ['ignore', 'ignore', 'ignore', 'normal'],
    ['stop', ['stop', 'no'], ['error', 'no'], 'no'],
    ['error', ['error', 'no'], ['error', 'no'], 'normal'],
    ['something else', 'what', ['error', ['bad_return_value', 'what']], ['bad_return_value', 'what']],
    ['a wrong timeout', ['ok', 1, 'soon'], ['error', ['bad_return_value', ['ok', 1, 'soon']]], ['bad_return_value', ['ok', 1, 'soon']]]
  ] as const) {
    it(`whose init answers ${title} is not started, and its starter hears why`, async () => {
      const w = world()
      let pid: unknown
      const { module } = counter({ init: () => ((pid = w.self()), answer) })
      w.processFlag('trapExit', true)
      assert.deepEqual(await w.genServer.startLink(module as never, 0, { name: 'c' }), expected)
      assert.deepEqual(await w.receive(), ['EXIT', pid, reason])
      assert.equal(w.whereis('c'), undefined)
    })
  }

  it('whose init throws is not started; the error is the reason', async () => {
    const w = world()
    const boom = new Error('boom')
    const { module } = counter({ init: () => { throw boom } })
    assert.deepEqual(await w.genServer.start(module as never, 0), ['error', boom])
    assert.deepEqual(w.crashes.map(({ reason }) => reason), [boom])
  })

  it('whose init takes too long is killed', async () => {
    const w = world()
    let pid: unknown
    const { module } = counter({ init: () => ((pid = w.self()), w.receive()) })
    const starting = w.genServer.start(module as never, 0, { timeout: 100 })
    await settled()
    await w.clock.pass(100)
    assert.deepEqual(await starting, ['error', 'timeout'])
    assert.equal(w.isProcessAlive(pid as never), false)
    assert.equal(await w.receive(undefined, { after: 0 }), w.timeout)
  })

  it('may answer later, from another process', async () => {
    const w = world()
    const { module, log } = counter()
    const pid = await pidOf(w, w.genServer.start(module as never, 5))
    const answer = w.genServer.call(pid, 'later')
    await settled()
    w.spawn(() => w.genServer.reply(log[0] as never, 'at last'))
    assert.equal(await answer, 'at last')
  })

  it('goes on with handleContinue before any message', async () => {
    const w = world()
    const { module, log } = counter({ init: (n: number) => ['ok', n, ['continue', 'setup']] })
    const pid = await pidOf(w, w.genServer.start(module as never, 5))
    assert.equal(await w.genServer.call(pid, 'get'), 50)
    assert.deepEqual(log, [['continue', 'setup']])
  })

  it("gets 'timeout' when no message came in time, and not when one did", async () => {
    const w = world()
    const { module, log } = counter({ init: (n: number) => ['ok', n, 100] })
    const pid = await pidOf(w, w.genServer.start(module as never, 5))
    await w.clock.pass(50)
    assert.equal(await w.genServer.call(pid, 'get'), 5)
    await w.clock.pass(100)
    assert.deepEqual(log, [])
    w.genServer.cast(pid, ['noreply', 5, 100])
    await settled()
    await w.clock.pass(100)
    assert.deepEqual(log, [['info', 'timeout']])
  })

  it('hibernates until the next message', async () => {
    const w = world()
    const { module } = counter({ init: (n: number) => ['ok', n, 'hibernate'] })
    const pid = await pidOf(w, w.genServer.start(module as never, 5))
    assert.equal(w.processInfo(pid, 'status'), 'hibernating')
    assert.equal(await w.genServer.call(pid, 'get'), 5)
    assert.equal(w.processInfo(pid, 'status'), 'waiting')
  })

  it('gets every other message in handleInfo, in order', async () => {
    const w = world()
    const { module, log } = counter()
    const pid = await pidOf(w, w.genServer.start(module as never, 5))
    for (const message of ['a', ['b'], 3]) w.send(pid, message)
    await w.genServer.call(pid, 'get')
    assert.deepEqual(log, [['info', 'a'], ['info', ['b']], ['info', 3]])
  })

  it('runs the callback that is there when the message is taken', async () => {
    const w = world()
    const { module } = counter()
    const pid = await pidOf(w, w.genServer.start(module as never, 5))
    module.handleCall = () => ['reply', 'new code', 5]
    assert.equal(await w.genServer.call(pid, 'get'), 'new code')
  })

  it('takes one message after another, also when a callback awaits', async () => {
    const w = world()
    const order: unknown[] = []
    const { module } = counter({
      handleCast: async (message: unknown, n: number) => {
        order.push(`in ${String(message)}`)
        await w.sleep(10)
        order.push(`out ${String(message)}`)
        return ['noreply', n]
      }
    })
    const pid = await pidOf(w, w.genServer.start(module as never, 0))
    w.genServer.cast(pid, 1)
    w.genServer.cast(pid, 2)
    await settled()
    await w.clock.pass(10)
    await w.clock.pass(10)
    assert.deepEqual(order, ['in 1', 'out 1', 'in 2', 'out 2'])
  })

  describe('that ends', () => {
    it('by a stop calls terminate with the reason and answers the call', async () => {
      const w = world()
      const { module, log } = counter()
      const pid = await pidOf(w, w.genServer.start(module as never, 5))
      const ref = w.monitor(pid)
      assert.equal(await w.genServer.call(pid, 'stop'), 'stopped')
      assert.deepEqual(await w.receive(), ['DOWN', ref, 'process', pid, 'normal'])
      assert.deepEqual(log, [['terminate', 'normal', 5]])
      assert.deepEqual(w.crashes, [])
    })

    it('by a crash calls terminate with the error and the state before', async () => {
      const w = world()
      const { module, log } = counter()
      const pid = await pidOf(w, w.genServer.start(module as never, 5))
      const [why, caller] = await exitOf(w, w.genServer.call(pid, 'crash')) as unknown[]
      assert.ok(why instanceof Error && why.message === 'boom')
      assert.deepEqual(caller, ['genServer', 'call', [pid, 'crash']])
      assert.deepEqual(log, [['terminate', why, 5]])
      assert.deepEqual(w.crashes.map(({ reason }) => reason), [why])
    })

    it('by a bad answer says which', async () => {
      const w = world()
      const { module } = counter()
      for (const bad of [['reply', 1], ['noreply'], ['what', 1], ['noreply', 1, 'soon']]) {
        const pid = await pidOf(w, w.genServer.start(module as never, 5))
        assert.deepEqual((await exitOf(w, w.genServer.call(pid, bad)) as unknown[])[0], ['bad_return_value', bad])
      }
    })

    it('takes what it throws for its answer when that is no error', async () => {
      const w = world()
      const { module } = counter({ handleCall: (_: unknown, _from: unknown, n: number) => { throw ['reply', 'thrown', n] } })
      const pid = await pidOf(w, w.genServer.start(module as never, 5))
      assert.equal(await w.genServer.call(pid, 'get'), 'thrown')
    })

    it('by exit in a callback has that reason; what terminate throws replaces it', async () => {
      const w = world()
      const { module, log } = counter({ handleCast: () => w.exit('enough') })
      const pid = await pidOf(w, w.genServer.start(module as never, 5))
      w.genServer.cast(pid, 0)
      assert.equal(await endOf(w, pid), 'enough')
      assert.deepEqual(log, [['terminate', 'enough', 5]])
      const boom = new Error('in terminate')
      const other = await pidOf(w, w.genServer.start({ ...module, terminate: () => { throw boom } } as never, 5))
      w.genServer.cast(other, 0)
      assert.equal(await endOf(w, other), boom)
    })

    it('with its parent: in order when it traps exits, at once when not', async () => {
      for (const trap of [true, false]) {
        const w = world()
        const { module, log } = counter({ init: (n: number) => (w.processFlag('trapExit', trap), ['ok', n]) })
        let server: unknown
        const parent = w.spawn(async () => {
          server = await pidOf(w, w.genServer.startLink(module as never, 5))
          await w.receive('stop')
          w.exit('over')
        })
        await settled()
        w.send(parent, 'stop')
        await settled()
        assert.equal(w.isProcessAlive(server as never), false)
        assert.deepEqual(log, trap ? [['terminate', 'over', 5]] : [])
      }
    })

    it('not with the top level that started it and returned', async () => {
      const w = world()
      const { module } = counter({ init: (n: number) => (w.processFlag('trapExit', true), ['ok', n]) })
      let server: unknown
      const top = w.runtime.newProcess({ label: 'main.ts (top level)' })
      await w.runtime.run(top, async () => { server = await pidOf(w, w.genServer.startLink(module as never, 5)) })
      await settled()
      assert.equal(w.isProcessAlive(top.pid), false)
      assert.equal(await w.genServer.call(server as never, 'get'), 5)
    })

    it('killed does not call terminate, and nothing of a pending callback goes on', async () => {
      const w = world()
      let release = (): void => {}
      const { module, log } = counter({ handleCast: (_: unknown, n: number) => new Promise((resolve) => { release = () => resolve(['stop', 'normal', n]) }) })
      const pid = await pidOf(w, w.genServer.start(module as never, 5))
      w.genServer.cast(pid, 0)
      await settled()
      w.exit(pid, 'kill')
      release()
      await settled()
      assert.deepEqual(log, [])
    })

    it('by stop with a reason of its own, else tells the reason it had', async () => {
      const w = world()
      const { module } = counter()
      const pid = await pidOf(w, w.genServer.start(module as never, 5))
      assert.equal(await w.genServer.stop(pid, ['shutdown', 'enough']), 'ok')
      assert.equal(await exitOf(w, w.genServer.stop(pid)), 'noproc')
      const other = await pidOf(w, w.genServer.start({ ...module, terminate: () => w.exit('else') } as never, 5))
      assert.equal(await exitOf(w, w.genServer.stop(other)), 'else')
    })
  })

  describe('call', () => {
    it('exits with timeout, and an answer that comes too late is dropped', async () => {
      const w = world()
      const { module, log } = counter()
      const pid = await pidOf(w, w.genServer.start(module as never, 5))
      const exiting = exitOf(w, w.genServer.call(pid, 'later', 200))
      await settled()
      await w.clock.pass(200)
      assert.deepEqual(await exiting, ['timeout', ['genServer', 'call', [pid, 'later', 200]]])
      w.genServer.reply(log[0] as never, 'too late')
      assert.equal(await w.receive(undefined, { after: 0 }), w.timeout)
      assert.deepEqual(w.processInfo(w.self(), 'monitors'), [])
    })

    it('waits five seconds when not told', async () => {
      const w = world()
      const { module } = counter()
      const pid = await pidOf(w, w.genServer.start(module as never, 5))
      const exiting = exitOf(w, w.genServer.call(pid, 'later'))
      await settled()
      await w.clock.pass(4999)
      assert.equal(w.clock.pending, 1)
      await w.clock.pass(1)
      assert.deepEqual((await exiting as unknown[])[0], 'timeout')
    })

    it('exits with noproc, killed, or calling_self', async () => {
      const w = world()
      const { module } = counter()
      const why = async (asked: Promise<unknown>): Promise<unknown> => (await exitOf(w, asked) as unknown[])[0]
      assert.equal(await why(w.genServer.call('nobody', 'get')), 'noproc')
      const pid = await pidOf(w, w.genServer.start(module as never, 5))
      const pending = why(w.genServer.call(pid, 'later'))
      await settled()
      w.exit(pid, 'kill')
      assert.equal(await pending, 'killed')
      assert.equal(await why(w.genServer.call(pid, 'get')), 'noproc')
      assert.equal(await why(w.genServer.call(w.self(), 'get')), 'calling_self')
    })

    it('not caught ends the caller with that reason', async () => {
      const w = world()
      const caller = w.spawn(() => w.genServer.call('nobody', 'get'))
      assert.deepEqual(await endOf(w, caller), ['noproc', ['genServer', 'call', ['nobody', 'get']]])
    })
  })

  it('startMonitor monitors from the start', async () => {
    const w = world()
    const { module } = counter()
    const started = await w.genServer.startMonitor(module as never, 5)
    assert.ok(Array.isArray(started) && Array.isArray(started[1]))
    const [pid, ref] = started[1]
    w.exit(pid, 'kill')
    assert.deepEqual(await w.receive(), ['DOWN', ref, 'process', pid, 'killed'])
  })
})
