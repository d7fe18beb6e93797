import assert from 'node:assert/strict'
import type { ChildSpec, SupervisorFlags } from '../../../../src/runtime/api'
import type { Pid } from '../../../../src/runtime/process/pid'
import { settled, type World, world } from '../process/world'
import { pidOf } from './counter'

/** Children that note their starts, wait, and can be made to fail to start. */
function nursery(w: World) {
  const starts: unknown[] = []
  const failing = new Set<unknown>()
  const stubborn = new Set<unknown>()
  const children = {
    async startLink(id: unknown, ...more: unknown[]): Promise<unknown> {
      starts.push(more.length === 0 ? id : [id, ...more])
      if (failing.has(id)) return ['error', 'failing']
      if (id === 'ignored') return 'ignore'
      return w.procLib.startLink(children, 'run', [id])
    },
    async run(id: unknown) {
      if (stubborn.has(id)) w.processFlag('trapExit', true)
      if (typeof id === 'string') w.register(id, w.self())
      w.procLib.initAck(['ok', w.self()])
      w.exit(await w.receive((message) => !Array.isArray(message) || message[0] !== 'EXIT'))
    }
  }
  const spec = (id: unknown, more: Partial<ChildSpec> = {}): ChildSpec => ({ id, start: [children, 'startLink', [id]], ...more })
  const module = { init: (given: readonly [SupervisorFlags, readonly ChildSpec[]]) => ['ok', given] as const }
  const start = (flags: SupervisorFlags, specs: readonly ChildSpec[], name = 'sup'): Promise<Pid> => pidOf(w, w.supervisor.startLink(module, [flags, specs] as const, { name }))
  /** Ends the child by that name with the reason. */
  const end = async (name: string, reason: unknown): Promise<void> => {
    w.send(name, reason)
    await settled()
  }
  return { starts, failing, stubborn, spec, module, start, end }
}

const pids = (w: World, ...names: string[]): (Pid | undefined)[] => names.map((name) => w.whereis(name))

describe('a supervisor', () => {
  it('starts its children in order and says who they are, last started first', async () => {
    const w = world()
    const { start, spec, starts } = nursery(w)
    await start({}, [spec('a'), spec('b', { type: 'supervisor', modules: 'dynamic' }), spec('ignored')])
    assert.deepEqual(starts, ['a', 'b', 'ignored'])
    const rows = await w.supervisor.whichChildren('sup')
    assert.deepEqual(rows.map(([id, pid, type]) => [id, pid, type]), [['ignored', undefined, 'worker'], ['b', w.whereis('b'), 'supervisor'], ['a', w.whereis('a'), 'worker']])
    assert.deepEqual(rows.map((row) => row[3]), [['(module)'], 'dynamic', ['(module)']])
    assert.deepEqual(await w.supervisor.countChildren('sup'), { specs: 3, active: 2, supervisors: 1, workers: 2 })
  })

  for (const [strategy, again] of [['oneForOne', ['b']], ['restForOne', ['b', 'c']], ['oneForAll', ['a', 'b', 'c']]] as const) {
    it(`${strategy} restarts ${again.join(', ')} when b of a, b, c ends`, async () => {
      const w = world()
      const { start, spec, starts, end } = nursery(w)
      await start({ strategy }, [spec('a'), spec('b'), spec('c')])
      const before = pids(w, 'a', 'b', 'c')
      starts.length = 0
      await end('b', 'oops')
      assert.deepEqual(starts, again)
      const after = pids(w, 'a', 'b', 'c')
      assert.deepEqual(['a', 'b', 'c'].filter((_, i) => before[i] !== after[i]), again)
      assert.ok(after.every((pid) => pid !== undefined))
    })
  }

  for (const [restart, reason, expected] of [
    ['permanent', 'normal', 'restarted'], ['permanent', 'oops', 'restarted'],
    ['transient', 'normal', 'stopped'], ['transient', 'shutdown', 'stopped'], ['transient', ['shutdown', 'x'], 'stopped'], ['transient', 'oops', 'restarted'],
    ['temporary', 'normal', 'gone'], ['temporary', 'oops', 'gone']
  ] as const) {
    it(`a ${restart} child that ended with ${String(reason)} is ${expected}`, async () => {
      const w = world()
      const { start, spec, end } = nursery(w)
      await start({}, [spec('a', { restart })])
      await end('a', reason)
      const [row] = await w.supervisor.whichChildren('sup')
      const now = row === undefined ? 'gone' : row[1] === undefined ? 'stopped' : 'restarted'
      assert.equal(now, expected)
    })
  }

  it('ends with shutdown, and its children with it, when there are more restarts than it allows', async () => {
    const w = world()
    w.processFlag('trapExit', true)
    const { start, spec, end } = nursery(w)
    const sup = await start({ intensity: 2, period: 5 }, [spec('a'), spec('b')])
    const b = w.whereis('b')
    await end('a', 'oops')
    await end('a', 'oops')
    assert.ok(w.isProcessAlive(sup))
    await end('a', 'oops')
    assert.deepEqual(await w.receive(), ['EXIT', sup, 'shutdown'])
    assert.ok(b && !w.isProcessAlive(b))
    assert.deepEqual(w.crashes.map(({ reason }) => reason), [['shutdown', ['reached_max_restart_intensity', { intensity: 2, period: 5 }]]])
  })

  it('forgets restarts that are older than the period', async () => {
    const w = world()
    const { start, spec, end } = nursery(w)
    const sup = await start({ intensity: 1, period: 5 }, [spec('a')])
    for (let n = 0; n < 4; n++) {
      await end('a', 'oops')
      await w.clock.pass(5001)
    }
    assert.ok(w.isProcessAlive(sup))
  })

  it('tries a restart that failed again, and each try counts', async () => {
    const w = world()
    w.processFlag('trapExit', true)
    const { start, spec, end, failing } = nursery(w)
    const sup = await start({ intensity: 3 }, [spec('a')])
    failing.add('a')
    await end('a', 'oops')
    assert.deepEqual(await w.receive(), ['EXIT', sup, 'shutdown'])
  })

  it('is not started when a child cannot be; those before it are ended', async () => {
    const w = world()
    w.processFlag('trapExit', true)
    const { module, spec, failing } = nursery(w)
    failing.add('b')
    const result = await w.supervisor.startLink(module, [{}, [spec('a'), spec('b')]] as const)
    assert.deepEqual(result, ['error', ['shutdown', ['failed_to_start_child', 'b', 'failing']]])
    assert.equal(w.whereis('a'), undefined)
  })

  it('is not started with flags or specs that make no sense', async () => {
    const w = world()
    w.processFlag('trapExit', true)
    const { module, spec } = nursery(w)
    const why = (flags: object, specs: readonly object[]): Promise<unknown> => w.supervisor.startLink(module, [flags, specs] as never)
    assert.deepEqual(await why({ strategy: 'all' }, []), ['error', ['supervisor_data', ['invalid_strategy', 'all']]])
    assert.deepEqual(await why({}, [spec('a'), spec('a')]), ['error', ['start_spec', ['duplicate_child_name', 'a']]])
    assert.deepEqual(await why({}, [{ id: 'a', start: 'no' }]), ['error', ['start_spec', ['invalid_mfa', 'no']]])
    assert.deepEqual(w.supervisor.checkChildspecs([spec('a', { restart: 'often' as never })]), ['error', ['invalid_restart_type', 'often']])
    assert.equal(w.supervisor.checkChildspecs([spec('a')]), 'ok')
  })

  it('ends its children in reverse order when it ends, and kills who does not go in time', async () => {
    const w = world()
    const { start, spec, stubborn } = nursery(w)
    stubborn.add('slow')
    w.processFlag('trapExit', true)
    const sup = await start({}, [spec('a'), spec('slow', { shutdown: 100 }), spec('c'), spec('brutal', { shutdown: 'brutalKill' })])
    const names = ['a', 'slow', 'c', 'brutal']
    const refs = new Map(names.map((name) => [w.monitor(name), name]))
    w.exit(sup, 'shutdown')
    await settled()
    assert.deepEqual(pids(w, 'brutal', 'c'), [undefined, undefined])
    assert.ok(w.whereis('slow') && w.whereis('a'))
    await w.clock.pass(100)
    const downs: unknown[] = []
    for (const _ of names) {
      const [, ref, , , reason] = await w.receive(['DOWN', w.Ref, 'process', w.any, w.any])
      downs.push([refs.get(ref), reason])
    }
    assert.deepEqual(downs, [['brutal', 'killed'], ['c', 'shutdown'], ['slow', 'killed'], ['a', 'shutdown']])
  })

  it('starts, ends, restarts and deletes children on demand', async () => {
    const w = world()
    const { start, spec, failing } = nursery(w)
    await start({}, [])
    const { supervisor } = w
    const started = await supervisor.startChild('sup', spec('a'))
    assert.deepEqual(started, ['ok', w.whereis('a')])
    assert.deepEqual(await supervisor.startChild('sup', spec('a')), ['error', ['already_started', w.whereis('a')]])
    assert.deepEqual(await supervisor.restartChild('sup', 'a'), ['error', 'running'])
    assert.deepEqual(await supervisor.deleteChild('sup', 'a'), ['error', 'running'])
    assert.equal(await supervisor.terminateChild('sup', 'a'), 'ok')
    assert.equal(w.whereis('a'), undefined)
    assert.deepEqual(await supervisor.startChild('sup', spec('a')), ['error', 'already_present'])
    assert.deepEqual(await supervisor.restartChild('sup', 'a'), ['ok', w.whereis('a')])
    await supervisor.terminateChild('sup', 'a')
    assert.equal(await supervisor.deleteChild('sup', 'a'), 'ok')
    for (const ask of ['terminateChild', 'restartChild', 'deleteChild', 'getChildspec'] as const) assert.deepEqual(await supervisor[ask]('sup', 'a'), ['error', 'not_found'])
    failing.add('f')
    assert.deepEqual(await supervisor.startChild('sup', spec('f')), ['error', ['failing', spec('f')]])
    assert.deepEqual(await supervisor.whichChildren('sup'), [])
    assert.deepEqual(await supervisor.startChild('sup', spec('ignored')), ['ok', undefined])
  })

  it('says what the spec of a child is, with everything filled in', async () => {
    const w = world()
    const { start, spec } = nursery(w)
    await start({}, [spec('a')])
    const [, full] = await w.supervisor.getChildspec('sup', 'a')
    assert.deepEqual({ ...(full as ChildSpec), start: 0, modules: 0 }, { id: 'a', start: 0, restart: 'permanent', shutdown: 5000, type: 'worker', significant: false, modules: 0 })
    assert.deepEqual(await w.supervisor.getChildspec('sup', w.whereis('a')), ['ok', full])
  })

  it('simpleOneForOne makes children alike, restarts them with their own arguments and ends them by pid', async () => {
    const w = world()
    const { start, starts } = nursery(w)
    const children = { startLink: (...args: unknown[]) => (starts.push(args), w.procLib.startLink(loop, 'run')) }
    const loop = { run: async () => (w.procLib.initAck(['ok', w.self()]), w.exit(await w.receive())) }
    await start({ strategy: 'simpleOneForOne' }, [{ id: 'any', start: [children, 'startLink', ['fixed']], restart: 'transient' }])
    const one = await pidOf(w, w.supervisor.startChild('sup', [1]))
    const two = await pidOf(w, w.supervisor.startChild('sup', [2]))
    w.send(one, 'oops')
    await settled()
    assert.deepEqual(starts, [['fixed', 1], ['fixed', 2], ['fixed', 1]])
    assert.deepEqual(await w.supervisor.countChildren('sup'), { specs: 1, active: 2, supervisors: 0, workers: 2 })
    assert.equal(await w.supervisor.terminateChild('sup', two), 'ok')
    assert.equal(w.isProcessAlive(two), false)
    assert.equal(await w.supervisor.terminateChild('sup', two), 'ok')
    assert.deepEqual(await w.supervisor.terminateChild('sup', 'any'), ['error', 'simple_one_for_one'])
    assert.deepEqual(await w.supervisor.deleteChild('sup', 'any'), ['error', 'simple_one_for_one'])
    assert.equal((await w.supervisor.whichChildren('sup')).length, 1)
  })

  it('simpleOneForOne ends a thousand children with it', async () => {
    const w = world()
    const { start, spec } = nursery(w)
    const sup = await start({ strategy: 'simpleOneForOne' }, [spec(0)])
    for (let n = 0; n < 1000; n++) await w.supervisor.startChild('sup', [])
    assert.equal(w.processes().length, 1001)
    await w.genServer.stop(sup)
    assert.deepEqual(w.processes(), [])
  })

  it('ends with its significant child when told so', async () => {
    const w = world()
    w.processFlag('trapExit', true)
    const { start, spec, end } = nursery(w)
    const sup = await start({ autoShutdown: 'anySignificant' }, [spec('a', { restart: 'transient', significant: true }), spec('b')])
    await end('a', 'normal')
    assert.deepEqual(await w.receive(), ['EXIT', sup, 'shutdown'])
  })

  it('knows new specs after a change of code, and neither starts nor ends anybody', async () => {
    const w = world()
    const { spec, starts } = nursery(w)
    let specs = [spec('keep'), spec('dropped')]
    const module = { init: () => ['ok', [{ intensity: 9 }, specs]] as const }
    const sup = await pidOf(w, w.supervisor.startLink(module, undefined, { name: 'sup' }))
    specs = [spec('keep', { restart: 'temporary' }), spec('added')]
    starts.length = 0
    await w.sys.suspend(sup)
    assert.equal(await w.sys.changeCode(sup, 'sup', undefined, []), 'ok')
    await w.sys.resume(sup)
    const rows = (await w.supervisor.whichChildren(sup)).map(([id, pid]) => [id, pid !== undefined])
    assert.deepEqual(rows, [['added', false], ['dropped', true], ['keep', true]])
    assert.deepEqual(starts, [])
    const [, keep] = await w.supervisor.getChildspec(sup, 'keep')
    assert.equal((keep as ChildSpec).restart, 'temporary')
    assert.deepEqual(await w.supervisor.restartChild(sup, 'added'), ['ok', w.whereis('added')])
  })

  it('keeps its specs when the new ones make no sense', async () => {
    const w = world()
    const { spec } = nursery(w)
    let specs = [spec('a')]
    const sup = await pidOf(w, w.supervisor.startLink({ init: () => ['ok', [{}, specs]] as const }, undefined))
    specs = [spec('b'), spec('b')]
    await w.sys.suspend(sup)
    assert.deepEqual(await w.sys.changeCode(sup, 'sup', undefined, []), ['error', ['error', ['start_spec', ['duplicate_child_name', 'b']]]])
    await w.sys.resume(sup)
    assert.deepEqual((await w.supervisor.whichChildren(sup)).map(([id]) => id), ['a'])
  })
})

describe('a supervisor of children that are all alike', () => {
  it('says ok to the end of one that has ended, as if it had been asked in time, and not_found to a stranger', async () => {
    const w = world()
    const { start, spec } = nursery(w)
    await start({ strategy: 'simpleOneForOne' }, [spec('x', { restart: 'temporary' })])
    const child = await pidOf(w, w.supervisor.startChild('sup', []))
    assert.equal(await w.supervisor.terminateChild('sup', child), 'ok')
    assert.equal(await w.supervisor.terminateChild('sup', child), 'ok')
    assert.equal((await w.supervisor.getChildspec('sup', child))[0], 'ok')
    assert.deepEqual(await w.supervisor.terminateChild('sup', w.self()), ['error', 'not_found'])
  })
})

describe('supervisorsAtRisk', () => {
  /** What it says, then what really happens when they are killed. */
  async function compare(w: World, supervisors: readonly string[], victims: readonly string[]): Promise<readonly (string | undefined)[]> {
    w.processFlag('trapExit', true)
    const dying = pids(w, ...victims).filter((pid) => pid !== undefined)
    const said = w.supervisor.supervisorsAtRisk(dying).map(({ name }) => name)
    for (const pid of dying) w.exit(pid, 'kill')
    await settled()
    await settled()
    assert.deepEqual([...said].sort(), supervisors.filter((name) => w.whereis(name) === undefined).sort())
    return said
  }

  it('counts each victim that would be restarted', async () => {
    for (const [victims, risk] of [[['a'], []], [['a', 'b'], ['sup']], [['a', 't'], []]] as const) {
      const w = world()
      const { start, spec } = nursery(w)
      await start({ intensity: 1 }, [spec('a'), spec('b'), spec('t', { restart: 'temporary' })])
      assert.deepEqual(await compare(w, ['sup'], victims), risk)
    }
  })

  it('counts the restarts of the last period', async () => {
    const w = world()
    const { start, spec, end } = nursery(w)
    await start({ intensity: 1 }, [spec('a')])
    await end('a', 'oops')
    const [risk] = w.supervisor.supervisorsAtRisk(pids(w, 'a').filter((pid) => pid !== undefined))
    assert.deepEqual({ ...risk, pid: 0 }, { pid: 0, name: 'sup', label: 'supervisor (module)', restarts: 2, intensity: 1, period: 5, until: w.clock.time + 5001 })
    await w.clock.pass(5001)
    assert.deepEqual(await compare(w, ['sup'], ['a']), [])
  })

  it('counts those who are restarted together once', async () => {
    for (const [strategy, victims, risk] of [['oneForAll', ['a', 'b', 'c'], []], ['restForOne', ['a', 'b', 'c'], []]] as const) {
      const w = world()
      const { start, spec } = nursery(w)
      await start({ strategy, intensity: 1 }, [spec('a'), spec('b'), spec('c')])
      assert.deepEqual(await compare(w, ['sup'], victims), risk)
    }
  })

  it('counts those who die with a victim because they are linked to it, unless they trap exits', async () => {
    for (const [trapping, risk] of [[false, ['sup']], [true, []]] as const) {
      const w = world()
      const { start, spec, stubborn } = nursery(w)
      if (trapping) stubborn.add('a')
      await start({ intensity: 0 }, [spec('a')])
      const friend = w.spawn(async () => {
        const [a] = pids(w, 'a')
        if (a !== undefined) w.link(a)
        w.register('friend', w.self())
        await w.receive()
      })
      await settled()
      assert.equal(w.whereis('friend'), friend)
      assert.deepEqual(await compare(w, ['sup'], ['friend']), risk)
    }
  })

  it('counts each of them once, however it dies', async () => {
    const w = world()
    const { start, spec } = nursery(w)
    await start({ intensity: 2 }, [spec('a'), spec('b')])
    const [a, b] = pids(w, 'a', 'b')
    assert.ok(a !== undefined && b !== undefined)
    const friend = w.spawn(async () => {
      w.link(a)
      w.link(b)
      w.register('friend', w.self())
      await w.receive()
    })
    await settled()
    assert.deepEqual(w.supervisor.supervisorsAtRisk([friend, a, friend]), [])
    assert.deepEqual(await compare(w, ['sup'], ['friend']), [])
  })

  it('follows a supervisor that ends to its own supervisor', async () => {
    const w = world()
    const { start, spec, module } = nursery(w)
    const inner = { startLink: () => w.supervisor.startLink(module, [{ intensity: 0 }, [spec('a')]] as const, { name: 'inner' }) }
    await start({ intensity: 0 }, [{ id: 'inner', start: [inner, 'startLink'], type: 'supervisor' }], 'outer')
    assert.deepEqual(await compare(w, ['inner', 'outer'], ['a']), ['inner', 'outer'])
  })
})
