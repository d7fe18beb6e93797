import assert from 'node:assert/strict'
import { SaveQueue } from '../../../src/save/saveQueue'
import { FakeClock, settle } from './fakeClock'

interface Load { readonly paths: readonly string[]; readonly origin: string; end(): Promise<void>; fail(): Promise<void> }

function queueWithLoads(busy?: () => boolean | Promise<boolean>, loneQuietMs?: number) {
  const clock = new FakeClock()
  const loads: Load[] = []
  const load = (paths: readonly string[], origin: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const end = async (): Promise<void> => { resolve(); await settle() }
      const fail = async (): Promise<void> => { reject(new Error('load failed')); await settle() }
      loads.push({ paths, origin, end, fail })
    })
  const queue = new SaveQueue({ load, quietMs: 20, clock, ...(busy === undefined ? {} : { busy }), ...(loneQuietMs === undefined ? {} : { loneQuietMs }) })
  const seen = (): (readonly string[])[] => loads.map((one) => one.paths)
  const nth = (index: number): Load => {
    const found = loads[index]
    assert.ok(found !== undefined, `load ${index} has not started`)
    return found
  }
  return { clock, loads, queue, seen, nth }
}

describe('save queue', () => {
  it('starts an editor save in the same turn, without any timer', async () => {
    const { queue, seen, nth } = queueWithLoads()
    queue.push('/a', 'save')
    await Promise.resolve()
    assert.deepEqual(seen(), [['/a']])
    assert.equal(nth(0).origin, 'save')
  })

  it('makes one batch of a Save All', async () => {
    const { queue, seen } = queueWithLoads()
    for (const path of ['/a', '/b', '/c']) queue.push(path, 'save')
    await settle()
    assert.deepEqual(seen(), [['/a', '/b', '/c']])
  })

  it('makes exactly one next load of everything saved while a load runs', async () => {
    const { queue, seen, nth } = queueWithLoads()
    queue.push('/a', 'save')
    await settle()
    for (let i = 0; i < 10; i++) queue.push('/a', 'save')
    queue.push('/b', 'save')
    await settle()
    assert.deepEqual(seen(), [['/a']])
    await nth(0).end()
    assert.deepEqual(seen(), [['/a'], ['/a', '/b']])
    await nth(1).end()
    assert.equal(seen().length, 2)
  })

  it('does not wait for a load that waits for something itself, and hears nothing of its end', async () => {
    const { queue, seen, nth } = queueWithLoads()
    queue.push('/a', 'save')
    await settle()
    queue.push('/a', 'save')
    await settle()
    queue.goOn()
    assert.deepEqual(seen(), [['/a'], ['/a']])
    queue.push('/b', 'save')
    await nth(0).end()
    assert.equal(seen().length, 2, 'the second one runs')
    await nth(1).end()
    assert.deepEqual(seen()[2], ['/b'])
    queue.goOn()
    queue.push('/c', 'save')
    await settle()
    assert.deepEqual(seen()[3], ['/c'])
  })

  it('waits for quiet before it loads what others wrote', async () => {
    const { queue, clock, seen, nth } = queueWithLoads()
    queue.push('/a', 'external')
    await clock.pass(15)
    queue.push('/b', 'external')
    await clock.pass(19)
    assert.deepEqual(seen(), [])
    await clock.pass(1)
    assert.deepEqual(seen(), [['/a', '/b']])
    assert.equal(nth(0).origin, 'external')
  })

  it('waits only a moment for one file that is written alone', async () => {
    const { queue, clock, seen, nth } = queueWithLoads(undefined, 2)
    queue.push('/a', 'external')
    await clock.pass(1)
    queue.push('/a', 'external')
    await clock.pass(1)
    assert.deepEqual(seen(), [])
    await clock.pass(1)
    assert.deepEqual(seen(), [['/a']])
    await nth(0).end()
    await clock.pass(100)
    queue.push('/b', 'external')
    await clock.pass(2)
    assert.deepEqual(seen(), [['/a'], ['/b']])
  })

  it('waits for all of a burst, whether its second file comes before or after the first was loaded', async () => {
    const { queue, clock, seen, nth } = queueWithLoads(undefined, 2)
    queue.push('/a', 'external')
    queue.push('/b', 'external')
    await clock.pass(19)
    assert.deepEqual(seen(), [])
    await clock.pass(1)
    assert.deepEqual(seen(), [['/a', '/b']])
    await nth(0).end()
    await clock.pass(100)
    queue.push('/a', 'external')
    await clock.pass(5)
    await nth(1).end()
    for (const path of ['/b', '/c', '/d']) {
      queue.push(path, 'external')
      await clock.pass(5)
    }
    assert.deepEqual(seen(), [['/a', '/b'], ['/a']])
    await clock.pass(20)
    assert.deepEqual(seen(), [['/a', '/b'], ['/a'], ['/b', '/c', '/d']])
  })

  it('loads after two seconds what is written without end', async () => {
    const { queue, clock, seen } = queueWithLoads()
    for (let i = 0; i < 250; i++) {
      queue.push('/log', 'external')
      await clock.pass(10)
    }
    assert.deepEqual(seen(), [['/log']])
  })

  it('lets an editor save pass a burst of foreign writes, which stay one batch', async () => {
    const { queue, clock, seen, nth } = queueWithLoads()
    queue.push('/x', 'external')
    await clock.pass(5)
    queue.push('/mine', 'save')
    await settle()
    assert.deepEqual(seen(), [['/mine']])
    queue.push('/y', 'external')
    await nth(0).end()
    await clock.pass(20)
    assert.deepEqual(seen(), [['/mine'], ['/x', '/y']])
  })

  it('does not load a saved file a second time because the watcher saw it too', async () => {
    const { queue, clock, seen, nth } = queueWithLoads()
    queue.push('/a', 'external')
    queue.push('/a', 'save')
    queue.push('/a', 'external')
    await settle()
    await nth(0).end()
    await clock.pass(100)
    assert.deepEqual(seen(), [['/a']])
  })

  it('takes foreign writes that became quiet during a load into the one next load', async () => {
    const { queue, clock, seen, nth } = queueWithLoads()
    queue.push('/a', 'save')
    await settle()
    queue.push('/x', 'external')
    await clock.pass(50)
    queue.push('/b', 'save')
    await nth(0).end()
    assert.deepEqual(seen(), [['/a'], ['/b', '/x']])
  })

  it('starts foreign writes that became quiet during a load when it ends', async () => {
    const { queue, clock, seen, nth } = queueWithLoads()
    queue.push('/a', 'save')
    await settle()
    queue.push('/x', 'external')
    await clock.pass(50)
    await nth(0).end()
    assert.deepEqual(seen(), [['/a'], ['/x']])
  })

  for (const [name, wrap] of [['at once', (b: boolean) => b], ['later', (b: boolean) => Promise.resolve(b)]] as const) {
    it(`never loads in the middle of a branch switch (busy answers ${name})`, async () => {
      let locked = true
      const { queue, clock, seen } = queueWithLoads(() => wrap(locked))
      queue.push('/a', 'external')
      await clock.pass(200)
      queue.push('/b', 'external')
      await clock.pass(200)
      assert.deepEqual(seen(), [])
      locked = false
      await clock.pass(40)
      assert.deepEqual(seen(), [['/a', '/b']])
    })
  }

  it('does not hold an editor save because of a lock', async () => {
    const { queue, seen } = queueWithLoads(() => true)
    queue.push('/a', 'save')
    await settle()
    assert.deepEqual(seen(), [['/a']])
  })

  it('forgets a lock that nobody removes', async () => {
    const { queue, clock, seen } = queueWithLoads(() => true)
    queue.push('/a', 'external')
    await clock.pass(9_900)
    assert.deepEqual(seen(), [])
    await clock.pass(200)
    assert.deepEqual(seen(), [['/a']])
  })

  it('goes on after a load that rejects', async () => {
    const { queue, seen, nth } = queueWithLoads()
    queue.push('/a', 'save')
    await settle()
    queue.push('/b', 'save')
    await nth(0).fail()
    assert.deepEqual(seen(), [['/a'], ['/b']])
  })

  it('flush loads what is pending at once and waits for it and for what came meanwhile', async () => {
    const { queue, seen, nth } = queueWithLoads(() => true)
    queue.push('/a', 'external')
    let done = false
    const flushed = queue.flush().then(() => { done = true })
    await settle()
    assert.deepEqual(seen(), [['/a']])
    queue.push('/b', 'external')
    await nth(0).end()
    assert.deepEqual(seen(), [['/a'], ['/b']])
    assert.equal(done, false)
    await nth(1).end()
    await flushed
    assert.equal(done, true)
  })

  it('loads nothing after dispose, and flush resolves', async () => {
    const { queue, clock, seen } = queueWithLoads()
    queue.push('/a', 'external')
    queue.dispose()
    queue.push('/b', 'save')
    await clock.pass(100)
    await queue.flush()
    assert.deepEqual(seen(), [])
  })
})
