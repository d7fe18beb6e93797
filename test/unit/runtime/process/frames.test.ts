import assert from 'node:assert/strict'
import { AsyncResource } from 'node:async_hooks'
import { EventEmitter } from 'node:events'
import type { Disposable } from '../../../../src/base/disposable'
import { BadFunError } from '../../../../src/runtime/errors'
import { Frame, framesOf } from '../../../../src/runtime/process/frames'
import type { VersionRecord } from '../../../../src/runtime/code/version'
import { emitted } from './emitted'
import { settled, world } from './world'

const isEmpty = (v: VersionRecord): boolean => v.frames.vNext === v.frames && v.frames.vPrev === v.frames

describe('a killed process', () => {
  it('never goes on: no catch and no finally of it runs', async () => {
    const w = world()
    const log: string[] = []
    const v = w.version()
    const pid = w.spawn(emitted(w, v, log).waiter)
    await settled()
    w.exit(pid, 'kill')
    w.send(pid, 'x')
    await settled()
    assert.deepEqual(log, ['started'])
    assert.ok(isEmpty(v))
  })

  it('does not go on when its message was already on the way', async () => {
    const w = world()
    const log: string[] = []
    const pid = w.spawn(emitted(w, w.version(), log).waiter)
    await settled()
    w.send(pid, 'x')
    w.exit(pid, 'kill')
    await settled()
    assert.deepEqual(log, ['started'])
  })

  it('unwinds when it is running: neither catch nor finally of a synchronous function sees it', async () => {
    const w = world()
    const log: string[] = []
    const { sync } = emitted(w, w.version(), log)
    w.spawn(() => sync(() => w.exit(w.self(), 'kill')))
    await settled()
    assert.deepEqual(log, [])
    sync(() => { throw new Error('ordinary') })
    assert.deepEqual(log, ['caught', 'finally'])
  })

  it('gets activations that stop at their first await, should something still call on its behalf', async () => {
    const w = world()
    const log: string[] = []
    const v = w.version()
    const { waiter } = emitted(w, v, log)
    const callbacks = new EventEmitter()
    const pid = w.spawn(() => {
      callbacks.on('event', AsyncResource.bind(() => void waiter()))
      return w.receive()
    })
    await settled()
    w.exit(pid, 'kill')
    callbacks.emit('event')
    w.send(w.self(), 'x')
    await settled()
    assert.deepEqual(log, ['started'])
    assert.ok(isEmpty(v))
  })

  it('ends with its error at once, however much of it was still waiting', async () => {
    const w = world()
    const log: string[] = []
    const v = w.version()
    const { waiter } = emitted(w, v, log)
    const [pid, ref] = w.spawnMonitor(async () => Promise.all([waiter(), Promise.reject(new Error('one of two'))]))
    const down = await w.receive(['DOWN', ref, 'process', pid, w.any])
    assert.ok(down[4] instanceof Error)
    await settled()
    assert.deepEqual(log, ['started'])
    assert.ok(isEmpty(v))
  })
})

describe('who lingers', () => {
  it('is whoever has an activation in the version, at any depth, once, oldest first', async () => {
    const w = world()
    const [v1, v2, other] = [w.version('src/t', 1), w.version('src/t', 2), w.version('src/u', 1)]
    const [old, current, unrelated] = [emitted(w, v1), emitted(w, v2), emitted(w, other)]
    const deep = w.spawn(() => old.through(() => current.through(() => old.waiter())))
    const top = w.spawn(() => old.waiter())
    const elsewhere = w.spawn(() => unrelated.waiter())
    await settled()
    const pids = (v: VersionRecord) => w.runtime.lingering(v).map((process) => process.pid)
    assert.deepEqual([pids(v1), pids(v2), pids(other)], [[deep, top], [deep], [elsewhere]])
    const process = w.runtime.find(deep)
    assert.ok(process)
    assert.deepEqual(framesOf(process).map((frame) => [frame.version, frame.fn, frame.p]), [[v1, 1, 1], [v2, 2, 2], [v1, 2, 2]])
    w.send(deep, 'x')
    await settled()
    assert.deepEqual([pids(v1), pids(v2)], [[top], []])
  })

  it('is init while code runs that belongs to no process', async () => {
    const w = world()
    const v = w.version()
    const waiting = emitted(w, v).waiter()
    assert.deepEqual(w.runtime.lingering(v), [w.runtime.table.init])
    w.send(w.self(), 'x')
    await waiting
    assert.ok(isEmpty(v))
  })

  it('costs as much as those who linger, not as all: 1000 of 100 000', async () => {
    const w = world()
    const [v1, v2] = [w.version('src/t', 1), w.version('src/t', 2)]
    const [old, current] = [emitted(w, v1), emitted(w, v2)]
    for (let n = 0; n < 100_000; n++) w.spawn(n % 100 === 0 ? old.waiter : current.waiter)
    await settled()
    const looked = countLooks()
    assert.equal(w.runtime.lingering(v1).length, 1000)
    assert.equal(looked.count, 1000)
    assert.equal(w.runtime.purgeVersion(v1).length, 1000)
    assert.equal(looked.count, 3000, 'again to find them, and once each to end them')
    looked.dispose()
    assert.equal(w.runtime.count, 99_000)
  })

  it('is told when the last one has left', async () => {
    let drained = 0
    const w = world({ onDrained: () => drained++ })
    const v = w.version()
    const { waiter } = emitted(w, v)
    const pids = [w.spawn(waiter), w.spawn(waiter), w.spawn(waiter)]
    await settled()
    const afterEndOf = async (n: number): Promise<number> => {
      w.send(pids[n] ?? '', 'x')
      await settled()
      return drained
    }
    assert.equal(await afterEndOf(0), 0, 'it is current')
    v.state = 'old'
    assert.equal(await afterEndOf(1), 0, 'one is left')
    assert.equal(await afterEndOf(2), 1)
  })
})

describe('a purge', () => {
  it('ends who lingers with killed, and nobody else', async () => {
    const w = world()
    const [v1, v2] = [w.version('src/t', 1), w.version('src/t', 2)]
    const [old, current] = [emitted(w, v1), emitted(w, v2)]
    const [a, ref] = w.spawnMonitor(() => current.through(() => old.waiter()))
    const b = w.spawn(() => current.waiter())
    await settled()
    assert.deepEqual(w.runtime.purgeVersion(v1), [a])
    assert.deepEqual(await w.receive(), ['DOWN', ref, 'process', a, 'killed'])
    assert.equal(w.isProcessAlive(b), true)
    assert.equal(v1.state, 'purged')
    assert.deepEqual([isEmpty(v1), isEmpty(v2)], [true, false])
  })

  it('leaves functions of the version that throw BadFunError in whatever was spawned', async () => {
    const w = world()
    const v = w.version()
    const { waiter, sync } = emitted(w, v)
    w.runtime.purgeVersion(v)
    const seen: string[] = []
    w.spawn(async () => {
      assert.throws(() => sync(() => {}), { name: 'BadFunError', message: 'bad function: src/t v1 was purged' })
      await assert.rejects(waiter(), BadFunError)
      assert.throws(() => w.runtime.frames.enter(v, 0), BadFunError)
      seen.push('all three')
    })
    await settled()
    assert.deepEqual(seen, ['all three'])
  })

  it('leaves what an ordinary program was given as it is: a request that has begun goes on in its code', async () => {
    const w = world()
    const v = w.version()
    const log: string[] = []
    const { sync } = emitted(w, v, log)
    const generator = emitted(w, v, log).counter()
    generator.next()
    w.runtime.purgeVersion(v)
    w.runtime.run(w.runtime.newProcess({ label: 'GET /' }), () => {
      sync(() => log.push('went on'))
      assert.equal(generator.next().done, false)
    })
    assert.equal(log[0], 'went on')
  })

  it('ends only the activations of init, not init', async () => {
    const w = world()
    const log: string[] = []
    const [v1, v2] = [w.version('src/t', 1), w.version('src/t', 2)]
    void emitted(w, v1, log).waiter()
    const current = emitted(w, v2, log).waiter()
    assert.deepEqual(w.runtime.purgeVersion(v1), [w.self()])
    w.send(w.self(), 'first')
    w.send(w.self(), 'second')
    assert.equal(await current, 'second')
    assert.deepEqual(log, ['started', 'started', 'got second', 'finally'])
  })

  it('by a process that runs a synchronous function of the version ends that process too', async () => {
    const running = new Set<VersionRecord>()
    const w = world({ runningVersions: () => running })
    const log: string[] = []
    const v = w.version()
    running.add(v)
    const { sync } = emitted(w, v, log)
    let killed: unknown
    const [pid, ref] = w.spawnMonitor(() => sync(() => {
      killed = w.runtime.purgeVersion(v)
      w.runtime.throwIfEnded()
    }))
    assert.deepEqual(await w.receive(), ['DOWN', ref, 'process', pid, 'killed'])
    assert.deepEqual(killed, [pid])
    assert.deepEqual(log, [])
  })
})

describe('a trap', () => {
  it('of a version that was not purged serves whoever set it', async () => {
    const served: VersionRecord[] = []
    const w = world({ onTrap: (version) => served.push(version) })
    const v = w.version()
    const { sync } = emitted(w, v)
    w.traps[v.slot] = 2
    sync(() => {})
    assert.deepEqual(served, [v])
  })

  it('ends a process that was killed while it was served', async () => {
    const log: string[] = []
    const w = world({ onTrap: () => w.runtime.exitProcess(w.self(), 'kill') })
    const v = w.version()
    const { sync } = emitted(w, v, log)
    const pid = w.spawn(() => {
      w.traps[v.slot] = 2
      for (;;) sync(() => {})
    })
    await settled()
    assert.equal(w.isProcessAlive(pid), false)
    assert.deepEqual(log, [])
  })
})

describe('a generator', () => {
  it('lingers while it runs, not while it waits to be resumed', () => {
    const w = world()
    const v = w.version()
    const generator = emitted(w, v).counter()
    assert.deepEqual([generator.next().value, generator.next().value], [0, 1])
    assert.ok(isEmpty(v))
  })

  it('abandoned half-way keeps nobody from ending', async () => {
    const w = world()
    const { counter } = emitted(w, w.version())
    const pid = w.spawn(() => void counter().next())
    await settled()
    assert.equal(w.isProcessAlive(pid), false)
  })

  it('runs its finally when its consumer stops', () => {
    const w = world()
    const v = w.version()
    const log: string[] = []
    for (const n of emitted(w, v, log).counter()) if (n === 2) break
    assert.deepEqual(log, ['generator finally'])
    assert.ok(isEmpty(v))
  })

  it('resumed after its version was purged throws BadFunError and runs no finally', () => {
    const w = world()
    const v = w.version()
    const log: string[] = []
    const generator = emitted(w, v, log).counter()
    generator.next()
    w.runtime.purgeVersion(v)
    const process = w.runtime.newProcess({ label: 'strict' })
    process.purgedCode = 'throws'
    w.runtime.run(process, () => assert.throws(() => generator.next(), BadFunError))
    assert.deepEqual(log, [])
  })

  it('belongs to whoever resumes it', async () => {
    const w = world()
    const v = w.version()
    const { counter } = emitted(w, v)
    const generator = counter()
    w.spawn(() => void generator.next())
    await settled()
    generator.next()
    assert.equal(w.runtime.count, 0)
  })
})

/** How many frames are looked at from now on: whoever walks a list asks each link whether it is a frame. */
function countLooks(): { count: number } & Disposable {
  const looks = { count: 0, dispose: () => void Reflect.deleteProperty(Frame, Symbol.hasInstance) }
  Object.defineProperty(Frame, Symbol.hasInstance, {
    configurable: true,
    value(link: unknown) {
      looks.count++
      return Function.prototype[Symbol.hasInstance].call(Frame, link)
    }
  })
  return looks
}
