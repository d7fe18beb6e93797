import assert from 'node:assert/strict'
import { World } from './support/world'

/** A gen_server; `state` is an expression, `more` further exports. */
const srv = (version: number, state: string, more = ''): string => `
import { genServer, receive, sys, type From } from 'codeswitch'
import * as srv from './srv'
export const start = () => genServer.start(srv as never, [], { name: 'srv' })
export const init = () => ['ok', ${state}]
export async function handleCall(request: unknown, _from: From, state: unknown) {
  if (request === 'slow') await receive('release')
  return ['reply', [${version}, state], state]
}
export const terminate = () => { console.log('terminated in ${version}') }
${more}`

/** A process that waits in a loop of its own, under a supervisor. */
const worker = (version: number): string => `
import { procLib, receive, register, self } from 'codeswitch'
import * as worker from './worker'
export const startLink = (name: string) => procLib.startLink(worker, 'run', [name])
export async function run(name: string): Promise<never> {
  register(name, self())
  procLib.initAck(['ok', self()])
  while (true) {
    const message = await receive()
    console.log(name, 'runs', ${version}, message)
  }
}
`
const sup = (intensity: number, names: readonly string[]): string => `
import { supervisor } from 'codeswitch'
import * as sup from './sup'
import * as worker from './worker'
export const start = () => supervisor.startLink(sup as never, [], { name: 'sup' })
export const init = () => ['ok', [{ intensity: ${intensity} }, ${JSON.stringify(names)}.map((id) => ({ id, start: [worker, 'startLink', [id]] }))]]
`

describe('behaviours in a host', () => {
  let world: World
  afterEach(() => world.end())

  it('an idle server never lingers, and its next callback is current code', async () => {
    world = await World.start({ 'main.ts': `import * as srv from './srv'\nawait srv.start()`, 'srv.ts': srv(1, '7') }, { entry: 'main.ts' })
    assert.deepEqual(await world.value(`genServer.call('srv', 'get')`), [1, 7])
    for (let version = 2; version < 6; version++) {
      const report = await world.save('srv.ts', srv(version, '7'))
      assert.deepEqual(report.outcomes, [{ module: 'srv', kind: 'loaded', version, killed: [] }])
      assert.deepEqual((await world.snapshot()).lingering, [])
      assert.deepEqual(await world.value(`genServer.call('srv', 'get')`), [version, 7])
    }
  })

  it('a server busy in an old callback lingers, and a purge ends its caller with killed and without terminate', async () => {
    world = await World.start({ 'main.ts': `import * as srv from './srv'\nawait srv.start()`, 'srv.ts': srv(1, '7') }, { entry: 'main.ts' })
    await world.value(`globalThis.why = undefined; void genServer.call('srv', 'slow').catch((error) => { globalThis.why = error.reason[0] }); 0`)
    await world.save('srv.ts', srv(2, '7'))
    const { lingering: [entry] } = await world.snapshot()
    assert.equal(entry?.processes[0]?.name, 'srv')
    assert.deepEqual(await world.value('l(srv)'), ['module', 'srv'])
    assert.equal(await world.value('globalThis.why'), 'killed')
    assert.ok(!world.output.includes('terminated'))
  })

  it('a module that is imported by TypeScript which becomes CommonJS is known by its name', async () => {
    const importing = (name: string): string => `import * as ${name} from './${name}'\nimport { genServer } from 'codeswitch'\nconst { inspect } = require('node:util')\nvoid genServer.start(${name} as never, inspect, { name: '${name}' })`
    const callbacks = `export const init = () => ['ok', 1]`
    world = await World.start({ 'main.ts': `import './a'\nimport './b'`, 'a.ts': importing('esm'), 'b.ts': importing('cjs'), 'esm.ts': callbacks, 'cjs.ts': `${callbacks}\nconst { inspect } = require('node:util')` }, { entry: 'main.ts' })
    const { processes } = await world.snapshot()
    assert.deepEqual(processes.items.flatMap(({ name, label }) => (name === undefined ? [] : [label])), ['genServer esm', 'genServer cjs'])
  })

  it('suspend, load, changeCode, resume migrates the state while calls wait', async () => {
    world = await World.start({ 'main.ts': `import * as srv from './srv'\nawait srv.start()`, 'srv.ts': srv(1, '7') }, { entry: 'main.ts' })
    assert.equal(await world.value(`sys.suspend('srv')`), 'ok')
    await world.value(`globalThis.answer = undefined; void genServer.call('srv', 'get').then((value) => { globalThis.answer = value }); 0`)
    await world.save('srv.ts', srv(2, '{ count: 0 }', `export const codeChange = (oldVsn: unknown, count: number, extra: unknown) => ['ok', { count, oldVsn, extra }]`))
    assert.equal(await world.value('globalThis.answer === undefined'), true)
    assert.equal(await world.value(`sys.changeCode('srv', 'srv', 1, 'extra')`), 'ok')
    assert.equal(await world.value(`sys.resume('srv')`), 'ok')
    assert.deepEqual(await world.value('globalThis.answer'), [2, { count: 7, oldVsn: 1, extra: 'extra' }])
  })

  it('a child that a load killed is restarted in the version that was just loaded', async () => {
    world = await World.start({ 'main.ts': `import * as sup from './sup'\nawait sup.start()`, 'sup.ts': sup(10, ['a', 'b']), 'worker.ts': worker(1) }, { entry: 'main.ts' })
    await world.save('worker.ts', worker(2))
    for (let version = 3; version < 6; version++) {
      const before = await world.value(`[whereis('a'), whereis('b')]`)
      await world.write('worker.ts', worker(version))
      assert.deepEqual(await world.value('l(worker)'), ['module', 'worker'])
      await world.value(`send('a', 'hello')`)
      await world.prints(`a runs ${version} hello`)
      assert.notDeepEqual(await world.value(`[whereis('a'), whereis('b')]`), before)
      const { lingering } = await world.snapshot()
      assert.deepEqual(lingering, [])
      await world.load(['worker'], { force: true }) // now they linger again
    }
  })

  it('supervisorsAtRisk names the supervisor that the next load would end', async () => {
    world = await World.start({ 'main.ts': `import * as sup from './sup'\nawait sup.start()`, 'sup.ts': sup(1, ['a', 'b']), 'worker.ts': worker(1) }, { entry: 'main.ts' })
    await world.save('worker.ts', worker(2))
    assert.deepEqual(await world.value(`supervisor.supervisorsAtRisk([whereis('a')])`), [])
    const risk = await world.value(`supervisor.supervisorsAtRisk([whereis('a'), whereis('b')]).map(({ name, restarts }) => [name, restarts])`)
    assert.deepEqual(risk, [['sup', 2]])
    await world.value('l(worker)')
    assert.equal(await world.value(`whereis('sup') === undefined`), true)
  })

  it('a picture says which supervisors the next load would end, and a staged batch is counted as one', async () => {
    const own = (name: string, version: number): string => worker(version).replace('./worker', `./${name}`)
    const both = sup(1, ['a', 'b']).replace('start: [worker,', 'start: [id,')
    world = await World.start({ 'main.ts': `import './a'\nimport './b'\nimport * as sup from './sup'\nawait sup.start()`, 'a.ts': own('a', 1), 'b.ts': own('b', 1), 'sup.ts': both, 'worker.ts': '' }, { entry: 'main.ts' })
    await world.save('a.ts', own('a', 2))
    await world.save('b.ts', own('b', 2))
    const risks = async (): Promise<unknown> => (await world.snapshot()).atRisk?.map(({ modules, supervisors }) => [modules, supervisors.map(({ name, restarts, intensity }) => [name, restarts, intensity])])
    assert.deepEqual(await risks(), [[['a', 'b'], [['sup', 2, 1]]]])
    await world.save('c.ts', `import * as c from './c'\nimport { receive, spawn } from 'codeswitch'\nexport const run = async () => { await receive(); await receive() }\nspawn(c, 'run')`)
    await world.load([`${world.root}/c.ts`], { force: true })
    assert.deepEqual(await risks(), [[['a', 'b', 'c'], [['sup', 2, 1]]]]) // all that linger
    await world.write('a.ts', own('a', 3))
    await world.write('b.ts', own('b', 3))
    const { ok } = await world.load(['a', 'b'])
    assert.equal(ok, false)
    assert.deepEqual(await risks(), [[['a', 'b'], [['sup', 2, 1]]], [['a', 'b', 'c'], [['sup', 2, 1]]]])
  })

  it('a supervisor is at risk no longer when its restarts are forgotten, and the picture says so by itself', async () => {
    world = await World.start({ 'main.ts': `import * as sup from './sup'\nawait sup.start()`, 'sup.ts': sup(1, ['a']).replace('intensity: 1', 'intensity: 1, period: 2'), 'worker.ts': worker(1) }, { entry: 'main.ts' })
    await world.value(`exit(whereis('a'), 'kill')`)
    const atRisk = world.until(({ atRisk: risks = [] }) => risks[0]?.supervisors[0]?.until !== undefined)
    await world.save('worker.ts', worker(2))
    await atRisk
    await world.until(({ atRisk: risks = [] }) => risks.every(({ supervisors }) => supervisors.every(({ until }) => until === undefined)))
  })
})
