import assert from 'node:assert/strict'
import type { Pid } from '../../../../src/runtime/process/pid'
import { settled, world } from '../process/world'
import { counter, endOf, pidOf } from './counter'

describe('a request whose answer is fetched later', () => {
  it('is answered while the sender goes on; several at once', async () => {
    const w = world()
    const { module } = counter()
    const pids = [await pidOf(w, w.genServer.start(module as never, 1)), await pidOf(w, w.genServer.start(module as never, 2))]
    const ids = pids.map((pid) => w.genServer.sendRequest(pid, 'get'))
    assert.deepEqual(await Promise.all(ids.map((id) => w.genServer.receiveResponse(id))), [['reply', 1], ['reply', 2]])
    assert.equal(await w.receive(undefined, { after: 0 }), w.timeout)
  })

  it('may be waited for again after a timeout of waitResponse, and not after one of receiveResponse', async () => {
    const w = world()
    const { module, log } = counter()
    const pid = await pidOf(w, w.genServer.start(module as never, 1))
    const id = w.genServer.sendRequest(pid, 'later')
    const waiting = w.genServer.waitResponse(id, 100)
    await settled()
    await w.clock.pass(100)
    assert.equal(await waiting, 'timeout')
    w.genServer.reply(log[0] as never, 'now')
    assert.deepEqual(await w.genServer.waitResponse(id, 0), ['reply', 'now'])
    const lost = w.genServer.sendRequest(pid, 'later')
    await settled()
    assert.equal(await w.genServer.receiveResponse(lost, 0), 'timeout')
    w.genServer.reply(log[1] as never, 'too late')
    assert.equal(await w.receive(undefined, { after: 0 }), w.timeout)
  })

  it('is an error when the server ends first, or is not there', async () => {
    const w = world()
    const { module } = counter()
    const pid = await pidOf(w, w.genServer.start(module as never, 1))
    const id = w.genServer.sendRequest(pid, 'later')
    await settled()
    w.exit(pid, 'kill')
    assert.deepEqual(await w.genServer.receiveResponse(id), ['error', ['killed', pid]])
    assert.deepEqual(await w.genServer.receiveResponse(w.genServer.sendRequest('nobody', 'get')), ['error', ['noproc', 'nobody']])
  })

  it('is known in a message that was received, and no other is', async () => {
    const w = world()
    const { module } = counter()
    const pid = await pidOf(w, w.genServer.start(module as never, 1))
    const id = w.genServer.sendRequest(pid, 'get')
    assert.equal(w.genServer.checkResponse('something', id), 'no_reply')
    assert.deepEqual(w.genServer.checkResponse(await w.receive(), id), ['reply', 1])
    assert.throws(() => w.genServer.checkResponse('x', {} as never), w.BadArgError)
  })

  it('is there for state machines and event managers too', async () => {
    const w = world()
    const machine = { callbackMode: () => 'handleEventFunction' as const, init: () => ['ok', 's', 0] as const, handleEvent: ([, from]: never[], x: never) => ['keepStateAndData', [['reply', from, x]]] as never }
    const statem = await pidOf(w, w.genStatem.start(machine as never, 0))
    assert.deepEqual(await w.genStatem.receiveResponse(w.genStatem.sendRequest(statem, 'echo')), ['reply', 'echo'])
    const manager = await pidOf(w, w.genEvent.start())
    const handler = { init: () => ['ok', 5] as const, handleEvent: (_: never, s: number) => ['ok', s] as const, handleCall: (_: never, s: number) => ['ok', s, s] as const }
    await w.genEvent.addHandler(manager, handler as never, [])
    assert.deepEqual(await w.genEvent.receiveResponse(w.genEvent.sendRequest(manager, handler as never, 'get')), ['reply', 5])
  })
})

describe('a server with hibernateAfter', () => {
  const isHibernating = (w: ReturnType<typeof world>, pid: Pid): boolean => w.processInfo(pid, 'status') === 'hibernating'

  it('hibernates when no message came for so long, and answers the next one', async () => {
    for (const kind of ['genServer', 'genEvent', 'genStatem'] as const) {
      const w = world()
      const { module } = counter()
      const machine = { callbackMode: () => 'handleEventFunction', init: () => ['ok', 's', 1], handleEvent: ([, from]: never[], _: never, _s: never, n: number) => ['keepStateAndData', [['reply', from, n]]] }
      const options = { hibernateAfter: 100 }
      const pid = await pidOf(w, kind === 'genServer' ? w.genServer.start(module as never, 1, options) : kind === 'genEvent' ? w.genEvent.start(options) : w.genStatem.start(machine as never, 1, options))
      const ask = (): Promise<unknown> => (kind === 'genEvent' ? w.genEvent.whichHandlers(pid) : w[kind].call(pid, 'get'))
      for (let round = 0; round < 2; round++) {
        await w.clock.pass(99)
        assert.equal(isHibernating(w, pid), false)
        await w.clock.pass(1)
        await settled()
        assert.equal(isHibernating(w, pid), true, `${kind}, round ${round}`)
        assert.deepEqual(await ask(), kind === 'genEvent' ? [] : 1)
        await settled()
      }
    }
  })

  it('does not mistake it for the timeout that a callback asked for', async () => {
    const w = world()
    const { module, log } = counter({ init: () => ['ok', 0, 500] })
    await pidOf(w, w.genServer.start(module as never, 0, { hibernateAfter: 100 }))
    await w.clock.pass(499)
    assert.deepEqual(log, [])
    await w.clock.pass(1)
    await settled()
    assert.deepEqual(log, [['info', 'timeout']])
  })
})

describe("a name in a registry of the program's own", () => {
  function registry() {
    const names = new Map<unknown, Pid>()
    const via = {
      registerName: (name: never, pid: Pid) => (names.has(name) ? 'no' as const : (names.set(name, pid), 'yes' as const)),
      unregisterName: (name: never) => names.delete(name),
      whereisName: (name: never) => names.get(name),
    }
    return { names, via }
  }

  it('is taken at the start, and leads every call to the server', async () => {
    const w = world()
    const { via, names } = registry()
    const { module } = counter()
    const name = ['via', via, { room: 7 }] as const
    const pid = await pidOf(w, w.genServer.start(module as never, 3, { name }))
    assert.equal(names.get(name[2]), pid)
    assert.deepEqual(await w.genServer.start(module as never, 3, { name }), ['error', ['already_started', pid]])
    w.genServer.cast(name, 4)
    assert.equal(await w.genServer.call(name, 'get'), 7)
    assert.equal(await w.sys.getState(name), 7)
    assert.deepEqual(await w.genServer.receiveResponse(w.genServer.sendRequest(name, 'get')), ['reply', 7])
    await w.genServer.stop(name)
    names.clear()
    const caught = await w.genServer.call(name, 'get').catch((error: { reason: unknown }) => error.reason)
    assert.deepEqual(caught, ['noproc', ['genServer', 'call', [name, 'get']]])
    assert.deepEqual(await w.genServer.receiveResponse(w.genServer.sendRequest(name, 'get')), ['error', ['noproc', name]])
  })

  it('is free again when init fails', async () => {
    const w = world()
    const { via, names } = registry()
    const { module } = counter({ init: () => ['stop', 'no'] })
    assert.deepEqual(await w.genServer.start(module as never, 0, { name: ['via', via, 'x'] }), ['error', 'no'])
    assert.equal(names.size, 0)
  })

  it('is a name for supervisors and event managers as well', async () => {
    const w = world()
    const { via } = registry()
    const sup = await pidOf(w, w.supervisor.startLink({ init: () => ['ok', [{}, []]] as const }, undefined, { name: ['via', via, 'sup'] }))
    assert.deepEqual(await w.supervisor.countChildren(['via', via, 'sup']), { specs: 0, active: 0, supervisors: 0, workers: 0 })
    await pidOf(w, w.genEvent.start({ name: ['via', via, 'events'] }))
    assert.deepEqual(await w.genEvent.whichHandlers(['via', via, 'events']), [])
    w.processFlag('trapExit', true)
    w.exit(sup, 'kill')
    assert.equal(await endOf(w, sup), 'noproc')
  })
})
