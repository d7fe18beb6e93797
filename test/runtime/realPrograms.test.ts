/** Ordinary programs as people write them, on packages from npm, edited while they run. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { symlink } from 'node:fs/promises'
import path from 'node:path'
import { WebSocket } from 'ws'
import { request, traffic } from './support/requests'
import { World } from './support/world'

const packages = path.resolve(__dirname, '../../node_modules')

describe('a real program', () => {
  let world: World
  let port: number
  afterEach(() => world.end())

  async function start(files: Readonly<Record<string, string>>, options: Parameters<typeof World.create>[1] = {}): Promise<void> {
    world = await World.create({ 'package.json': '{"type":"module"}', ...files }, { entry: 'main.ts', ...options })
    await symlink(packages, path.join(world.root, 'node_modules'))
    await world.host.start()
    await world.prints('port ')
    port = Number(/port (\d+)\./.exec(world.output)?.[1])
  }
  const get = async (url: string): Promise<string> => (await request(port, url)).body

  describe('of Express', () => {
    const model = (version: number): string => `export class User { constructor(readonly name: string) {}\n greet() { return 'hello ${version} ' + this.name } }\nconst users = new Map([['ann', new User('ann')]])\nexport const find = (name: string) => users.get(name)`
    const users = (version: number): string => `
import express from 'express'
import { find } from './model'
export const router = express.Router()
router.get('/:name', async (request, response) => { response.send('${version}: ' + find(request.params.name)?.greet()) })`
    const log = (version: number): string => `export function log(request, response, next) { response.setHeader('x-log', '${version}'); next() }`
    const server = (more = ''): string => `
import express from 'express'
import { log } from './log'
import { router } from './users'
export function start() {
  const app = express()
  app.use(log)
  app.use('/users', router)
  app.get('/inline', (request, response) => { response.send('inline') })
  ${more}
  const server = app.listen(0, () => console.log('port ' + server.address().port + '.'))
}`
    const files = { 'main.ts': `import { start } from './server'\nstart()`, 'server.ts': server(), 'users.ts': users(1), 'model.ts': model(1), 'log.ts': log(1) }

    it('takes an edit of the model, the handlers and the middleware at the next request', async () => {
      await start(files)
      assert.equal(await get('/users/ann'), '1: hello 1 ann')
      await world.save('model.ts', model(2))
      assert.equal(await get('/users/ann'), '1: hello 2 ann')
      await world.save('users.ts', users(2))
      assert.equal(await get('/users/ann'), '2: hello 2 ann')
      await world.save('log.ts', log(2))
      assert.equal((await fetch(`http://127.0.0.1:${port}/inline`)).headers.get('x-log'), '2')
    })

    it('is started again by its entry when the code that opened its server changed: routes written there change too', async () => {
      await start(files)
      for (let version = 2; version <= 5; version++) {
        const report = await world.save('server.ts', server(`app.get('/new', (request, response) => { response.send('new ${version}') })`))
        assert.deepEqual(report.outcomes.map((one) => [one.module, one.kind]), [['server', 'loaded'], ['main', 'loaded']])
        assert.equal(await get('/new'), `new ${version}`)
        assert.equal(await get('/inline'), 'inline')
      }
    })

    it('serves on while a file is broken, and takes its repair', async () => {
      await start(files)
      assert.equal((await world.save('users.ts', 'export const router = ')).ok, false)
      assert.equal((await world.save('model.ts', `throw new Error('no')`)).ok, false)
      assert.equal(await get('/users/ann'), '1: hello 1 ann')
      assert.equal((await world.save('model.ts', model(3))).ok, true)
      assert.equal((await world.save('users.ts', users(3))).ok, true)
      assert.equal(await get('/users/ann'), '3: hello 3 ann')
    })

    it('fails no request of a hundred edits in a row', async () => {
      await start(files)
      const clients = traffic(port, '/users/ann', 3, true)
      for (let version = 2; version <= 35; version++) {
        for (const [file, text] of [['model.ts', model(version)], ['users.ts', users(version)], ['server.ts', server(`app.set('n', ${version})`)]] as const) assert.equal((await world.save(file, text)).ok, true)
      }
      assert.equal(await get('/users/ann'), '35: hello 35 ann')
      const { failures, answered } = await clients.stop()
      assert.deepEqual(failures, [])
      assert.ok(answered > 100)
    })
  })

  describe('of ws', () => {
    const chat = (version: number): string => `
export function onMessage(socket, data) { socket.send('${version} ' + data) }
export async function onSlow(socket) { await new Promise(() => {}) }`
    const files = {
      'chat.ts': chat(1),
      'main.ts': `
import { WebSocketServer } from 'ws'
import { onMessage, onSlow } from './chat'
const server = new WebSocketServer({ port: 0 })
server.on('listening', () => console.log('port ' + server.address().port + '.'))
server.on('connection', (socket) => socket.on('message', (data) => String(data) === 'slow' ? onSlow(socket) : onMessage(socket, data)))`,
    }
    const connect = async (): Promise<WebSocket> => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/chat`)
      await once(socket, 'open')
      return socket
    }
    const ask = async (socket: WebSocket, text: string): Promise<string> => {
      socket.send(text)
      return String((await once(socket, 'message'))[0])
    }

    it('an open connection reaches current code with its next message', async () => {
      await start(files)
      const socket = await connect()
      assert.equal(await ask(socket, 'a'), '1 a')
      await world.save('chat.ts', chat(2))
      assert.equal(await ask(socket, 'b'), '2 b')
      socket.close()
    })

    it('keeps its port and its connections when the module that made the server is reloaded', async () => {
      await start(files)
      const socket = await connect()
      assert.equal((await world.save('main.ts', `${files['main.ts']}\n// changed`)).ok, true)
      assert.equal(await ask(socket, 'a'), '1 a')
      const second = await connect()
      assert.equal(await ask(second, 'b'), '1 b')
      socket.close()
      second.close()
    })

    it('a connection whose handlers are of purged code is closed at its next message, so that the client connects to current code', async () => {
      await start(files)
      const socket = await connect()
      for (const more of ['// two', '// three']) assert.equal((await world.save('main.ts', `${files['main.ts']}\n${more}`)).ok, true)
      const closed = once(socket, 'close')
      socket.send('a')
      await closed
      const again = await connect()
      assert.equal(await ask(again, 'b'), '1 b')
      again.close()
    })

    it('a connection is a process with its path; it lingers in a handler that waits, and a kill closes it', async () => {
      await start(files)
      const socket = await connect()
      socket.send('slow')
      await world.until(({ processes }) => processes.items.some((one) => one.label === 'WebSocket /chat' && one.stack[0]?.function === 'onSlow'))
      await world.save('chat.ts', chat(2))
      const { lingering } = await world.snapshot()
      assert.deepEqual(lingering.map((one) => [one.module, one.processes.map((process) => process.label)]), [['chat', ['WebSocket /chat']]])
      const closed = once(socket, 'close')
      await world.host.request('purge', { module: 'chat', soft: false })
      await closed
    })
  })
})
