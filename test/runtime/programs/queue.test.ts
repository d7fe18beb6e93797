/** The example of a queue in memory (fastq), edited while jobs wait and run. */
import assert from 'node:assert/strict'
import { Example, loaded } from '../support/example'
import { request } from '../support/requests'

interface Mails { readonly waiting: number; readonly sent: readonly string[] }

describe('the queue example', () => {
  let queue: Example
  beforeEach(async () => { queue = await Example.start('queue', 'mails on ') })
  afterEach(() => queue.world.end())

  async function post(to: string): Promise<void> {
    const answer = await fetch(`http://127.0.0.1:${queue.port}/mails`, { method: 'POST', body: to })
    assert.equal(answer.status, 202)
    await answer.text()
  }
  const mails = async (): Promise<Mails> => JSON.parse((await request(queue.port, '/mails')).body)

  it('ends the job in flight in the code it began in, and does the next ones in the new code', async () => {
    await post('ann')
    await post('bob')
    await queue.world.prints('sending 1: Dear ann')
    assert.deepEqual(await queue.edit('send.ts', ['sending 1', 'sending 2'], ['sent 1)', 'sent 2)'], ['sent 1:', 'sent 2:']), ['send'])
    await queue.world.prints('sent 2: Dear bob')
    assert.deepEqual(await mails(), { waiting: 0, sent: ['Dear ann, welcome (sent 1)', 'Dear bob, welcome (sent 2)'] })
  })

  it('takes an edit of what a job calls, of a request handler, and of a module that was added', async () => {
    await queue.edit('template.ts', ['welcome', 'hello'])
    await queue.edit('server.ts', ['sent: outbox', 'sent: outbox, of: 2'])
    await queue.world.write('footer.ts', `export const footer = (text: string): string => text + '!'`)
    await queue.edit('template.ts', ['export const', `import { footer } from './footer'\nexport const`], ['=> `Dear ${to}, hello`', '=> footer(`Dear ${to}, hello`)'])
    await post('ann')
    await queue.world.prints('sent 1: Dear ann, hello!')
    assert.deepEqual(await mails(), { waiting: 0, sent: ['Dear ann, hello! (sent 1)'], of: 2 })
    await queue.edit('template.ts', [`import { footer } from './footer'\n`, ''], ['footer(`Dear ${to}, hello`)', '`Dear ${to}`'])
    await queue.remove('footer.ts')
    await queue.world.host.request('delete', { module: 'footer' })
    await post('bob')
    await queue.world.prints('sent 1: Dear bob\n')
  })

  it('goes on while a file is broken, and loses no job when the queue itself is made anew', async () => {
    await post('ann')
    await post('bob')
    assert.equal((await queue.save('template.ts', 'export const template =')).ok, false)
    await queue.edit('mails.ts', ['queue.length()', 'queue.length() + 0'])
    loaded(await queue.save('template.ts', 'export const template = (to: string): string => `Hi ${to}`'))
    await post('cat')
    let { sent } = await mails()
    while (sent.length < 3) ({ sent } = await mails())
    assert.deepEqual(sent.map((text) => /(ann|bob|cat)/.exec(text)?.[1]).sort(), ['ann', 'bob', 'cat'])
  })

  it('fails no request and loses no mail of a hundred edits in a row', async () => {
    const posted: string[] = []
    for (let version = 1; version <= 50; version++) {
      if (version % 5 === 0) {
        posted.push(`p${version}.`)
        await post(`p${version}.`)
      }
      await queue.edit('template.ts', [version === 1 ? 'welcome' : `welcome ${version - 1}`, `welcome ${version}`])
      await queue.edit('server.ts', [version === 1 ? '/** POST' : `/** ${version - 1} POST`, `/** ${version} POST`])
    }
    await post('last.')
    await queue.world.prints('sent 1: Dear last., welcome 50')
    const { sent, waiting } = await mails()
    assert.equal(waiting, 0)
    assert.deepEqual(sent.map((text) => /Dear (\S+),/.exec(text)?.[1]), [...posted, 'last.'])
  })
})
