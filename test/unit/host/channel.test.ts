import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { Channel } from '../../../src/host/channel'
import { HostDown } from '../../../src/host/host'

describe('the channel', () => {
  const open = (): { channel: Channel; input: PassThrough; closed: Promise<string> } => {
    const input = new PassThrough()
    let channel: Channel | undefined
    const closed = new Promise<string>((resolve) => { channel = new Channel(input, new PassThrough(), resolve) })
    assert.ok(channel)
    channel.listen()
    return { channel, input, closed }
  }

  it('fails every open request with its name when the peer goes, and later ones at once', async () => {
    const { channel, input } = open()
    const first = channel.request('purge', {})
    input.end()
    await assert.rejects(first, (error: unknown) => error instanceof HostDown && error.request === 'purge')
    await assert.rejects(channel.request('load', {}), (error: unknown) => error instanceof HostDown && error.request === 'load')
  })

  it('closes and says why when it carries what is no message', async () => {
    const { input, closed } = open()
    input.write('\x00\xff rubbish\r\n\r\n')
    assert.match(await closed, /no message/)
  })

  // Caused by the reader's timer for partial messages: a terminal command went on for ever after its program was killed.
  it('keeps nothing alive when the peer dies in the middle of a message', async () => {
    await new Promise((resolve) => setImmediate(resolve)) // the test's own time limit is running by now
    const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const { input, closed } = open()
    input.write('Content-Length: 100\r\n\r\n{"half":')
    input.end()
    await closed
    assert.equal(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length, before)
  })
})
