import assert from 'node:assert/strict'
import { World } from './support/world'

const version = (n: number, extra = ''): string => `export const version = () => ${n}\n${extra}`

describe('code API', () => {
  let world: World
  afterEach(() => world.end())

  it('gives every module of a program the packages that another one has loaded', async () => {
    world = await World.start({
      'main.ts': `import './a'\nimport './b'\n`,
      'a.ts': `import path from 'node:path'\nexport const base = path.basename('/x/a')\n`,
      'b.ts': `import path from 'node:path'\nexport const base = path.basename('/x/b')\n`,
    }, { entry: 'main.ts' })
    assert.equal(await world.value('b.base'), 'b')
  })

  it('loads over old code alone, as nothing has to move into the old slot', async () => {
    world = await World.start({ 't.ts': version(1) }, { entry: 't.ts' })
    assert.equal(await world.value(`del('t')`), true)
    assert.deepEqual(await world.value(`loadFile('t')`), ['module', 't'])
    assert.deepEqual(await world.value(`versions('t')`), { current: 2, old: 1 })
  })

  it('prepares by compiling at once, and finishes with the text of that moment', async () => {
    world = await World.start({ 't.ts': version(1), 'bad.ts': 'export const = 1' }, { entry: 't.ts' })
    assert.deepEqual(await world.value(`prepareLoading(['t', 'bad'])`), ['error', [['bad', 'badfile']]])
    await world.write('t.ts', version(2))
    await world.value(`const [, prepared] = await prepareLoading(['t'])`)
    await world.write('t.ts', version(3))
    assert.equal(await world.value('t.version()'), 1)
    assert.equal(await world.value('finishLoading(prepared)'), 'ok')
    assert.equal(await world.value('t.version()'), 2)
    assert.equal((await world.line('finishLoading(prepared)')).ok, false)
  })

  it('keeps a prepared handle that was refused', async () => {
    world = await World.start({ 't.ts': version(1) }, { entry: 't.ts' })
    await world.value('l(t)')
    await world.value(`const [, prepared] = await prepareLoading(['t'])`)
    assert.deepEqual(await world.value('finishLoading(prepared)'), ['error', [['t', 'not_purged']]])
    await world.value('purge(t)')
    assert.equal(await world.value('finishLoading(prepared)'), 'ok')
  })

  it('takes a failed atomic load apart again: the next load of one module is of that module only', async () => {
    world = await World.start({ 'main.ts': `import './a'\nimport './b'`, 'a.ts': version(1), 'b.ts': version(1) }, { entry: 'main.ts' })
    await world.write('b.ts', 'export const = 1')
    assert.deepEqual(await world.value(`atomicLoad(['a', 'b'])`), ['error', [['b', 'badfile']]])
    assert.deepEqual(await world.value('l(a)'), ['module', 'a'])
  })

  it('throws badarg for what names no module, no pid and no text', async () => {
    world = await World.start({ 't.ts': version(1) }, { entry: 't.ts' })
    for (const line of [
      'code.l(1)', 'code.loadFile(1)', 'code.loadAbs(1)', `code.loadBinary(1, '', 'x')`, `code.loadBinary('t', 1, 'x')`, `code.loadBinary('t', '', 1)`, 'code.ensureLoaded(1)', 'code.ensureModulesLoaded([1])', `code.ensureModulesLoaded('t')`,
      'code.atomicLoad([1])', `code.atomicLoad('t')`, `code.atomicLoad([['t', '', 1]])`, 'code.prepareLoading([1])', 'code.finishLoading(1)', 'code.purge(1)', 'code.softPurge(null)', 'code.delete(undefined)', 'code.checkOldCode(1)', `code.checkProcessCode(1, 't')`,
      'code.checkProcessCode(self(), 1)', 'code.isLoaded(1)', 'code.moduleStatus(1)', `code.functionExported(1, 'f')`, 'code.moduleInfo(1)', 'code.moduleMd5(1)', 'code.getObjectCode(1)', 'code.stick(1)', 'code.isSticky(1)', 'code.stickDir(1)', 'code.which(1)',
    ]) {
      const answer = await world.line(line)
      assert.equal(answer.ok ? line : answer.error.name, 'BadArgError', line)
    }
  })

  it("takes Node's own modules for sticky and preloaded, unless the workspace has one of that name", async () => {
    world = await World.start({ 't.ts': version(1), 'src/path.ts': version(1) }, { entry: 't.ts' })
    for (const name of ['fs', 'node:fs', 'codeswitch']) {
      assert.deepEqual(await world.value(`[await code.loadBinary('${name}', '', ''), await code.loadFile('${name}'), code.isLoaded('${name}'), code.which('${name}')]`), [['error', 'sticky_directory'], ['error', 'sticky_directory'], ['file', 'preloaded'], 'preloaded'])
    }
    assert.deepEqual(await world.value(`[code.isLoaded('path'), await code.loadFile('path'), code.versions('path')]`), [false, ['module', 'path'], { current: 1, old: 0 }])
  })

  it('refuses every sticky module of a batch, and loads none', async () => {
    world = await World.start({ 'main.ts': `import './a'\nimport './b'\nimport './c'`, 'a.ts': version(1), 'b.ts': version(1), 'c.ts': version(1) }, { entry: 'main.ts' })
    await world.value(`stick('a'), stick('b')`)
    assert.deepEqual(await world.value(`atomicLoad(['a', 'b', 'c'])`), ['error', [['a', 'sticky_directory'], ['b', 'sticky_directory']]])
    assert.deepEqual(await world.value(`versions('c')`), { current: 1, old: 0 })
  })

  it('loads a deleted module again when it is called through an import', async () => {
    world = await World.start({ 'main.ts': `import { version } from './t'\nexport const ask = () => version()`, 't.ts': version(1) }, { entry: 'main.ts' })
    await world.write('t.ts', version(2))
    assert.equal(await world.value(`del('t')`), true)
    assert.equal(await world.value('main.ask()'), 2)
    assert.deepEqual(await world.value(`versions('t')`), { current: 2, old: 1 })
  })

  it('lets functions of a deleted module be taken, and loads it when one is called', async () => {
    world = await World.start({ 'main.ts': `import * as t from './t'\nexport const take = () => t.version`, 't.ts': version(1) }, { entry: 'main.ts' })
    await world.value(`del('t')`)
    await world.value('const fn = main.take()')
    assert.deepEqual(await world.value(`versions('t')`), { current: 0, old: 1 })
    assert.equal(await world.value('fn()'), 1)
    assert.deepEqual(await world.value(`versions('t')`), { current: 2, old: 1 })
  })

  it('keeps a namespace that a top level has captured live, its own included', async () => {
    const text = (n: number): string => `import { code } from 'codeswitch'
import * as a from './a'
import * as t from './t'
const kept = { a, t }
export const version = () => ${n}
export const seen = () => [kept.a.version(), kept.t.version(), Object.keys(kept.t), code.isLoaded(kept.t) !== false]`
    world = await World.start({ 'a.ts': version(1), 't.ts': text(1) }, { entry: 't.ts' })
    await world.write('a.ts', version(2))
    await world.write('t.ts', text(2))
    await world.value(`atomicLoad(['a', 't'])`)
    assert.deepEqual(await world.value('t.seen()'), [2, 2, ['seen', 'version'], true])
    await world.save('a.ts', version(3))
    assert.deepEqual(await world.value('t.seen()'), [3, 2, ['seen', 'version'], true])
  })

  it('loads a deleted module again for an import() and a require', async () => {
    world = await World.start({ 'main.ts': `import './t'\nimport { createRequire } from 'node:module'\nexport const ask = async () => (await import('./t')).version()`, 't.ts': version(1), 'r.cjs': `exports.ask = () => require('./t').version()` }, { entry: 'main.ts' })
    await world.write('t.ts', version(2))
    await world.value(`del('t')`)
    assert.equal(await world.value('main.ask()'), 2)
    await world.value(`purge('t'), del('t')`)
    assert.equal(await world.value('r.ask()'), 2)
    assert.deepEqual(await world.value(`versions('t')`), { current: 3, old: 2 })
  })

  it('lets functions of a deleted module be taken after a load that would have brought it back has failed', async () => {
    world = await World.start({ 'main.ts': `import * as t from './t'\nconst kept = [t]\nexport const ask = () => kept[0].version()`, 't.ts': version(1) }, { entry: 'main.ts' })
    await world.value(`del('t'), purge('t')`)
    assert.deepEqual(await world.value(`loadBinary('main', 'main.ts', "import './t'\\nthrow new Error('no')")`), ['error', 'badfile'])
    assert.equal(await world.value('main.ask()'), 1)
  })

  it('never loads later what failed to load', async () => {
    world = await World.start({ 'main.ts': `import { version } from './t'\nexport const ask = () => version()`, 't.ts': version(1) }, { entry: 'main.ts' })
    assert.deepEqual(await world.value(`loadBinary('t', 't.ts', ${JSON.stringify(version(2, `export const onLoad = () => 'no'`))})`), ['error', 'on_load_failure'])
    await world.value(`del('t')`)
    assert.equal(await world.value('main.ask()'), 1)
  })

  it('says undef when the module that is called does not compile any more', async () => {
    world = await World.start({ 'main.ts': `import { version } from './t'\nexport const ask = () => version()`, 't.ts': version(1) }, { entry: 'main.ts' })
    await world.write('t.ts', 'export const = 1')
    await world.value(`del('t')`)
    const answer = await world.line('main.ask()')
    assert.equal(answer.ok ? undefined : answer.error.name, 'UndefError')
  })

  it('asks $handleUndefinedFunction for what the module does not export', async () => {
    const hook = 'export const $handleUndefinedFunction = (name: string, args: unknown[]) => [name, ...args]'
    world = await World.start({ 'main.ts': `import { gone } from './t'\nexport const ask = () => gone(1, 2)`, 't.ts': version(1, 'export const gone = (...args: number[]) => args') }, { entry: 'main.ts' })
    await world.save('t.ts', version(2, hook))
    assert.deepEqual(await world.value('main.ask()'), ['gone', 1, 2])
    assert.deepEqual(await world.value(`code.apply('t', 'other', [3])`), ['other', 3])
  })

  it('compares what texts do, so a comment does not make a module modified', async () => {
    world = await World.start({ 't.ts': version(1, 'export const add = (left: number, right: number) => left + right') }, { entry: 't.ts' })
    await world.write('t.ts', `// a comment\n\n${version(1, 'export const add = (a: number, b: number) => a + b')}`)
    assert.equal(await world.value('moduleStatus(t)'), 'loaded')
    await world.write('t.ts', version(2))
    assert.equal(await world.value('moduleStatus(t)'), 'modified')
    assert.deepEqual(await world.value('modifiedModules()'), ['t'])
  })

  it('answers check_process_code as a message when it is asked to', async () => {
    world = await World.start({ 't.ts': version(1) }, { entry: 't.ts' })
    assert.equal(await world.value(`code.checkProcessCode(self(), 't', { async: 'mine' })`), 'async')
    assert.deepEqual(await world.value('receive()'), ['checkProcessCode', 'mine', false])
  })

  it('tells the exports, the digest and the source of current code', async () => {
    world = await World.start({ 't.ts': version(1, 'export const vsn = 7\nexport const add = (a: number, b: number) => a + b') }, { entry: 't.ts' })
    assert.deepEqual(await world.value(`code.moduleInfo('t', 'exports')`), [['version', 0], ['add', 2]])
    assert.deepEqual(await world.value(`code.moduleInfo('t', 'attributes')`), [['vsn', [7]]])
    assert.match(String(await world.value(`code.moduleMd5('t')`)), /^[0-9a-f]{32}$/)
  })

  it('loads object code as its own module only', async () => {
    world = await World.start({ 'main.ts': `import './a'\nimport './b'`, 'a.ts': version(1), 'b.ts': version(1) }, { entry: 'main.ts' })
    await world.write('a.ts', version(2))
    await world.value(`const [, binary] = await code.getObjectCode('a')`)
    assert.deepEqual(await world.value(`loadBinary('b', 'b.ts', binary)`), ['error', 'badfile'])
    assert.deepEqual(await world.value(`loadBinary('a', 'a.ts', binary)`), ['module', 'a'])
    assert.equal(await world.value('a.version()'), 2)
  })

  it('waits for an import() whose module awaits at its top level', async () => {
    world = await World.start({ 'main.ts': `export const ask = async () => (await import('./late')).value`, 'late.ts': `await new Promise((resolve) => setTimeout(resolve, 5))\nexport const value = 3` }, { entry: 'main.ts' })
    assert.equal(await world.value('main.ask()'), 3)
  })
})

describe('onLoad', () => {
  let world: World
  afterEach(() => world.end())

  it('makes callers of a first load wait until it has ended', async () => {
    world = await World.start({ 'main.ts': `export const order: string[] = []`, 't.ts': `
import { order } from './main'
export async function onLoad() { order.push('begins'); await new Promise((resolve) => setTimeout(resolve, 20)); order.push('ends') }
export const version = () => { order.push('called'); return 1 }` }, { entry: 'main.ts' })
    assert.deepEqual(await world.value(`Promise.all([code.ensureLoaded('t'), code.apply('t', 'version')])`), [['module', 't'], 1])
    assert.deepEqual(await world.value('main.order'), ['begins', 'ends', 'called'])
  })

  it('never says that a module is loaded whose every load failed', async () => {
    world = await World.start({ 'main.ts': 'export {}', 't.ts': `export const onLoad = () => new Promise((resolve) => setTimeout(resolve, 20, 'bad'))` }, { entry: 'main.ts' })
    const answers = await world.value(`Promise.all([code.loadFile('t'), code.loadFile('t'), code.ensureLoaded('t')])`)
    assert.deepEqual(answers, [['error', 'on_load_failure'], ['error', 'on_load_failure'], ['error', 'on_load_failure']])
    assert.equal(await world.value(`code.isLoaded('t')`), false)
  })

  it('rejects callers of a first load when it fails, and the module is not loaded', async () => {
    world = await World.start({ 'main.ts': '', 't.ts': version(1, `export async function onLoad() { await null; throw new Error('no') }`) }, { entry: 'main.ts' })
    const results = await world.value(`Promise.allSettled([code.loadFile('t'), code.apply('t', 'version')]).then((all) => all.map((one) => one.value ?? one.reason.name))`)
    assert.deepEqual(results, [['error', 'on_load_failure'], 'UndefError'])
    assert.equal(await world.value(`isLoaded('t')`), false)
    assert.deepEqual(await world.value(`code.ensureLoaded('t')`), ['error', 'on_load_failure'])
  })

  it('throws UndefError for its own qualified calls in a first load, and does not deadlock', async () => {
    world = await World.start({ 'main.ts': '', 't.ts': `
import { code } from 'codeswitch'
import * as t from './t'
const seen: unknown[] = []
export const version = () => 1
export const log = () => seen
export async function onLoad() {
  try { seen.push(t.version()) } catch (error) { seen.push(error instanceof Error && error.name) }
  seen.push(await code.apply('t', 'version').catch((error: Error) => error.name))
  seen.push(await code.l('t'))
  seen.push(await code.ensureLoaded('t'))
}` }, { entry: 'main.ts' })
    assert.deepEqual(await world.value(`code.apply('t', 'log')`), ['UndefError', 'UndefError', ['error', 'pending_on_load'], ['error', 'pending_on_load']])
  })

  it('may load other modules', async () => {
    world = await World.start({ 'main.ts': '', 'other.ts': version(1), 't.ts': version(1, `import { code } from 'codeswitch'\nexport async function onLoad() { await code.l('other') }`) }, { entry: 'main.ts' })
    assert.deepEqual(await world.value(`code.l('t')`), ['module', 't'])
    assert.deepEqual(await world.value(`versions('other')`), { current: 1, old: 0 })
  })

  it('holds up nobody else while it waits, and an atomic load of its module is refused at once', async () => {
    const waits = `import { receive, register, self } from 'codeswitch'\nexport async function onLoad() { register('loading', self()); await receive('go') }`
    world = await World.start({ 'main.ts': '', 't.ts': version(1, waits), 'other.ts': version(1) }, { entry: 'main.ts' })
    await world.value(`const loading = code.loadFile('t'), later = code.loadFile('t')`)
    assert.deepEqual(await world.value(`code.l('other')`), ['module', 'other'])
    assert.deepEqual(await world.value(`atomicLoad([['t', 't.ts', 'export const version = () => 2']])`), ['error', [['t', 'pending_on_load']]])
    assert.equal(await world.value(`isLoaded('t')`), false)
    await world.value(`send('loading', 'go')`)
    assert.deepEqual(await world.value('loading'), ['module', 't'])
    await world.until(({ processes }) => processes.items.some(({ name }) => name === 'loading'))
    await world.value(`send('loading', 'go')`)
    assert.deepEqual(await world.value('[await later, versions(t)]'), [['module', 't'], { current: 2, old: 1 }])
  })

  it('fails the load when it answers anything but ok', async () => {
    world = await World.start({ 't.ts': version(1) }, { entry: 't.ts' })
    await world.write('t.ts', version(2, `export const onLoad = () => 'not_today'`))
    assert.deepEqual(await world.value('l(t)'), ['error', 'on_load_failure'])
    assert.deepEqual(await world.value('versions(t)'), { current: 1, old: 0 })
    await world.write('t.ts', version(2, `export const onLoad = () => 'ok'`))
    assert.deepEqual(await world.value('l(t)'), ['module', 't'])
  })

  it('sees current code in its own qualified calls while it upgrades', async () => {
    const text = (n: number): string => `import * as t from './t'\nlet seen: unknown\nexport const onLoad = () => { try { seen = t.version() } catch { seen = 'undef' } }\nexport const version = () => ${n}\nexport const log = () => seen`
    world = await World.start({ 't.ts': text(1) }, { entry: 't.ts' })
    await world.save('t.ts', text(2))
    assert.deepEqual(await world.value('[t.version(), t.log()]'), [2, 1])
  })

  it('is refused in an atomic load', async () => {
    world = await World.start({ 'main.ts': '', 'a.ts': version(1), 't.ts': version(1, 'export const onLoad = () => {}') }, { entry: 'main.ts' })
    assert.deepEqual(await world.value(`atomicLoad(['a', 't'])`), ['error', [['t', 'on_load_not_allowed']]])
    assert.equal(await world.value(`isLoaded('a')`), false)
  })
})
