import assert from 'node:assert/strict'
import http from 'node:http'
import { World } from './support/world'

const WORKERS = 2

const primary = (version: string, { worker = '', top = '' } = {}): string => `
import cluster from 'node:cluster'
import http from 'node:http'
import { heard } from './heard'
${worker === '' ? '' : `if (!cluster.isPrimary) ${worker}`}
if (cluster.isPrimary) {
  for (let i = 0; i < ${WORKERS}; i++) cluster.fork().on('exit', () => heard.push('${version} a worker left'))
  cluster.on('exit', () => {
    heard.push('${version} forks again')
    cluster.fork()
  })
  cluster.on('listening', (_, { port }) => heard.push(port))
} else http.createServer((_, response) => response.end('${version} ' + process.pid)).listen(0)
${top}`

const files = { 'heard.ts': 'export const heard: unknown[] = []\n', 'package.json': '{ "type": "module" }', 'main.ts': primary('one') }

describe('a cluster whose primary is saved', () => {
  let world: World
  let port: number
  const agents: http.Agent[] = []

  beforeEach(async () => {
    world = await World.start(files, { entry: 'main.ts' })
    while ((await heard()).length < WORKERS);
    port = Number((await heard())[0])
  })
  afterEach(() => {
    for (const agent of agents.splice(0)) agent.destroy()
    return world.end()
  })

  const heard = async (): Promise<readonly unknown[]> => {
    const all = await world.value("(await import('./heard')).heard")
    return Array.isArray(all) ? all : []
  }
  const pids = async (): Promise<readonly string[]> => String(await world.value("Object.values((await import('node:cluster')).default.workers).map((worker) => worker.process.pid).join(' ')")).split(' ')

  const answer = (agent: http.Agent): Promise<string> => new Promise((resolve, reject) => {
    http.get({ port, agent }, (response) => {
      let text = ''
      response.on('data', (chunk) => { text += String(chunk) }).on('end', () => resolve(text)).on('error', reject)
    }).on('error', reject)
  })

  /** Asks on connections of both kinds until the last answers were all of this version. */
  async function answeredBy(version: string): Promise<void> {
    const kinds = [true, false].map((keepAlive) => new http.Agent({ keepAlive }))
    agents.push(...kinds)
    await Promise.all(kinds.map(async (agent) => {
      for (let together = 0; together < 4 * WORKERS;) together = (await answer(agent)).startsWith(version) ? together + 1 : 0
    }))
  }

  it('has as many workers as before, of the new version; no request failed, and the program heard of nobody that left', async () => {
    for (const version of ['two', 'three']) {
      const before = await pids()
      await world.save('main.ts', primary(version))
      await answeredBy(version)
      while ((await pids()).length !== WORKERS);
      assert.deepEqual((await pids()).filter((pid) => before.includes(pid)), [])
      while (before.some(isAlive)) await answeredBy(version)
    }
    assert.deepEqual((await heard()).filter((one) => typeof one === 'string'), [])
  })

  it('hears of those of the new version, as ever', async () => {
    await world.save('main.ts', primary('two'))
    await answeredBy('two')
    while ((await pids()).length !== WORKERS);
    const [pid] = await pids()
    process.kill(Number(pid))
    while (!(await heard()).includes('two forks again'));
    assert.deepEqual((await heard()).filter((one) => typeof one === 'string').sort(), ['two a worker left', 'two forks again'])
  })

  it('goes on with its workers when the load fails', async () => {
    const before = await pids()
    assert.equal((await world.save('main.ts', primary('two', { top: "if (cluster.isPrimary) throw new Error('no')" }))).ok, false)
    while ((await pids()).length !== WORKERS);
    assert.deepEqual(await pids(), before)
    await answeredBy('one')
    assert.deepEqual((await heard()).filter((one) => typeof one === 'string'), [])
  })

  it('goes on with the old workers while the new ones throw, until some come to listen', async () => {
    const before = await pids()
    await world.save('main.ts', primary('two', { worker: "throw new Error('no')" }))
    while ((await heard()).filter((one) => one === 'two forks again').length < WORKERS);
    assert.deepEqual(before.filter(isAlive), before)
    await answeredBy('one')
    await world.save('main.ts', primary('three'))
    await answeredBy('three')
    while ((await pids()).length !== WORKERS);
    assert.equal((await heard()).includes('three forks again'), false)
  })
})

function isAlive(pid: string): boolean {
  try {
    return process.kill(Number(pid), 0)
  } catch {
    return false
  }
}
