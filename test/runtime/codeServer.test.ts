import assert from 'node:assert/strict'
import { World } from './support/world'

const t = (version: number, extra = ''): string => `
import { spawn, register, receive } from 'codeswitch'
export const version = () => ${version}
export function start() { return register('t', spawn(doLoop)) }
async function doLoop(): Promise<never> {
  const msg = await receive()
  console.log(${version}, msg)
  return doLoop()
}
${extra}`

describe('code server', () => {
  let world: World
  afterEach(() => world.end())

  it('makes current old at a second load, and whoever runs it goes on there', async () => {
    world = await World.start({ 't.ts': t(1) }, { entry: 't.ts' })
    assert.equal(await world.value('t.start()'), true)
    const report = await world.save('t.ts', t(2))
    assert.deepEqual(report.outcomes, [{ module: 't', kind: 'loaded', version: 2, killed: [] }])
    assert.equal(await world.value('t.version()'), 2)
    await world.value(`send('t', 'hello')`)
    await world.prints('1 hello')
    const snapshot = await world.snapshot()
    const [entry] = snapshot.lingering
    assert.equal(entry?.module, 't')
    assert.equal(entry?.version, 1)
    const [process] = entry?.processes ?? []
    assert.equal(process?.name, 't')
    const [frame] = process?.stack ?? []
    assert.deepEqual({ fn: frame?.function, line: frame?.line, slot: frame?.slot }, { fn: 'doLoop', line: 6, slot: 'old' })
  })

  it('stages a third load while somebody lingers, and names the victims', async () => {
    world = await World.start({ 't.ts': t(1) }, { entry: 't.ts' })
    await world.value('t.start()')
    await world.save('t.ts', t(2))
    const report = await world.save('t.ts', t(3))
    assert.deepEqual(report.outcomes, [{ module: 't', kind: 'staged', victims: 1, policy: 'ask' }])
    assert.equal(await world.value('t.version()'), 2)
    const loaded = await world.host.request('loadStaged', { kill: true })
    assert.ok('ok' in loaded && loaded.ok)
    assert.equal(await world.value('t.version()'), 3)
    assert.equal(await world.value(`whereis('t') === undefined`), true)
  })

  it('changes nothing when the new text does not compile', async () => {
    world = await World.start({ 't.ts': t(1) }, { entry: 't.ts' })
    await world.value('t.start()')
    const report = await world.save('t.ts', t(2, 'const é = "ü" +;'))
    assert.equal(report.ok, false)
    const [outcome] = report.outcomes
    assert.equal(outcome?.kind, 'failed')
    const { failed, current, old } = await world.module('t')
    assert.deepEqual([failed?.reason, failed?.problems[0]?.line, failed?.problems[0]?.column], ['compile_error', 10, 15])
    assert.deepEqual([current?.version, old], [1, undefined])
    assert.equal(await world.value('t.version()'), 1)
    assert.equal((await world.save('t.ts', t(2))).ok, true)
    assert.equal((await world.module('t')).failed, undefined)
  })

  it('changes nothing when the new top level throws', async () => {
    world = await World.start({ 't.ts': t(1) }, { entry: 't.ts' })
    await world.save('t.ts', t(2))
    const report = await world.save('t.ts', t(3, `\nthrow new Error('no')`))
    assert.equal(report.ok, false)
    const { failed, current, old } = await world.module('t')
    assert.deepEqual([failed?.reason, failed?.problems[0]?.message, failed?.problems[0]?.line], ['evaluation_failed', 'Error: no', 11])
    assert.deepEqual([current?.version, old?.version], [2, 1])
  })
})
