import assert from 'node:assert/strict'
import { ExitSignal } from '../../../../src/runtime/errors'
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
    assert.ok(Array.isArray(reason) && reason[0] === 'error' && Array.isArray(reason[1]) && reason[1][0] === 'EXIT' && reason[1][1] instanceof Error)
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

  it('warns of a message that a handler has no handleInfo for, and keeps it', async () => {
    const w = world()
    const pid = await manager(w)
    const silent = handler([], 'silent')
    await w.genEvent.addHandler('events', silent, 0)
    const warned: unknown[] = []
    const { warn } = console
    console.warn = (...args) => void warned.push(args)
    try {
      w.send(pid, 'a message')
      assert.deepEqual(await w.genEvent.whichHandlers('events'), [silent])
    } finally {
      console.warn = warn
    }
    assert.deepEqual(warned.map((args) => Array.isArray(args) && args[1]), ['a message'])
  })

  describe('tells the owner of a handler why it goes', () => {
    const boom = new Error('boom')
    const next = handler([], 'next')
    const answers: Readonly<Record<string, (n: number) => unknown>> = {
      error() { throw boom }, exit() { throw new ExitSignal('bye') }, bad: () => 'bad', leave: () => 'remove_handler', swap: (n) => ['swap_handler', 'why', n, [next, 1], 'args']
    }
    const handleEvent = (event: string, n: number): unknown => answers[event]?.(n)
    const handleCall = (request: string, n: number): unknown => {
      const answer = answers[request]?.(n)
      return answer === 'remove_handler' ? [answer, 'reply'] : Array.isArray(answer) ? [answer[0], 'reply', ...answer.slice(1)] : answer
    }
    // As an Erlang node answers: what terminate gets, what the owner gets, what the caller of the handler gets.
    for (const [what, why, told, reply] of [
      ['error', ['error', ['EXIT', boom]], ['EXIT', boom], ['error', ['EXIT', boom]]],
      ['exit', ['error', ['EXIT', 'bye']], ['EXIT', 'bye'], ['error', ['EXIT', 'bye']]],
      ['bad', ['error', 'bad'], 'bad', ['error', 'bad']],
      ['leave', 'remove_handler', 'normal', 'reply'],
      ['swap', 'why', 'swapped', 'reply']
    ] as const) {
      for (const way of ['syncNotify', 'call'] as const) {
        it(`${what}, at ${way}`, async () => {
          const w = world()
          const log: unknown[] = []
          await manager(w)
          const a = handler(log, 'a', { handleEvent, handleCall })
          await w.genEvent.addSupHandler('events', a, 0)
          if (way === 'call') assert.deepEqual(await w.genEvent.call('events', a, what), reply)
          else await w.genEvent.syncNotify('events', what)
          assert.deepEqual(log.at(-1), ['a', 'terminate', why, 0])
          assert.deepEqual(await w.receive(), ['gen_event_EXIT', a, told === 'swapped' ? ['swapped', [next, 1], w.self()] : told])
          assert.deepEqual(await w.genEvent.whichHandlers('events'), told === 'swapped' ? [[next, 1]] : [])
        })
      }
    }

    it('deleted, swapped, or with the manager', async () => {
      const w = world()
      await manager(w)
      const [a, b] = [handler([], 'a'), handler([], 'b')]
      await w.genEvent.addSupHandler('events', a, 0)
      await w.genEvent.deleteHandler('events', a, 'enough')
      assert.deepEqual(await w.receive(), ['gen_event_EXIT', a, 'normal'])
      await w.genEvent.addHandler('events', a, 0)
      assert.equal(await w.genEvent.swapSupHandler('events', [a, 'out'], [b, 'in']), 'ok')
      await w.genEvent.stop('events')
      assert.deepEqual(await w.receive(), ['gen_event_EXIT', b, 'shutdown'])
    })
  })

  it('that is not there is told by the bare reason, by badarg, and by the call', async () => {
    const w = world()
    const a = handler([], 'a')
    const why = (asked: Promise<unknown>): Promise<unknown> => asked.catch((error: unknown) => (error instanceof ExitSignal ? error.reason : error))
    assert.deepEqual([await why(w.genEvent.syncNotify('nobody', 1)), await why(w.genEvent.addHandler('nobody', a, 0)), await why(w.genEvent.whichHandlers('nobody'))], ['noproc', 'noproc', 'noproc'])
    assert.deepEqual(await why(w.genEvent.call('nobody', a, 'x')), ['noproc', ['genEvent', 'call', ['nobody', a, 'x']]])
    assert.deepEqual(await why(w.genStatem.call('nobody', 'x')), ['noproc', ['genStatem', 'call', ['nobody', 'x', 'infinity']]])
    assert.throws(() => w.genEvent.notify('nobody', 1), { name: 'BadArgError' })
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
