import assert from 'node:assert/strict'
import { emitted } from './emitted'
import { settled, world } from './world'

describe('a process', () => {
  it('starts after whoever spawned it has gone on', async () => {
    const w = world()
    const order: string[] = []
    w.spawn(() => void order.push('child'))
    order.push('parent')
    await settled()
    assert.deepEqual(order, ['parent', 'child'])
  })

  it('gets its arguments and its own pid', async () => {
    const w = world()
    let seen: unknown
    const pid = w.spawn((a: number, b: string) => void (seen = [a, b, w.self()]), 1, 'x')
    await settled()
    assert.deepEqual(seen, [1, 'x', pid])
    assert.equal(String(w.self()), '<0.1.0>')
  })

  it('is numbered from 40 on and prints as in Erlang', () => {
    const w = world()
    const pid = w.spawn(() => {})
    assert.equal(String(pid), '<0.40.0>')
    assert.equal(JSON.stringify({ pid }), '{"pid":"<0.40.0>"}')
    assert.match(String(w.makeRef()), /^#Ref<0\.0\.0\.\d+>$/)
  })

  it('ends with normal when its function has returned', async () => {
    const w = world()
    const [pid, ref] = w.spawnMonitor(async () => {
      await settled()
    })
    assert.deepEqual(await w.receive(), ['DOWN', ref, 'process', pid, 'normal'])
    assert.equal(w.isProcessAlive(pid), false)
  })

  it('lives until its last activation has left, also when its function returned before', async () => {
    const w = world()
    const { waiter } = emitted(w, w.version())
    const pid = w.spawn(() => void waiter())
    await settled()
    assert.equal(w.isProcessAlive(pid), true)
    w.send(pid, 'go')
    await settled()
    assert.equal(w.isProcessAlive(pid), false)
  })

  it('may return any thenable, whoever settles it', async () => {
    const w = world()
    let settle: (value?: unknown) => void = () => {}
    const [pid, ref] = w.spawnMonitor(() => ({ then: (resolve: () => void) => void (settle = resolve) }))
    const bystander = w.spawn(() => new Promise(() => {}))
    await settled()
    w.spawn(() => settle())
    assert.deepEqual(await w.receive(), ['DOWN', ref, 'process', pid, 'normal'])
    assert.deepEqual(w.processes(), [bystander])
  })

  for (const [what, fn, reason] of [
    ['the Error it did not catch', () => { throw new TypeError('no') }, new TypeError('no')],
    ['nocatch and what it threw', () => { throw 5 }, ['nocatch', 5]]
  ] as const) {
    it(`ends with ${what}, reported once`, async () => {
      const w = world()
      const [pid, ref] = w.spawnMonitor(async () => fn())
      assert.deepEqual(await w.receive(), ['DOWN', ref, 'process', pid, reason])
      assert.deepEqual(w.crashes.map((crash) => [crash.pid, crash.reason]), [[pid, reason]])
    })
  }

  it('ends with the reason given to exit, which is no crash and can be caught', async () => {
    const w = world()
    const [, first] = w.spawnMonitor(() => w.exit({ because: 1 }))
    const [, second] = w.spawnMonitor(() => {
      try {
        w.exit('no')
      } catch (error) {
        assert.ok(error instanceof w.ExitSignal && error.reason === 'no')
      }
    })
    assert.deepEqual((await w.receive(['DOWN', first, 'process', w.any, w.any]))[4], { because: 1 })
    assert.deepEqual((await w.receive(['DOWN', second, 'process', w.any, w.any]))[4], 'normal')
    assert.deepEqual(w.crashes, [])
  })

  it('by name starts what is current when it starts, not when it was spawned', async () => {
    const seen: string[] = []
    let current = (): void => void seen.push('v1')
    const w = world({ lookup: { exported: (module, name) => (module === 'src/t' && name === 'loop' ? current : undefined) } })
    w.spawn('src/t', 'loop')
    current = () => void seen.push('v2')
    await settled()
    assert.deepEqual(seen, ['v2'])
  })

  it('of a missing function dies with undef', async () => {
    const w = world()
    const [, ref] = w.spawnMonitor('src/t', 'loop', [1, 2])
    const [, other] = w.spawnMonitor({}, 'gone')
    const reason = (await w.receive(['DOWN', ref, 'process', w.any, w.any]))[4]
    assert.ok(reason instanceof w.UndefError)
    assert.equal(reason.message, 'undef: src/t.loop/2')
    assert.ok((await w.receive(['DOWN', other, 'process', w.any, w.any]))[4] instanceof w.UndefError)
  })

  it('can be spawned from a namespace object', async () => {
    const w = world()
    let seen: unknown
    w.spawn({ loop: (n: number) => void (seen = n) }, 'loop', [3])
    await settled()
    assert.equal(seen, 3)
  })

  it('spawned with options is linked, monitored and labelled', async () => {
    const w = world()
    const [pid, ref] = w.spawnOpt(() => w.receive(), [], { link: true, monitor: true, label: 'worker' })
    await settled()
    assert.deepEqual(w.processInfo(pid, 'links'), [w.self()])
    assert.deepEqual(w.processInfo(pid, 'monitoredBy'), [w.self()])
    assert.equal(w.processLabel(pid), 'worker')
    assert.ok(ref instanceof w.Ref)
    assert.ok(w.spawnOpt('src/t', 'f', [], { label: 'x' }) instanceof w.Pid)
  })

  it('aborts its signal when it ends', async () => {
    const w = world()
    const pid = w.spawn(() => w.receive())
    await settled()
    const { signal } = pid
    assert.equal(signal.aborted, false)
    w.exit(pid, 'stop')
    assert.equal(signal.aborted, true)
    assert.equal(signal.reason, 'stop')
    assert.equal(pid.signal.aborted, true)
  })

  it('releases what it owns when it ends, also when one release throws', async () => {
    const failures: string[] = []
    const w = world({ onReleaseFailed: (label) => failures.push(label) })
    const released: string[] = []
    const pid = w.spawn(() => w.receive())
    await settled()
    const process = w.runtime.find(pid)
    assert.ok(process)
    w.runtime.own(process, { label: 'bad', release: () => { throw new Error('no') } })
    w.runtime.own(process, { label: 'port 80', release: () => released.push('port 80') })
    w.runtime.own(process, { label: 'taken back', release: () => released.push('taken back') }).dispose()
    assert.deepEqual(w.processInfo(pid, 'resources'), ['bad', 'port 80'])
    w.exit(pid, 'kill')
    assert.deepEqual(released, ['port 80'])
    assert.deepEqual(failures, ['bad'])
    w.runtime.own(process, { label: 'late', release: () => released.push('late') })
    assert.deepEqual(released, ['port 80', 'late'])
  })

  it('of a callback ends when the callback returned and nothing of it is left', async () => {
    const w = world()
    const { waiter } = emitted(w, w.version())
    const process = w.runtime.newProcess({ label: 'GET /users/42' })
    const result = w.runtime.run(process, () => waiter())
    assert.equal(w.isProcessAlive(process.pid), true)
    assert.equal(String(w.self()), '<0.1.0>')
    w.send(process.pid, 'answer')
    assert.equal(await result, 'answer')
    await settled()
    assert.equal(w.isProcessAlive(process.pid), false)
  })

  it('of a callback leaves what the callback throws to the caller', async () => {
    const w = world()
    const thrown = new Error('mine')
    const one = w.runtime.newProcess({ label: 'timer' })
    assert.throws(() => w.runtime.run(one, () => { throw thrown }), thrown)
    assert.equal(w.isProcessAlive(one.pid), false)
    const other = w.runtime.newProcess({ label: 'timer' })
    await assert.rejects(async () => w.runtime.run(other, async () => { throw thrown }), thrown)
    assert.equal(w.isProcessAlive(other.pid), false)
  })

  it('is listed from birth to end, init never', async () => {
    const w = world()
    const pids = [1, 2, 3].map(() => w.spawn(() => w.receive()))
    assert.deepEqual(w.processes(), pids)
    assert.deepEqual(w.runtime.page(1, 1).map((process) => process.pid), [pids[1]])
    assert.equal(w.runtime.count, 3)
    assert.equal(w.isProcessAlive(w.self()), true)
  })

  it('runs the seed module', async () => {
    const w = world()
    const printed: unknown[] = []
    async function doLoop(): Promise<never> {
      const msg = await w.receive()
      printed.push(msg)
      return doLoop()
    }
    const start = (): true => w.register('t', w.spawn(doLoop))
    assert.equal(start(), true)
    w.send('t', 'one')
    w.send('t', 'two')
    await settled()
    assert.deepEqual(printed, ['one', 'two'])
  })
})
