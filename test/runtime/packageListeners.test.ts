/** Listeners that packages add to `process`: one of those that come for each app, and those that come once stay. */
import assert from 'node:assert/strict'
import { World } from './support/world'

/** Stands for close-with-grace, terminus and their kin (`grace`), and for exit-hook and signal-exit (`hook`). */
const grace = `
import { add } from './add.js'
const heard = (name, fn) => { for (const event of ['SIGUSR2', 'SIGHUP']) add(event, (event) => { fn(event); globalThis.heard.push(name) }) }
export function grace(name) { heard(name, () => {}) }
export async function later(name) { await null; await new Promise(setImmediate); heard(name, () => {}) }
const hooks = []
let isHooked = false
export function hook(name) {
  hooks.push(name)
  if (isHooked) return
  isHooked = true
  add('SIGUSR2', () => { globalThis.heard.push('hooks ' + hooks.join()) })
  process.once('SIGHUP', () => { globalThis.heard.push('once') })
}
export function tidy(name) { process.on('exit', () => { globalThis.heard.push(name) }) }`

describe('listeners that a package adds to process', () => {
  let world: World
  afterEach(() => world.end())

  const start = async (files: Readonly<Record<string, string>>): Promise<void> => {
    world = await World.start({
      'package.json': '{"type":"module"}', 'node_modules/grace/package.json': '{"name":"grace","type":"module","exports":"./grace.js"}', 'node_modules/grace/grace.js': grace,
      'node_modules/grace/add.js': 'export const add = (event, fn) => { process.on(event, fn) }', ...files,
    }, { entry: 'main.js' })
  }
  const saved = async (file: string, text: string): Promise<void> => assert.equal((await world.save(file, text)).ok, true)
  /** What hears an event, without the runtime's own listeners. */
  const heard = (event: string): Promise<unknown> => world.value(`globalThis.heard = [], process.emit('${event}', '${event}'), globalThis.heard`)
  const main = (calls: (version: number) => string) => (version: number): string => `import { grace, hook, later, tidy } from 'grace'\n${calls(version)}\nvoid [grace, hook, later, tidy]`

  it('for each app are those of the last one', async () => {
    const text = main((version) => `grace('app ${version}')`)
    await start({ 'main.js': text(1) })
    for (let version = 2; version <= 14; version++) await saved('main.js', text(version))
    assert.deepEqual([await heard('SIGUSR2'), await heard('SIGHUP')], [['app 14'], ['app 14']])
    assert.doesNotMatch(world.output, /MaxListeners/)
  })

  it('for each app are those of the last one, added late or by another module for the top level', async () => {
    const server = `import { grace, later } from 'grace'\nexport async function start(version) { grace('now ' + version); await later('late ' + version); console.log('started ' + version) }`
    const text = (version: number): string => `import { start } from './server.js'\nstart(${version})`
    await start({ 'main.js': text(1), 'server.js': server })
    for (const version of [2, 3]) {
      await saved('main.js', text(version))
      await world.prints(`started ${version}`)
      assert.deepEqual(await heard('SIGUSR2'), [`now ${version}`, `late ${version}`])
    }
  })

  it('once for all stay, though the same code of the package adds both', async () => {
    const text = main((version) => `hook('hook ${version}')\ngrace('app ${version}')`)
    await start({ 'main.js': text(1) })
    await saved('main.js', text(2))
    assert.deepEqual(await heard('SIGUSR2'), ['hooks hook 1,hook 2', 'app 2'])
    assert.deepEqual(await heard('SIGHUP'), ['once', 'app 2'])
    await saved('main.js', text(3))
    assert.deepEqual(await heard('SIGHUP'), ['app 3'])
  })

  it('are as many as the top level asked for, and stay when it asks no more', async () => {
    await start({ 'main.js': main(() => `grace('a'); grace('b')`)(1) })
    await saved('main.js', main(() => `for (const name of ['c', 'd', 'e']) grace(name)`)(2))
    assert.deepEqual(await heard('SIGUSR2'), ['c', 'd', 'e'])
    await saved('main.js', main(() => '')(3))
    assert.deepEqual(await heard('SIGUSR2'), ['c', 'd', 'e'])
    await saved('main.js', main(() => `grace('f')`)(4))
    assert.deepEqual(await heard('SIGUSR2'), ['f'])
  })

  it('are those of the version that runs while a save does not load, and nobody else\'s are touched', async () => {
    const text = main((version) => `grace('app ${version}')`)
    await start({ 'main.js': `import './other.js'\n${text(1)}`, 'other.js': main(() => `grace('other')`)(1) })
    assert.equal((await world.save('main.js', `${text(2)}\nthrow new Error('no')`)).ok, false)
    assert.deepEqual(await heard('SIGUSR2'), ['other', 'app 1'])
    await saved('main.js', `import './other.js'\n${text(3)}`)
    assert.deepEqual(await heard('SIGUSR2'), ['other', 'app 3'])
  })

  it('are one after a start that failed', async () => {
    const text = main((version) => `grace('app ${version}')`)
    await start({ 'main.js': `import './app.js'`, 'app.js': 'export {}' })
    assert.equal((await world.save('app.js', `${text(1)}\nthrow new Error('no')`)).ok, false)
    await saved('app.js', text(2))
    assert.deepEqual(await heard('SIGUSR2'), ['app 2'])
  })

  it('of exit stay: what they tidy up has to be tidied up', async () => {
    const text = main((version) => `tidy('app ${version}')`)
    await start({ 'main.js': text(1) })
    await saved('main.js', text(2))
    assert.deepEqual(await heard('exit'), ['app 1', 'app 2'])
  })
})
