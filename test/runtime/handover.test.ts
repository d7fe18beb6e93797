import assert from 'node:assert/strict'
import dgram from 'node:dgram'
import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { cert, key } from './support/certificate'
import { request, traffic } from './support/requests'
import { World } from './support/world'

/** An ordinary program: handlers elsewhere, the server at the top level. It prints its port when it listens. */
const server = (answer: string, listen = 'listen(0, () => console.log(`port ${server.address().port}.`))'): string => `
import http from 'node:http'
import { slow } from './slow'
const server = http.createServer(async (req, res) => {
  if (req.url === '/slow') return slow(res)
  res.end('${answer}')
})
server.${listen}
`
const slow = `
import { EventEmitter, once } from 'node:events'
export const gate = new EventEmitter()
export const open = () => gate.emit('open')
export async function slow(res) {
  console.log('slow begins')
  await once(gate, 'open')
  res.end('slow done')
}
`

describe('a listening server', () => {
  let world: World
  let port: number
  afterEach(() => world.end())

  async function start(files: Readonly<Record<string, string>> = {}, options: Parameters<typeof World.start>[1] = {}): Promise<void> {
    world = await World.start({ 'main.ts': server('one'), 'slow.ts': slow, ...files }, { entry: 'main.ts', ...options })
    await world.prints('port')
    port = Number(/port (\d+)/.exec(world.output)?.[1])
  }
  const answer = async (path = '/'): Promise<string> => (await request(port, path)).body

  it('stays open when its module is reloaded, and the next request is answered by current code', async () => {
    await start()
    assert.equal(await answer(), 'one')
    assert.equal((await world.save('main.ts', server('two'))).ok, true)
    assert.equal(await answer(), 'two')
  })

  for (const keepAlive of [true, false]) {
    it(`no request fails and none is refused while it is reloaded ${keepAlive ? 'and connections are kept alive' : 'and every request connects anew'}`, async () => {
      await start()
      const clients = traffic(port, '/', 4, keepAlive)
      for (let version = 2; version <= 200; version++) assert.equal((await world.save('main.ts', server(`v${version}`), { policy: 'brutal' })).ok, true)
      assert.equal(await answer(), 'v200')
      const { failures, answered, bodies } = await clients.stop()
      assert.deepEqual(failures, [])
      assert.ok(answered > 200 && bodies.size > 20, `${answered} answers, ${bodies.size} different`)
    })
  }

  it('a connection that was kept alive reaches the new code with its next request', async () => {
    await start()
    const socket = net.connect(port, '127.0.0.1').setEncoding('utf8')
    const ask = async (): Promise<string> => {
      socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
      const [text] = await once(socket, 'data') as [string]
      return text.slice(-3)
    }
    assert.equal(await ask(), 'one')
    await world.save('main.ts', server('two'))
    assert.equal(await ask(), 'two')
    socket.destroy()
  })

  it('a request in flight finishes in old code, is seen lingering by its name and is awaited under soft', async () => {
    await start({}, { purgePolicy: 'soft' })
    const inFlight = answer('/slow')
    await world.prints('slow begins')
    await world.line('const oldGate = slow.gate')
    await world.save('slow.ts', slow.replace('slow done', 'slow done again'))
    const { lingering } = await world.snapshot()
    assert.deepEqual(lingering.map((entry) => [entry.module, entry.processes.map((process) => process.label)]), [['slow', ['GET /slow']]])
    const third = await world.save('slow.ts', slow.replace('slow done', 'a third time'))
    assert.equal(third.outcomes[0]?.kind, 'staged')
    await world.line(`oldGate.emit('open')`)
    assert.equal(await inFlight, 'slow done')
    await world.until(({ modules }) => modules.some((module) => module.name === 'slow' && module.current?.version === 3))
  })

  it('a load that fails leaves it as it is', async () => {
    await start()
    assert.equal((await world.save('main.ts', server('two') + `throw new Error('late')`)).ok, false)
    assert.equal(await answer(), 'one')
    await world.save('main.ts', server('three'))
    assert.equal(await answer(), 'three')
  })

  it('says that it listens while the new top level waits for it', async () => {
    await start()
    const waits = server('two', 'listen(0)') + `await new Promise((resolve) => server.once('listening', resolve))\nconsole.log('again', server.address().port)\n`
    assert.equal((await world.save('main.ts', waits)).ok, true)
    await world.prints(`again ${port}`)
    assert.equal(await answer(), 'two')
  })

  it('passes to a start that listens only later', async () => {
    await start()
    const later = server('two', 'listen').replace('server.listen', `
async function start() {
  await new Promise((resolve) => setTimeout(resolve, 50))
  server.listen(0, () => console.log('later ' + server.address().port))
}
void start()`)
    await world.save('main.ts', later)
    assert.equal(await answer(), 'one')
    await world.prints(`later ${port}`)
    assert.equal(await answer(), 'two')
  })

  it('of http2 hands over, and its streams are requests with a name', async () => {
    const text = (answer: string): string => `
import http2 from 'node:http2'
import { processInfo, self } from 'codeswitch'
const server = http2.createServer((req, res) => res.end('${answer} ' + processInfo(self()).label))
server.listen(0, () => console.log(\`port \${server.address().port}.\`))`
    await start({ 'main.ts': text('one') })
    const session = http2.connect(`http://127.0.0.1:${port}`)
    const ask = async (): Promise<string> => {
      const stream = session.request({ ':path': '/users?x=1' }).setEncoding('utf8')
      return (await stream.toArray()).join('')
    }
    assert.equal(await ask(), 'one GET /users')
    await world.save('main.ts', text('two'))
    assert.equal(await ask(), 'two GET /users')
    session.close()
  })

  it('of https hands over: connections that are kept alive and new ones reach the new code, and nothing is refused', async () => {
    const text = (answer: string): string => `
import https from 'node:https'
import { key, cert } from './certificate'
const server = https.createServer({ key, cert }, (req, res) => res.end('${answer}'))
server.listen(0, () => console.log(\`port \${server.address().port}.\`))`
    await start({ 'main.ts': text('one'), 'certificate.ts': `export const key = ${JSON.stringify(key)}\nexport const cert = ${JSON.stringify(cert)}` })
    const kept = new https.Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false })
    const anew = new https.Agent({ rejectUnauthorized: false })
    const ask = (agent: https.Agent): Promise<string> => new Promise((resolve, reject) => {
      https.get({ port, host: '127.0.0.1', agent }, (response) => void response.setEncoding('utf8').toArray().then((parts) => resolve(parts.join('')), reject)).on('error', reject)
    })
    assert.deepEqual([await ask(kept), await ask(anew)], ['one', 'one'])
    for (const answer of ['two', 'three', 'four']) {
      assert.equal((await world.save('main.ts', text(answer))).ok, true)
      assert.deepEqual([await ask(kept), await ask(anew)], [answer, answer])
    }
    kept.destroy()
  })

  it('at a path hands over too', async () => {
    const file = path.join(os.tmpdir(), `codeswitch-${process.pid}.sock`)
    const text = (answer: string): string => `
import http from 'node:http'
http.createServer((req, res) => res.end('${answer}')).listen(${JSON.stringify(file)}, function () { console.log('port 1.', this.address()) })`
    await start({ 'main.ts': text('one') })
    const ask = (): Promise<string> => new Promise((resolve, reject) => {
      http.get({ socketPath: file, agent: false }, (response) => void response.setEncoding('utf8').toArray().then((parts) => resolve(parts.join('')))).on('error', reject)
    })
    assert.equal(await ask(), 'one')
    world.output = ''
    await world.save('main.ts', text('two'))
    assert.equal(await ask(), 'two')
    await world.prints(`port 1. ${file}`)
  })

  it('one that never listened is not said to be closed', async () => {
    const others = `
server.once('listening', () => {
  http.createServer().on('error', (error) => console.log(error.code)).listen(server.address().port)
  http.createServer().listen(0, '127.0.0.1', () => console.log('third'))
})`
    await start({ 'main.ts': server('one') + others })
    await world.prints('EADDRINUSE')
    await world.prints('third')
    const closed = new Promise<string>((done) => {
      world.host.onDidLog(({ message }) => { if (message.includes('any more: closed')) done(message) })
    })
    await world.save('main.ts', server('two'))
    assert.match(await closed, /127\.0\.0\.1/)
  })

  it('listens on another host of the same port when the new version says so', async () => {
    await start()
    await world.save('main.ts', server('two', `listen(${port})`))
    await world.save('main.ts', server('three', `listen(${port}, '127.0.0.1', () => console.log('host ' + server.address().address))`))
    await world.prints('host')
    assert.equal(await answer(), 'three')
    await assert.rejects(once(net.connect(port, '::1'), 'connect'), /ECONNREFUSED|EADDRNOTAVAIL/)
  })

  it('says nothing of a close to the old version, and goes on when its dispose closes it', async () => {
    const closes = (name: string): string => `${server(name)}
server.on('close', () => console.log('${name} heard close'))
import.meta.hot?.dispose(() => server.close(() => console.log('${name} closed')))`
    await start({ 'main.ts': server('one') + `server.on('close', () => console.log('one heard close'))` })
    await world.save('main.ts', closes('two'))
    assert.doesNotMatch(world.output, /heard close/)
    await world.save('main.ts', closes('three'))
    await world.prints('two closed')
    assert.equal(await answer(), 'three')
  })

  it('goes on when its module is loaded again for the sake of another one, and starts nothing since that was done once for all', async () => {
    const handler = (what: string): string => `export const makeHandler = (name) => (req, res) => res.end(name + ' ${what}')`
    world = await World.start({
      'main.ts': `import { start } from './app'\nstart().catch(console.error)`,
      'app.ts': `import http from 'node:http'\nimport { makeHandler } from './handler'\nimport { state } from './state'\nexport const start = () => state.started ??= (async () => { const server = http.createServer(makeHandler('a')).listen(0, () => console.log('port ' + server.address().port)) })()`,
      'state.ts': 'export const state: { started?: Promise<void> } = {}', 'handler.ts': handler('1'),
    }, { entry: 'main.ts', keepAlive: false })
    await world.prints('port')
    port = Number(/port (\d+)/.exec(world.output)?.[1])
    const told = new Promise<string>((done) => void world.host.onDidLog(({ message }) => { if (message.includes('goes on, in old code')) done(message) }))
    for (const what of ['2', '3']) assert.equal((await world.save('handler.ts', handler(what))).ok, true)
    assert.match(await told, /^main was loaded again and did not listen on .* again/)
    assert.equal(await answer(), 'a 1')
    assert.equal((await world.save('handler.ts', handler('4'))).ok, true)
    assert.equal(await answer(), 'a 1')
  })

  it('is closed when the new version does not listen any more', async () => {
    await start()
    await world.save('main.ts', server('two', 'on("x", () => {})'))
    await assert.rejects(async () => {
      for (;;) await request(port, '/')
    }, /ECONNREFUSED|ECONNRESET/) // reset: the connection had just been made when the server closed
  })
})

describe('a bound UDP socket', () => {
  let world: World
  afterEach(() => world.end())

  it('passes to the next version of its module: nothing is bound twice, no load fails, what arrives is heard once', async () => {
    const client = dgram.createSocket('udp4')
    const heard: string[] = []
    client.on('message', (data) => heard.push(String(data)))
    const port = await freePort()
    const text = (version: number, more = ''): string => `
import dgram from 'node:dgram'
const socket = dgram.createSocket('udp4')
socket.on('message', (data, { port, address }) => socket.send('${version} ' + data, port, address))
socket.bind(${port}, () => console.log('bound ${version} ' + socket.address().port))
${more}`
    const ask = async (): Promise<string> => {
      client.send('x', port, '127.0.0.1')
      return String((await once(client, 'message'))[0])
    }
    world = await World.start({ 'main.ts': text(1) }, { entry: 'main.ts' })
    await world.prints(`bound 1 ${port}`)
    assert.equal(await ask(), '1 x')
    for (let version = 2; version <= 5; version++) {
      assert.equal((await world.save('main.ts', text(version))).ok, true)
      await world.prints(`bound ${version} ${port}`)
      assert.equal(await ask(), `${version} x`)
      assert.equal((await world.save('main.ts', text(9, `throw new Error('late')`))).ok, false)
      assert.equal(await ask(), `${version} x`)
    }
    assert.equal((await world.save('main.ts', text(6, `import.meta.hot.dispose(() => socket.close())`))).ok, true)
    assert.equal((await world.save('main.ts', text(7))).ok, true)
    assert.equal(await ask(), '7 x')
    assert.equal((await world.save('main.ts', 'export const nothing = 1')).ok, true)
    const again = dgram.createSocket('udp4').bind(port, '127.0.0.1')
    await once(again, 'listening')
    again.close()
    client.close()
  })

  async function freePort(): Promise<number> {
    const socket = dgram.createSocket('udp4').bind(0)
    await once(socket, 'listening')
    const { port } = socket.address()
    socket.close()
    await once(socket, 'close')
    return port
  }
})
