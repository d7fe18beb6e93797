/** examples/pino, edited while it runs: what is written, and how often. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { hundredEdits } from '../support/edits'
import { Example } from '../support/example'
import { request } from '../support/requests'

interface Line { readonly msg: string; readonly part?: string; readonly url?: string; readonly order?: { readonly total: number; readonly card: string; readonly id: number } }

describe('the example on Pino', () => {
  let example: Example
  const start = async (beat = '10000'): Promise<void> => { example = await Example.start('pino', 'listening', { purgePolicy: 'soft', purgeGrace: 5000 }, { BEAT: beat }) }
  const get = async (url: string): Promise<string> => (await request(example.port, url)).body
  const parse = (text: string): Line[] => text.split('\n').filter((line) => line.startsWith('{')).map((line): Line => JSON.parse(line))
  /** Asks, and answers the lines that were written for it, in the terminal and in the file; a second request marks the end. */
  let asked = 0
  async function linesOf(): Promise<readonly Line[]> {
    const [url, last] = [`/ask${++asked}`, `/end${asked}`]
    await get(url)
    await get(last)
    await example.world.prints(last)
    const lines = parse(example.world.output).filter((line) => line.url === url)
    assert.deepEqual(await written(url, last), lines)
    return lines
  }
  /** The worker thread writes the file when it comes to it. */
  async function written(url: string, last: string): Promise<readonly Line[]> {
    for (;;) {
      const text = await readFile(path.join(example.world.root, 'orders.log'), 'utf8')
      if (text.includes(last)) return parse(text).filter((line) => line.url === url)
      await get('/again')
    }
  }
  afterEach(() => example.world.end())

  it('writes one line for each request, before and after edits of the class, the handler, the serializer and the logger', async () => {
    await start()
    const totals = async (): Promise<unknown> => (await linesOf()).map(({ part, order, msg }) => [part, order?.total, order?.card, msg])
    assert.deepEqual(await totals(), [['requests', 12, '[Redacted]', 'ordered']])
    assert.deepEqual(await example.edit('order.ts', ['sum + price, 0', 'sum + price, 100']), ['order'])
    assert.deepEqual(await totals(), [['requests', 112, '[Redacted]', 'ordered']])
    assert.deepEqual(await example.edit('requests.ts', [`'ordered'`, `'sold'`]), ['requests'])
    assert.deepEqual(await totals(), [['requests', 112, '[Redacted]', 'sold']])
    assert.deepEqual(await example.edit('serializers.ts', ['order.total()', 'order.total() * 2']), ['serializers', 'logger', 'requests'])
    assert.deepEqual(await totals(), [['requests', 224, '[Redacted]', 'sold']])
    assert.deepEqual(await example.edit('logger.ts', [`['order.card']`, `{ paths: ['order.card'], censor: 'x' }`]), ['logger', 'requests'])
    assert.deepEqual(await totals(), [['requests', 224, 'x', 'sold']])
  })

  it('beats once an interval, through edits of who beats, who logs and who set the interval', async () => {
    await start('30')
    await example.edit('heartbeat.ts', [`logger.debug('still here')`, `logger.info('beat 2')`])
    await example.world.prints('beat 2')
    await example.edit('logger.ts', [`app: 'orders'`, `app: 'beats'`])
    await example.edit('main.ts', [`?? 10_000`, `?? 20_000`])
    await example.edit('heartbeat.ts', [`logger.info('beat 2')`, `{ const n = (globalThis as { n?: number }).n ?? 0; Object.assign(globalThis, { n: n + 1 }); logger.info('beat ' + n) }`])
    await example.world.prints('beat 5')
    const beats = parse(example.world.output).filter(({ msg }) => /^beat [0-5]$/.test(msg)).map(({ msg }) => msg).slice(-6)
    assert.deepEqual(beats, ['beat 0', 'beat 1', 'beat 2', 'beat 3', 'beat 4', 'beat 5'])
  })

  it('writes on while the logger is broken, and takes its repair', async () => {
    await start()
    const good = await example.read('logger.ts')
    for (const bad of ['export const logger = ', good.replace('pino/file', 'pino/nowhere'), good.replace('export const logger', 'export const log')]) {
      assert.equal((await example.save('logger.ts', bad)).ok, false)
      assert.equal((await linesOf()).length, 1)
    }
    assert.equal((await example.save('logger.ts', good.replace(`['order.card']`, '[]'))).ok, true)
    assert.deepEqual((await linesOf()).map(({ order }) => order?.card), ['4111 1111'])
  })

  it('takes a module that is added, and lets go of one that is deleted', async () => {
    await start()
    const requests = await example.read('requests.ts')
    await example.world.write('audit.ts', `import { logger } from './logger'\nexport const audit = logger.child({ part: 'audit' })`)
    await example.edit('requests.ts', [`import { logger } from './logger'`, `import { audit } from './audit'`], ['const log = logger.child({ part: \'requests\' })', 'const log = audit'])
    assert.deepEqual((await linesOf()).map(({ part }) => part), ['audit'])
    assert.equal((await example.save('requests.ts', requests)).ok, true)
    await example.remove('audit.ts')
    await example.world.host.request('delete', { module: 'audit' })
    assert.deepEqual((await linesOf()).map(({ part }) => part), ['requests'])
  })

  it('fails no request of a hundred edits in a row, and writes each line once', async () => {
    await start()
    await hundredEdits(example, '/traffic', [
      ['order.ts', (n) => `sum + price, ${n - 1}`], ['requests.ts', (n) => `'ordered${n === 1 ? '' : n}'`], ['heartbeat.ts', (n) => `'still here${n === 1 ? '' : n}'`],
      ['main.ts', (n) => `?? ${9_999 + n})`.replace('10000', '10_000')],
    ])
    assert.deepEqual((await linesOf()).map(({ order, msg }) => [order?.total, msg]), [[37, 'ordered26']])
  })

  it('keeps no thread of a logger that was replaced, once it is collected', async function () {
    if (process.platform !== 'linux') this.skip() // where threads can be counted from outside
    await start()
    const threads = (): number => readdirSync(`/proc/${example.world.host.osPid}/task`).length
    const before = threads()
    for (let n = 1; n <= 20; n++) await example.edit('logger.ts', [`app: 'orders${n === 1 ? '' : n}'`, `app: 'orders${n + 1}'`])
    assert.equal((await linesOf()).length, 1)
    await example.world.value(`void (process.getBuiltinModule('v8').setFlagsFromString('--expose-gc'), globalThis.collect = process.getBuiltinModule('vm').runInNewContext('gc'))`)
    while (threads() > before + 5) await example.world.value('void collect()')
    assert.equal((await linesOf()).length, 1)
  })
})
