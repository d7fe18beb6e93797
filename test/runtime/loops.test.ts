/** Loops that a top level began, when it is loaded again: the new ones are at work alone, and no later save waits for the old ones. */
import assert from 'node:assert/strict'
import { World } from './support/world'

/** Whoever called `next()` waits until somebody calls `step()`, which lets those immediates run first that were there before it. */
const gate = `
import { EventEmitter } from 'node:events'
export const bus = new EventEmitter()
export const log = []
const waiting = []
export const next = () => new Promise((resolve) => { waiting.push(resolve) })
export async function step(event) {
  await new Promise(setImmediate)
  for (const go of waiting.splice(0)) go()
  if (event) bus.emit('job', event)
  await new Promise((resolve) => { setTimeout(resolve, 20) })
  return log.splice(0)
}
export async function* jobs() { for (;;) yield await next() }
`

const files = (main: string, more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> =>
  ({ 'package.json': '{"type":"module"}', 'gate.ts': gate, 'main.ts': main, ...more })

describe('loops of a top level that is loaded again', () => {
  let world: World
  afterEach(() => world.end())

  async function start(main: string, more: Readonly<Record<string, string>> = {}, options: Parameters<typeof World.start>[1] = {}): Promise<void> {
    world = await World.start(files(main, more), { entry: 'main.ts', purgePolicy: 'soft', ...options })
  }
  const step = (event = ''): Promise<unknown> => world.value(`gate.step(${JSON.stringify(event)})`)
  const lingering = async (): Promise<unknown> => (await world.snapshot()).lingering.flatMap(({ module, processes }) => processes.map(({ label, stack }) => [module, label, stack.map((frame) => frame.function)]))
  const topLevels = async (): Promise<number> => (await world.snapshot()).processes.items.filter(({ label }) => label === 'main.ts (top level)').length
  async function save(file: string, text: string): Promise<void> {
    const report = await world.save(file, text)
    assert.deepEqual(report.outcomes.map(({ kind }) => kind).filter((kind) => kind !== 'loaded'), [], JSON.stringify(report.outcomes))
  }

  const imports = `import { next, jobs, bus, log } from './gate'\nimport { on, once } from 'node:events'\n`
  const turns: Readonly<Record<string, (version: number) => string>> = {
    'in a function that nobody awaits': (version) => `async function main() { while (true) { await next(); log.push(${version}) } }\nmain()`,
    'in a function that another one awaits': (version) => `const loop = async () => { for (;;) { await next(); log.push(${version}) } }\nasync function main() { await null; try { await loop() } finally { log.push('finally') } }\nawait main().catch(() => log.push('caught'))`,
    'at the top level': (version) => `while (true) {\n  await next()\n  log.push(${version})\n}`,
    'with a flag': (version) => `const state = { stopped: false }\nasync function main() { while (!state.stopped) { await next(); log.push(${version}) } }\nmain()`,
    'that looks at the end of each turn': (version) => `let running = true\nasync function main() { do { await next(); log.push(${version}); if (log.length > 99) running = false } while (running) }\nvoid main()`,
    'through an async generator': (version) => `async function main() { for await (const _ of jobs()) log.push(${version}) }\nmain()`,
    'beside others': (version) => `const loop = async () => { for (;;) { await next(); log.push(${version}) } }\nawait Promise.all([\n  loop(),\n  new Promise(() => {}),\n])`,
    'in a callback that came later': (version) => `Promise.resolve().then(async () => { while (true) { await next(); log.push(${version}) } })`,
    'in the call of a timer': (version) => `setImmediate(async () => { while (true) { await next(); log.push(${version}) } })`,
    'that is a function which returns a call of itself': (version) => `async function loop() { await next(); log.push(${version}); return loop() }\nasync function main() { await loop() }\nawait main()`,
    'that is a function which calls itself': (version) => `const loop = async (gate) => { await gate(); log.push(${version}); void loop(gate) }\nawait loop(next)`,
    'that is a function which returns a call of itself, beside others': (version) => `async function loop() { await next(); log.push(${version}); return loop() }\nawait Promise.all([loop(), new Promise(() => {})])`,
    'that is a method which returns a call of itself': (version) => `class Poller { async poll() { await next(); log.push(${version}); return this.poll() } }\nawait new Poller().poll()`,
    'within a loop': (version) => `const session = async () => { while (true) { await next(); log.push(${version}) } }\nasync function main() { for (;;) { await session() } }\nmain()`,
  }
  for (const [where, text] of Object.entries(turns)) {
    it(`end after their turn: ${where}`, async () => {
      await start(imports + text(1))
      assert.deepEqual(await step(), [1])
      for (let version = 2; version <= 4; version++) {
        await save('main.ts', imports + text(version))
        assert.deepEqual(await lingering(), [])
        assert.deepEqual(new Set(await step() as unknown[]), new Set([version - 1, version].slice(where.includes('generator') ? 1 : 0)), 'the turn under way ends in old code')
        assert.deepEqual([await step(), await step()], [[version], [version]])
        assert.deepEqual(await lingering(), [])
        assert.ok(await topLevels() <= 1)
      }
    })
  }

  const events: Readonly<Record<string, (version: number) => string>> = {
    'events.on': (version) => `async function main() { for await (const [x] of on(bus, 'job')) log.push(x + ${version}) }\nmain()`,
    'events.on at the top level': (version) => `for await (const [x] of on(bus, 'job')) log.push(x + ${version})`,
    'once in each turn': (version) => `async function main() { while (true) { const [x] = await once(bus, 'job'); log.push(x + ${version}) } }\nawait main()`,
  }
  for (const [what, text] of Object.entries(events)) {
    it(`end at the commit when they wait for ${what}`, async () => {
      await start(imports + text(1))
      for (let version = 2; version <= 4; version++) {
        assert.deepEqual(await step('a'), [`a${version - 1}`])
        await save('main.ts', imports + text(version))
        assert.deepEqual(await lingering(), [])
        assert.ok(await topLevels() <= 1)
        assert.deepEqual([await step('b'), await step('c')], [[`b${version}`], [`c${version}`]])
      }
      assert.equal(await world.value(`gate.bus.listenerCount('job')`), 1)
    })
  }

  it('end at the commit when they wait for an interval of timers/promises, and nothing of them keeps the program alive', async () => {
    const text = (version: number): string => `import { setInterval } from 'node:timers/promises'\nasync function main() { try { for await (const _ of setInterval(5)) console.log('tick ${version}') } catch { console.log('caught') } finally { console.log('finally') } }\nmain().catch(() => process.exit(1))`
    await start(text(1), {}, { keepAlive: false })
    await world.prints('tick 1')
    await save('main.ts', text(2))
    world.output = ''
    await world.prints('tick 2')
    assert.deepEqual(await lingering(), [])
    await save('main.ts', `console.log('done')`)
    await world.until(({ runtime }) => runtime.state !== 'running')
    assert.doesNotMatch(world.output, /tick 1|caught|finally/)
  })

  it('are those that run in its process, in whatever module they are written; saved alone, that module is waited for', async () => {
    const worker = (version: number): string => `import { next, log } from './gate'\nexport async function startWorker(of) { while (true) { await next(); log.push(of + ' ${version}') } }\n`
    const main = (version: number): string => `import { startWorker } from './worker'\nstartWorker('main ${version}')`
    await start(main(1), { 'worker.ts': worker(1) })
    await save('main.ts', main(2))
    await step()
    assert.deepEqual(await step(), ['main 2 1'])
    await save('worker.ts', worker(2))
    assert.deepEqual(await lingering(), [['worker', 'main.ts (top level)', ['startWorker']]])
    assert.equal((await world.save('worker.ts', worker(3))).outcomes[0]?.kind, 'staged')
    assert.deepEqual(await step(), ['main 2 1'])
  })

  it('leave alone what was spawned, what its turn calls, loops that end by themselves, and what else it waits in', async () => {
    const text = (version: number): string => `${imports}import { spawn } from 'codeswitch'
async function work() { await next(); await next(); log.push('worked ${version}') }
async function loop() { while (true) { await work() } }
async function some() { for (const x of [1, 2, 3]) { await next(); log.push('some ${version} ' + x) } }
async function pages() { let page = 3; while (page) { await next(); page = page - 1; log.push('page ${version} ' + page) } }
if (${version} === 1) { some(); pages(); loop(); spawn(async () => { while (true) { await next(); log.push('spawned') } }) }`
    await start(text(1))
    await save('main.ts', text(2))
    const [, stack] = (await lingering() as readonly (readonly unknown[])[]).map(([, label, functions]) => [label, functions])
    assert.ok(stack !== undefined)
    assert.deepEqual((await lingering() as readonly (readonly unknown[])[]).map(([, label, functions]) => [label, functions]), [['main.ts (top level)', ['work', 'pages', 'some']], ['(anonymous)', ['(anonymous)']]])
    assert.equal((await world.save('main.ts', text(3))).outcomes[0]?.kind, 'staged')
    assert.deepEqual(await step(), ['some 1 1', 'page 1 2', 'spawned'])
    assert.deepEqual(await step(), ['some 1 2', 'page 1 1', 'worked 1', 'spawned'])
    assert.deepEqual([await step(), await step()], [['some 1 3', 'page 1 0', 'spawned'], ['spawned']])
  })

  it('go on when the load fails, and end when it is repaired', async () => {
    const text = (version: number): string => `${imports}async function main() { while (true) { await next(); log.push(${version}) } }\nmain()\n`
    await start(text(1))
    assert.equal((await world.save('main.ts', `${text(2)}throw new Error('no')`)).ok, false)
    assert.deepEqual([await step(), await step()].at(-1), [1])
    await save('main.ts', text(3))
    await step()
    assert.deepEqual(await step(), [3])
  })

  it('run no catch and no finally, and are still killed with their process', async () => {
    const text = (version: number): string => `${imports}async function main() { try { while (true) { await next(); log.push(${version}) } } catch { log.push('caught') } finally { log.push('finally') } }\nmain().then(() => log.push('then'), () => log.push('rejected'))`
    await start(text(1))
    await save('main.ts', text(2))
    const { processes } = await world.snapshot()
    for (const { pid, label } of processes.items) if (label === 'main.ts (top level)') await world.host.request('kill', { pid })
    assert.deepEqual(await step(), [])
  })
})
