import assert from 'node:assert/strict'
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { FileWatcher } from '../../../src/save/fileWatcher'

/** A program that reads a file each time it is told to, as a host does, and remembers what it read last. */
class Reader {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'watch-')))
  readonly read = new Map<string, string>()
  reports = 0
  private waiting: (() => void)[] = []
  readonly watcher = new FileWatcher({
    root: this.root,
    wanted: (path) => path.endsWith('.ts'),
    onChange: (path) => {
      this.reports++
      this.read.set(path, textOf(path))
      for (const wake of this.waiting.splice(0)) wake()
    },
  })

  path(name: string): string {
    return join(this.root, name)
  }

  write(name: string, text: string): void {
    mkdirSync(dirname(this.path(name)), { recursive: true })
    writeFileSync(this.path(name), text)
  }

  /** Resolves when the last text read of the file is this; never otherwise (mocha's timeout is the failure). */
  async endsOn(name: string, text: string): Promise<void> {
    while (this.read.get(this.path(name)) !== text) await new Promise<void>((resolve) => this.waiting.push(resolve))
  }

  async report(): Promise<void> {
    await new Promise<void>((resolve) => this.waiting.push(resolve))
  }

  dispose(): void {
    this.watcher.dispose()
    rmSync(this.root, { recursive: true, force: true })
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '<gone>'
  }
}

function saveByRename(path: string, text: string): void {
  writeFileSync(`${path}.tmp`, text)
  renameSync(`${path}.tmp`, path)
}

describe('file watcher ends on the last content', () => {
  let reader: Reader

  beforeEach(async () => {
    reader = new Reader()
    reader.write('src/a.ts', 'first')
    reader.watcher.watch([reader.path('src')])
    await reader.endsOn('src/a.ts', 'first')
  })
  afterEach(() => reader.dispose())

  const a = (): string => reader.path('src/a.ts')

  it('after a save in place', async () => {
    reader.write('src/a.ts', 'second')
    await reader.endsOn('src/a.ts', 'second')
  })

  it('after five saves by rename and three in place', async () => {
    for (let i = 0; i < 5; i++) {
      saveByRename(a(), `renamed ${i}`)
      await reader.endsOn('src/a.ts', `renamed ${i}`)
    }
    for (let i = 0; i < 3; i++) {
      reader.write('src/a.ts', `in place ${i}`)
      await reader.endsOn('src/a.ts', `in place ${i}`)
    }
  })

  for (const gap of [1, 5, 15, 30, 60]) {
    it(`after truncate and write ${gap} ms apart, and never reports the empty file between`, async () => {
      for (let i = 0; i < 5; i++) {
        const file = openSync(a(), 'w')
        await pause(gap) // the gap is the writer's, not the test's wait
        writeSync(file, `gap ${gap} ${i}`)
        closeSync(file)
        await reader.endsOn('src/a.ts', `gap ${gap} ${i}`)
      }
      assert.ok(![...reader.read.values()].includes(''))
    })
  }

  it('after a write in two halves', async () => {
    const file = openSync(a(), 'w')
    writeSync(file, 'one half')
    await reader.endsOn('src/a.ts', 'one half')
    writeSync(file, ', other half')
    closeSync(file)
    await reader.endsOn('src/a.ts', 'one half, other half')
  })

  it('after ten quick saves', async () => {
    for (let i = 0; i < 10; i++) {
      reader.write('src/a.ts', `burst ${i}`)
      await pause(i % 3)
    }
    await reader.endsOn('src/a.ts', 'burst 9')
  })

  it('after delete and recreate', async () => {
    const before = reader.reports
    unlinkSync(a())
    await pause(20)
    reader.write('src/a.ts', 'recreated')
    await reader.endsOn('src/a.ts', 'recreated')
    assert.equal(reader.reports, before + 1, 'the deletion itself was half of a save')
  })

  it('of a file that is deleted for good', async () => {
    unlinkSync(a())
    await reader.endsOn('src/a.ts', '<gone>')
  })

  it('of a file that stays empty', async () => {
    reader.write('src/a.ts', '')
    await reader.endsOn('src/a.ts', '')
  })

  it('of a file saved just before the folder was watched', async () => {
    reader.write('late/b.ts', 'saved while the program was starting')
    reader.watcher.watch([reader.path('src'), reader.path('late')])
    await reader.endsOn('late/b.ts', 'saved while the program was starting')
  })

  it('of a file saved before anybody cared for it, also by a rename that keeps its time', async () => {
    const started = Date.now()
    reader.write('src/early.ts', 'first')
    reader.write('src/early.new', 'second')
    utimesSync(reader.path('src/early.new'), 1, 1)
    await reader.endsOn('src/early.ts', 'first')
    renameSync(reader.path('src/early.new'), reader.path('src/early.ts'))
    await reader.endsOn('src/early.ts', 'second')
    reader.read.clear()
    reader.watcher.look([reader.path('src/early.ts')], started)
    await reader.endsOn('src/early.ts', 'second')
    assert.deepEqual([...reader.read.keys()], [reader.path('src/early.ts')])
  })

  it('when the folder is removed and recreated, again and again', async () => {
    for (let i = 0; i < 3; i++) {
      rmSync(reader.path('src'), { recursive: true })
      await reader.endsOn('src/a.ts', '<gone>')
      reader.write('src/a.ts', `folder ${i}`)
      await reader.endsOn('src/a.ts', `folder ${i}`)
      reader.write('src/a.ts', `folder ${i}, saved`)
      await reader.endsOn('src/a.ts', `folder ${i}, saved`)
    }
  })

  it('when the folder is replaced by another in one step', async () => {
    reader.write('next/a.ts', 'next')
    renameSync(reader.path('src'), reader.path('previous'))
    renameSync(reader.path('next'), reader.path('src'))
    await reader.endsOn('src/a.ts', 'next')
    reader.write('src/a.ts', 'next, saved')
    await reader.endsOn('src/a.ts', 'next, saved')
  })

  it('when a folder above is removed and recreated', async () => {
    reader.write('deep/er/est/c.ts', 'one')
    reader.watcher.watch([reader.path('src'), reader.path('deep/er/est')])
    rmSync(reader.path('deep'), { recursive: true })
    await reader.endsOn('deep/er/est/c.ts', '<gone>')
    reader.write('deep/er/est/c.ts', 'two')
    await reader.endsOn('deep/er/est/c.ts', 'two')
    reader.write('deep/er/est/c.ts', 'three')
    await reader.endsOn('deep/er/est/c.ts', 'three')
  })

  it('of a link whose target is saved in place, by rename, or that leads elsewhere', async () => {
    reader.write('elsewhere/real.ts', 'one')
    reader.write('elsewhere/other.ts', 'other')
    symlinkSync('../elsewhere/real.ts', reader.path('src/link.ts'))
    await reader.endsOn('src/link.ts', 'one')
    reader.write('elsewhere/real.ts', 'two')
    await reader.endsOn('src/link.ts', 'two')
    saveByRename(reader.path('elsewhere/real.ts'), 'three')
    await reader.endsOn('src/link.ts', 'three')
    unlinkSync(reader.path('src/link.ts'))
    symlinkSync('../elsewhere/other.ts', reader.path('src/link.ts'))
    await reader.endsOn('src/link.ts', 'other')
    reader.write('elsewhere/other.ts', 'other, saved')
    await reader.endsOn('src/link.ts', 'other, saved')
  })

  it('of a link that goes through a folder link that is swapped (a mounted configuration)', async () => {
    reader.write('src/v1/c.ts', 'one')
    reader.write('src/v2/c.ts', 'two')
    symlinkSync('v1', reader.path('src/data'))
    symlinkSync('data/c.ts', reader.path('src/c.ts'))
    await reader.endsOn('src/c.ts', 'one')
    symlinkSync('v2', reader.path('src/data.tmp'))
    renameSync(reader.path('src/data.tmp'), reader.path('src/data'))
    await reader.endsOn('src/c.ts', 'two')
  })

  it('of a folder that is a link to another one now', async () => {
    reader.write('v1/d.ts', 'one')
    reader.write('v2/d.ts', 'two')
    symlinkSync('v1', reader.path('live'))
    reader.watcher.watch([reader.path('src'), reader.path('live')])
    symlinkSync('v2', reader.path('live.tmp'))
    renameSync(reader.path('live.tmp'), reader.path('live'))
    await reader.endsOn('live/d.ts', 'two')
    reader.write('v2/d.ts', 'two, saved')
    await reader.endsOn('live/d.ts', 'two, saved')
  })
})

describe('file watcher', () => {
  it('reports nothing after it is disposed and nothing of folders it no longer watches', async () => {
    const reader = new Reader()
    reader.write('one/a.ts', 'a')
    reader.write('two/b.ts', 'b')
    reader.watcher.watch([reader.path('one'), reader.path('two')])
    await reader.endsOn('two/b.ts', 'b')
    reader.watcher.watch([reader.path('two')])
    reader.write('one/a.ts', 'unseen')
    reader.write('two/b.ts', 'seen')
    await reader.endsOn('two/b.ts', 'seen')
    assert.notEqual(reader.read.get(reader.path('one/a.ts')), 'unseen')
    reader.watcher.dispose()
    const before = reader.reports
    reader.write('two/b.ts', 'too late')
    await pause(5)
    assert.equal(reader.reports, before)
    reader.dispose()
  })

  it('reports several files written in one go in one turn', async () => {
    const reader = new Reader()
    for (const name of ['x', 'y', 'z']) reader.write(`src/${name}.ts`, 'old')
    reader.watcher.watch([reader.path('src')])
    for (const name of ['x', 'y', 'z']) await reader.endsOn(`src/${name}.ts`, 'old')
    for (const name of ['x', 'y', 'z']) saveByRename(reader.path(`src/${name}.ts`), 'new')
    await reader.report()
    assert.deepEqual(['x', 'y', 'z'].map((name) => reader.read.get(reader.path(`src/${name}.ts`))), ['new', 'new', 'new'])
    reader.dispose()
  })
})
