import assert from 'node:assert/strict'
import type { Requests, WhyView } from '../../src/protocol/messages'
import { World } from './support/world'

type Answer = Exclude<Requests['why'][1], { readonly error: unknown }>

const files = {
  'main.ts': `import * as t from './t'
import { registry } from './other'
import { spawn, receive } from 'codeswitch'
import pool from 'poolish'
export function hold(what: keyof typeof t.ways): void {
  spawn(async () => {
    t.ways[what](registry, pool)
    await receive()
  }, [])
}
export const linger = (): unknown => spawn(async () => { await t.wait(receive) })
`,
  'other.ts': 'export const registry = new Map<string, unknown>()\n',
  't.ts': `import http from 'node:http'; import { keep } from 'esmish'
export const api = { handler: (): number => 1 }
class Session { open(): boolean { return true } }
export async function wait(receive: () => Promise<unknown>): Promise<void> {
  await receive()
}
type Pool = { keep(fn: () => void): void }
export const ways = {
  timer: (): unknown => setInterval(function tick() {}, 100_000),
  listener: (): unknown => process.on('SIGUSR2', function onSignal() {}),
  server: (): unknown => http.createServer(function answer(_, response) { response.end() }).listen(0),
  export: (registry: Map<string, unknown>): unknown => registry.set('api', api),
  instance: (registry: Map<string, unknown>): unknown => registry.set('session', new Session()),
  native: (_: Map<string, unknown>, pool: Pool): unknown => pool.keep(function kept() {}),
  module: (): unknown => keep(function cached() {}),
}
`,
  'node_modules/esmish/package.json': '{ "name": "esmish", "type": "module", "exports": "./kept.js" }',
  'node_modules/esmish/kept.js': 'export const key = {}\nconst kept = new WeakMap()\nexport const keep = (fn) => void kept.set(key, fn)\nexport const forKey = () => kept.get(key)\n',
  'node_modules/poolish/package.json': '{ "name": "poolish", "main": "index.js" }',
  'node_modules/poolish/index.js': `function make() {
  const handlers = []
  return { keep(fn) { handlers.push(fn) } }
}
module.exports = make()
`,
}

describe('why', () => {
  let world: World
  beforeEach(async () => { world = await World.start(files, { entry: 'main.ts' }) })
  afterEach(() => world.end())

  async function why(how: Partial<Requests['why'][0]> = {}): Promise<Answer> {
    const answer = await world.host.request('why', { module: 't', heap: true, ...how })
    if ('error' in answer) assert.fail(answer.message)
    return answer
  }

  async function save(): Promise<void> {
    assert.equal((await world.save('t.ts', `${files['t.ts']}// again\n`, { force: true })).ok, true)
  }

  async function keepers(slot: WhyView['slot']): Promise<string[]> {
    const { versions, heap } = await why()
    assert.equal(heap.state, 'done')
    return (versions.find((view) => view.slot === slot)?.keepers ?? assert.fail(`nothing ${slot}`))
      .map(({ kind, text, line, heldBy = [] }) => `${kind}: ${text} ${line ?? ''}${heldBy.map((one) => ` < ${one}`).join('')}`)
  }

  const held: Readonly<Record<string, string>> = {
    timer: 'timer: `tick` 9 < a setInterval',
    listener: "listener: `onSignal` 10 < the 'SIGUSR2' event of process",
    server: "server: `answer` 11 < the 'request' event of a Server < Node",
    export: 'export: exported `api`  < a Map < export `registry` of other',
    instance: 'closure: an object of class `Session` 3 < a Map < export `registry` of other',
    module: 'closure: `cached` 15 < a WeakMap < a variable of esmish/kept.js',
    native: 'closure: `kept` 14 < an Array < variable `handlers` of poolish/index.js',
  }
  for (const [what, keeper] of Object.entries(held)) {
    it(`names what holds an old version: ${what}`, async () => {
      await world.value(`main.hold('${what}'); 0`)
      await save()
      assert.deepEqual(await keepers('old'), [keeper])
    })
  }

  it('names a process that lingers, with its function and line', async () => {
    await world.value('main.linger(); 0')
    await save()
    const found = await keepers('old')
    assert.equal(found.length, 1, found.join('\n'))
    assert.match(found[0] ?? '', /^frame: .* in wait 5$/)
  })

  it('says of a version that nothing holds it', async () => {
    await save()
    assert.deepEqual(await keepers('old'), [])
    assert.match((await why({ slot: 'old' })).text, /Nothing keeps it but its slot/)
  })

  it('finds functions of a version that was purged, with their lines in the text it was made from', async () => {
    await world.value("main.hold('native'); 0")
    await world.save('t.ts', `// moved\n\n${files['t.ts']}`, { force: true })
    await world.host.request('purge', { module: 't', soft: false })
    assert.deepEqual(await keepers('purged'), ['closure: `kept` 14 < an Array < variable `handlers` of poolish/index.js'])
  })

  it('code that was purged long ago still has the lines of its source in a stack', async () => {
    await world.save('t.ts', `${files['t.ts']}\nglobalThis.kept = function kept() { return 1 }\n`)
    for (let load = 0; load < 25; load++) await save()
    assert.match(String(await world.value('try { kept() } catch (error) { error.stack }')), /BadFunError[^]*t\.ts\?v=2:18:/)
  })

  it('tells functions of a load that failed apart from those of the version that has its number now', async () => {
    const kept = (name: string): string => `globalThis.${name} = function ${name}() { return new Error('x').stack }\n`
    assert.equal((await world.save('t.ts', `\n\n${kept('bad')}throw new Error('no')\n`)).ok, false)
    await world.save('t.ts', `${kept('good')}${files['t.ts']}`)
    const { versions } = await why()
    assert.deepEqual(versions.map(({ version, slot, keepers: all }) => [version, slot, all.map(({ text, line }) => `${text} ${line}`)]), [
      [2, 'current', ['`good` 1']], [1, 'old', []], [2, 'failed', ['`bad` 3']],
    ])
    assert.match(String(await world.value('try { bad() } catch (error) { error.stack }')), /t\.ts\?v=2:3:/)
    assert.match(String(await world.value('good()')), /t\.ts\?v=2:1:/)
  })

  it('says nothing of what is over: cleared, removed, unsubscribed, and closed by the reload', async () => {
    const over = `import dc from 'node:diagnostics_channel'; import fs from 'node:fs'
clearInterval(setInterval(function cleared() {}, 1000))
await new Promise((resolve) => setTimeout(function fired() { resolve(0) }, 1))
const target: EventTarget = globalThis.target ??= new EventTarget()
function removed(): void {}
target.addEventListener('x', removed); target.removeEventListener('x', removed)
dc.subscribe('c', removed); dc.unsubscribe('c', removed)
fs.watchFile('nosuch', removed); fs.unwatchFile('nosuch', removed)
process.on('SIGUSR1', removed); process.off('SIGUSR1', removed)
`
    const opened = `setInterval(function tick() {}, 1000); setTimeout(function later() {}, 100_000)
process.on('SIGUSR2', function heard() {})
fs.watch('.', function seen() {})
`
    await world.save('t.ts', over + opened)
    assert.deepEqual(await keepers('current'), ['timer: setInterval 1000 ms 10', 'timer: setTimeout 100000 ms 10', "listener: 'SIGUSR2' listener 11", 'resource: watcher 12'])
    await world.save('t.ts', over)
    assert.deepEqual(await keepers('current'), [])
    assert.deepEqual(await keepers('old'), [])
  })

  it('finds nothing of a purged version that was loaded together with a module that requires or imports later', async () => {
    await world.write('late.ts', "import { one } from './one'\nexport const go = async (): Promise<unknown> => [await import('./two'), one()]\n")
    await world.write('late.cjs', "const { one } = require('./one')\nexports.go = () => [require('./two'), one()]\n")
    await world.write('one.ts', 'export function one(): number { return 1 }\n')
    await world.write('two.ts', 'export const two = 2\n')
    await world.value("await (await import('./late')).go(), (await import('./late.cjs')).go(), 0")
    await world.save('one.ts', 'export function one(): number { return 11 }\n')
    await world.host.request('purge', { module: 'one', soft: false })
    assert.deepEqual((await why({ module: 'one' })).versions.map(({ slot, keepers: all }) => [slot, all]), [['current', []]])
  })

  it('leads to something that a person finds: a timer of a package, a store, a request, an export', async () => {
    await world.write('node_modules/leaky/index.js', `class Pool { jobs = [] }
exports.pool = new Pool()
exports.every = (fn) => setInterval(() => fn(), 100_000)
exports.nested = { a: { b: { c: { d: [] } } } }
`)
    await world.write('leaks.ts', `import { AsyncLocalStorage } from 'node:async_hooks'; import http from 'node:http'
import { registry } from './other'
import { pool, every, nested } from 'leaky'
pool.jobs.push(function inPackage() {})
every(function inTimerOfPackage() {})
nested.a.b.c.d.push(function inDeep() {})
new AsyncLocalStorage().run({ fn: function inStore() {} }, () => { every(Boolean) })
registry.set('promise', new Promise(() => {})); registry.get('promise').then(function inPromise() {})
registry.set('bound', function inBound() {}.bind(null))
export const hear = (target) => { registry.set('target', target); target.addEventListener('x', function inTarget() {}) }
registry.set('error', function inError() { return new Error() }())
globalThis[Symbol.for('leak')] = function inSymbol() {}
registry.set('weak', [new WeakRef(function inWeakRef() {}), new FinalizationRegistry(Boolean)]); registry.get('weak')[1].register(function inRegistry() {}, 1)
registry.set('emitter', new (await import('node:events')).EventEmitter()); registry.get('emitter').once('x', function inOnce() {})
export const server = http.createServer((request, response) => { request.kept = function inRequest() {}; if (request.url !== '/slow') response.end() }).listen(0)
`)
    await world.value("const { server, hear } = await import('./leaks'); hear(new EventTarget()); const at = 'http://localhost:' + server.address().port; fetch(at + '/slow').catch(Boolean); await new Promise((resolve) => server.once('request', resolve)); await fetch(at); 0")
    await world.save('leaks.ts', 'export const server = 0\n')
    const { versions } = await why({ module: 'leaks', slot: 'old' })
    const found = versions.flatMap(({ keepers: all }) => all.map(({ kind, text, line, heldBy = [] }) => `${kind}: ${text} ${line}${heldBy.map((one) => ` < ${one}`).join('')}`))
    assert.deepEqual(found.filter((one) => /`in[A-Z]/.test(one)).sort(), [
      'closure: `inBound` 9 < a bound function < a Map < export `registry` of other',
      'closure: `inDeep` 6 < an Array < `d` of an Object < `c` of an Object < … < export `nested` of leaky/index.js',
      'closure: `inError` 11 < the stack of an Error < a Map < export `registry` of other',
      'closure: `inPackage` 4 < an Array < `jobs` of a Pool < export `pool` of leaky/index.js',
      'closure: `inPromise` 8 < a Promise < a Map < export `registry` of other',
      'closure: `inRequest` 15 < the request GET /slow',
      'closure: `inStore` 7 < `fn` of an Object < the store of an AsyncLocalStorage < a setInterval',
      'closure: `inSymbol` 12 < global `Symbol(leak)`',
      "listener: `inOnce` 14 < the 'x' event of an EventEmitter < a Map < export `registry` of other",
      "listener: `inTarget` 10 < the 'x' event of an EventTarget < a Map < export `registry` of other",
      'timer: `inTimerOfPackage` 5 < variable `fn` of a function (leaky/index.js:3) < a setInterval',
    ])
  })

  it('names what the top level has open, without a look at the heap', async () => {
    const tick = "setInterval(() => {}, 1000)\nprocess.on('SIGUSR1', () => {})\n"
    await world.save('t.ts', `${tick}${files['t.ts']}`)
    const { versions, heap, text } = await why({ heap: false, slot: 'current' })
    assert.deepEqual(versions[0]?.keepers.map(({ kind, text: what, line }) => [kind, what, line]), [['timer', 'setInterval 1000 ms', 1], ['listener', "'SIGUSR1' listener", 2]])
    assert.deepEqual(heap, { state: 'skipped' })
    assert.match(text, /The heap was not looked through/)
  })

  it('names what the top level has open once, also when the heap is looked through', async () => {
    await world.save('t.ts', `setInterval(() => {}, 1000)\n${files['t.ts']}`)
    assert.deepEqual(await keepers('current'), ['timer: setInterval 1000 ms 1'])
  })

  it('stops when its time is over, says so, and the program goes on', async () => {
    const { versions, heap, text } = await why({ maxMs: 1 })
    assert.equal(heap.state === 'stopped' && heap.because, 'time')
    assert.equal(versions.length, 1)
    assert.match(text, /was stopped after .*its time was over/)
    assert.equal(await world.value('1 + 1'), 2)
  })

  it('stops when it is cancelled, and can be asked again', async () => {
    await world.value("globalThis.much = Array.from({ length: 30_000 }, (_, i) => ({ i, text: 'x' + i })); 0")
    const asked = why()
    while ((await world.host.request('cancelWhy', {})).cancelled === 0) await world.host.request('configure', {})
    const { heap } = await asked
    assert.equal(heap.state === 'stopped' && heap.because, 'cancelled')
    assert.deepEqual(await world.host.request('cancelWhy', {}), { cancelled: 0 })
    assert.equal((await why()).heap.state, 'done')
  })

  it('leaves a heap alone that is larger than it may be', async () => {
    const { heap, text } = await why({ maxHeapMb: 1 })
    assert.equal(heap.state, 'tooBig')
    assert.match(text, /above 1 MB/)
  })

  it('nobody dies of it, and what runs goes on', async () => {
    await world.value('main.linger(); 0')
    await world.value("globalThis.ticks = 0; setInterval(() => { globalThis.ticks++ }, 1); 0")
    const before = (await world.snapshot()).processes.items.map((process) => process.pid)
    await why()
    const after = new Set((await world.snapshot()).processes.items.map((process) => process.pid))
    assert.deepEqual(before.filter((pid) => !after.has(pid)), [])
    assert.equal(await world.value('const n = ticks; await new Promise((resolve) => { const look = () => ticks > n ? resolve(true) : setTimeout(look, 1); look() })'), true)
  })

  it('the shell prints it', async () => {
    await world.value("main.hold('timer'); 0")
    assert.equal(await world.value('why(t)'), 'ok')
    await world.prints('- timer: `tick` at t.ts:9, held by a setInterval\n')
    await assert.rejects(world.value("why('nosuch')"), /no module is called nosuch/)
  })
})
