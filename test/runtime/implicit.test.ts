import assert from 'node:assert/strict'
import net from 'node:net'
import { once } from 'node:events'
import { request } from './support/requests'
import { UNTIL_PARENT_ENDS } from './support/untilParentEnds'
import { World } from './support/world'
import type { ProcessView, Snapshot } from '../../src/protocol/snapshot'

describe('an ordinary program', () => {
  let world: World
  afterEach(() => world.end())

  const start = async (files: Readonly<Record<string, string>>): Promise<void> => {
    world = await World.start(files, { entry: 'main.ts' })
  }
  const labelled = (snapshot: Snapshot, label: string | RegExp): ProcessView | undefined =>
    [...snapshot.processes.items, ...(snapshot.processes.crowds ?? []).flatMap((crowd) => crowd.oldest)].find((process) => (typeof label === 'string' ? process.label === label : label.test(process.label)))
  const process = async (label: string | RegExp): Promise<ProcessView> =>
    labelled(await world.until((snapshot) => labelled(snapshot, label) !== undefined), label) ?? assert.fail()
  const port = async (): Promise<number> => {
    await world.prints('port ')
    return Number(/port (\d+)\./.exec(world.output)?.[1])
  }
  const LISTENS = 'listen(0, () => console.log(`port ${server.address().port}.`))'

  it('names a request by its method and path, and what it waits in', async () => {
    await start({ 'main.ts': `
import http from 'node:http'
async function user(res) {
  await new Promise(() => {})
  res.end('never')
}
const server = http.createServer((req, res) => void user(res)).${LISTENS}` })
    void request(await port(), '/users/42?x=1').catch(() => {})
    const { stack, status } = await process('GET /users/42')
    assert.equal(status, 'waiting')
    assert.deepEqual(stack.map((frame) => [frame.function, frame.line]), [['user', 4]])
  })

  it('a request that was killed ends its connection, and nothing of it goes on', async () => {
    await start({ 'main.ts': `
import http from 'node:http'
import { EventEmitter, once } from 'node:events'
export const gate = new EventEmitter()
export const open = () => gate.emit('open')
const server = http.createServer(async (req, res) => {
  try { await once(gate, 'open') } finally { console.log('cleaned up') }
  console.log('went on')
  res.end()
}).${LISTENS}` })
    const asked = request(await port(), '/slow')
    const { pid } = await process('GET /slow')
    const failed = assert.rejects(asked, /ECONNRESET|socket hang up/)
    await world.host.request('kill', { pid, reason: 'kill' })
    await failed
    await world.value('main.open()')
    assert.doesNotMatch(world.output, /cleaned up|went on/)
  })

  it('a request is over when its response is, and is not shown any more', async () => {
    await start({ 'main.ts': `import http from 'node:http'\nconst server = http.createServer((req, res) => void res.end(String(req.url))).${LISTENS}` })
    for (let n = 0; n < 300; n++) await request(await port(), `/n/${n}`)
    const snapshot = await world.until(({ processes }) => processes.items.every((one) => !one.label.startsWith('GET')))
    assert.ok(snapshot.processes.total < 5, `${snapshot.processes.total} processes`)
  })

  it('reading a body stays in the process of the request', async () => {
    await start({ 'main.ts': `
import http from 'node:http'
import { self, processInfo } from 'codeswitch'
const server = http.createServer((req, res) => {
  const before = self()
  req.on('data', () => {})
  req.on('end', () => res.end(String(self() === before) + processInfo(self()).label))
}).${LISTENS}` })
    const at = await port()
    const answer = await fetch(`http://127.0.0.1:${at}/upload`, { method: 'POST', body: 'x'.repeat(100_000) })
    assert.equal(await answer.text(), 'truePOST /upload')
  })

  it('a connection is a process until it closes; killing it closes it', async () => {
    await start({ 'main.ts': `
import net from 'node:net'
const server = net.createServer((socket) => socket.on('data', async (data) => { socket.write(data); await new Promise(() => {}) })).${LISTENS}` })
    const socket = net.connect(await port(), '127.0.0.1')
    socket.write('hello')
    assert.equal(String((await once(socket, 'data'))[0]), 'hello')
    const { pid, stack } = await process(/^socket 127/)
    assert.equal(stack.length, 1)
    const closed = once(socket.resume(), 'close')
    await world.host.request('kill', { pid, reason: 'kill' })
    await closed
  })

  it('each call of an interval is a process that knows where it was made', async () => {
    await start({ 'main.ts': `\nsetInterval(async () => { await new Promise(() => {}) }, 5)` })
    const { stack } = await process('setInterval 5 ms main.ts:2')
    assert.equal(stack[0]?.line, 2)
  })

  const counting = (text: string): string => `
import { EventEmitter } from 'node:events'
export const bus = new EventEmitter()
export const heard: string[] = []
export const ring = () => { bus.emit('ring'); return heard.splice(0) }
${text}`
  const poller = (version: number): string => `
import { bus, heard } from './bus'
import { readFile } from 'node:fs/promises'
setInterval(() => console.log('tick ${version}'), 5)
async function poll() {
  await readFile('main.ts')
  console.log('poll ${version}')
  setTimeout(poll, 5)
}
void poll()
bus.on('ring', () => heard.push('${version}'))
bus.once('ring', () => heard.push('once ${version}'))`

  it('intervals, pollers and listeners of a module are not doubled by a reload', async () => {
    await start({ 'main.ts': poller(1), 'bus.ts': counting('') })
    await world.prints('poll 1')
    await world.prints('tick 1')
    assert.equal((await world.save('main.ts', poller(2))).ok, true)
    await world.prints('poll 2\ntick 2')
    assert.deepEqual(await world.value('bus.ring()'), ['2', 'once 2'])
    assert.deepEqual(await world.value('bus.ring()'), ['2'])
    world.output = ''
    for (let n = 0; n < 20; n++) await world.value('1')
    await world.prints('tick 2')
    await world.prints('poll 2')
    assert.doesNotMatch(world.output, / 1/)
  })

  it('a load that fails leaves them as they are, and keeps nothing of its own', async () => {
    await start({ 'main.ts': poller(1), 'bus.ts': counting('') })
    await world.prints('tick 1')
    assert.equal((await world.save('main.ts', `${poller(2)}\nthrow new Error('late')`)).ok, false)
    assert.deepEqual(await world.value('bus.ring()'), ['1', 'once 1'])
    world.output = ''
    await world.prints('tick 1')
    await world.prints('poll 1')
    assert.doesNotMatch(world.output, /(tick|poll) 2/)
  })

  it('child processes, workers and watchers of a top level end with it, at a reload', async () => {
    const text = (version: number): string => `
import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { opened } from './opened'
opened['child ${version}'] = spawn(process.execPath, ['-e', '${UNTIL_PARENT_ENDS}']).on('spawn', () => console.log('child ${version} lives'))
opened['worker ${version}'] = new Worker('setInterval(() => {}, 1000)', { eval: true }).on('online', () => console.log('worker ${version} lives'))
opened['watcher ${version}'] = watch(import.meta.dirname)`
    await start({ 'main.ts': text(1), 'opened.ts': `export const opened: Record<string, any> = {}
export const ended = () => Object.keys(opened).filter((name) => opened[name].signalCode === 'SIGTERM' || opened[name].threadId === -1 || opened[name]._handle === null)` })
    await Promise.all([world.prints('child 1 lives'), world.prints('worker 1 lives')])
    await world.save('main.ts', text(2))
    await world.prints('child 2 lives')
    while (String(await world.value('opened.ended()')) !== 'child 1,worker 1,watcher 1');
  })

  it('a killed process closes the sockets, servers and children it opened', async () => {
    await start({ 'main.ts': `
import net from 'node:net'
import { spawn as fork } from 'node:child_process'
import { spawn, sleep, exit, processInfo } from 'codeswitch'
export async function run() {
  const server = net.createServer(() => {}).listen(0, () => {
    const socket = net.connect(server.address().port).on('connect', () => console.log('connected'))
    opened = () => [server.listening, !socket.destroyed, !child.killed]
  })
  const child = fork(process.execPath, ['-e', '${UNTIL_PARENT_ENDS}'])
  await sleep(Infinity)
}
let opened
export const open = () => opened()
export const begin = () => spawn(run)
export const resources = (pid) => processInfo(pid).resources
export const kill = (pid) => exit(pid, 'kill')` })
    await world.value('pid = main.begin()')
    await world.prints('connected')
    assert.match(String(await world.value('main.resources(pid).join()')), /1 child process/)
    assert.deepEqual(await world.value('main.open()'), [true, true, true])
    await world.value('main.kill(pid)')
    assert.deepEqual(await world.value('main.open()'), [false, false, false])
  })

  it('listeners that a request added to what outlives it go when it is killed, not when it ends', async () => {
    await start({ 'bus.ts': `import { EventEmitter } from 'node:events'\nexport const bus = new EventEmitter()\nexport const count = () => [bus.listenerCount('x'), bus.listenerCount('y'), process.listenerCount('SIGUSR2')]`, 'main.ts': `
import http from 'node:http'
import { once } from 'node:events'
import { bus } from './bus'
const server = http.createServer(async (req, res) => {
  bus.on('x', () => {})
  process.on('SIGUSR2', () => {})
  if (req.url === '/ends') return res.end()
  bus.once('y', () => {})
  await once(bus, 'y')
}).${LISTENS}` })
    const at = await port()
    await request(at, '/ends')
    assert.deepEqual(await world.value('bus.count()'), [1, 0, 1])
    const failed = assert.rejects(request(at, '/slow'), /ECONNRESET|socket hang up/)
    const { pid } = await process('GET /slow')
    while (String(await world.value('bus.count()')) !== '2,2,2');
    await world.host.request('kill', { pid, reason: 'kill' })
    await failed
    assert.deepEqual(await world.value('bus.count()'), [1, 0, 1])
  })

  it('an error in a request ends the program as in plain Node, unless it handles uncaught errors', async () => {
    await start({ 'main.ts': `
import http from 'node:http'
process.on('uncaughtException', (error) => console.log('uncaught ' + error.message))
const server = http.createServer((req, res) => {
  if (req.url === '/bad') throw new Error('bad')
  res.end('good')
}).${LISTENS}` })
    void request(await port(), '/bad').catch(() => {})
    await world.prints('uncaught bad')
    assert.equal((await request(await port(), '/')).body, 'good')
  })

  it('a listener is removed with the function that was added, and once hears once', async () => {
    await start({ 'main.ts': `
import { EventEmitter } from 'node:events'
const emitter = new EventEmitter()
const results = []
const heard = (x) => results.push(x)
emitter.on('a', heard)
emitter.emit('a', 1)
emitter.off('a', heard)
emitter.emit('a', 2)
emitter.once('b', heard)
emitter.emit('b', 3)
emitter.emit('b', 4)
emitter.prependOnceListener('b', heard)
emitter.off('b', heard)
emitter.emit('b', 5)
emitter.once('c', heard)
results.push(emitter.listenerCount('c'), emitter.listeners('c')[0] === heard)
console.log('results ' + JSON.stringify(results) + '.')` })
    await world.prints('results')
    assert.match(world.output, /results \[1,3,1,true\]\./)
  })

  it('listeners on an EventTarget are not doubled by a reload, nor left by a load that fails', async () => {
    const hears = (version: number, more = ''): string => `
import { bus, heard } from './bus'
bus.addEventListener('ring', () => heard.push('${version}'))
bus.addEventListener('ring', { handleEvent() { heard.push('object ${version}') } }, { capture: true })
bus.addEventListener('ring', () => heard.push('once ${version}'), { once: true })
console.log('hears ${version}.')${more}`
    await start({ 'main.ts': hears(1), 'bus.ts': `export const bus = new EventTarget()\nexport const heard = []\nexport const ring = () => { bus.dispatchEvent(new Event('ring')); return heard.splice(0) }` })
    await world.prints('hears 1.')
    assert.equal((await world.save('main.ts', hears(2))).ok, true)
    assert.deepEqual(await world.value('bus.ring()'), ['2', 'object 2', 'once 2'])
    assert.equal((await world.save('main.ts', hears(3, `\nthrow new Error('late')`))).ok, false)
    assert.deepEqual(await world.value('bus.ring()'), ['2', 'object 2'])
  })

  it('an interval of timers/promises ends with the process that was killed in it', async () => {
    await start({ 'main.ts': `
import { setInterval } from 'node:timers/promises'
import { spawn, exit } from 'codeswitch'
export async function run() {
  for await (const value of setInterval(5, 'tick')) console.log(value)
}
export async function twice() {
  let ticks = 0
  for await (const _ of setInterval(5)) if (++ticks === 2) break
  console.log('twice')
}
export const begin = () => spawn(run)
export const kill = (pid) => exit(pid, 'kill')
export const active = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length` })
    await world.value('pid = main.begin()')
    await world.prints('tick\ntick\n')
    const before = Number(await world.value('main.active()'))
    await world.value('main.kill(pid)')
    assert.equal(await world.value('main.active()'), before - 1)
    await world.value('main.twice()')
    assert.match(world.output, /twice/)
  })

  it('a killed process leaves no timer behind, one that ends by itself does', async () => {
    await start({ 'main.ts': `
import { spawn, exit, sleep } from 'codeswitch'
export async function run(name) {
  setInterval(() => console.log('tick of ' + name), 5)
  if (name === 'killed') await sleep(Infinity)
}
export const begin = () => ({ killed: spawn(run, 'killed'), ended: spawn(run, 'ended') })
export const kill = (pids) => exit(pids.killed, 'kill')` })
    await world.value('pids = main.begin()')
    await world.prints('tick of killed')
    await world.value('main.kill(pids)')
    world.output = ''
    await world.prints('tick of ended\ntick of ended\ntick of ended\n')
    assert.doesNotMatch(world.output, /killed/)
  })
})
