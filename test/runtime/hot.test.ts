import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import type { LoadReport } from '../../src/protocol/messages'
import { World } from './support/world'

const notices = (world: World): string[] => {
  const heard: string[] = []
  world.host.onDidLog(({ message }) => heard.push(message))
  return heard
}

describe('import.meta.hot', () => {
  let world: World
  afterEach(() => world.end())

  const start = async (files: Readonly<Record<string, string>>): Promise<void> => {
    world = await World.start({ 'main.ts': `import './m'\nimport './dep'`, 'dep.ts': 'export const value = 1', ...files }, { entry: 'main.ts' })
  }
  const counter = (version: number, more = ''): string => `
const hot = import.meta.hot!
let count: number = hot.data.count ?? 0
export const next = () => ++count
export const left = () => hot.data.count
export const version = ${version}
hot.dispose((data) => { data.count = count; console.log('dispose ${version}') })
${more}`

  it('data that a version leaves in dispose is there for the next one', async () => {
    await start({ 'm.ts': counter(1) })
    await world.value('m.next()')
    assert.equal((await world.save('m.ts', counter(2))).ok, true)
    assert.equal(await world.value('m.next()'), 2)
    await world.save('m.ts', counter(3))
    assert.equal(await world.value('m.next()'), 3)
    assert.match(world.output, /dispose 1\n[^]*dispose 2\n$/)
  })

  it('what a version that failed to load wrote into data is undone', async () => {
    await start({ 'm.ts': `import.meta.hot!.data.name = 'one'\nexport const name = () => import.meta.hot!.data.name` })
    assert.equal((await world.save('m.ts', `import.meta.hot!.data.name = 'two'\nimport.meta.hot!.data.other = 1\nthrow new Error('late')`)).ok, false)
    assert.equal(await world.value('m.name()'), 'one')
  })

  it('what a version gained after a load that failed is there for the next one', async () => {
    await start({ 'm.ts': counter(1) })
    await world.value('m.next()')
    assert.equal((await world.save('m.ts', counter(2, `hot.data.count = 50\nthrow new Error('late')`))).ok, false)
    assert.equal(await world.value('m.left()'), null)
    await world.value('m.next()')
    await world.save('m.ts', counter(3))
    assert.equal(await world.value('m.next()'), 3)
  })

  it('a version that failed to load disposes of what it did, and its data is nobody\'s', async () => {
    const mail = (version: number, more = ''): string => `import { bus } from './bus'
const hot = import.meta.hot!
hot.data.seen = ${version}
const stop = bus.subscribe(() => 'mail ${version}')
hot.dispose((data) => { stop(); data.left = ${version}; hot.data.seen = 0 })
export const left = () => [hot.data.seen, hot.data.left]
${more}`
    const logged: string[] = []
    await start({ 'bus.ts': `const all = new Set<() => string>()\nexport const bus = { subscribe(f: () => string) { all.add(f); return () => { all.delete(f) } } }\nexport const ring = () => [...all].map((f) => f())`, 'm.ts': mail(1) })
    world.host.onDidLog(({ message }) => logged.push(message))
    for (const version of [2, 3]) assert.equal((await world.save('m.ts', mail(version, `throw new Error('late')`))).ok, false)
    assert.deepEqual(await world.value('bus.ring()'), ['mail 1'])
    assert.deepEqual(await world.value('m.left()'), [1, null])
    await world.save('m.ts', mail(4))
    assert.deepEqual(await world.value('bus.ring()'), ['mail 4'])
    assert.deepEqual(logged, [])
  })

  it('dispose runs at the commit, not when the load fails', async () => {
    const text = (version: number, more = ''): string => `import.meta.hot!.dispose(() => console.log('dispose ${version}'))\nexport const version = ${version}\n${more}`
    await start({ 'm.ts': text(1) })
    await world.save('m.ts', text(2, `throw new Error('late')`))
    assert.doesNotMatch(world.output, /dispose 1/)
    await world.save('m.ts', text(3))
    await world.prints('dispose 1')
  })

  it('prune is called and what the top level opened is released when the file is gone and nobody imports it any more', async () => {
    const importing = `import './m'\nimport './dep'`
    await start({ 'm.ts': `setInterval(() => {}, 1000)\nimport.meta.hot!.prune(() => console.log('pruned'))` })
    await rm(path.join(world.root, 'm.ts'))
    const gone = await world.load([path.join(world.root, 'm.ts')])
    const texts = (report: LoadReport): string[] => report.outcomes.map((outcome) => `${outcome.module} ${outcome.kind}${outcome.kind === 'failed' ? `: ${outcome.problems[0]?.message}` : ''}`)
    assert.deepEqual(texts(gone), ['m failed: The file is gone. v1 runs on: main.ts imports it'])
    assert.deepEqual(texts(await world.save('main.ts', `import './dep'`)), ['main loaded', 'm deleted'])
    await world.prints('pruned')
    const { current, old, failed } = await world.module('m')
    assert.deepEqual([current, old?.version, failed], [undefined, 1, undefined])
    await world.write('m.ts', 'export const back = true')
    assert.deepEqual(texts(await world.save('main.ts', importing)), ['main loaded', 'm loaded'])
    await rm(path.join(world.root, 'm.ts'))
    await world.write('main.ts', `import './dep'`)
    assert.deepEqual(texts(await world.load(['m.ts', 'main.ts'].map((file) => path.join(world.root, file)))), ['main loaded', 'm deleted'])
  })

  it('a module without a file goes on while old code that imports it is in use, and is deleted when that has ended', async () => {
    await start({
      'main.ts': `import { word } from './m'\nimport { receive, register, spawn } from 'codeswitch'\nconst worker = async () => { console.log(word(), await receive(String)) }\nregister('worker', spawn(worker))`,
      'm.ts': `export const word = () => 'still there'\nimport.meta.hot!.prune(() => console.log('pruned'))`,
    })
    await world.save('main.ts', `export const now = 2`)
    await rm(path.join(world.root, 'm.ts'))
    assert.equal((await world.load([path.join(world.root, 'm.ts')])).outcomes[0]?.kind, 'failed')
    assert.equal((await world.module('m')).current?.version, 1)
    await world.value(`send('worker', 'go')`)
    await world.prints('still there go')
    await world.prints('pruned')
    await world.until(({ modules }) => modules.some(({ name, current, old }) => name === 'm' && current === undefined && old !== undefined))
  })

  it('a module that was asked for by a name that is in no text stays without its file', async () => {
    await start({ 'main.ts': `const name = './' + 'm'\nawait import(name)`, 'm.ts': `export const m = 1` })
    await rm(path.join(world.root, 'm.ts'))
    assert.equal((await world.load([path.join(world.root, 'm.ts')])).outcomes[0]?.kind, 'failed')
    assert.equal(await world.value('m.m'), 1)
  })

  it('tells once that an object of another module has what it was given before, by who is loaded alone', async () => {
    const subscribe = (text: string): string => `import { bus, emitter } from './dep'\n\nbus.subscribe(() => '${text}')\nemitter.on('x', () => '${text}')`
    await start({ 'm.ts': subscribe('one'), 'dep.ts': `import { EventEmitter } from 'node:events'\nconst all: unknown[] = []\nexport const bus = { subscribe: (f: unknown) => all.push(f) }, emitter = new EventEmitter()` })
    const heard = notices(world)
    for (const text of ['two', 'three']) {
      await world.write('m.ts', subscribe(text))
      await world.value(`l('m')`)
    }
    await world.snapshot()
    assert.deepEqual(heard, ['m: `bus.subscribe` at line 3 was given a function again and still has the one before; take that back in import.meta.hot.dispose, or make the call in the module of `bus`'])
  })

  it('says nothing of that to who disposes of something, or listens to an emitter only', async () => {
    await start({ 'm.ts': '', 'dep.ts': `import { EventEmitter } from 'node:events'\nexport const emitter = new EventEmitter()\nexport const bus = { subscribe: (f: unknown) => f }` })
    const heard = notices(world)
    await world.save('m.ts', `import { emitter } from './dep'\nemitter.on('x', () => 2)`)
    await world.save('m.ts', `import { emitter } from './dep'\nemitter.on('x', () => 3)`)
    await world.save('m.ts', `import { bus } from './dep'\nbus.subscribe(() => 4)\nimport.meta.hot!.dispose(() => {})`)
    await world.snapshot()
    assert.deepEqual(heard, [])
  })

  it('accept is told the new namespace, of the module itself and of what it imports', async () => {
    const text = (version: number): string => `
import { value } from './dep'
export const version = ${version}
export const use = () => value
import.meta.hot!.accept((m) => console.log('self ' + m!.version))
import.meta.hot!.accept('./dep', (m) => console.log('dep ' + m!.value))
import.meta.hot!.accept(['./dep', './main'], (ms) => console.log('both ' + ms.map((m) => m?.value)))
import.meta.hot!.on('vite:afterUpdate', ({ updates }) => console.log('after ' + updates.map((one) => one.path)))`
    await start({ 'm.ts': text(1) })
    await world.save('m.ts', text(2))
    await world.prints('self 2\n')
    await world.prints('after m\n')
    await world.save('dep.ts', 'export const value = 2')
    await world.prints('dep 2\nboth 2,\nafter dep\n')
  })

  it('a timer that data keeps is not released', async () => {
    const text = (version: number): string => `
const { data } = import.meta.hot!
data.timer ??= setInterval(() => console.log('made by ${version}'), 5)
export const version = ${version}`
    await start({ 'm.ts': text(1) })
    await world.save('m.ts', text(2))
    world.output = ''
    await world.prints('made by 1\nmade by 1\nmade by 1')
  })

  it('a deleted module disposes and prunes', async () => {
    await start({ 'm.ts': `import.meta.hot!.dispose(() => console.log('disposed'))\nimport.meta.hot!.prune(() => console.log('pruned'))\nsetInterval(() => console.log('tick'), 5)` })
    await world.prints('tick')
    await world.value(`del(m)`)
    await world.prints('disposed\npruned\n')
  })

  it('decline does nothing, as in Vite', async () => {
    await start({ 'm.ts': `import.meta.hot!.decline()\nconsole.log('first')` })
    await world.save('m.ts', `import.meta.hot!.decline()\nconsole.log('second')`)
    await world.prints('second')
  })

  it('invalidate loads the importers again', async () => {
    await start({ 'm.ts': `export const x = 1`, 'main.ts': `import './m'\nimport './dep'\nconsole.log('main runs')` })
    world.output = ''
    await world.save('m.ts', `export const x = 2\nimport.meta.hot!.accept(() => {})\nimport.meta.hot!.invalidate('cannot')`)
    await world.prints('main runs')
  })

  it('notes once which top-level state a reload reset', async () => {
    const text = (version: number): string => `let count = 0\nconst users = new Map<string, number>(), names = ['fixed']\nexport const next = () => users.set(names[0] + ++count, count).size\nexport const version = ${version}`
    await start({ 'm.ts': text(1) })
    const notes = ({ outcomes }: LoadReport) => outcomes.map((outcome) => (outcome.kind === 'loaded' ? outcome.notes : outcome.kind))
    assert.deepEqual(notes(await world.save('m.ts', text(2))), [['top-level `count`, `users` were reset; keep them in import.meta.hot.data']])
    assert.deepEqual(notes(await world.save('m.ts', text(3))), [undefined])
  })

  it('is there without being seen', async () => {
    await start({ 'm.ts': `console.log(Object.keys(import.meta).join() + ' ' + typeof import.meta.hot)` })
    await world.prints('dirname,filename,resolve,url object')
  })
})
