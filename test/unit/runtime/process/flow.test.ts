import assert from 'node:assert/strict'
import { emitted } from './emitted'
import { settled, world } from './world'

describe('become', () => {
  it('goes on elsewhere with the same pid, name, mailbox and links', async () => {
    const w = world()
    const log: unknown[] = []
    const next = async (state: string): Promise<void> => {
      log.push([state, w.self(), await w.receive()])
    }
    const pid = w.spawn(async () => {
      w.link(w.runtime.table.init.pid)
      await w.receive('switch')
      await w.become(next, 'state')
      log.push('never')
    })
    await settled()
    w.register('t', pid)
    w.send('t', 'kept')
    w.send('t', 'switch')
    await settled()
    assert.deepEqual(log, [['state', pid, 'kept']])
    assert.equal(w.isProcessAlive(pid), false)
  })

  it('leaves the old version without running a finally of it', async () => {
    const w = world()
    const log: string[] = []
    const [v1, v2] = [w.version('src/t', 1), w.version('src/t', 2)]
    const [old, current] = [emitted(w, v1, log), emitted(w, v2, log)]
    const pid = w.spawn(() => old.through(async () => {
      await w.receive('code_switch')
      await w.become(current.waiter)
    }))
    await settled()
    w.send(pid, 'code_switch')
    await settled()
    assert.deepEqual(w.runtime.lingering(v1), [])
    assert.deepEqual(w.runtime.lingering(v2).map((process) => process.pid), [pid])
    assert.deepEqual(log, ['started'])
  })

  it('lets other activations of the process take no message any more', async () => {
    const w = world()
    const log: string[] = []
    const { waiter } = emitted(w, w.version(), log)
    const pid = w.spawn(async () => {
      void waiter()
      await w.become(async () => void log.push(`new ${String(await w.receive())}`))
    })
    await settled()
    w.send(pid, 'x')
    await settled()
    assert.deepEqual(log, ['started', 'new x'])
  })

  it('takes 100 000 steps without a growing stack', async () => {
    const w = world()
    const v = w.version()
    const { step } = emitted(w, v)
    let most = 0
    await new Promise<void>((resolve) => {
      w.spawn(step, 100_000, () => {
        const process = w.runtime.current()
        most = w.runtime.framesOf(process).length
        resolve()
      })
    })
    assert.equal(most, 1)
    await settled()
    assert.equal(w.runtime.count, 0)
  })

  it('is refused to init', () => {
    const w = world()
    assert.throws(() => w.become(() => {}), w.BadArgError)
  })
})

describe('hibernate', () => {
  it('drops the stack and calls what is current when a message comes', async () => {
    const log: unknown[] = []
    let loop = async (state: string): Promise<void> => void log.push(['v1', state])
    const w = world({ lookup: { exported: (_, name) => (name === 'loop' ? loop : undefined) } })
    const v = w.version()
    const { through } = emitted(w, v)
    const pid = w.spawn(() => through(() => w.hibernate('src/t', 'loop', ['state'])))
    await settled()
    assert.equal(w.processInfo(pid, 'status'), 'hibernating')
    assert.deepEqual(w.runtime.lingering(v), [])
    loop = async (state) => void log.push(['v2', state, w.self(), await w.receive()])
    w.send(pid, 'wake')
    await settled()
    assert.deepEqual(log, [['v2', 'state', pid, 'wake']])
    assert.equal(w.isProcessAlive(pid), false)
  })

  it('does not sleep when a message is already there', async () => {
    const w = world()
    let woke = false
    const pid = w.spawn(() => w.hibernate({ loop: () => void (woke = true) }, 'loop'))
    w.send(pid, 'x')
    await settled()
    assert.equal(woke, true)
  })

  it('dies with undef when the function is gone by then', async () => {
    const w = world()
    const [pid, ref] = w.spawnMonitor(() => w.hibernate('src/t', 'gone', []))
    await settled()
    w.send(pid, 'wake')
    assert.ok((await w.receive(['DOWN', ref, 'process', pid, w.any]))[4] instanceof w.UndefError)
  })
})

describe('a suspended process', () => {
  it('does nothing until it is resumed, then goes on where it was', async () => {
    const w = world()
    const log: string[] = []
    const pid = w.spawn(emitted(w, w.version(), log).waiter)
    await settled()
    assert.equal(w.suspendProcess(pid), true)
    assert.equal(w.processInfo(pid, 'status'), 'suspended')
    w.send(pid, 'x')
    await settled()
    assert.deepEqual(log, ['started'])
    assert.equal(w.resumeProcess(pid), true)
    await settled()
    assert.deepEqual(log, ['started', 'got x', 'finally'])
  })

  it('stops also what was already on the way', async () => {
    const w = world()
    const log: string[] = []
    const pid = w.spawn(emitted(w, w.version(), log).waiter)
    await settled()
    w.send(pid, 'x')
    w.suspendProcess(pid)
    await settled()
    assert.deepEqual(log, ['started'])
    w.resumeProcess(pid)
    await settled()
    assert.deepEqual(log, ['started', 'got x', 'finally'])
  })

  it('does not begin before it is resumed', async () => {
    const w = world()
    let began = false
    const pid = w.spawn(() => void (began = true))
    w.suspendProcess(pid)
    await settled()
    assert.equal(began, false)
    w.resumeProcess(pid)
    await settled()
    assert.equal(began, true)
  })

  it('times out when it is resumed, unless a message came meanwhile', async () => {
    const w = world()
    const seen: unknown[] = []
    const pids = [1, 2].map(() => w.spawn(async () => void seen.push(await w.receive(undefined, { after: 10 }))))
    await settled()
    for (const pid of pids) w.suspendProcess(pid)
    await w.clock.pass(10)
    w.send(pids[1] ?? '', 'message')
    assert.deepEqual(seen, [])
    for (const pid of pids) w.resumeProcess(pid)
    await settled()
    assert.deepEqual(seen, [w.timeout, 'message'])
  })

  it('is resumed as often as it was suspended, by whoever suspended it', async () => {
    const w = world()
    const pid = w.spawn(() => w.receive())
    await settled()
    w.suspendProcess(pid)
    w.suspendProcess(pid)
    w.resumeProcess(pid)
    assert.equal(w.processInfo(pid, 'status'), 'suspended')
    w.resumeProcess(pid)
    assert.equal(w.processInfo(pid, 'status'), 'waiting')
    assert.throws(() => w.resumeProcess(pid), w.BadArgError)
    assert.throws(() => w.suspendProcess(w.self()), w.BadArgError)
  })

  it('is resumed when whoever suspended it ends', async () => {
    const w = world()
    const pid = w.spawn(() => w.receive())
    const suspender = w.spawn(() => {
      w.suspendProcess(pid)
      return w.receive()
    })
    await settled()
    assert.deepEqual(w.processInfo(suspender, 'suspending'), [pid])
    assert.equal(w.processInfo(pid, 'status'), 'suspended')
    w.exit(suspender, 'kill')
    assert.equal(w.processInfo(pid, 'status'), 'waiting')
  })

  it('can be killed, also right after it was resumed', async () => {
    const w = world()
    const log: string[] = []
    const v = w.version()
    const pids = [1, 2].map(() => w.spawn(emitted(w, v, log).waiter))
    await settled()
    for (const pid of pids) {
      w.send(pid, 'x')
      w.suspendProcess(pid)
    }
    await settled()
    const [first, second] = pids
    assert.ok(first && second)
    w.exit(first, 'kill')
    w.resumeProcess(second)
    w.exit(second, 'kill')
    await settled()
    assert.deepEqual(log, ['started', 'started'])
    assert.equal(w.runtime.count, 0)
  })
})
