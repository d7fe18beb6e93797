import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import type { LoadReport } from '../../src/protocol/messages'
import { World } from './support/world'

const loop = (version: number, extra = ''): string => `
import { spawn, register, receive, become } from 'codeswitch'
import * as self from './t'
export const version = () => ${version}
export function start() { return register('t', spawn(loop)) }
export async function loop(): Promise<never> {
  for (;;) {
    const msg = await receive()
    if (msg === 'code_switch') return become(self.loop)
    if (msg === 'stop') return undefined as never
    console.log('v${version}', msg)
  }
}
${extra}`
const leaf = (version: number): string => `export const value = () => ${version}\n`

const kinds = (report: LoadReport): string[] => report.outcomes.map((outcome) => `${outcome.module} ${outcome.kind}`).sort()

describe('policy', () => {
  let world: World
  afterEach(() => world.end())

  async function lingering(options: Parameters<typeof World.start>[1] = {}): Promise<void> {
    world = await World.start({ 't.ts': loop(1), 'u.ts': leaf(1) }, { entry: 't.ts', ...options })
    await world.value('t.start()')
    await world.value('u.value()')
    await world.save('t.ts', loop(2))
  }
  const nextReport = (): Promise<LoadReport> =>
    new Promise((resolve) => {
      const subscription = world.host.onDidLoad((report) => {
        subscription.dispose()
        resolve(report)
      })
    })

  it('a process that switched is not in the way, and keeps its pid', async () => {
    await lingering()
    const pid = await world.value(`whereis('t')`)
    await world.host.request('send', { pid: String(pid), text: '"code_switch"' })
    await world.until((snapshot) => snapshot.lingering.length === 0)
    assert.deepEqual(kinds(await world.save('t.ts', loop(3))), ['t loaded'])
    assert.equal(await world.value(`whereis('t')`), pid)
  })

  it('loads what is staged as soon as the last victim has left by itself', async () => {
    await lingering({ purgePolicy: 'soft' })
    assert.deepEqual(kinds(await world.save('t.ts', loop(3))), ['t staged'])
    const report = nextReport()
    await world.host.request('send', { pid: 't', text: '"stop"' })
    assert.deepEqual(kinds(await report), ['t loaded'])
    assert.equal(await world.value('t.version()'), 3)
    assert.equal((await world.module('t')).staged, undefined)
  })

  it('tells nobody of processes that come and go when nobody is shown them, and still loads what waits for one', async () => {
    await lingering({ purgePolicy: 'soft', showsProcesses: false })
    await world.save('u.ts', `import { receive, sleep, spawn } from 'codeswitch'
export async function burst() { for (let n = 0; n < 100; n++) { spawn(() => receive()); await sleep(15) } }\n`)
    assert.deepEqual(kinds(await world.save('t.ts', loop(3))), ['t staged'])
    const before = (await world.snapshot()).processes.total
    const seen: number[] = []
    world.host.onDidChange(({ processes: { total } }) => seen.push(total))
    await world.value('u.burst()')
    assert.deepEqual(seen.filter((total) => total > before + 10 && total < before + 90), [])
    const report = nextReport()
    await world.value(`send('t', 'stop'), 'sent'`)
    assert.deepEqual(kinds(await report), ['t loaded'])
    assert.equal(await world.value('t.version()'), 3)
  })

  it('kills at once under brutal', async () => {
    await lingering({ purgePolicy: 'brutal' })
    const report = await world.save('t.ts', loop(3))
    assert.equal(report.outcomes[0]?.kind === 'loaded' && report.outcomes[0].killed.length, 1)
  })

  it('gives whoever is on the way out the grace before it asks', async () => {
    await lingering({ purgeGrace: 60_000 })
    const saved = world.save('t.ts', loop(3))
    await world.host.request('send', { pid: 't', text: '"stop"' })
    assert.deepEqual(kinds(await saved), ['t loaded'])
  })

  it('a newer save replaces what is staged', async () => {
    await lingering()
    await world.save('t.ts', loop(3))
    await world.save('t.ts', loop(4))
    await world.host.request('loadStaged', { kill: true })
    assert.equal(await world.value('t.version()'), 4)
    assert.equal((await world.module('t')).current?.version, 3)
  })

  it('a save that does not compile leaves what is staged staged', async () => {
    await lingering()
    await world.save('t.ts', loop(3))
    assert.equal((await world.save('t.ts', 'export const = 1')).ok, false)
    const view = await world.module('t')
    assert.deepEqual([view.staged?.victims, view.failed?.reason], [1, 'compile_error'])
    await world.host.request('loadStaged', { kill: true })
    assert.equal(await world.value('t.version()'), 3)
  })

  it('going back to the text that runs discards what is staged', async () => {
    await lingering()
    await world.save('t.ts', loop(3))
    assert.deepEqual(kinds(await world.save('t.ts', loop(2))), ['t unchanged'])
    assert.equal((await world.module('t')).staged, undefined)
  })

  it('discards on request, and nobody is killed', async () => {
    await lingering()
    await world.save('t.ts', loop(3))
    assert.deepEqual(await world.host.request('discardStaged', {}), { discarded: ['t'] })
    assert.equal((await world.module('t')).staged, undefined)
    assert.equal((await world.snapshot()).lingering[0]?.total, 1)
  })

  it('another module loads while one is staged', async () => {
    await lingering()
    await world.save('t.ts', loop(3))
    assert.deepEqual(kinds(await world.save('u.ts', leaf(2))), ['u loaded'])
    assert.equal((await world.module('t')).staged?.victims, 1)
  })

  it('loads several modules or none, and the others with the one that is repaired', async () => {
    await lingering()
    await world.write('u.ts', 'export const value = ( => 2')
    await world.write('t.ts', loop(3))
    await world.host.request('send', { pid: 't', text: '"stop"' })
    assert.deepEqual(kinds(await world.load(['t', 'u'])), ['t heldBack', 'u failed'])
    assert.equal(await world.value('t.version()'), 2)
    assert.deepEqual(kinds(await world.save('u.ts', leaf(2))), ['t loaded', 'u loaded'])
    assert.equal(await world.value('t.version()'), 3)
  })

  it('nobody is killed for a load that then fails', async () => {
    await lingering()
    await world.save('t.ts', loop(3, `throw new Error('late')`))
    const report = await world.host.request('loadStaged', { kill: true })
    assert.ok('ok' in report && !report.ok)
    assert.equal((await world.snapshot()).lingering[0]?.total, 1)
    const { current, old } = await world.module('t')
    assert.deepEqual([current?.version, old?.version], [2, 1])
  })

  it('goes back to old without a third load, and without killing those who are in it', async () => {
    await lingering()
    const report = await world.host.request('rollback', { module: 't' })
    assert.ok('ok' in report && report.ok)
    assert.equal(await world.value('t.version()'), 1)
    const { current, old } = await world.module('t')
    assert.deepEqual([current?.version, old?.version], [1, 2])
    await world.host.request('send', { pid: 't', text: '"hi"' })
    await world.prints('v1 hi')
    assert.deepEqual(kinds(await world.save('t.ts', loop(3))), ['t loaded'])
    assert.equal((await world.module('t')).current?.version, 3)
  })

  for (const [where, goBack] of [['view', () => world.host.request('rollback', { module: 't' })], ['shell', () => world.value(`rollback('t')`)]] as const) {
    it(`going back, from the ${where}, discards what is staged: nothing newer loads by itself`, async () => {
      await lingering()
      assert.deepEqual(kinds(await world.save('t.ts', loop(3))), ['t staged'])
      await goBack()
      assert.equal((await world.module('t')).staged, undefined)
      assert.equal(await world.value('t.version()'), 1)
      assert.equal(await world.value(`whereis('t') !== undefined`), true)
      assert.deepEqual(kinds(await world.load(undefined)), ['t loaded'], 'Reload Modified takes it')
    })
  }

  it('says of what is staged who lingers now', async () => {
    await lingering()
    assert.deepEqual(kinds(await world.save('t.ts', loop(3))), ['t staged'])
    assert.equal((await world.module('t')).staged?.victims, 1)
    const report = nextReport()
    await world.host.request('purge', { module: 't', soft: false })
    assert.deepEqual(kinds(await report), ['t loaded'])
    assert.equal((await world.module('t')).staged, undefined)
  })

  it('what is staged takes what it imports as it is when it loads', async () => {
    await lingering()
    await world.write('n.ts', `export const n = () => 'n1'`)
    await world.save('t.ts', `${loop(3)}\nimport { n } from './n'\nexport const look = () => n()`)
    const { staged } = await world.module('t')
    assert.deepEqual(staged?.files?.map((file) => path.basename(file)), ['n.ts'])
    await world.write('n.ts', `export const n = () => 'n2'`)
    assert.deepEqual(kinds(await world.load([path.join(world.root, 't.ts')])), ['t staged'])
    await world.host.request('loadStaged', { kill: true })
    assert.equal(await world.value('t.look()'), 'n2')
  })

  it('asks nobody about a save that could not be loaded anyway', async () => {
    await lingering()
    const report = await world.save('t.ts', `import './missing'\n${loop(3)}`)
    assert.deepEqual(kinds(report), ['t failed'])
    const { staged, failed } = await world.module('t')
    assert.deepEqual([staged, failed?.wanted], [undefined, [path.join(world.root, 'missing')]])
  })

  it('loading what is staged does not hide that a newer save failed', async () => {
    await lingering()
    await world.save('t.ts', loop(3))
    assert.equal((await world.save('t.ts', 'export const =')).ok, false)
    await world.host.request('loadStaged', { kill: true })
    const { current, failed } = await world.module('t')
    assert.deepEqual([current?.version, failed?.reason], [3, 'compile_error'])
  })

  it('what is being loaded is not discarded', async () => {
    await lingering()
    await world.save('t.ts', `${loop(3)}\nconsole.log('at it')\nawait new Promise((go) => { globalThis.go = go })`)
    const loaded = world.host.request('loadStaged', { kill: true })
    await world.prints('at it')
    const answer = await world.host.request('discardStaged', {})
    assert.ok('error' in answer, JSON.stringify(answer))
    await world.value('globalThis.go(), 0')
    await loaded
    assert.equal((await world.module('t')).current?.version, 3)
  })

  it('an import that is broken holds up its importer only as long as it is imported', async () => {
    world = await World.start({ 't.ts': loop(1), 'u.ts': leaf(1) }, { entry: 't.ts' })
    await world.write('broken.ts', 'export const x = )')
    assert.deepEqual(kinds(await world.save('t.ts', `import './broken'\n${loop(2)}`)), ['broken failed', 't heldBack'])
    assert.equal((await world.module('t')).failed?.because, 'broken')
    assert.deepEqual(kinds(await world.save('t.ts', loop(3))), ['t loaded'])
    const names = (await world.snapshot()).modules.filter(({ failed }) => failed !== undefined).map(({ name }) => name)
    assert.deepEqual(names, [])
    await world.save('t.ts', `import './broken'\n${loop(4)}`)
    await rm(path.join(world.root, 'broken.ts'))
    assert.deepEqual(kinds(await world.save('t.ts', loop(5))), ['t loaded'])
  })

  it('an emptied file is not loaded by a save, and is when it is asked for', async () => {
    world = await World.start({ 't.ts': loop(1), 'u.ts': leaf(1) }, { entry: 't.ts' })
    const report = await world.save('t.ts', '')
    assert.deepEqual(kinds(report), ['t failed'])
    assert.equal(await world.value('t.version()'), 1)
    assert.deepEqual(kinds(await world.load([path.join(world.root, 't.ts')], { force: true })), ['t loaded'])
  })

  it('what is staged and then does not load is failed, and not tried again', async () => {
    await lingering()
    await world.save('t.ts', loop(3, `globalThis.tries = (globalThis.tries ?? 0) + 1; throw new Error('no')`))
    const report = nextReport()
    await world.host.request('send', { pid: 't', text: '"stop"' })
    assert.deepEqual(kinds(await report), ['t failed'])
    const { staged, failed } = await world.module('t')
    assert.deepEqual([staged, failed?.reason], [undefined, 'evaluation_failed'])
    await world.snapshot()
    assert.equal(await world.value('globalThis.tries'), 1)
  })

  it('purge ends those who linger, softPurge does not', async () => {
    await lingering()
    assert.deepEqual(await world.host.request('purge', { module: 't', soft: true }), { module: 't', result: false, killed: [] })
    const pid = await world.value(`whereis('t')`)
    assert.deepEqual(await world.host.request('purge', { module: 't', soft: false }), { module: 't', result: true, killed: [pid] })
    assert.equal((await world.module('t')).old, undefined)
    assert.deepEqual(await world.host.request('purge', { module: 't', soft: true }), { module: 't', result: true, killed: [] })
  })

  it('a module deleted while somebody lingers is loaded again by the next save', async () => {
    await lingering()
    assert.deepEqual(await world.host.request('delete', { module: 't' }), { module: 't', result: false })
    await world.host.request('purge', { module: 't', soft: false })
    await world.value('t.start()')
    assert.deepEqual(await world.host.request('delete', { module: 't' }), { module: 't', result: true })
    const { current, old } = await world.module('t')
    assert.deepEqual([current, old?.processes], [undefined, 1])
    assert.deepEqual(kinds(await world.save('t.ts', loop(3))), ['t loaded'])
    assert.equal((await world.snapshot()).lingering[0]?.total, 1)
  })

  it('two saves at once load one after the other, and the last text wins', async () => {
    world = await World.start({ 't.ts': loop(1), 'u.ts': leaf(1) }, { entry: 't.ts' })
    await world.write('t.ts', loop(2))
    const reports = await Promise.all([world.load(['t']), world.load(['t']), world.save('t.ts', loop(3))])
    assert.equal(await world.value('t.version()'), 3)
    assert.ok(reports.every((report) => report.ok))
  })

  it('answers unknown names, wrong pids and empty stages with a refusal', async () => {
    world = await World.start({ 'a/t.ts': leaf(1), 'b/t.ts': leaf(2), 'main.ts': `import './a/t'; import './b/t'` }, { entry: 'main.ts' })
    const refusal = async (answer: Promise<object>): Promise<unknown> => Reflect.get(await answer, 'error')
    assert.equal(await refusal(world.host.request('purge', { module: 'nope', soft: false })), 'unknown_module')
    assert.equal(await refusal(world.host.request('purge', { module: 't', soft: false })), 'ambiguous_module')
    assert.equal(await refusal(world.host.request('load', { modules: ['nope'], origin: 'command', force: true })), 'unknown_module')
    assert.equal(await refusal(world.host.request('kill', { pid: '<0.9999.0>' })), 'noproc')
    assert.equal(await refusal(world.host.request('inspect', { pid: 'rubbish' })), 'noproc')
    assert.equal(await refusal(world.host.request('send', { pid: '<0.9999.0>', text: '1' })), 'noproc')
    assert.equal(await refusal(world.host.request('loadStaged', { kill: true })), 'nothing_staged')
    assert.equal(await refusal(world.host.request('rollback', { module: 'main' })), 'no_old_code')
    assert.equal(await refusal(world.host.request('source', { module: 'main', slot: 'old' })), 'no_old_code')
  })

  it('keeps the text of both versions', async () => {
    await lingering()
    const old = await world.host.request('source', { module: 't', slot: 'old' })
    const current = await world.host.request('source', { module: 't', slot: 'current' })
    assert.deepEqual(['text' in old && old.text, 'text' in current && current.text], [loop(1), loop(2)])
  })
})
