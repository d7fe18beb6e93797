import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { HostDown } from '../../src/host/host'
import { World } from './support/world'

const SPIN = `
import { spawn, register } from 'codeswitch'
export const version = () => 1
export function start() { return register('spinner', spawn(spin)) }
function work(n: number): number {
  let sum = 0
  for (let i = 0; i < n; i++) sum += i
  return sum
}
async function spin() {
  try {
    console.log('spinning')
    for (;;) work(10)
  } catch { console.log('caught') } finally { console.log('finally') }
}`

describe('runtime host', () => {
  let world: World
  afterEach(() => world.end())

  it('answers while user code spins, and says where it spins', async () => {
    world = await World.start({ 's.ts': SPIN }, { entry: 's.ts' })
    void world.line('s.start()').catch(() => {}) // answered when the spinning ends
    await world.prints('spinning')
    const snapshot = await world.snapshot()
    const spinner = snapshot.processes.items.find((process) => process.name === 'spinner')
    assert.equal(spinner?.status, 'running')
    assert.ok(spinner.stack.some((frame) => frame.function === 'spin' && frame.line === 13), JSON.stringify(spinner.stack))
  })

  it('ends a spinning process without running its catch or finally', async () => {
    world = await World.start({ 's.ts': SPIN }, { entry: 's.ts' })
    void world.line('s.start()').catch(() => {}) // answered when the spinning ends
    await world.prints('spinning')
    assert.deepEqual(await world.host.request('kill', { pid: 'spinner' }), { killed: true })
    assert.equal(await world.value(`whereis('spinner') === undefined`), true)
    assert.equal(world.output.trim(), 'spinning')
  })

  it('loads while a process spins, and a purge ends it', async () => {
    world = await World.start({ 's.ts': SPIN }, { entry: 's.ts' })
    void world.line('s.start()').catch(() => {}) // answered when the spinning ends
    await world.prints('spinning')
    assert.equal((await world.save('s.ts', SPIN.replace('=> 1', '=> 2'))).ok, true)
    const staged = await world.save('s.ts', SPIN.replace('=> 1', '=> 3'))
    assert.equal(staged.outcomes[0]?.kind, 'staged')
    const loaded = await world.host.request('loadStaged', { kill: true })
    assert.ok('ok' in loaded && loaded.ok)
    assert.equal(await world.value('s.version()'), 3)
    assert.equal(world.output.includes('finally'), false)
  })

  it('answers while user code spins in questions to the compiler, and a purge ends it', async () => {
    const asks = SPIN.replace('work(10)', `import.meta.resolve('./x')`)
    world = await World.start({ 's.ts': asks }, { entry: 's.ts' })
    void world.line('s.start()').catch(() => {}) // answered when the spinning ends
    await world.prints('spinning')
    assert.equal((await world.save('s.ts', asks.replace('=> 1', '=> 2'))).ok, true)
    assert.equal((await world.save('s.ts', asks.replace('=> 1', '=> 3'), { policy: 'brutal' })).ok, true)
    assert.equal(await world.value('s.version()'), 3)
  })

  it('fails open requests with the name of the request when it is killed, and keeps the last picture', async () => {
    world = await World.start({ 's.ts': SPIN }, { entry: 's.ts' })
    const open = world.host.request('shell', { line: 'await new Promise(() => {})' })
    process.kill(world.host.osPid ?? 0, 'SIGKILL')
    await assert.rejects(open, (error: unknown) => error instanceof HostDown && error.request === 'shell')
    const snapshot = await world.until(({ runtime }) => runtime.state === 'crashed')
    assert.equal(snapshot.modules[0]?.name, 's')
    assert.ok(snapshot.runtime.state === 'crashed' && snapshot.runtime.signal === 'SIGKILL')
    await assert.rejects(world.host.request('snapshot', {}), HostDown)
  })

  it('starts again after a crash, and not by itself', async () => {
    world = await World.start({ 's.ts': `${SPIN}\nexport const crash = () => setTimeout(() => { throw new Error('boom') })` }, { entry: 's.ts' })
    void world.line('s.crash()').catch(() => {}) // the crash may come first
    const crashed = await world.until(({ runtime }) => runtime.state === 'crashed')
    assert.ok(crashed.runtime.state === 'crashed' && crashed.runtime.exitCode === 1)
    assert.match(world.output, /Error: boom\n {4}at .*s\.ts\?v=1:\d+/)
    await world.host.start()
    assert.equal(await world.value('s.version()'), 1)
  })

  it('tells exit code 0 from a crash', async () => {
    world = await World.start({ 'e.ts': `console.log('done')` }, { entry: 'e.ts', keepAlive: false })
    const ended = await world.until(({ runtime }) => runtime.state === 'exited' || runtime.state === 'crashed')
    assert.equal(ended.runtime.state, 'exited')
  })

  it('says which executable cannot be run', async () => {
    world = await World.create({}, {}, { runtimeExecutable: '/nowhere/node' })
    await world.host.start()
    assert.ok(world.host.snapshot.runtime.state === 'crashed' && world.host.snapshot.runtime.message.includes('/nowhere/node'))
  })

  it('ends when whoever drives it dies', async () => {
    world = await World.start({ 's.ts': SPIN }, { entry: 's.ts' })
    const pid = world.host.osPid ?? 0
    const ended = new Promise<void>((resolve) => world.host.onDidExit(() => resolve()))
    world.closeChannel()
    await ended
    assert.throws(() => process.kill(pid, 0))
  })

  it('ends with a clear message when the channel carries garbage', async () => {
    world = await World.start({ 'g.ts': `import fs from 'node:fs'\nexport const garbage = () => fs.writeSync(3, Buffer.from('\\x00\\xff\\r\\n\\r\\ngarbage'))` }, { entry: 'g.ts' })
    void world.line('g.garbage()').catch(() => {}) // the channel is what breaks
    const { runtime } = await world.until((snapshot) => snapshot.runtime.state === 'crashed')
    assert.match(runtime.state === 'crashed' ? runtime.message : '', /channel/)
  })

  it('leaves no child behind', () => {
    const left = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).split('\n').filter((line) => line.includes(world.root))
    assert.deepEqual(left, [])
  })
})

describe('a load that does not end', () => {
  let world: World
  afterEach(() => world.end())
  const until = (w: World, running: (label: string) => boolean) => w.until(({ processes }) => processes.items.some((process) => running(process.label)))

  it('shows where a top level spins, and fails when its process is killed', async () => {
    world = await World.start({ 't.ts': 'export const v = () => 1', 'main.ts': 'import "./t"' }, { entry: 'main.ts' })
    const saved = world.save('t.ts', 'export const v = () => 2\nfor (;;) {}')
    const snapshot = await world.until(({ processes }) => processes.items.some((process) => process.status === 'running'))
    const spinner = snapshot.processes.items.find((process) => process.status === 'running')
    assert.equal(spinner?.stack[0]?.line, 2)
    await world.host.request('kill', { pid: spinner.pid })
    const report = await saved
    assert.equal(report.outcomes[0]?.kind, 'failed')
    assert.equal(await world.value('t.v()'), 1)
  })

  it('fails when the process whose top level awaits is killed', async () => {
    world = await World.start({ 't.ts': 'export const v = () => 1', 'main.ts': 'import "./t"' }, { entry: 'main.ts' })
    const saved = world.save('t.ts', 'export const v = () => 2\nawait new Promise(() => {})')
    const snapshot = await until(world, (label) => label.startsWith('t.ts'))
    const waiting = snapshot.processes.items.find((process) => process.label.startsWith('t.ts'))
    await world.host.request('kill', { pid: String(waiting?.pid) })
    assert.equal((await saved).outcomes[0]?.kind, 'failed')
    assert.equal(await world.value('t.v()'), 1)
  })
})
