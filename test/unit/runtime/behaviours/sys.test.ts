import assert from 'node:assert/strict'
import { settled, world } from '../process/world'
import { counter, endOf, exitOf, pidOf } from './counter'

describe('sys', () => {
  it('suspends: messages wait until it is resumed', async () => {
    const w = world()
    const { module } = counter()
    const pid = await pidOf(w, w.genServer.start(module as never, 5))
    assert.equal(await w.sys.suspend(pid), 'ok')
    let answer: unknown
    void w.genServer.call(pid, 'get').then((value) => { answer = value })
    await settled()
    assert.equal(answer, undefined)
    assert.equal((await w.sys.getStatus(pid))[3][1], 'suspended')
    assert.equal(await w.sys.resume(pid), 'ok')
    await settled()
    assert.equal(answer, 5)
    assert.equal((await w.sys.getStatus(pid))[3][1], 'running')
  })

  it('changes code only of a suspended server, with the version and extra the caller gave', async () => {
    const w = world()
    const { module } = counter({ codeChange: (oldVsn: unknown, n: unknown, extra: unknown) => ['ok', [oldVsn, n, extra]] })
    const pid = await pidOf(w, w.genServer.start(module as never, 5))
    assert.deepEqual(await w.sys.changeCode(pid, 'srv', 1, 'extra'), ['error', ['unknown_system_msg', ['change_code', 'srv', 1, 'extra']]])
    await w.sys.suspend(pid)
    assert.equal(await w.sys.changeCode(pid, 'srv', 1, 'extra'), 'ok')
    assert.deepEqual(await w.sys.getState(pid), [1, 5, 'extra'])
  })

  it('leaves the state and the suspension as they are when codeChange fails', async () => {
    const w = world()
    const crashed = new Error('crashed')
    let answer = (): unknown => ['error', 'do_not_want']
    const { module } = counter({ codeChange: () => answer() })
    const pid = await pidOf(w, w.genServer.start(module as never, 5))
    await w.sys.suspend(pid)
    assert.deepEqual(await w.sys.changeCode(pid, 'srv', 1, []), ['error', ['error', 'do_not_want']])
    answer = () => 'something else'
    assert.deepEqual(await w.sys.changeCode(pid, 'srv', 1, []), ['error', 'something else'])
    answer = () => { throw crashed }
    assert.deepEqual(await w.sys.changeCode(pid, 'srv', 1, []), ['error', ['EXIT', crashed]])
    assert.equal(await w.sys.getState(pid), 5)
    assert.equal((await w.sys.getStatus(pid))[3][1], 'suspended')
  })

  it('reads and replaces the state; a function that throws leaves it', async () => {
    const w = world()
    const { module } = counter()
    const pid = await pidOf(w, w.genServer.start(module as never, 5))
    assert.equal(await w.sys.replaceState(pid, (n: number) => n + 1), 6)
    const boom = new Error('boom')
    assert.deepEqual(await exitOf(w, w.sys.replaceState(pid, () => { throw boom })), ['callback_failed', ['genServer', 'replace_state'], ['error', boom]])
    assert.equal(await w.sys.getState(pid), 6)
  })

  it('shows the status as formatStatus wants it', async () => {
    const w = world()
    const { module } = counter({ formatStatus: () => ({ state: '***' }) })
    const pid = await pidOf(w, w.genServer.start(module as never, 5, { name: 'c' }))
    const [, who, about, [, state, parent, , misc]] = await w.sys.getStatus('c')
    assert.deepEqual([who, about, state, parent], [pid, ['module', 'genServer'], 'running', undefined])
    assert.deepEqual(misc, { header: 'Status for genServer c', status: 'running', module: '(module)', state: '***' })
  })

  it('counts, logs and calls functions of ours, and stops when told', async () => {
    const w = world()
    const { module } = counter()
    const pid = await pidOf(w, w.genServer.start(module as never, 5, { debug: ['statistics'] }))
    const seen: unknown[] = []
    const spy = (n: unknown, event: unknown): unknown => {
      seen.push(event)
      return n === 2 ? 'done' : Number(n) + 1
    }
    await w.sys.install(pid, spy, 1)
    await w.sys.log(pid, 2)
    for (let n = 0; n < 3; n++) await w.genServer.call(pid, 'get')
    const [, statistics] = await w.sys.statistics(pid, 'get')
    assert.ok(statistics !== 'no_statistics')
    assert.deepEqual([statistics.messagesIn, statistics.messagesOut], [3, 3])
    assert.deepEqual(seen.map((event) => (Array.isArray(event) ? event[0] : event)), ['in', 'out'])
    const [, log] = await w.sys.log(pid, 'get')
    assert.deepEqual(log.map((event) => (Array.isArray(event) ? event.slice(0, 2).map(String) : event)).map((event) => (event as unknown[])[0]), ['in', 'out'])
    await w.sys.noDebug(pid)
    assert.deepEqual(await w.sys.statistics(pid, 'get'), ['ok', 'no_statistics'])
    assert.deepEqual(await w.sys.log(pid, 'get'), ['ok', []])
  })

  it('of a plain process times out, and the message stays in its mailbox', async () => {
    const w = world()
    const pid = w.spawn(() => w.receive('stop'))
    const exiting = exitOf(w, w.sys.suspend(pid, 100))
    await settled()
    await w.clock.pass(100)
    assert.deepEqual(await exiting, ['timeout', ['sys', 'suspend', [pid, 100]]])
    assert.equal(w.processInfo(pid, 'messageQueueLen'), 1)
  })

  it('ends a suspended server with its parent', async () => {
    const w = world()
    const { module, log } = counter({ init: (n: number) => (w.processFlag('trapExit', true), ['ok', n]) })
    let pid: unknown
    const parent = w.spawn(async () => {
      pid = await pidOf(w, w.genServer.startLink(module as never, 5))
      await w.receive()
      w.exit('over')
    })
    await settled()
    await w.sys.suspend(pid as never)
    w.send(parent, 'now')
    await settled()
    assert.deepEqual(log, [['terminate', 'over', 5]])
  })

  describe('and a process written by hand', () => {
    function special(w: ReturnType<typeof world>) {
      const log: unknown[] = []
      const module: Record<string, (...args: never[]) => unknown> = {
        async start(n: number) {
          w.procLib.initAck(['ok', w.self()])
          return module['systemContinue']?.(undefined as never, w.sys.debugOptions() as never, n as never)
        },
        async systemContinue(parent: never, debug: never, n: number): Promise<unknown> {
          const message = await w.receive()
          if (Array.isArray(message) && message[0] === 'system') return w.sys.handleSystemMsg(message[2], message[1], parent, module, debug, n)
          log.push([message, n])
          return module['systemContinue']?.(parent, debug, n as never)
        },
        systemTerminate: (reason: unknown, _parent: unknown, _debug: unknown, n: unknown) => void log.push(['terminate', reason, n]),
        systemCodeChange: (n: number, _module: unknown, oldVsn: unknown, extra: unknown) => (extra === 'bad' ? 'no' : ['ok', [n, oldVsn, extra]])
      }
      return { module, log }
    }

    it('suspend, change code and resume it as a server; it goes on in the function that is current then', async () => {
      const w = world()
      const { module, log } = special(w)
      const pid = await pidOf(w, w.procLib.start(module, 'start', [5]))
      await w.sys.suspend(pid)
      w.send(pid, 'hello')
      await settled()
      assert.equal(log.length, 0)
      assert.deepEqual(await w.sys.changeCode(pid, 'm', 1, 'bad'), ['error', 'no'])
      assert.equal(await w.sys.changeCode(pid, 'm', 1, 'x'), 'ok')
      assert.deepEqual(await w.sys.getState(pid), [5, 1, 'x'])
      const before = module['systemContinue']
      module['systemContinue'] = (...args: never[]) => {
        log.push('new code')
        return before?.(...args)
      }
      await w.sys.resume(pid)
      await settled()
      assert.deepEqual(log, ['new code', ['hello', [5, 1, 'x']], 'new code'])
    })

    it('read, replace and end it', async () => {
      const w = world()
      const { module, log } = special(w)
      const pid = await pidOf(w, w.procLib.start(module, 'start', [5]))
      assert.equal(await w.sys.replaceState(pid, (n: number) => n * 2), 10)
      assert.equal(await w.sys.getState(pid), 10)
      assert.equal(await w.procLib.stop(pid, 'shutdown'), 'ok')
      assert.deepEqual(log, [['terminate', 'shutdown', 10]])
    })
  })
})

describe('procLib', () => {
  it('start answers what initAck was given; a process that ends before is an error', async () => {
    const w = world()
    const module = { good: () => w.procLib.initAck(['ok', 'ready']), bad: () => w.exit('no'), fail: () => w.procLib.initFail(parent, ['error', 'told'], 'reason') }
    const parent = w.self()
    assert.deepEqual(await w.procLib.start(module, 'good'), ['ok', 'ready'])
    assert.deepEqual(await w.procLib.start(module, 'bad'), ['error', 'no'])
    assert.deepEqual(await w.procLib.start(module, 'fail'), ['error', 'told'])
    w.processFlag('trapExit', true)
    assert.deepEqual(await w.procLib.startLink(module, 'bad'), ['error', 'no'])
    assert.equal(await w.receive(undefined, { after: 0 }), w.timeout)
  })

  it('startLink ends a caller that does not trap exits when the start fails', async () => {
    const w = world()
    const caller = w.spawn(() => w.procLib.startLink({ bad: () => w.exit('no') }, 'bad'))
    assert.equal(await endOf(w, caller), 'no')
  })
})
