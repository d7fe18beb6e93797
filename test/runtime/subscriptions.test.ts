/** What a top level listens to is heard once, by the last version: standard input, lines, channels, observers, hooks. */
import assert from 'node:assert/strict'
import { CliProcess } from './cliProcess'
import { World } from './support/world'

describe('standard input of a top level that is loaded again', () => {
  let cli: CliProcess
  afterEach(() => cli.dispose())

  const ways: Readonly<Record<string, string>> = {
    'by data': `process.stdin.on('data', (data) => heard(data))`,
    'by readable': `process.stdin.setEncoding('utf8').on('readable', () => { for (let data; (data = process.stdin.read()) !== null;) heard(data) })`,
    'by for await': `async function main() { for await (const data of process.stdin) heard(data) }\nmain()`,
    'by a pipe': `process.stdin.pipe(new Writable({ write(data, encoding, done) { heard(data); done() } }))`,
    'by lines': `readline.createInterface({ input: process.stdin }).on('line', heard).on('close', () => console.log('closed'))`,
    'by lines of a terminal': `readline.createInterface({ input: process.stdin, output: process.stdout, terminal: true }).on('line', heard)`,
    'by for await of lines': `async function main() { for await (const line of readline.createInterface({ input: process.stdin })) heard(line) }\nmain()`,
    'by questions': `const lines = promises.createInterface({ input: process.stdin, output: process.stdout })\nasync function main() { while (true) heard(await lines.question('? ')) }\nmain()`,
  }
  for (const [how, text] of Object.entries(ways)) {
    it(`is read once, ${how}`, async () => {
      const main = (version: number): string => `import readline from 'node:readline'\nimport promises from 'node:readline/promises'\nimport { Writable } from 'node:stream'\nconst heard = (text) => console.log('${version} hears ' + String(text).trim() + '.')\n${text}\nconsole.log('up ${version}')`
      cli = new CliProcess({ 'package.json': '{"type":"module"}', 'main.ts': main(1) }).start('run', 'main.ts')
      await cli.prints('up 1')
      cli.type('a')
      await cli.prints('1 hears a.')
      for (const version of [2, 3]) {
        cli.write('main.ts', main(version))
        await cli.says(`main v${version}`)
        for (const line of ['b', 'c']) {
          cli.type(line + version)
          await cli.prints(`${version} hears ${line}${version}.`)
        }
      }
      assert.deepEqual(cli.stdout.match(/\d hears \w+/g), ['1 hears a', '2 hears b2', '2 hears c2', '3 hears b3', '3 hears c3'])
      assert.doesNotMatch(cli.stdout, /closed/)
    })
  }
})

describe('what a top level subscribed to', () => {
  let world: World
  afterEach(() => world.end())

  const log = `export const target = new EventTarget()
export const log = []
export const onEvent = () => { log.push('event') }`
  const main = (version: number): string => `
import diagnostics from 'node:diagnostics_channel'
import { PerformanceObserver, performance } from 'node:perf_hooks'
import { createHook, AsyncResource } from 'node:async_hooks'
import { log, target, onEvent } from './log'
const version = ${version}
diagnostics.subscribe('app', () => { log.push('subscribe ' + version) })
diagnostics.channel('app').subscribe(() => { log.push('channel ' + version) })
diagnostics.tracingChannel('trace').subscribe({ start: () => { log.push('start ' + version) } })
new PerformanceObserver(() => { log.push('observer ' + version) }).observe({ entryTypes: ['mark'] })
createHook({ init: (id, type) => { if (type === 'APP') log.push('hook ' + version) } }).enable()
process.setUncaughtExceptionCaptureCallback((error) => { log.push(error.message + ' ' + version) })
for (const add of ['on', 'addListener', 'once', 'prependListener', 'prependOnceListener']) process[add]('app', () => { log.push(add + ' ' + version) })
target.addEventListener('app', onEvent)
target.addEventListener('app', () => { log.push('target ' + version) })
export async function go() {
  diagnostics.channel('app').publish({})
  diagnostics.tracingChannel('trace').traceSync(() => {})
  performance.mark('m')
  new AsyncResource('APP')
  process.emit('app')
  target.dispatchEvent(new Event('app'))
  setTimeout(() => { throw new Error('uncaught') }, 1)
  await new Promise((resolve) => { setTimeout(resolve, 30) })
  return log.splice(0).sort()
}
`
  const all = (version: number): string[] => [...['subscribe', 'channel', 'start', 'observer', 'hook', 'uncaught', 'on', 'addListener', 'once', 'prependListener', 'prependOnceListener', 'target'].map((what) => `${what} ${version}`), 'event'].sort()

  it('is heard once after a reload, and as before after a load that failed', async () => {
    world = await World.start({ 'package.json': '{"type":"module"}', 'log.ts': log, 'main.ts': main(1) }, { entry: 'main.ts' })
    assert.deepEqual(await world.value('main.go()'), all(1))
    assert.equal((await world.save('main.ts', `${main(2)}throw new Error('no')`)).ok, false)
    assert.deepEqual(await world.value('main.go()'), all(1).filter((one) => !one.includes('once') && !one.includes('Once')))
    for (const version of [3, 4]) {
      assert.equal((await world.save('main.ts', main(version))).ok, true)
      assert.deepEqual(await world.value('main.go()'), all(version))
    }
  })
})
