import assert from 'node:assert/strict'
import type { UpgradePlan } from '../../src/runtime/api'
import type { UpgradePreview, UpgradeReport } from '../../src/protocol/upgrade'
import { World } from './support/world'

/** A server; version 2 keeps its number in an object. `change` is the body of `codeChange`. */
const srv = (version: number, change = ''): string => `
import { genServer, type From } from 'codeswitch'
import * as srv from './srv'
import * as lib from './lib'
export const vsn = ${version}
export const startLink = (name: string) => genServer.startLink(srv as never, [], { name })
export const init = () => ['ok', ${version === 1 ? '7' : '{ n: 7 }'}]
export const handleCall = (request: unknown, _from: From, state: unknown) => ['reply', request === 'state' ? state : [${version}, lib.version()], state]
export const handleCast = (_: unknown, state: unknown) => ['noreply', state]
${change === '' ? '' : `export function codeChange(oldVsn: unknown, state: any, extra: any) { ${change} }`}
`
const migrate = `if (Array.isArray(oldVsn)) return ['ok', state.n]; return ['ok', { n: state, from: oldVsn, extra }]`
const lib = (version: number): string => `
import { receive, register, self } from 'codeswitch'
export const version = () => ${version}
export async function wait() { register('plain', self()); await receive('stop') }
`
const sup = `
import { supervisor } from 'codeswitch'
import * as sup from './sup'
import * as srv from './srv'
export const startLink = () => supervisor.startLink(sup as never, [], { name: 'sup' })
export const init = () => ['ok', [{}, ['a', 'b'].map((id) => ({ id, start: [srv, 'startLink', [id]] }))]]
`
const main = `import * as sup from './sup'\nimport './lib'\nawait sup.startLink()`
const files = { 'main.ts': main, 'sup.ts': sup, 'srv.ts': srv(1, migrate), 'lib.ts': lib(1) }
const plan: UpgradePlan = {
  title: 'srv 1 -> 2',
  texts: 'v2',
  up: [
    { addModule: 'extra' },
    { loadModule: 'lib', prePurge: 'soft_purge', postPurge: 'soft_purge' },
    { update: 'srv', change: ['advanced', 'x'], prePurge: 'soft_purge', postPurge: 'soft_purge', deps: ['lib'] },
  ],
}
const json = (value: unknown): string => JSON.stringify(value)

describe('an upgrade plan', () => {
  let world: World
  afterEach(() => world.end())

  async function start(v2: Readonly<Record<string, string>> = { 'srv.ts': srv(2, migrate), 'lib.ts': lib(2) }): Promise<void> {
    world = await World.start({ ...files, 'extra.ts': 'export const hello = () => "new"' }, { entry: 'main.ts' })
    for (const [file, text] of Object.entries(v2)) await world.write(`v2/${file}`, text)
  }
  const preview = async (given: unknown = plan, options = {}): Promise<UpgradePreview> => await world.value(`release.preview(${json(given)}, ${json(options)})`) as UpgradePreview
  const run = async (given: unknown = plan, options = {}): Promise<UpgradeReport> => await world.value(`release.run(${json(given)}, ${json(options)})`) as UpgradeReport
  const versions = (): Promise<unknown> => world.value(`[await genServer.call('a', 'version'), await genServer.call('b', 'version')]`)
  const states = (): Promise<unknown> => world.value(`[await genServer.call('a', 'state'), await genServer.call('b', 'state')]`)
  const loaded = (): Promise<unknown> => world.value(`['srv', 'lib', 'extra'].map((m) => { const { current, old } = code.versions(m); return [current, old] })`)

  it('loads, adds and migrates as one step, and the servers keep their pids', async () => {
    await start()
    const pids = await world.value(`[whereis('a'), whereis('b')]`)
    const report = await run()
    assert.ok(report.kind === 'done', json(report))
    assert.deepEqual(report.loaded, [{ module: 'extra', version: 1 }, { module: 'lib', version: 2 }, { module: 'srv', version: 2 }])
    assert.deepEqual([report.unpurged, report.killed, report.unanswered], [[], [], []])
    assert.deepEqual(await versions(), [[2, 2], [2, 2]])
    assert.deepEqual(await states(), [{ n: 7, from: 1, extra: 'x' }, { n: 7, from: 1, extra: 'x' }])
    assert.deepEqual(await world.value(`[whereis('a'), whereis('b')]`), pids)
    assert.deepEqual(await loaded(), [[2, 0], [2, 0], [1, 0]])
  })

  it('is undone by the way down: states first, then code, and what was added is gone', async () => {
    await start()
    await run()
    const report = await run(plan, { direction: 'down' })
    assert.equal(report.kind, 'done', json(report))
    assert.deepEqual([await versions(), await states()], [[[1, 1], [1, 1]], [7, 7]])
    assert.deepEqual(await loaded(), [[3, 0], [3, 0], [0, 0]])
  })

  it('is shown before it is run, and showing it changes nothing', async () => {
    await start()
    await world.value(`spawn(lib, 'wait')`)
    const { ok, problems, steps } = await preview()
    assert.deepEqual([ok, problems], [true, []])
    assert.deepEqual(steps.map(({ step }) => step), ['suspend', 'load', 'codeChange', 'pointOfNoReturn', 'resume', 'purge', 'purge'])
    assert.deepEqual(steps.flatMap((step) => (step.step === 'suspend' ? step.processes.map(({ name, answers }) => [name, answers]) : [])), [['a', true], ['b', true]])
    assert.deepEqual(steps.flatMap((step) => (step.step === 'load' ? step.modules.map(({ module, from, to, killed }) => [module, from, to, killed]) : [])),
      [['extra', undefined, 1, 0], ['lib', 1, 2, 0], ['srv', 1, 2, 0]].map(([module, from, to, killed]) => from === undefined ? [module, null, to, killed] : [module, from, to, killed]))
    assert.deepEqual(steps.flatMap((step) => (step.step === 'purge' ? [[step.module, step.method, step.lingering]] : [])), [['lib', 'soft_purge', 1], ['srv', 'soft_purge', 0]])
    assert.deepEqual(steps.flatMap((step) => (step.step === 'codeChange' ? [[step.module, step.oldVsn, step.extra]] : [])), [['srv', '1', "'x'"]])
    assert.deepEqual([await versions(), await loaded()], [[[1, 1], [1, 1]], [[1, 0], [1, 0], [0, 0]]])
  })

  it('names what it could not purge, and is refused while somebody lingers in what it must purge softly', async () => {
    await start()
    await world.value(`spawn(lib, 'wait')`)
    const up = await run()
    assert.ok(up.kind === 'done')
    assert.deepEqual(up.unpurged, [{ module: 'lib', method: 'soft_purge', lingering: 1 }])
    const down = await run(plan, { direction: 'down' })
    assert.ok(down.kind === 'refused')
    assert.deepEqual(down.problems.map(({ reason, module }) => [reason, module]), [['old_processes', 'lib']])
    assert.deepEqual([await versions(), await loaded()], [[[2, 2], [2, 2]], [[2, 0], [2, 1], [1, 0]]])
    await world.value(`send('plain', 'stop')`)
    assert.equal((await run(plan, { direction: 'down' })).kind, 'done')
  })

  it('ends who lingers in what it may purge brutally, says so before, and then cannot be undone', async () => {
    await start()
    await world.value(`spawn(lib, 'wait')`)
    await run()
    const brutal = { up: [{ loadModule: 'lib' }, { update: 'srv', change: ['advanced', 0] }] }
    const { steps } = await preview(brutal)
    assert.deepEqual(steps.map(({ step }) => step), ['suspend', 'pointOfNoReturn', 'load', 'codeChange', 'resume', 'purge', 'purge'])
    assert.deepEqual(steps.flatMap((step) => (step.step === 'load' ? step.modules.map(({ killed, kills }) => [killed, kills.map(({ name }) => name)]) : [])), [[1, ['plain']], [0, []]])
    const pid = await world.value(`whereis('plain')`)
    const report = await run(brutal)
    assert.ok(report.kind === 'done')
    assert.deepEqual(report.killed, [pid])
  })

  for (const [what, v2, step] of [
    ['a module whose top level throws', { 'srv.ts': srv(2, migrate), 'lib.ts': `${lib(2)}\nthrow new Error('no')` }, /^load$/],
    ['a server that cannot change its state', { 'srv.ts': srv(2, `if (state === 7 && !globalThis.once) { globalThis.once = 1; ${migrate} } throw new Error('cannot')`), 'lib.ts': lib(2) }, /^codeChange of srv in b/],
  ] as const) {
    it(`is undone when ${what} stops it: code and states are as before, and everybody goes on`, async () => {
      await start(v2)
      const report = await run()
      assert.ok(report.kind === 'undone', json(report))
      assert.match(report.step, step)
      assert.match(report.reason, /no|cannot/)
      assert.deepEqual([await states(), await versions()], [[7, 7], [[1, 1], [1, 1]]])
      assert.deepEqual(await loaded(), [[1, 0], [1, 0], [0, 0]])
    })
  }

  it('says what is when it fails after the point of no return: who has no state for the new code stays suspended', async () => {
    await start({ 'srv.ts': srv(2, `if (!globalThis.once) { globalThis.once = 1; ${migrate} } throw new Error('cannot')`), 'lib.ts': lib(2) })
    const report = await run({ ...plan, up: [{ pointOfNoReturn: true }, ...plan.up] })
    assert.ok(report.kind === 'stopped', json(report))
    assert.deepEqual(report.state.current.map(({ module, version }) => [module, version]), [['extra', 1], ['lib', 2], ['srv', 2]])
    assert.deepEqual([report.state.changed.map(({ name }) => name), report.state.suspended.map(({ name }) => name)], [['a'], ['b']])
    assert.deepEqual(await world.value(`genServer.call('a', 'state')`), { n: 7, from: 1, extra: 'x' })
    assert.deepEqual(await world.value(`(await sys.getStatus('b'))[3][1]`), 'suspended')
  })

  it('is undone on the way down as well, when the newer code cannot give the state back', async () => {
    const back = `if (Array.isArray(oldVsn)) { if (globalThis.gave) throw new Error('cannot'); globalThis.gave = 1; return ['ok', state.n] } return ['ok', { n: state, from: oldVsn, extra }]`
    await start({ 'srv.ts': srv(2, back), 'lib.ts': lib(2) })
    assert.equal((await run()).kind, 'done')
    const report = await run(plan, { direction: 'down' })
    assert.ok(report.kind === 'undone', json(report))
    assert.match(report.step, /^codeChange of srv in b/)
    assert.deepEqual([await states(), await versions()], [[{ n: 7, from: 1, extra: 'x' }, { n: 7, from: 1, extra: 'x' }], [[2, 2], [2, 2]]])
  })

  it('ends a server whose codeChange does not come to an end when it is undone, and its supervisor starts it in the old code', async () => {
    await start({ 'srv.ts': srv(2, `if (!globalThis.once) { globalThis.once = 1; ${migrate} } return new Promise(() => {})`), 'lib.ts': lib(2) })
    const pid = await world.value(`whereis('b')`)
    const report = await run()
    assert.ok(report.kind === 'undone', json(report))
    assert.match(report.reason, /^timeout/)
    await world.value(`new Promise((resolve) => { const look = () => whereis('b') ? resolve(0) : setTimeout(look, 5); look() })`)
    assert.notEqual(await world.value(`whereis('b')`), pid)
    assert.deepEqual([await states(), await versions()], [[7, 7], [[1, 1], [1, 1]]])
  })

  it('is not run in a direction there is not', async () => {
    await start()
    const report = await run(plan, { direction: 'sideways' })
    assert.ok(report.kind === 'refused', json(report))
    assert.match(json(report), /direction: must be/)
  })

  it('brings everything back when the process that runs it is ended', async () => {
    await start({ 'srv.ts': srv(2, `if (!globalThis.once) { globalThis.once = 1; ${migrate} } return new Promise(() => { globalThis.changing = 1 })`), 'lib.ts': lib(2) })
    await world.value(`globalThis.report = undefined; void release.run(${json(plan)}).then((report) => { globalThis.report = report }); 0`)
    await world.value(`new Promise((resolve) => { const look = () => globalThis.changing ? resolve(0) : setTimeout(look, 5); look() })`)
    await world.value(`exit(processes().find((p) => processInfo(p, 'label') === 'upgrade'), 'kill')`)
    assert.match(json(await world.value('globalThis.report')), /"kind":"undone".*the process that ran it was ended/)
    assert.deepEqual([await world.value(`[await genServer.call('a', 'state'), await genServer.call('a', 'version')]`), await loaded()], [[7, [1, 1]], [[1, 0], [1, 0], [0, 0]]])
  })

  it('is checked whole before anything runs', async () => {
    await start({ 'srv.ts': srv(2), 'lib.ts': 'this is not )' })
    const bad = { ...plan, up: [...plan.up, { loadModule: 'nowhere' }, { addModule: 'main' }, { addModule: 'missing' }, { apply: ['sup', 'nothing'] }] }
    const { problems } = await preview(bad)
    assert.deepEqual(problems.map(({ reason, module }) => [reason, module]).sort(), [['already_loaded', 'main'], ['badfile', 'lib'], ['nofile', 'missing'], ['not_loaded', 'nowhere'], ['undef', 'sup']])
    await world.write('v2/lib.ts', lib(2))
    assert.deepEqual((await preview()).problems.map(({ reason, message }) => [reason, message]), [['undef', 'the new code of srv exports no codeChange']])
    assert.equal((await run()).kind, 'refused')
    assert.deepEqual(await loaded(), [[1, 0], [1, 0], [0, 0]])
  })

  it('tells everything that is wrong with a plan, with its place', async () => {
    await start()
    const { problems } = await preview({ up: [{ update: 'srv', change: 'hard' }, { loadModule: 'lib', prepurge: 'x' }, {}, { addModule: 'extra', deps: ['lib2'] }], dwon: [] })
    assert.deepEqual(problems.map(({ reason }) => reason), Array.from({ length: 4 }, () => 'bad_plan'))
    assert.match(problems.map(({ message }) => message).join('\n'), /there is no "dwon"[^]*up\[0\]\.change[^]*up\[1\]: there is no "prepurge"[^]*up\[2\]: must have exactly one of/)
  })

  it('keeps calls that come meanwhile, and does not wait for ever for who does not answer', async () => {
    const busy = srv(1, migrate).replace('export const handleCast', `export const handleInfo = async (_: unknown, state: unknown) => { await new Promise((resolve) => { globalThis.go = resolve }); return ['noreply', state] }\nexport const handleCast`)
    world = await World.start({ ...files, 'srv.ts': busy, 'extra.ts': '' }, { entry: 'main.ts' })
    await world.write('v2/srv.ts', srv(2, migrate))
    await world.value(`send('b', 'work')`)
    const report = await run({ texts: 'v2', up: [{ update: 'srv', change: ['advanced', 1], timeout: 50 }] })
    assert.ok(report.kind === 'done', json(report))
    assert.deepEqual(report.unanswered.map(({ name }) => name), ['b'])
    await world.value(`globalThis.go()`)
    assert.deepEqual(await states(), [{ n: 7, from: 1, extra: 1 }, 7])
  })

  it('runs from a file, ends children and starts them in the new code, and calls what it is told to', async () => {
    await start()
    await world.write('restart.upgrade.json', json({ texts: 'v2', up: [{ apply: ['lib', 'version'] }, { restart: 'srv' }, { loadModule: 'lib' }] }))
    const file = `${world.root}/restart.upgrade.json`
    const before = await world.value(`whereis('a')`)
    const shown = await world.host.request('previewUpgrade', { file, direction: 'up' })
    assert.deepEqual(shown.steps.map(({ step }) => step), ['apply', 'pointOfNoReturn', 'stop', 'load', 'start', 'purge', 'purge'])
    const report = await world.host.request('runUpgrade', { file, direction: 'up' })
    assert.equal(report.kind, 'done', json(report))
    assert.notEqual(await world.value(`whereis('a')`), before)
    assert.deepEqual([await versions(), await states()], [[[2, 2], [2, 2]], [{ n: 7 }, { n: 7 }]])
    assert.deepEqual(await world.value('release.makePermanent().then(([, { written }]) => written.map((f) => f.split("/").pop()))'), ['srv.ts', 'lib.ts'])
    assert.deepEqual((await world.load(undefined)).outcomes, [])
  })

  it('reads init of a supervisor again, and migrates the handlers of an event manager', async () => {
    const handler = (v: number): string => `export const init = () => ['ok', ${v}]\nexport const handleEvent = (_: unknown, s: unknown) => ['ok', s]\nexport const handleCall = (_: unknown, s: unknown) => ['ok', s, s]\nexport const codeChange = (old: unknown, s: unknown, extra: unknown) => ['ok', [s, old, extra]]\nexport const vsn = ${v}`
    const events = `import { genEvent } from 'codeswitch'\nimport * as h from './h'\nimport * as k from './k'\nawait genEvent.start({ name: 'events' })\nawait genEvent.addHandler('events', h as never, [])\nawait genEvent.addHandler('events', k as never, [])`
    world = await World.start({ ...files, 'main.ts': `${main}\nawait import('./events')`, 'events.ts': events, 'h.ts': handler(1), 'k.ts': handler(1) }, { entry: 'main.ts' })
    await world.write('v2/h.ts', handler(2))
    await world.write('v2/sup.ts', sup.replace(`['a', 'b']`, `['a', 'b', 'c']`))
    const report = await run({ texts: 'v2', up: [{ update: 'sup', change: 'supervisor' }, { update: 'h', change: ['advanced', 'e'] }] })
    assert.equal(report.kind, 'done', json(report))
    assert.deepEqual(await world.value(`supervisor.countChildren('sup')`), { specs: 3, active: 2, supervisors: 0, workers: 3 })
    assert.deepEqual(await world.value(`Promise.all((await genEvent.whichHandlers('events')).map((handler) => genEvent.call('events', handler, 0)))`), [1, [1, 1, 'e']])
  })

  it('is not run by a process that it would have to suspend', async () => {
    await start()
    await world.write('v2/lib.ts', `${lib(2)}`)
    await world.save('srv.ts', srv(1, migrate).replace(`['reply', request`, `request === 'up' ? release.check(${json(plan)}).then((r) => ['reply', r, state]) : ['reply', request`).replace('{ genServer,', '{ genServer, release,'))
    const [word, problems] = await world.value(`genServer.call('a', 'up')`) as [string, { reason: string }[]]
    assert.deepEqual([word, problems.map(({ reason }) => reason)], ['error', ['calling_self']])
  })
})
