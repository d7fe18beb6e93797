import assert from 'node:assert/strict'
import { moduleName, version } from '../../../../src/protocol/ids'
import { emitted } from './emitted'
import { settled, world } from './world'

describe('processInfo', () => {
  it('answers everything that can be asked', async () => {
    const w = world({
      describe: (frame) => ({ module: moduleName(frame.version.module), version: version(frame.version.version), slot: 'old', function: `f${frame.fn}`, file: '/src/t.ts', line: frame.p, column: 2 })
    })
    const { waiter, through } = emitted(w, w.version())
    const other = w.spawn(() => w.receive())
    const pid = w.spawn(async function start() {
      w.put('key', 'value')
      w.processFlag('trapExit', true)
      w.link(other)
      w.monitor(other)
      w.setLabel('the worker')
      await through(waiter)
    })
    await settled()
    w.register('t', pid)
    w.monitor(pid)
    const frames = [[1, 1], [2, 2]].map(([fn, line]) => ({ module: 'src/t', version: 1, slot: 'old', function: `f${fn}`, file: '/src/t.ts', line, column: 2 }))
    const info = w.processInfo(pid)
    assert.ok(info)
    const { memory, ...rest } = info
    assert.ok(memory > 0)
    assert.deepEqual(rest, {
      registeredName: 't', currentFunction: 'src/t.f1', currentLocation: { file: '/src/t.ts', line: 1, column: 2 }, currentStacktrace: frames,
      initialCall: 'start', dictionary: [['key', 'value']], messageQueueLen: 0, messages: [], status: 'waiting',
      links: [other], monitors: [other], monitoredBy: [w.self()], trapExit: true, reductions: 1,
      parent: w.self(), ancestors: [w.self()], label: 'the worker', suspending: [], resources: []
    })
  })

  it('answers one key, undefined for who has ended, and refuses a key that is none', async () => {
    const w = world()
    const pid = w.spawn(() => w.receive())
    await settled()
    assert.equal(w.processInfo(pid, 'trapExit'), false)
    assert.equal(w.processInfo(w.self(), 'status'), 'running')
    const unknown: 'status' = JSON.parse('"heap"')
    assert.throws(() => w.processInfo(pid, unknown), w.BadArgError)
    w.exit(pid, 'kill')
    assert.equal(w.processInfo(pid), undefined)
    assert.equal(w.processInfo(pid, 'trapExit'), undefined)
    assert.equal(w.processLabel(pid), undefined)
  })

  it('counts the messages that wait', async () => {
    const w = world()
    const pid = w.spawn(() => w.receive('other'))
    await settled()
    w.send(pid, 1)
    w.send(pid, 2)
    assert.equal(w.processInfo(pid, 'messageQueueLen'), 2)
    assert.deepEqual(w.processInfo(pid, 'messages'), [1, 2])
  })
})

describe('the process dictionary', () => {
  it('belongs to one process; put and erase answer what was there', async () => {
    const w = world()
    assert.equal(w.put('a', 1), undefined)
    assert.equal(w.put('a', 2), 1)
    w.put('b', 3)
    assert.deepEqual(w.get(), [['a', 2], ['b', 3]])
    let seen: unknown
    w.spawn(() => void (seen = w.get('a')))
    await settled()
    assert.equal(seen, undefined)
    assert.equal(w.erase('a'), 2)
    assert.equal(w.get('a'), undefined)
    assert.deepEqual(w.erase(), [['b', 3]])
    assert.deepEqual(w.get(), [])
  })
})

describe('a runtime', () => {
  it('tells when something changed', async () => {
    let changes = 0
    const w = world({ onChange: () => changes++ })
    const told = (act: () => void): boolean => {
      const before = changes
      act()
      return changes > before
    }
    let pid = w.self()
    assert.ok(told(() => { pid = w.spawn(() => w.receive()) }))
    await settled()
    assert.ok(told(() => w.register('t', pid)))
    assert.ok(told(() => w.suspendProcess(pid)))
    assert.ok(told(() => w.resumeProcess(pid)))
    assert.ok(told(() => w.unregister('t')))
    assert.ok(told(() => w.exit(pid, 'kill')))
  })

  it('shares nothing with another one', () => {
    const [one, other] = [world(), world()]
    one.register('t', one.spawn(() => {}))
    assert.equal(other.whereis('t'), undefined)
    assert.equal(other.runtime.count, 0)
  })
})
