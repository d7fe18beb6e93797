import assert from 'node:assert/strict'
import { settled, world } from './world'

describe('receive', () => {
  it('takes messages in the order they were sent', async () => {
    const w = world()
    for (const n of [1, 2, 3]) w.send(w.self(), n)
    assert.deepEqual([await w.receive(), await w.receive(), await w.receive()], [1, 2, 3])
  })

  it('takes the first that fits and leaves the others in their order', async () => {
    const w = world()
    for (const message of ['a', 1, 'b', 2, 'c']) w.send(w.self(), message)
    assert.equal(await w.receive(2), 2)
    assert.equal(await w.receive(Number), 1)
    assert.deepEqual([await w.receive(), await w.receive(), await w.receive()], ['a', 'b', 'c'])
    assert.equal(w.processInfo(w.self(), 'messageQueueLen'), 0)
  })

  it('can take the last message and go on with the next one', async () => {
    const w = world()
    w.send(w.self(), 'a')
    w.send(w.self(), 'b')
    assert.equal(await w.receive('b'), 'b')
    w.send(w.self(), 'c')
    assert.deepEqual([await w.receive(), await w.receive()], ['a', 'c'])
  })

  it('that waits looks at each message once, however many it skipped', async () => {
    const w = world()
    let looked = 0
    const pid = w.spawn(async () => {
      await w.receive((message: unknown) => {
        looked++
        return message === 'it'
      })
    })
    await settled()
    for (let n = 0; n < 1000; n++) w.send(pid, n)
    w.send(pid, 'it')
    await settled()
    assert.equal(looked, 1001)
    assert.equal(w.isProcessAlive(pid), false)
  })

  it('delivers undefined, null and false like any message', async () => {
    const w = world()
    for (const message of [undefined, null, false]) w.send(w.self(), message)
    assert.deepEqual([await w.receive(), await w.receive(), await w.receive()], [undefined, null, false])
  })

  it('answers timeout when no message fits in time, and forgets its timer when one did', async () => {
    const w = world()
    w.send(w.self(), 'other')
    const late = w.receive('it', { after: 50 })
    await w.clock.pass(49)
    assert.equal(w.clock.pending, 1)
    await w.clock.pass(1)
    assert.equal(await late, w.timeout)
    const early = w.receive('it', { after: 50 })
    w.send(w.self(), 'it')
    assert.equal(await early, 'it')
    assert.equal(w.clock.pending, 0)
    assert.equal(await w.receive(), 'other')
  })

  it('with after 0 only looks at what is there', async () => {
    const w = world()
    assert.equal(await w.receive(undefined, { after: 0 }), w.timeout)
    w.send(w.self(), 1)
    assert.equal(await w.receive(undefined, { after: 0 }), 1)
    assert.equal(w.clock.pending, 0)
  })

  it('refuses a time that is none', async () => {
    const w = world()
    await assert.rejects(w.receive(undefined, { after: -1 }), w.BadArgError)
    await assert.rejects(w.receive(undefined, { after: NaN }), w.BadArgError)
    await assert.rejects(w.sleep(-1), w.BadArgError)
  })

  it('of several activations of one process serves the one that waited first', async () => {
    const w = world()
    const order: unknown[] = []
    const pid = w.spawn(async () => {
      await Promise.all(['first', 'second'].map(async (name) => order.push([name, await w.receive()])))
    })
    await settled()
    w.send(pid, 1)
    w.send(pid, 2)
    await settled()
    assert.deepEqual(order, [['first', 1], ['second', 2]])
  })

  it('runs predicates as the receiver, and what they throw is his', async () => {
    const w = world()
    const seen: unknown[] = []
    const [pid, ref] = w.spawnMonitor(async () => {
      await w.receive([w.any, () => {
        seen.push(w.self())
        throw new RangeError('bad message')
      }])
    })
    await settled()
    w.send(pid, ['x', 1])
    const reason = (await w.receive(['DOWN', ref, 'process', pid, w.any]))[4]
    assert.deepEqual(seen, [pid])
    assert.ok(reason instanceof RangeError)
  })

  it('types what it receives by the pattern', async () => {
    const w = world()
    w.send(w.self(), { type: 'add', amount: 2 })
    const add = await w.receive({ type: 'add', amount: Number })
    const sum: number = add.amount + 1
    w.send(w.self(), ['EXIT', w.self(), 'why'])
    const [, from, reason] = await w.receive(['EXIT', w.Pid, w.any])
    const text: string = from.toString()
    assert.deepEqual([sum, text, reason], [3, '<0.1.0>', 'why'])
  })
})

describe('a pattern', () => {
  const w = world()
  class Point { constructor(readonly x: number) {} }
  const fits: [string, unknown, unknown, unknown][] = [
    ['a value', 'go', 'go', 'Go'],
    ['NaN', NaN, NaN, 0],
    ['any', w.any, { x: 1 }, undefined],
    ['String', String, '', 1],
    ['Boolean', Boolean, false, 0],
    ['a class', Point, new Point(1), { x: 1 }],
    ['a built-in class', Map, new Map(), {}],
    ['a predicate', (n: unknown) => n === 3, 3, 4],
    ['an array', ['ok', Number], ['ok', 1], ['ok', 'x']],
    ['an array of that length', [w.any], [1], [1, 2]],
    ['an object with at least these keys', { type: 'a', at: { x: Number } }, { type: 'a', at: { x: 1, y: 2 }, more: 1 }, { type: 'a', at: {} }],
    ['an object whose key may hold undefined', { x: undefined }, { x: undefined }, {}],
    ['a pid', w.self(), w.self(), w.makeRef()]
  ]
  for (const [what, pattern, yes, no] of fits) {
    it(`of ${what} fits that and nothing else`, async () => {
      if (pattern !== w.any) {
        w.send(w.self(), no)
        assert.equal(await w.receive(pattern, { after: 0 }), w.timeout)
        await w.receive()
      }
      w.send(w.self(), yes)
      assert.equal(await w.receive(pattern, { after: 0 }), yes)
    })
  }
})

describe('send', () => {
  it('answers the message, and drops it when the process has ended', async () => {
    const w = world()
    const pid = w.spawn(() => {})
    await settled()
    assert.equal(w.isProcessAlive(pid), false)
    assert.equal(w.send(pid, 'x'), 'x')
  })

  it('reaches a name, and refuses a name that nobody has', async () => {
    const w = world()
    w.register('me', w.self())
    w.send('me', 'hello')
    assert.equal(await w.receive(), 'hello')
    w.unregister('me')
    assert.throws(() => w.send('me', 'hello'), w.BadArgError)
  })

  it('reaches an alias until it is taken back', async () => {
    const w = world()
    const ref = w.alias()
    w.send(ref, 1)
    assert.equal(await w.receive(), 1)
    assert.equal(w.unalias(ref), true)
    w.send(ref, 2)
    assert.equal(await w.receive(undefined, { after: 0 }), w.timeout)
    assert.equal(w.unalias(ref), false)
  })
})

describe('sleep', () => {
  it('ends when its time has passed and leaves the messages alone', async () => {
    const w = world()
    let awake = false
    const pid = w.spawn(async () => {
      await w.sleep(100)
      awake = true
      await w.receive('never')
    })
    await settled()
    w.send(pid, 'message')
    await w.clock.pass(99)
    assert.equal(awake, false)
    await w.clock.pass(1)
    assert.equal(awake, true)
    assert.deepEqual(w.processInfo(pid, 'messages'), ['message'])
  })
})
