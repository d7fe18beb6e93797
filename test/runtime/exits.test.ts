/** A top level that gives up when it is loaded again: the program was started before, and goes on. */
import assert from 'node:assert/strict'
import { request } from './support/requests'
import { World } from './support/world'

const FAILS = '/* fails */'

describe('a top level that gives up', () => {
  let world: World
  let port: number
  let log: string[]
  afterEach(() => world.end())

  const main = (version: number, start: string): string => `
import http from 'node:http'
import { ready } from './gate'
async function main() {
  await ready()
  if (${start.includes(FAILS)}) throw new Error('no database ${version}')
  const server = http.createServer((request, response) => response.end('${version}')).listen(0, () => console.log('port ' + server.address().port + '.'))
}
${start}
`
  const gate = `const waiting = []\nexport const ready = () => new Promise((resolve) => { waiting.push(resolve) })\nexport const open = () => { for (const go of waiting.splice(0)) go() }\n`
  const answer = async (): Promise<string> => (await request(port, '/')).body

  async function begin(): Promise<void> {
    log = []
    world = await World.start({ 'package.json': '{"type":"module"}', 'gate.ts': gate, 'main.ts': main(1, 'main().catch(() => process.exit(1))') }, { entry: 'main.ts' }, { log: (_, message) => log.push(message) })
    await world.value('gate.open()')
    await world.prints('port ')
    port = Number(/port (\d+)\./.exec(world.output)?.[1])
  }
  async function saved(start: string, version: number): Promise<void> {
    assert.equal((await world.save('main.ts', main(version, start))).ok, true)
    await world.value('gate.open()')
  }

  const ways: Readonly<Record<string, readonly [start: string, told: RegExp]>> = {
    'by process.exit in the catch of what it does not await': [`main().catch(() => process.exit(1)) ${FAILS}`, /process\.exit\(1\) was called by the top level of main/],
    'by process.exit in the catch of what is no function of the program': [`ready().then(() => { throw new Error('x') }).catch(() => { try { process.exit(2) } catch { console.log('caught') } finally { console.log('finally') } })`, /process\.exit\(2\) was called by the top level of main/],
    'by process.abort': [`main().catch(() => process.abort()) ${FAILS}`, /process\.abort\(\) was called by the top level of main/],
    'by a rejection that nobody handles': [`main() ${FAILS}`, /The top level of main ended with Error: no database 2/],
    'by an error in a callback that it gave away': [`void ready().then(() => process.nextTick(() => { throw new Error('in a tick') }))`, /The top level of main ended with Error: in a tick/],
    'by an error in a microtask': [`queueMicrotask(() => { throw new Error('in a microtask') })`, /The top level of main ended with Error: in a microtask/],
  }
  for (const [how, [start, told]] of Object.entries(ways)) {
    it(`${how} ends no program: its server goes on until the next one listens`, async () => {
      await begin()
      await saved(start, 2)
      assert.equal(await answer(), '1')
      assert.match(world.output + log.join('\n'), told)
      assert.doesNotMatch(world.output, /caught|finally/)
      await saved('main().catch(() => process.exit(1))', 3)
      while (await answer() !== '3') await world.value('gate.open()')
      assert.equal(await answer(), '3')
    })
  }

  it('at its first start, in a timer, in a listener or in a request ends the program as in plain Node', async () => {
    const ended = (): Promise<unknown> => world.until(({ runtime }) => runtime.state === 'exited' || runtime.state === 'crashed')
    world = await World.create({ 'package.json': '{"type":"module"}', 'main.ts': `(async () => { await null; throw new Error('first') })().catch(() => process.exit(1))\nsetInterval(() => {}, 1000)` }, { entry: 'main.ts' })
    const hostDown = (): void => {} // it may end before it has answered
    world.host.start().catch(hostDown)
    await ended()
    await world.end()
    await begin()
    saved(`setTimeout(() => process.exit(1), 1)`, 2).catch(hostDown)
    await ended()
    await world.end()
    await begin()
    saved(`process.on('SIGUSR2', () => process.exit(1)); process.kill(process.pid, 'SIGUSR2')`, 2).catch(hostDown)
    await ended()
  })
})
