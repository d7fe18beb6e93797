import assert from 'node:assert/strict'
import { settled, type World, world } from '../process/world'
import { endOf, exitOf, pidOf } from './counter'

/** A handler that notes what it got; its state is how many events it saw. */
function handler(log: unknown[], name: string, more: Readonly<Record<string, (...args: never[]) => unknown>> = {}) {
  return {
    init: (n: number) => ['ok', n] as const,
    handleEvent(event: unknown, n: number) {
      log.push([name, event])
      if (event === 'crash') throw new Error('boom')
      return event === 'leave' ? ('remove_handler' as const) : (['ok', n + 1] as const)
    },
    handleCall: (request: unknown, n: number) => ['ok', [request, n], n] as const,
    terminate: (reason: unknown, n: number) => {
      log.push([name, 'terminate', reason, n])
      return 'done'
    },
    ...more
  }
}

const manager = (w: World) => pidOf(w, w.genEvent.start({ name: 'events' }))

describe('a gen_event', () => {
  it('passes events on to every handler, the last added first', async () => {
    const w = world()
    const log: unknown[] = []
    await manager(w)
    const [a, b] = [handler(log, 'a'), handler(log, 'b')]
    assert.equal(await w.genEvent.addHandler('events', a, 0), 'ok')
    assert.equal(await w.genEvent.addHandler('events', [b, 1], 10), 'ok')
    w.genEvent.notify('events', 'x')
    assert.equal(await w.genEvent.syncNotify('events', 'y'), 'ok')
    assert.deepEqual(log, [['b', 'x'], ['a', 'x'], ['b', 'y'], ['a', 'y']])
    assert.deepEqual(await w.genEvent.whichHandlers('events'), [[b, 1], a])
    assert.deepEqual(await w.genEvent.call('events', [b, 1], 'how many'), ['how many', 12])
    assert.deepEqual(await w.genEvent.call('events', b, 'how many'), ['error', 'bad_module'])
  })

  it('loses a handler that crashes or leaves, and goes on with the others', async () => {
    const w = world()
    const log: unknown[] = []
    await manager(w)
    const [a, b] = [handler(log, 'a'), handler(log, 'b', { handleEvent: (_: unknown, n: number) => ['ok', n + 1] })]
    await w.genEvent.addHandler('events', a, 0)
    await w.genEvent.addHandler('events', b, 0)
    await w.genEvent.syncNotify('events', 'crash')
    assert.deepEqual(await w.genEvent.whichHandlers('events'), [b])
    assert.equal(w.crashes.length, 1)
    const [, , reason] = log.at(-1) as unknown[]
    assert.ok(Array.isArray(reason) && reason[0] === 'error' && reason[1] instanceof Error)
    await w.genEvent.addHandler('events', a, 5)
    await w.genEvent.syncNotify('events', 'leave')
    assert.deepEqual(log.at(-1), ['a', 'terminate', 'remove_handler', 5])
    assert.deepEqual(await w.genEvent.call('events', b, 'n'), ['n', 2])
  })

  it('removes and swaps handlers; the new one gets what the old one left', async () => {
    const w = world()
    const log: unknown[] = []
    await manager(w)
    const [a, b] = [handler(log, 'a'), handler(log, 'b', { init: (given: never) => ['ok', given] })]
    await w.genEvent.addHandler('events', a, 0)
    assert.equal(await w.genEvent.swapHandler('events', [a, 'swap'], [b, 'args']), 'ok')
    assert.deepEqual(await w.genEvent.call('events', b, 'state'), ['state', ['args', 'done']])
    assert.equal(await w.genEvent.deleteHandler('events', b, 'enough'), 'done')
    assert.deepEqual(await w.genEvent.deleteHandler('events', b, 'enough'), ['error', 'module_not_found'])
  })

  it('removes a supervised handler with its owner, and tells the owner when it goes otherwise', async () => {
    const w = world()
    const log: unknown[] = []
    await manager(w)
    const [a, b] = [handler(log, 'a'), handler(log, 'b')]
    const owner = w.spawn(async () => {
      await w.genEvent.addSupHandler('events', a, 0)
      w.exit(await w.receive())
    })
    await settled()
    w.send(owner, 'over')
    await endOf(w, owner)
    assert.deepEqual(log, [['a', 'terminate', ['stop', 'over'], 0]])
    await w.genEvent.addSupHandler('events', b, 0)
    w.genEvent.notify('events', 'leave')
    assert.deepEqual(await w.receive(), ['gen_event_EXIT', b, 'normal'])
  })

  it('terminates its handlers when it stops', async () => {
    const w = world()
    const log: unknown[] = []
    await manager(w)
    await w.genEvent.addHandler('events', handler(log, 'a'), 0)
    await w.genEvent.stop('events')
    assert.deepEqual(log, [['a', 'terminate', 'stop', 0]])
  })
})

describe('a task', () => {
  it('gives its result to whoever waits for it', async () => {
    const w = world()
    const task = w.task.async(async (n: number) => {
      await w.sleep(10)
      return n * 2
    }, 21)
    const result = w.task.await(task)
    await settled()
    await w.clock.pass(10)
    assert.equal(await result, 42)
    await settled()
    assert.equal(w.isProcessAlive(task.pid), false)
    assert.deepEqual(w.processInfo(w.self(), 'monitors'), [])
  })

  it('that fails ends its owner, or tells one who traps exits', async () => {
    const w = world()
    const boom = new Error('boom')
    const owner = w.spawn(() => w.task.await(w.task.async(() => { throw boom })))
    assert.equal(await endOf(w, owner), boom)
    w.processFlag('trapExit', true)
    const task = w.task.async(() => w.exit('no'))
    assert.deepEqual(await exitOf(w, w.task.await(task)), ['no', ['task', 'await', [task]]])
  })

  it('can be asked again after a yield, and ended', async () => {
    const w = world()
    const task = w.task.async(() => w.receive())
    const first = w.task.yield(task, 100)
    await settled()
    await w.clock.pass(100)
    assert.equal(await first, undefined)
    assert.equal(await w.task.shutdown(task), undefined)
    assert.equal(w.isProcessAlive(task.pid), false)
    assert.deepEqual(await w.task.yield(w.task.async(() => 'ready')), ['ok', 'ready'])
  })
})
