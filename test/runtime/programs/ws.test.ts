/** examples/ws, edited while clients are connected. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { WebSocket } from 'ws'
import { Example, loaded } from '../support/example'
import { request } from '../support/requests'

describe('the example on ws', () => {
  let board: Example
  const open: WebSocket[] = []
  beforeEach(async () => { board = await Example.start('ws', 'board on') })
  afterEach(async () => {
    for (const socket of open.splice(0)) socket.terminate()
    await board.world.end()
  })

  async function connect(): Promise<WebSocket> {
    const socket = new WebSocket(`ws://127.0.0.1:${board.port}`)
    open.push(socket)
    await once(socket, 'open')
    return socket
  }
  /** The first message from now on that is `expected`. */
  const hears = (socket: WebSocket, expected: string): Promise<void> => new Promise((resolve) => {
    socket.on('message', function heard(data) {
      if (String(data) !== expected) return
      socket.off('message', heard)
      resolve()
    })
  })
  async function says(socket: WebSocket, text: string, expected: string): Promise<void> {
    const heard = hears(socket, expected)
    socket.send(text)
    await heard
  }

  it('runs the handler of the last save with the next message on every connection; what was said stays', async () => {
    const [ann, bob] = [await connect(), await connect()]
    const heard = hears(bob, 'said: hello')
    await says(ann, 'hello', 'said: hello')
    await heard
    assert.deepEqual(await board.edit('messages.ts', ['`said: ${text}`', '`2: ${text}`']), ['messages'])
    await says(bob, 'again', '2: again')
    await says(ann, 'list', 'hello, again')
  })

  it('serves the edited page, and listens on the same port when its own module is saved, without ending a connection', async () => {
    const ann = await connect()
    assert.deepEqual(await board.edit('page.ts', ['<title>board', '<title>blackboard']), ['page'])
    assert.match((await request(board.port, '/')).body, /blackboard/)
    const { port } = board
    assert.deepEqual(await board.edit('main.ts', ['`board on', '`board again on']), ['main'])
    const bob = await connect()
    assert.equal(board.port, port)
    await says(bob, 'x', 'said: x')
    await says(ann, 'list', 'x')
  })

  it('beats once a second however often the heartbeat is saved', async () => {
    const ann = await connect()
    const beats: string[] = []
    ann.on('ping', (data) => beats.push(String(data)))
    for (let version = 1; version <= 5; version++) await board.edit('heartbeat.ts', [`beat ${version}`, `beat ${version + 1}`])
    while (beats.filter((beat) => beat === 'beat 6').length < 2) await once(ann, 'ping')
    assert.deepEqual(beats.slice(beats.indexOf('beat 6')), ['beat 6', 'beat 6'])
  })

  it('gives new connections the listeners that were added; an open one is closed when its own code is gone', async () => {
    const ann = await connect()
    for (const version of [1, 2]) {
      await board.edit('connection.ts', [version === 1 ? `  socket.on('close'` : `socket.send('one')`, version === 1 ? `  socket.on('message', () => { socket.send('one') })\n  socket.on('close'` : `socket.send('two')`])
    }
    const closed = once(ann, 'close')
    ann.send('lost')
    await closed
    const bob = await connect()
    await says(bob, 'x', 'two')
  })

  it('serves on while a file is broken, and takes the repair; a module can be added and deleted', async () => {
    const ann = await connect()
    const good = await board.read('messages.ts')
    for (const bad of ['export function', `throw new Error('no')`]) assert.equal((await board.save('messages.ts', bad)).ok, false)
    await says(ann, 'x', 'said: x')
    await board.world.write('loud.ts', `export const loud = (text: string): string => text.toUpperCase()`)
    loaded(await board.save('messages.ts', `import { loud } from './loud'\n${good.replace('said: ${text}', '${loud(text)}')}`))
    await says(ann, 'y', 'Y')
    loaded(await board.save('messages.ts', good))
    await board.remove('loud.ts')
    await says(ann, 'z', 'said: z')
  })

  it('takes a hundred edits in a row while clients talk', async () => {
    const sockets = [await connect(), await connect()]
    for (let version = 1; version <= 100; version++) {
      const file = version % 10 === 0 ? 'page.ts' : 'messages.ts'
      loaded(await board.save(file, `${await board.read(file)}// ${version}\n`))
      for (const socket of sockets) await says(socket, `m${version}`, `said: m${version}`)
    }
  })
})
