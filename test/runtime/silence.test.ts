import assert from 'node:assert/strict'
import { UNTIL_PARENT_ENDS } from './support/untilParentEnds'
import { World } from './support/world'

/** Everything that a reload ends, and who hears that it ended. */
const opens = (version: number, more = ''): string => `
import { heard, listens, lives, works } from './heard'
import { exec, fork, spawn } from 'node:child_process'
import dgram from 'node:dgram'
import { watch } from 'node:fs'
import net from 'node:net'
import { Worker } from 'node:worker_threads'
const ENDS = ['exit', 'close', 'disconnect', 'error']
function told<T extends { on(event: string, listener: () => void): unknown }>(what: string, opened: T): T {
  for (const event of ENDS) opened.on(event, () => heard.push(what + ' ${version} ' + event))
  return opened
}
const child = told('child', spawn(process.execPath, ['-e', '${UNTIL_PARENT_ENDS}'], { stdio: 'ignore' }))
lives(child)
const forked = told('forked', fork('./kid.cjs', { stdio: 'ignore' }))
lives(forked)
const run = exec('sleep 100', () => heard.push('exec ${version}'))
lives(run)
const worker = told('worker', new Worker('setInterval(() => {}, 1000)', { eval: true }))
works(worker)
told('watcher', watch(import.meta.dirname))
told('socket', dgram.createSocket('udp4')).bind({ port: 0 })
const server = told('server', net.createServer()).listen({ port: 0, host: '127.0.0.${version}' })
listens(server)
${more}`

describe('the end of what a top level opened', () => {
  let world: World
  afterEach(() => world.end())

  const files = {
    'kid.cjs': UNTIL_PARENT_ENDS,
    'heard.ts': `import type { ChildProcess } from 'node:child_process'
import type { Server } from 'node:net'
import type { Worker } from 'node:worker_threads'
export const heard: string[] = []
export const all = () => heard
const open: (() => boolean)[] = []
export const left = () => open.filter((one) => one()).length
export const lives = (child: ChildProcess) => { open.push(() => child.exitCode === null && child.signalCode === null) }
export const works = (worker: Worker) => { open.push(() => worker.threadId !== -1) }
export const listens = (server: Server) => { open.push(() => server.listening) }`,
  }
  const left = async (count: number): Promise<void> => {
    while ((await world.value('heard.left()')) !== count);
  }

  it('is heard by nobody when a reload caused it', async () => {
    world = await World.start({ ...files, 'main.ts': opens(1) }, { entry: 'main.ts' })
    assert.equal((await world.save('main.ts', `import './heard'`)).ok, true)
    await left(0)
    assert.deepEqual(await world.value('heard.all()'), [])
  })

  it('is heard by nobody when the load failed that had opened it', async () => {
    world = await World.start({ ...files, 'main.ts': `import './heard'` }, { entry: 'main.ts' })
    const logged: string[] = []
    world.host.onDidLog(({ message }) => logged.push(message))
    assert.equal((await world.save('main.ts', opens(1, `throw new Error('late')`))).ok, false)
    await left(0)
    assert.deepEqual(await world.value('heard.all()'), [])
    assert.deepEqual(logged.filter((message) => message.includes('which is gone')), [])
  })

  it('is heard when the program caused it', async () => {
    const text = (version: number): string => `
import { heard, lives } from './heard'
import { spawn } from 'node:child_process'
const child = spawn(process.execPath, ['-e', '${UNTIL_PARENT_ENDS}'], { stdio: 'ignore' }).on('exit', () => heard.push('child ${version}'))
lives(child)
import.meta.hot?.dispose(() => child.kill())`
    world = await World.start({ ...files, 'main.ts': text(1) }, { entry: 'main.ts' })
    await world.save('main.ts', text(2))
    await left(1)
    assert.deepEqual(await world.value('heard.all()'), ['child 1'])
  })

  it('ends no program that leaves when its child has left', async () => {
    const text = (version: number): string => `
import { lives } from './heard'
import { spawn } from 'node:child_process'
const child = spawn(process.execPath, ['-e', '${UNTIL_PARENT_ENDS}'], { stdio: 'ignore' }).on('exit', (code) => process.exit(code ?? 1))
lives(child)
export const version = ${version}`
    world = await World.start({ ...files, 'main.ts': text(1) }, { entry: 'main.ts' })
    for (const version of [2, 3]) {
      await world.save('main.ts', text(version))
      await left(1)
      assert.equal(await world.value('main.version'), version)
    }
  })

  it('holds up nobody who waits for it in old code', async () => {
    const text = (version: number): string => `
import { heard } from './heard'
import { once } from 'node:events'
import net from 'node:net'
const server = net.createServer().listen({ port: 0, host: '127.0.0.${version}' })
async function serve() {
  await once(server, 'close')
  heard.push('closed ${version}')
}
void serve()`
    world = await World.start({ ...files, 'main.ts': text(1) }, { entry: 'main.ts' })
    await world.save('main.ts', `import './heard'`)
    await world.until(({ modules }) => modules.some(({ name, current, old }) => name === 'main' && current?.version === 2 && old?.processes === 0))
    await world.save('main.ts', text(2))
    assert.deepEqual(await world.value('heard.all()'), [])
  })
})
