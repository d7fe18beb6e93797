import assert from 'node:assert/strict'
import { BadFunError, isFunction, KillSignal, loadModule, loadScript, Machine, type Exports, type Loaded } from './harness'

/** A module that can wait for the test (`await gate()`) and tell it something (`say(x)`). */
class Scene {
  readonly said: unknown[] = []
  private waiting: { resolve: (value: unknown) => void; reject: (error: unknown) => void }[] = []

  private constructor(readonly loaded: Loaded) {}

  static async of(body: string): Promise<Scene> {
    const world: Record<string, unknown> = {}
    const table = { calls: world, values: world, namespace: world }
    const machine = new Machine([table])
    const scene = new Scene(await loadModule(`import { gate, say } from 'test'\n${body}`, [], machine))
    world['gate'] = () => new Promise((resolve, reject) => scene.waiting.push({ resolve, reject }))
    world['say'] = (value: unknown) => void scene.said.push(value)
    return scene
  }

  get machine(): Machine {
    return this.loaded.machine
  }

  call(name: string, ...args: unknown[]): unknown {
    const callee = this.loaded.exports[name]
    assert(isFunction(callee))
    return callee(...args)
  }

  /** Calls without looking at the result, lets it run as far as it can. */
  async start(name: string, ...args: unknown[]): Promise<void> {
    const result = this.call(name, ...args)
    if (result instanceof Promise) result.then((value) => this.said.push(['result', value]), (error: unknown) => this.said.push(['error', error]))
    await turn()
  }

  async open(value?: unknown): Promise<void> {
    this.waiting.shift()?.resolve(value)
    await turn()
  }

  async fail(error: unknown): Promise<void> {
    this.waiting.shift()?.reject(error)
    await turn()
  }
}

/** Every microtask that is due has run. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const asyncBodies: readonly (readonly [string, string])[] = [
  ['after an await', 'export async function f() { await gate(); say(1) }'],
  ['with the value of an await', 'export async function f() { say(await gate()) }'],
  ['in an arrow', 'export const f = async () => say(await gate())'],
  ['in a default of a pattern', 'export async function f() { const { a = say(1) } = await gate() ?? {} }'],
  ['in catch', 'export async function f() { try { await gate() } catch { say(1) } }'],
  ['in catch with a name', 'export async function f() { try { await gate() } catch (e) { say(e) } say(2) }'],
  ['in catch with a pattern', 'export async function f() { try { await gate() } catch ({ a = say(1) }) { } }'],
  ['in finally', 'export async function f() { try { await gate() } finally { say(1) } }'],
  ['in finally around a return', 'export async function f() { try { return await gate() } finally { await say(1) } }'],
  ['in nested finally', 'export async function f() { try { try { await gate() } finally { say(1) } } catch { say(2) } finally { say(3) } }'],
  ['in a caller', 'async function g() { await gate() } export async function f() { try { await g() } finally { say(1) } }'],
  ['in a caller that only returns', 'async function g() { await gate() } async function h() { return g() } export async function f() { say(await h()) }'],
  ['in the body of for await', 'export async function f() { for await (const x of [gate()]) say(x) }'],
  ['behind for await', 'export async function f() { for await (const x of { [Symbol.asyncIterator]: () => ({ next: gate }) }); say(1) }'],
  ['behind a labelled for await', 'export async function f() { a: b: for await (const x of { [Symbol.asyncIterator]: () => ({ next: gate }) }); say(1) }'],
  ['behind a for await that is left', 'export async function f() { for await (const x of { [Symbol.asyncIterator]: () => ({ next: async () => ({}), return: gate }) }) break; say(1) }'],
  ['behind a for await that is left to a label', 'export async function f() { out: { for await (const x of { [Symbol.asyncIterator]: () => ({ next: async () => ({}), return: gate }) }) break out } say(1) }'],
  ['in a loop that goes on behind a for await', 'export async function f() { out: for (const i of [1, 2]) { if (i === 2) return say(1); for await (const x of { [Symbol.asyncIterator]: () => ({ next: async () => ({}), return: gate }) }) continue out } }'],
  ['in an async generator', 'async function* g() { yield await gate(); say(1) } export async function f() { for await (const x of g()) say(x) }'],
  ['in an async generator that waits for what it yields', 'async function* g() { try { yield gate() } catch { say(1) } finally { say(2) } } export async function f() { try { for await (const x of g()) say(x) } finally { say(3) } }'],
  ['in an async generator that waits for what it returns', 'async function* g() { try { return gate() } finally { say(2) } } export async function f() { await g().next(); say(3) }'],
  ['in an async generator that delegates', 'async function* h() { yield gate() } async function* g() { yield* h(); say(1) } export async function f() { for await (const x of g()) say(x) }'],
]

describe('a killed process', () => {
  for (const [title, body] of asyncBodies) {
    it(`never goes on ${title}, when what it waits for succeeds`, async () => {
      const scene = await Scene.of(body)
      await scene.start('f')
      assert(scene.machine.live.size > 0)
      scene.machine.killFrames()
      await scene.open({ done: true })
      assert.deepEqual(scene.said, [])
    })

    it(`never goes on ${title}, when what it waits for fails`, async () => {
      const scene = await Scene.of(body)
      await scene.start('f')
      scene.machine.killFrames()
      // Paused as soon as it has evaluated what it yields: what tells it then is that its process is dead.
      scene.machine.killed = body.includes('yield gate()')
      await scene.fail(new Error('late'))
      assert.deepEqual(scene.said, [])
    })

    it(`would have gone on ${title}`, async () => {
      const succeeds = await Scene.of(body)
      await succeeds.start('f')
      await succeeds.open({ done: true })
      const fails = await Scene.of(body)
      await fails.start('f')
      await fails.fail(new Error('late'))
      assert.notDeepEqual([succeeds.said, fails.said], [[], []])
      assert.equal(succeeds.machine.live.size + fails.machine.live.size, 0)
    })
  }

  it('unwinds out of a spinning loop without catch and finally', async () => {
    const scene = await Scene.of('export function f() { try { g() } catch { say(1) } finally { say(2) } } function g() { try { for (;;); } catch (e) { say(3) } finally { say(4) } }')
    endAtTrap(scene.machine, 3)
    assert.throws(() => scene.call('f'), KillSignal)
    assert.deepEqual(scene.said, [])
  })

  for (const loop of ['for (;;);', 'while (true);', 'do {} while (true)', 'do; while (true)', 'for (const x of ever()) ;', 'x: while (true) continue x', 'for (let i = 0; ; i++) { if (i) continue }', 'for (;;) try { continue } finally { say(1) }']) {
    it(`can be ended in ${loop}`, async () => {
      const scene = await Scene.of(`const ever = () => ({ [Symbol.iterator]: () => ({ next: () => ({}) }) })\nexport function f() { ${loop} }`)
      endAtTrap(scene.machine, 5)
      assert.throws(() => scene.call('f'), KillSignal)
    })
  }

  it('unwinds out of a generator, an async generator and a static block', async () => {
    const scene = await Scene.of(`function spin() { for (;;); }
      function* g() { try { yield 1; spin() } catch { say(1) } finally { say(2) } }
      export function f() { try { for (const x of g()); } catch { say(3) } }
      export function h() { class A { static { try { spin() } catch (e) { say(e) } finally { say(4) } } } }
      async function* i() { try { yield 1; spin() } catch { say(5) } finally { say(6) } }
      export function j() { const x = i(); x.next(); return x }`)
    for (const name of ['f', 'h']) {
      endAtTrap(scene.machine, 4)
      assert.throws(() => scene.call(name), KillSignal)
      scene.machine.killed = false
    }
    await scene.start('j')
    assert.deepEqual(scene.said, [])
  })

  it('ends at its next wait when it was caught in the synchronous part of an async function', async () => {
    const scene = await Scene.of('async function g() { await null; for (;;); } export async function f() { try { await g() } catch (e) { say(e) } finally { say(1) } }')
    endAtTrap(scene.machine, 4)
    await scene.start('f')
    assert.deepEqual(scene.said, [])
  })
})

/** The n-th check ends the process: its frames are dead, and it unwinds. */
function endAtTrap(machine: Machine, n: number): void {
  let left = n
  machine.traps[0] = 1
  machine.onTrap = () => {
    if (--left > 0) return
    machine.killFrames()
    machine.killed = true
    machine.traps[0] = 0
    throw new KillSignal('killed')
  }
}

describe('a generator of a purged version', () => {
  const body = 'export function* f() { try { say(yield 1) } catch (e) { say(e) } finally { say(2) } } export function* d() { yield* f(); say(3) } export async function* a() { try { yield 1 } catch { say(4) } finally { say(5) } }'

  for (const [use, resume] of [
    ['next', (generator: Generator_) => generator.next()],
    ['throw', (generator: Generator_) => generator.throw(new TypeError('x'))],
    ['return', (generator: Generator_) => generator.return(5)],
  ] as const) {
    it(`throws BadFunError when it is resumed with ${use}(), and runs nothing`, async () => {
      const scene = await Scene.of(body)
      const all = ['f', 'd', 'a'].map((name) => scene.call(name))
      for (const generator of all) {
        assert(isGenerator(generator))
        await generator.next()
      }
      scene.machine.purged = true
      for (const generator of all) {
        assert(isGenerator(generator))
        await assert.rejects(async () => await resume(generator), BadFunError)
      }
      assert.deepEqual(scene.said, [])
    })
  }
})

interface Generator_ {
  next(value?: unknown): unknown
  throw(error: unknown): unknown
  return(value: unknown): unknown
}

function isGenerator(value: unknown): value is Generator_ {
  return typeof value === 'object' && value !== null && 'next' in value && 'throw' in value && 'return' in value
}

describe('a suspended process', () => {
  const bodies: readonly (readonly [string, string, unknown[]])[] = [
    ['the value of an await', 'export async function f() { say(await gate()); say(2) }', [7, 2]],
    ['a statement', 'export async function f() { await gate(); say(1) }', [1]],
    ['a value in a loop', 'export async function f() { for await (const x of [1]) say([x, await gate()]) }', [[1, 7]]],
    ['a value of for await', 'export async function f() { for await (const x of [gate()]) say(x) }', [7]],
    ['a finally', 'export async function f() { try { return gate() } finally { say(3) } }', [3]],
    ['a finally behind an await', 'export async function f() { try { await gate() } finally { say(3) } }', [3]],
    ['an async generator', 'async function* g() { say(yield await gate()); say(3) } export async function f() { const i = g(); say((await i.next()).value); await i.next(4) }', [7, 4, 3]],
  ]
  for (const [title, body, expected] of bodies) {
    it(`goes on where it was, with ${title}`, async () => {
      const scene = await Scene.of(body)
      await scene.start('f')
      if (scene.said.length > 0) return
      scene.machine.suspendFrames()
      await scene.open(7)
      assert.deepEqual(scene.said, [])
      scene.machine.resumeFrames()
      await turn()
      scene.machine.resumeFrames()
      await turn()
      assert.deepEqual(scene.said.filter((said) => !(Array.isArray(said) && said[0] === 'result')), expected)
    })
  }

  it('runs its catch when it is resumed', async () => {
    const scene = await Scene.of('export async function f() { try { await gate() } catch (e) { say(e) } }')
    await scene.start('f')
    scene.machine.suspendFrames()
    await scene.fail('late')
    assert.deepEqual(scene.said, [])
    scene.machine.resumeFrames()
    await turn()
    assert.deepEqual(scene.said[0], 'late')
  })

  it('leaves generators alone: they belong to who resumes them', async () => {
    const scene = await Scene.of('export function* f() { try { yield 1; throw 2 } catch (e) { say(e) } finally { say(3) } }')
    const generator = scene.call('f')
    assert(isGenerator(generator))
    generator.next()
    scene.machine.suspendFrames()
    generator.next()
    assert.deepEqual(scene.said, [2, 3])
    assert.equal(scene.machine.live.size, 0)
  })
})

describe('functions of a purged version', () => {
  const code = `const o = { m() {}, get g() { return 1 }, set s(v) {}, *gen() { yield 1 }, async am() {}, async *ag() { yield 1 } }
    class A { constructor() { this.x = 1 } m() {} static s() {} #p() {} get g() { return 1 } }
    const a = new A()
    const list = [() => 1, () => {}, function () {}, async () => 1, async () => await 1, async function () { await 1 }, () => o.m(), () => o.g, () => { o.s = 1 }, () => [...o.gen()], () => o.am(), () => o.ag().next(), () => new A(), () => a.m(), () => A.s()]`

  async function throwsBadFun(call: unknown): Promise<void> {
    assert(isFunction(call))
    try {
      await call()
    } catch (error) {
      assert(error instanceof BadFunError)
      return
    }
    assert.fail('did not throw')
  }

  it('throw BadFunError, whatever they are', async () => {
    for (const [load, of] of [
      [async () => (await loadModule(`${code}\nexport { o, a, A, list }`)), 'module'],
      [async () => { const loaded = loadScript(`${code}\nmodule.exports = { o, a, A, list }`); return { machine: loaded.machine, exports: loaded.module.exports } }, 'script'],
    ] as const) {
      const { machine, exports } = await load()
      machine.traps[0] = 1
      machine.purged = true
      assert(isRecord(exports), of)
      const { list } = exports
      assert(Array.isArray(list))
      assert.equal(list.length, 15)
      for (const call of list) await throwsBadFun(call)
    }
  })

  it('are called again when the trap lets them', async () => {
    const { machine, exports } = await loadModule('export const f = (x) => x + 1\nexport async function g() { return await 2 }')
    machine.traps[0] = 1
    assert(isFunction(exports['f']) && isFunction(exports['g']))
    assert.equal(exports['f'](1), 2)
    assert.equal(await exports['g'](), 2)
  })
})

function isRecord(value: unknown): value is Exports {
  return typeof value === 'object' && value !== null
}
