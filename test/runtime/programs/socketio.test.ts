/** The example of socket.io, edited while clients are connected. */
import assert from 'node:assert/strict'
import { io } from 'socket.io-client'
import type { Socket } from 'socket.io-client'
import { Example, loaded } from '../support/example'

describe('the socket.io example', () => {
  let chat: Example
  const open: Socket[] = []
  beforeEach(async () => { chat = await Example.start('socketio', 'chat on ') })
  afterEach(async () => {
    for (const socket of open.splice(0)) socket.disconnect()
    await chat.world.end()
  })

  function client(name: string, transports = ['websocket']): Socket {
    const socket = io(`http://127.0.0.1:${chat.port}`, { auth: { name }, transports, reconnectionDelay: 10, reconnectionDelayMax: 50, forceNew: true })
    open.push(socket)
    return socket
  }
  const arrives = (socket: Socket, event: string): Promise<unknown> => new Promise((resolve) => { socket.once(event, resolve) })
  async function joined(name: string, room: string, transports?: string[]): Promise<Socket> {
    const socket = client(name, transports)
    await arrives(socket, 'connect')
    await socket.emitWithAck('join', room)
    return socket
  }
  /** What everybody in the room hears. */
  async function says(by: Socket, room: string, text: string, heardBy: readonly Socket[]): Promise<readonly unknown[]> {
    const heard = Promise.all(heardBy.map((socket) => arrives(socket, 'said')))
    by.emit('say', room, text)
    return heard
  }

  for (const transports of [['websocket'], ['polling']]) {
    it(`runs the handlers of the last save with the next message, on connections and in rooms that stay: ${transports}`, async () => {
      const [ann, bob] = [await joined('ann', 'tea', transports), await joined('bob', 'tea', transports)]
      const ids = [ann.id, bob.id]
      assert.deepEqual(await says(ann, 'tea', 'hi', [ann, bob]), ['ann: hi', 'ann: hi'])
      for (let version = 1; version <= 4; version++) {
        assert.deepEqual(await chat.edit('format.ts', [version === 1 ? '`${name}: ' : `\`${version - 1} \${name}: `, `\`${version} \${name}: `]), ['format'])
        assert.deepEqual(await chat.edit('rooms.ts', [version === 1 ? 'format(' : `${version - 1} + format(`, `${version} + format(`]), ['rooms'])
        assert.deepEqual(await says(bob, 'tea', 'ho', [ann, bob]), [`${version}${version} bob: ho`, `${version}${version} bob: ho`])
      }
      assert.deepEqual(await bob.emitWithAck('who', 'tea'), ['ann', 'bob'])
      assert.deepEqual([ann.id, bob.id], ids)
    })
  }

  it('asks the middleware of the last save who may come in', async () => {
    await joined('ann', 'tea')
    await chat.edit('auth.ts', [`name === ''`, `name === 'bob'`])
    const bob = client('bob')
    assert.match(String(await arrives(bob, 'connect_error')), /who are you/)
    await chat.edit('auth.ts', [`name === 'bob'`, `name === 'cat'`])
    bob.connect()
    await arrives(bob, 'connect')
  })

  it('gives new connections the handlers that were added; an open one goes on, and comes back to them when its own code is gone', async () => {
    const ann = await joined('ann', 'tea')
    const id = ann.id
    await chat.edit('connection.ts', [`  socket.on('who'`, `  socket.on('echo', (text: string, done: (text: string) => void) => { done('1 ' + text) })\n  socket.on('who'`])
    const bob = await joined('bob', 'tea')
    assert.equal(await bob.emitWithAck('echo', 'x'), '1 x')
    assert.deepEqual(await says(ann, 'tea', 'hi', [ann, bob]), ['ann: hi', 'ann: hi'])
    assert.equal(ann.id, id)
    await chat.edit('connection.ts', [`done('1 '`, `done('2 '`])
    const again = arrives(ann, 'connect')
    ann.emit('say', 'tea', 'lost')
    await again
    assert.equal(await ann.emitWithAck('echo', 'x'), '2 x')
    assert.equal(await bob.emitWithAck('echo', 'x'), '1 x')
  })

  it('serves on while a file is broken, and takes the repair; a module can be added and deleted', async () => {
    const ann = await joined('ann', 'tea')
    const rooms = await chat.read('rooms.ts')
    assert.equal((await chat.save('rooms.ts', 'export const =')).ok, false)
    assert.equal((await chat.save('format.ts', `throw new Error('no')`)).ok, false)
    assert.deepEqual(await says(ann, 'tea', 'hi', [ann]), ['ann: hi'])
    await chat.world.write('shout.ts', `export const shout = (text: string): string => text.toUpperCase()`)
    loaded(await chat.save('format.ts', `import { shout } from './shout'\nexport const format = (name: string, text: string): string => name + ' ' + shout(text)`))
    loaded(await chat.save('rooms.ts', rooms))
    assert.deepEqual(await says(ann, 'tea', 'hi', [ann]), ['ann HI'])
    loaded(await chat.save('format.ts', `export const format = (name: string, text: string): string => name + ' ' + text`))
    await chat.remove('shout.ts')
    await chat.world.host.request('delete', { module: 'shout' })
    assert.deepEqual(await says(ann, 'tea', 'hi', [ann]), ['ann hi'])
  })

  it('loses no message of a hundred edits in a row', async () => {
    const ann = await joined('ann', 'tea')
    const heard: string[] = []
    ann.on('said', (text: string) => heard.push(text))
    for (let version = 1; version <= 50; version++) {
      await chat.edit('format.ts', [version === 1 ? '`${name}: ' : `\`${version - 1} \${name}: `, `\`${version} \${name}: `])
      await chat.edit('rooms.ts', [version === 1 ? 'export function say' : `/* ${version - 1} */ export function say`, `/* ${version} */ export function say`])
      ann.emit('say', 'tea', String(version))
    }
    await ann.emitWithAck('who', 'tea')
    while (heard.length < 50) await arrives(ann, 'said')
    assert.deepEqual(heard.map((text) => text.replace(/^.*: /, '')), Array.from({ length: 50 }, (_, index) => String(index + 1)))
  })
})
