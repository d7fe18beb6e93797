import assert from 'node:assert/strict'
import path from 'node:path'
import { World } from './support/world'
import type { LoadReport } from '../../src/protocol/messages'

const esm = { 'package.json': '{"type":"module"}' }
const never = 'await new Promise(() => {})'

describe('top levels that await', () => {
  let world: World
  const start = async (files: Readonly<Record<string, string>>): Promise<void> => {
    world = await World.start({ ...esm, ...files }, { entry: 'main.ts', purgePolicy: 'brutal' })
  }
  const look = (): Promise<unknown> => world.value('main.look()')
  afterEach(() => world.end())

  const loaded = (report: LoadReport): void => assert.ok(report.ok, JSON.stringify(report.outcomes))
  const messages = (report: LoadReport): string[] => report.outcomes.flatMap((outcome) => (outcome.kind === 'failed' ? outcome.problems.map(({ message }) => message) : [outcome.kind]))

  it('an entry that never ends its top level is live, and can be loaded again, itself and what it imports', async () => {
    await start({ 'main.ts': `import { f } from './lib'; export const look = () => 'm1' + f(); for (;;) await new Promise((r) => setTimeout(r, 5))`, 'lib.ts': `export const f = () => 'l1'` })
    assert.equal(await look(), 'm1l1')
    loaded(await world.save('lib.ts', `export const f = () => 'l2'`))
    loaded(await world.save('main.ts', `import { f } from './lib'; export const look = () => 'm2' + f(); for (;;) await new Promise((r) => setTimeout(r, 5))`))
    assert.equal(await look(), 'm2l2')
    loaded(await world.save('main.ts', `import { f } from './lib'; export const look = () => 'm3' + f()`))
    assert.equal(await look(), 'm3l2')
  })

  it('a load waits for the values of its exports', async () => {
    await start({ 'main.ts': `import { v } from './lib'; export const look = () => v`, 'lib.ts': `export const v = await Promise.resolve(1)` })
    assert.equal(await look(), 1)
    loaded(await world.save('lib.ts', `export const v = await new Promise((r) => setTimeout(r, 60, 2))`))
    assert.equal(await look(), 2)
  })

  it('while an export has no value old code runs on, and a newer save takes the place of the one that hangs', async () => {
    await start({ 'main.ts': `import { v } from './lib'; export const look = () => v()`, 'lib.ts': `export const v = () => 1` })
    const hanging = world.save('lib.ts', `console.log('hangs'); ${never}; export const v = () => 2`)
    await world.prints('hangs')
    assert.equal(await look(), 1)
    loaded(await world.save('lib.ts', `export const v = () => 3`))
    assert.deepEqual(messages(await hanging), ['Error: its top level had not ended when a newer version was loaded'])
    assert.equal(await look(), 3)
    assert.deepEqual((await world.snapshot()).processes.items.map(({ label }) => label).filter((label) => label.includes('lib')), [])
  })

  it('one that spins is ended by a newer save', async () => {
    await start({ 'main.ts': `import { v } from './lib'; export const look = () => v()`, 'lib.ts': `export const v = () => 1` })
    const spinning = world.save('lib.ts', `export const v = () => 2\nconsole.log('spins')\nfor (;;) {}`)
    await world.prints('spins')
    loaded(await world.save('lib.ts', `export const v = () => 3`))
    assert.equal((await spinning).ok, false)
    assert.equal(await look(), 3)
  })

  it('one that hangs is told after a while, and holds up no other module', async () => {
    await start({ 'main.ts': `import { v } from './lib'; import { w } from './other'; export const look = () => v() + w()`, 'lib.ts': `export const v = () => 'v1'`, 'other.ts': `export const w = () => 'w1'` })
    const waits = new Promise<unknown>((resolve) => void world.host.onDidLoadWait(({ modules }) => resolve(modules)))
    const hanging = world.save('lib.ts', `${never}; export const v = () => 'v2'`)
    loaded(await world.save('other.ts', `export const w = () => 'w2'`))
    assert.deepEqual(await waits, ['lib'])
    assert.equal(await look(), 'v1w2')
    loaded(await world.save('lib.ts', `export const v = () => 'v3'`))
    assert.equal((await hanging).ok, false)
    assert.equal(await look(), 'v3w2')
  })

  it('one that is imported for the first time and spins is repaired by a save of itself', async () => {
    await start({ 'main.ts': `import { v } from './lib'; export const look = () => v()`, 'lib.ts': `export const v = () => 1` })
    await world.write('spin.ts', `console.log('spins'); for (;;) {}`)
    const hanging = world.save('lib.ts', `import { s } from './spin'; export const v = () => s()`)
    await world.prints('spins')
    await world.until(({ loading }) => loading?.some((file) => file.endsWith('spin.ts')) === true)
    loaded(await world.save('spin.ts', `export const s = () => 2`))
    assert.equal((await hanging).ok, false)
    assert.equal(await look(), 2)
  })

  it('what was saved together with one that hangs loads with its repair', async () => {
    await start({ 'main.ts': `import { v } from './lib'; import { w } from './other'; export const look = () => v() + w()`, 'lib.ts': `export const v = () => 'v1'`, 'other.ts': `export const w = () => 'w1'` })
    await world.write('lib.ts', `console.log('hangs'); ${never}; export const v = () => 'v2'`)
    await world.write('other.ts', `export const w = () => 'w2'`)
    const hanging = world.load(['lib.ts', 'other.ts'].map((file) => path.join(world.root, file)))
    await world.prints('hangs')
    await new Promise<unknown>((resolve) => void world.host.onDidLoadWait(resolve))
    loaded(await world.save('lib.ts', `export const v = () => 'v3'`))
    assert.equal((await hanging).ok, false)
    assert.equal(await look(), 'v3w2')
  })

  it('an onLoad that hangs is ended by a newer save, also of a module that is imported for the first time', async () => {
    const hanging = (n: number): string => `export const v = () => ${n}\nexport const onLoad = () => { console.log('hangs ${n}'); return new Promise(() => {}) }`
    await start({ 'main.ts': `export const look = async () => (await import('./lib')).v()`, 'lib.ts': hanging(1) })
    const first = world.line('main.look()')
    await world.prints('hangs 1')
    const second = world.save('lib.ts', hanging(2))
    await world.prints('hangs 2')
    loaded(await world.save('lib.ts', `export const v = () => 3`))
    assert.deepEqual(messages(await second), ['Error: its onLoad had not ended when a newer version was loaded'])
    assert.equal((await first).ok, false)
    assert.equal(await look(), 3)
    const again = world.save('lib.ts', hanging(4))
    await world.prints('hangs 4')
    loaded(await world.save('lib.ts', `export const v = () => 5`))
    assert.equal((await again).ok, false)
    assert.equal(await look(), 5)
  })

  it('an entry whose import hangs is replaced by a newer save of it', async () => {
    await start({ 'main.ts': `import './lib'; export const look = () => 1`, 'lib.ts': `${never}; export const v = () => 1` })
    loaded(await world.save('main.ts', `export const look = () => 2`))
    assert.equal(await look(), 2)
    assert.equal(world.host.snapshot.runtime.state, 'running')
  })

  it('one that spins and would await after that is ended by a newer save', async () => {
    await start({ 'main.ts': `import { v } from './lib'; export const look = () => v()`, 'lib.ts': `export const v = () => 1` })
    const spinning = world.save('lib.ts', `console.log('spins'); while (Reflect.get(globalThis, 'go') === undefined);\nawait 0\nexport const v = () => 2`)
    await world.prints('spins')
    loaded(await world.save('lib.ts', `export const v = () => 3`))
    assert.deepEqual(messages(await spinning), ['Error: its top level had not ended when a newer version was loaded'])
    assert.equal(await look(), 3)
    assert.equal(world.output, 'spins\n')
  })

  it('quick saves of a module that hangs end on the last one', async () => {
    await start({ 'main.ts': `import { v } from './lib'; export const look = () => v()`, 'lib.ts': `export const v = () => 1` })
    const reports: Promise<LoadReport>[] = []
    for (const text of [2, 3, 4].map((n) => `${never}; export const v = () => ${n}`).concat('export const v = () => 5')) {
      await world.write('lib.ts', text)
      reports.push(world.load([path.join(world.root, 'lib.ts')]))
    }
    await Promise.all(reports)
    assert.equal(await look(), 5)
  })

  it('two modules that await are evaluated side by side in a load as well', async () => {
    await start({ 'main.ts': `import { a } from './a'; import { b } from './b'; export const look = () => a + b`, 'a.ts': `export const a = 'a1'`, 'b.ts': `export const b = 'b1'` })
    const awaiting = (name: string, wait: string): string => `console.log('${name} in'); ${wait}; console.log('${name} out'); export const ${name} = '${name}2'`
    await world.write('a.ts', awaiting('a', `await new Promise<void>((r) => { (globalThis as any).open = r })`))
    await world.write('b.ts', awaiting('b', `(globalThis as any).open(); await 0`))
    loaded(await world.load(['a.ts', 'b.ts'].map((file) => path.join(world.root, file))))
    assert.equal(await look(), 'a2b2')
    assert.ok(world.output.indexOf('b in') < world.output.indexOf('a out'), world.output)
  })

  it('one that rejects changes nothing, and the problem is at its line', async () => {
    await start({ 'main.ts': `import { v } from './lib'; export const look = () => v`, 'lib.ts': `export const v = 1` })
    const report = await world.save('lib.ts', `export const v = 2\nawait 0\nconst é = 'é'; await Promise.reject(new Error(é))`)
    assert.deepEqual(report.outcomes.map((outcome) => (outcome.kind === 'failed' ? outcome.problems.map(({ line, column, message }) => [line, column, message]) : outcome.kind)), [[[3, 36, 'Error: é']]])
    assert.equal(await look(), 1)
  })

  it('a program whose import hangs is started by the save that repairs it', async () => {
    world = await World.create({ ...esm, 'main.ts': `import { v } from './lib'; console.log('main runs with', v()); export const look = () => v()`, 'lib.ts': `console.log('hangs'); ${never}; export const v = () => 1` }, { entry: 'main.ts' })
    const started = world.host.start()
    await world.prints('hangs')
    loaded(await world.save('lib.ts', `export const v = () => 2`))
    await world.prints('main runs with 2')
    await started
    assert.equal(await look(), 2)
  })

  it('the rest of a top level that rejects later is told, and the program goes on', async () => {
    await start({ 'main.ts': `import { v } from './lib'; export const look = () => v()`, 'lib.ts': `export const v = () => 1` })
    loaded(await world.save('lib.ts', `export const v = () => 2\nawait new Promise((r) => { (globalThis as any).goOn = r })\nthrow new Error('much later')`))
    await world.value('globalThis.goOn(), 0')
    await world.prints('The top level of lib ended with Error: much later')
    assert.equal(await look(), 2)
  })
})
