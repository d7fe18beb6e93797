import assert from 'node:assert/strict'
import { StableReader, type Clock, type Files, type Stamp } from '../../../src/compile/stableRead'

/** A file whose writes are scheduled on a clock that only `wait` moves. `undefined`: the file is gone. */
class Scripted implements Files, Clock {
  private time = 1_000_000
  private content: string | undefined
  private changed = 0
  private pending: { readonly at: number; readonly content: string | undefined }[] = []
  reads = 0

  constructor(content: string | undefined) {
    this.content = content
  }

  after(ms: number, content: string | undefined): this {
    this.pending.push({ at: this.time + ms, content })
    this.settle()
    return this
  }

  now(): number {
    return this.time
  }

  wait(ms: number): Promise<void> {
    this.time += ms
    this.settle()
    return Promise.resolve()
  }

  read(): { bytes: Buffer; before: Stamp; after: Stamp } {
    this.reads++
    if (this.content === undefined) throw Object.assign(new Error('gone'), { code: 'ENOENT' })
    const bytes = Buffer.from(this.content)
    const stamp = { size: bytes.length, mtimeMs: this.changed }
    return { bytes, before: stamp, after: stamp }
  }

  private settle(): void {
    for (const { at, content } of this.pending.filter((each) => each.at <= this.time)) {
      this.content = content
      this.changed = at
    }
    this.pending = this.pending.filter((each) => each.at > this.time)
  }
}

async function text(reader: StableReader): Promise<string> {
  const read = await reader.read('/t.ts')
  return read.kind === 'read' ? read.bytes.toString() : read.code
}

async function opened(content: string): Promise<{ disk: Scripted; reader: StableReader }> {
  const disk = new Scripted(content)
  const reader = new StableReader(disk, disk)
  assert.equal(await text(reader), content)
  return { disk, reader }
}

describe('reading while somebody writes', () => {
  it('reads once and does not wait when nothing is suspicious', async () => {
    const { disk, reader } = await opened('const a = 1')
    const before = disk.now()
    disk.after(0, 'const a = 2, b = 3')
    assert.equal(await text(reader), 'const a = 2, b = 3')
    disk.after(0, 'const a = 22')
    assert.equal(await text(reader), 'const a = 22')
    assert.deepEqual([disk.reads, disk.now() - before], [3, 0])
  })

  for (const gap of [1, 30, 90, 400, 1900]) {
    it(`never sees the empty text of a save that truncates and writes ${gap} ms later`, async () => {
      const { disk, reader } = await opened('version one')
      disk.after(0, '').after(gap, 'version two')
      assert.equal(await text(reader), 'version two')
    })
  }

  it('believes in an emptied file after two seconds', async () => {
    const { disk, reader } = await opened('something')
    const before = disk.now()
    disk.after(0, '')
    assert.equal(await text(reader), '')
    assert.ok(disk.now() - before >= 2000 && disk.now() - before < 2020, `${disk.now() - before} ms`)
    disk.after(0, '')
    const again = disk.now()
    assert.equal(await text(reader), '')
    assert.equal(disk.now(), again, 'a file known to be empty is no surprise')
  })

  it('does not wait for an empty file that has been so for long', async () => {
    const disk = new Scripted('')
    assert.equal(await text(new StableReader(disk, disk)), '')
    assert.equal(disk.reads, 1)
  })

  it('waits for the rest of a text that looks cut off', async () => {
    const whole = 'x'.repeat(20_000)
    const { disk, reader } = await opened(whole)
    disk.after(0, 'y'.repeat(4096)).after(10, 'y'.repeat(8192)).after(22, 'y'.repeat(12_000))
    assert.equal((await text(reader)).length, 12_000)
  })

  it('takes a text that was really cut in half after a moment', async () => {
    const { disk, reader } = await opened('x'.repeat(1000))
    const before = disk.now()
    disk.after(0, 'short')
    assert.equal(await text(reader), 'short')
    assert.ok(disk.now() - before <= 30)
  })

  it('waits for a file that a rename took away to come back', async () => {
    const { disk, reader } = await opened('one')
    disk.after(0, undefined).after(40, 'two')
    assert.equal(await text(reader), 'two')
  })

  it('says at once that a file was never there, and after a moment that it is gone', async () => {
    const disk = new Scripted(undefined)
    assert.equal(await text(new StableReader(disk, disk)), 'ENOENT')
    assert.equal(disk.reads, 1)
    const known = await opened('one')
    known.disk.after(0, undefined)
    assert.equal(await text(known.reader), 'ENOENT')
  })

  it('reads again what changed while it was read', async () => {
    const disk = new Scripted('final')
    let torn = true
    const files: Files = {
      read: () => {
        const whole = disk.read()
        if (!torn) return whole
        torn = false
        return { bytes: Buffer.from('fin'), before: { size: 3, mtimeMs: 1 }, after: whole.after }
      },
    }
    assert.equal(await text(new StableReader(files, disk)), 'final')
  })

  it('gives up waiting for a writer that never stops', async () => {
    const { disk, reader } = await opened('x'.repeat(100_000))
    for (let n = 0; n < 2000; n++) disk.after(n, 'y'.repeat(n % 2 + 1))
    assert.equal((await text(reader))[0], 'y')
    assert.ok(disk.now() < 1_001_100)
  })
})
