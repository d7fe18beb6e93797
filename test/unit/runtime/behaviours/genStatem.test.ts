import assert from 'node:assert/strict'
import type { Action, EventResult, EventType } from '../../../../src/runtime/api'
import { settled, type World, world } from '../process/world'
import { exitOf, pidOf } from './counter'

type Callback = (...args: never[]) => unknown
type Handler = (type: EventType, content: unknown, data: number) => EventResult<string, number>

/** A machine of state functions that notes what each got. */
function machine(handlers: Readonly<Record<string, Handler>>, more: Readonly<Record<string, Callback>> = {}) {
  const log: unknown[] = []
  const states = Object.fromEntries(Object.entries(handlers).map(([state, handle]) => [state, (type: EventType, content: unknown, data: number) => {
    log.push(`${state}: ${Array.isArray(type) ? String(type[0]) : String(type)} ${String(content)}`)
    return handle(type, content, data)
  }]))
  const module: Record<string, Callback> = { init: () => ['ok', 'off', 0], callbackMode: () => 'stateFunctions', ...states, ...more }
  return { module, log }
}

const start = (w: World, module: object, args: unknown = undefined) => pidOf(w, w.genStatem.start(module as never, args as never))
const from = (type: EventType) => (Array.isArray(type) && type[0] === 'call' ? type[1] : assert.fail('no call'))

const light = machine.bind(undefined, {
  off: (type, content, n) => (content === 'push' ? ['nextState', 'on', n + 1, [['reply', from(type), 'on']]] : ['keepState', n, ['reply', from(type), n]]),
  on: (type, content, n) => (content === 'push' ? ['nextState', 'off', n, ['reply', from(type), 'off']] : ['keepStateAndData', ['reply', from(type), n]])
})

describe('a gen_statem', () => {
  it('calls the function named as its state', async () => {
    const w = world()
    const pid = await start(w, light().module)
    assert.deepEqual([await w.genStatem.call(pid, 'push'), await w.genStatem.call(pid, 'push'), await w.genStatem.call(pid, 'push'), await w.genStatem.call(pid, 'get')], ['on', 'off', 'on', 2])
  })

  it('calls handleEvent for every state in the other mode, where a state may be any value', async () => {
    const w = world()
    const seen: unknown[] = []
    const module = {
      init: () => ['ok', ['locked', 3], 'data'] as const, callbackMode: () => 'handleEventFunction' as const,
      handleEvent(type: EventType, content: unknown, state: readonly [string, number], data: string) {
        seen.push([type, content, state, data])
        return content === 'next' ? (['nextState', ['open', 0], data] as const) : ('keepStateAndData' as const)
      }
    }
    const pid = await start(w, module)
    w.genStatem.cast(pid, 'next')
    w.send(pid, 'hello')
    await settled()
    assert.deepEqual(seen, [['cast', 'next', ['locked', 3], 'data'], ['info', 'hello', ['open', 0], 'data']])
  })

  it('takes inserted events first, then postponed ones when the state has changed, then those that waited', async () => {
    const w = world()
    const { module, log } = machine({
      off: (_, content, n) => (content === 'go' ? ['nextState', 'on', n, [['nextEvent', 'internal', 'a'], ['nextEvent', 'internal', 'b']]] : ['keepState', n, 'postpone']),
      on: () => 'keepStateAndData'
    })
    const pid = await start(w, module)
    for (const message of ['x', 'y', 'go', 'z']) w.genStatem.cast(pid, message)
    await settled()
    assert.deepEqual(log, ['off: cast x', 'off: cast y', 'off: cast go', 'on: internal a', 'on: internal b', 'on: cast x', 'on: cast y', 'on: cast z'])
  })

  it('keeps postponed events while the state stays', async () => {
    const w = world()
    const { module, log } = machine({ off: (_, content) => (content === 'later' ? ['keepStateAndData', 'postpone'] : 'keepStateAndData') })
    const pid = await start(w, module)
    for (const message of ['later', 'x', 'y']) w.genStatem.cast(pid, message)
    await settled()
    assert.deepEqual(log, ['off: cast later', 'off: cast x', 'off: cast y'])
  })

  it('enters states when told to, with the one before, also the first and one that is repeated', async () => {
    const w = world()
    const { module, log } = machine({
      off: (type, content, n) => (type === 'enter' ? ['keepState', n + 1] : content === 'go' ? ['nextState', 'on', n] : ['repeatState', n]),
      on: () => 'keepStateAndData'
    }, { callbackMode: () => ['stateFunctions', 'stateEnter'] })
    const pid = await start(w, module)
    w.genStatem.cast(pid, 'again')
    w.genStatem.cast(pid, 'go')
    await settled()
    assert.deepEqual(log, ['off: enter off', 'off: cast again', 'off: enter off', 'off: cast go', 'on: enter off'])
    assert.deepEqual(await w.sys.getState(pid), ['on', 2])
  })

  describe('timeout', () => {
    const timed = (action: Action | readonly Action[]) => machine({
      off: (_, content, n) => (content === 'set' ? ['keepState', n, action] : content === 'go' ? ['nextState', 'on', n] : 'keepStateAndData'),
      on: () => 'keepStateAndData'
    })

    for (const [title, action, afterEvent, afterChange] of [
      ['of a state goes on through events and ends with the state', ['stateTimeout', 100, 'x'], 'off: stateTimeout x', undefined],
      ['between events is taken back by any event', ['timeout', 100, 'x'], undefined, undefined],
      ['with a name goes on whatever comes', [['timeout', 'n'], 100, 'x'], 'off: timeout x', 'on: timeout x']
    ] as const) {
      it(title, async () => {
        for (const [event, expected] of [[undefined, action[0] === 'stateTimeout' ? 'off: stateTimeout x' : 'off: timeout x'], ['other', afterEvent], ['go', afterChange]] as const) {
          const w = world()
          const { module, log } = timed(action)
          const pid = await start(w, module)
          w.genStatem.cast(pid, 'set')
          await settled()
          await w.clock.pass(50)
          if (event !== undefined) w.genStatem.cast(pid, event)
          await settled()
          await w.clock.pass(50)
          assert.deepEqual(log.slice(event === undefined ? 1 : 2), expected === undefined ? [] : [expected])
        }
      })
    }

    it('that is only a number has it as its content', async () => {
      const w = world()
      const { module, log } = timed(0)
      const pid = await pidOf(w, w.genStatem.start(module as never, 0))
      w.genStatem.cast(pid, 'set')
      await settled()
      assert.deepEqual(log.at(-1), 'off: timeout 0')
    })

    it('of no time comes before messages that have yet to be received, and only when nothing waits if it is one between events', async () => {
      const w = world()
      const { module, log } = timed([['stateTimeout', 0, 's'], ['timeout', 0, 'e'], ['nextEvent', 'internal', 'i']])
      const pid = await start(w, module)
      w.genStatem.cast(pid, 'set')
      w.genStatem.cast(pid, 'after')
      await settled()
      assert.deepEqual(log, ['off: cast set', 'off: internal i', 'off: stateTimeout s', 'off: cast after'])
    })

    it('that runs is given another content by update, at its time; one that does not run comes at once', async () => {
      const w = world()
      const { module, log } = machine({ off: (_, content) => ['keepStateAndData', content === 'set' ? ['stateTimeout', 100, 'x'] : content === 'update' ? [['stateTimeout', 'update', 'y'], [['timeout', 'n'], 'update', 'z']] : []] })
      const pid = await start(w, module)
      w.genStatem.cast(pid, 'set')
      w.genStatem.cast(pid, 'update')
      await settled()
      assert.deepEqual(log, ['off: cast set', 'off: cast update', 'off: timeout z'])
      await w.clock.pass(100)
      assert.deepEqual(log.slice(3), ['off: stateTimeout y'])
    })

    it('at a moment comes then, at once when that is over', async () => {
      const w = world()
      const { module, log } = machine({ off: (_, content) => ['keepStateAndData', typeof content === 'number' ? ['stateTimeout', content, 'x', { abs: true }] : []] })
      const pid = await start(w, module)
      w.genStatem.cast(pid, w.clock.time - 5)
      await settled()
      assert.deepEqual(log.slice(1), ['off: stateTimeout x'])
      w.genStatem.cast(pid, w.clock.time + 50)
      await settled()
      await w.clock.pass(49)
      assert.equal(log.length, 3)
      await w.clock.pass(1)
      assert.equal(log.length, 4)
    })

    it('of no time that the same answer cancels, or sets again, does not come twice', async () => {
      const w = world()
      const { module, log } = machine({ off: (_, content) => ['keepStateAndData', content === 'set' ? [['stateTimeout', 0, 'x'], ['stateTimeout', 'cancel'], [['timeout', 'n'], 0, 1], [['timeout', 'n'], 0, 2]] : []] })
      const pid = await start(w, module)
      w.genStatem.cast(pid, 'set')
      await settled()
      assert.deepEqual(log, ['off: cast set', 'off: timeout 2'])
    })

    it('that was cancelled or set again leaves nothing behind', async () => {
      const w = world()
      const { module, log } = machine({ off: (_, content) => ['keepStateAndData', content === 'set' ? ['stateTimeout', 100, 'x'] : content === 'cancel' ? ['stateTimeout', 'cancel'] : []] })
      const pid = await start(w, module)
      w.genStatem.cast(pid, 'set')
      await settled()
      await w.clock.pass(60)
      w.genStatem.cast(pid, 'set')
      await settled()
      await w.clock.pass(60)
      w.genStatem.cast(pid, 'cancel')
      await settled()
      await w.clock.pass(100)
      assert.deepEqual(log, ['off: cast set', 'off: cast set', 'off: cast cancel'])
      assert.equal(w.clock.pending, 0)
    })
  })

  it('hibernates until the next event', async () => {
    const w = world()
    const { module } = machine({ off: (_, content) => ['keepStateAndData', content === 'sleep' ? 'hibernate' : []] })
    const pid = await start(w, module)
    w.genStatem.cast(pid, 'sleep')
    await settled()
    assert.equal(w.processInfo(pid, 'status'), 'hibernating')
    w.genStatem.cast(pid, 'wake')
    await settled()
    assert.equal(w.processInfo(pid, 'status'), 'waiting')
  })

  it('stops with a reason, and with replies, after terminate', async () => {
    const w = world()
    const { module, log } = machine({ off: (type, _, n) => ['stopAndReply', 'enough', ['reply', from(type), 'bye'], n + 1] }, { terminate: (reason: unknown, state: unknown, data: unknown) => void log.push([reason, state, data]) })
    const pid = await start(w, module)
    const ref = w.monitor(pid)
    assert.equal(await w.genStatem.call(pid, 'x'), 'bye')
    assert.equal((await w.receive(['DOWN', ref, 'process', pid, w.any]))[4], 'enough')
    assert.deepEqual(log.at(-1), ['enough', 'off', 1])
  })

  it('whose init answers what is none is not started', async () => {
    const w = world()
    assert.deepEqual(await w.genStatem.start({ ...machine({}).module, init: () => 'bad' } as never, 0), ['error', ['bad_return_from_init', 'bad']])
  })

  it('ends when an answer or an action is none', async () => {
    const w = world()
    for (const [answer, reason] of [['what', ['bad_return_from_state_function', 'what']], [['keepStateAndData', [['jump']]], ['bad_action_from_state_function', ['jump']]]] as const) {
      const pid = await start(w, machine({ off: () => answer as never }).module)
      assert.deepEqual((await exitOf(w, w.genStatem.call(pid, 'x')) as unknown[])[0], reason)
    }
  })

  it('remembers its callback mode until codeChange', async () => {
    const w = world()
    const { module } = light()
    const pid = await start(w, module)
    const mode = (name: string): void => {
      Object.assign(module, { callbackMode: () => name, handleEvent: (type: EventType, _: unknown, state: unknown, data: unknown) => ['keepState', data, ['reply', from(type), ['handled', state, data]]], codeChange: (_: unknown, state: unknown, data: number) => ['ok', state, data + 100] })
    }
    mode('handleEventFunction')
    assert.equal(await w.genStatem.call(pid, 'get'), 0)
    await w.sys.suspend(pid)
    assert.equal(await w.sys.changeCode(pid, 'm', 1, []), 'ok')
    await w.sys.resume(pid)
    assert.deepEqual(await w.genStatem.call(pid, 'get'), ['handled', 'off', 100])
  })

  it('whose module has another mode after a load, without codeChange, ends with undef', async () => {
    const w = world()
    const { module } = light()
    const pid = await start(w, module)
    delete module['off']
    const [why] = await exitOf(w, w.genStatem.call(pid, 'get')) as unknown[]
    assert.ok(why instanceof w.UndefError)
  })
})
