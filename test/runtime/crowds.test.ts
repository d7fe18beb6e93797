import assert from 'node:assert/strict'
import net from 'node:net'
import type { Snapshot } from '../../src/protocol/snapshot'
import { World } from './support/world'

const server = `import http from 'node:http'
const open: http.ServerResponse[] = []
let release: () => void = () => {}
const released = new Promise<void>((resolve) => { release = resolve })
async function handle(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  await released
  response.end('done')
}
export const done = (): void => release()
const listener = http.createServer((request, response) => void handle(request, response)).listen(0, () => console.log('port', Object(listener.address()).port))
`
const CONNECTIONS = 100
/** Of each connection: every request is sent before the first is answered. */
const EACH = { users: 60, orders: 30, files: 10 }

describe('ten thousand requests of three routes', function () {
  this.timeout(60_000)
  let world: World
  let sockets: readonly net.Socket[] = []
  afterEach(async () => {
    for (const socket of sockets) socket.destroy()
    await world.end()
  })

  async function flood(): Promise<Snapshot> {
    world = await World.start({ 'main.ts': server }, { entry: 'main.ts' })
    await world.prints('port')
    const port = Number(/port (\d+)/.exec(world.output)?.[1])
    const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`
    const requests = (from: number): string => Object.entries(EACH).flatMap(([route, n]) => Array.from({ length: n }, (_, i) => get(`/${route}/${from * 100 + i}`))).join('')
    sockets = Array.from({ length: CONNECTIONS }, (_, i) => net.connect(port, '127.0.0.1').on('error', () => {}).setEncoding('latin1').on('connect', function (this: net.Socket) { this.write(requests(i)) }))
    return world.until(({ processes }) => (processes.crowds ?? []).reduce((sum, crowd) => sum + crowd.total, 0) >= 10_000)
  }

  const counts = ({ processes }: Snapshot): unknown => Object.fromEntries((processes.crowds ?? []).map(({ label, total }) => [label, total]))
  const all = { 'GET /users/*': 6000, 'GET /orders/*': 3000, 'GET /files/*': 1000 }

  it('are three crowds with their oldest, and the snapshot stays small', async () => {
    const snapshot = await flood()
    assert.deepEqual(counts(snapshot), all)
    for (const { oldest } of snapshot.processes.crowds ?? []) {
      assert.equal(oldest.length, 50)
      assert.deepEqual(oldest.map(({ pid }) => pid), [...oldest].sort((a, b) => a.startedAt - b.startedAt).map(({ pid }) => pid))
    }
    assert.equal(snapshot.processes.items.some(({ label }) => label.startsWith('GET ')), false)
    const bytes = JSON.stringify(snapshot).length
    assert.ok(bytes < 150_000, `${bytes} bytes`)
  })

  it('that linger in old code are three crowds there, counted in all', async () => {
    await flood()
    await world.save('main.ts', `${server}// again\n`, { force: true })
    const snapshot = await world.until(({ lingering }) => (lingering[0]?.total ?? 0) >= 10_000)
    const [who] = snapshot.lingering
    assert.deepEqual([who?.total, Object.fromEntries((who?.crowds ?? []).map(({ label, total }) => [label, total]))], [10_000, all])
    assert.equal(who?.processes.length, 30)
    const why = await world.host.request('why', { module: 'main', slot: 'old' })
    assert.deepEqual('error' in why || why.versions[0]?.keepers.map(({ kind, text, line }) => `${kind} ${text}:${line}`), Object.entries(all).map(([label, n]) => `frame ${n} of ${label}, the oldest in handle:6`))
    assert.deepEqual((snapshot.processes.crowds ?? []).map(({ total, lingering }) => total - lingering), [0, 0, 0])
  })

  it('are gone when they are answered', async () => {
    await flood()
    await world.value('main.done(); 0')
    const { processes } = await world.until((snapshot) => (snapshot.processes.crowds ?? []).length === 0)
    assert.equal(processes.single, processes.total)
  })

  it('can be found one by one by a filter', async () => {
    await flood()
    const page = await world.host.request('processes', { offset: 0, limit: 5, filter: '/users/9959' })
    assert.deepEqual([page.total, page.items.map(({ label }) => label)], [1, ['GET /users/9959']])
  })
})
