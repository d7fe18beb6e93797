import assert from 'node:assert/strict'
import type { ReloadOnSave } from '../../../src/save/editorSaves'
import { affectedFiles } from '../../../src/save/affectedFiles'
import { EditorSaves } from '../../../src/save/editorSaves'
import { moduleView, picture } from '../views/picture'
import { FakeClock, settle } from './fakeClock'

/** An editor, a disk, and what gets loaded: `save a`, `external a`. */
class Desk {
  mode: ReloadOnSave = 'manualIfDirty'
  readonly disk = new Map<string, string>()
  readonly editors = new Map<string, string>()
  readonly loaded: string[] = []
  readonly clock = new FakeClock()
  readonly saves = new EditorSaves({
    mode: () => this.mode,
    affected: (path) => path.startsWith('other') ? [] : [path],
    push: (path, origin) => void this.loaded.push(`${origin} ${path}`),
    readText: async (path) => this.disk.get(path),
    editorText: (path) => this.editors.get(path),
    clock: this.clock,
  })

  /** The whole of a save, in the order in which the editor and the disk tell of it. */
  async save(path: string, text: string, how: { manual?: boolean; dirty?: boolean } = {}): Promise<void> {
    const { manual = true, dirty = true } = how
    this.editors.set(path, text)
    this.saves.willSave(path, manual, dirty)
    this.disk.set(path, text)
    await this.saves.changedOnDisk(path)
    this.saves.didSave(path, text)
    await this.clock.pass(1000)
  }

  async write(path: string, text: string): Promise<void> {
    this.disk.set(path, text)
    await this.saves.changedOnDisk(path)
    await this.clock.pass(1000)
  }
}

describe('reload on save', () => {
  const table = {
    //              manual save, without typing, auto-save, auto-save without typing, outside
    never: '- - - - -',
    manual: 'load load - - load',
    manualIfDirty: 'load - - - load',
    all: 'load load load load load',
    allIfDirty: 'load - load - load',
  } as const
  for (const mode of ['never', 'manual', 'manualIfDirty', 'all', 'allIfDirty'] as const) {
    it(`${mode}: ${table[mode]}`, async () => {
      const loads = async (act: (desk: Desk) => Promise<void>): Promise<string> => {
        const desk = new Desk()
        desk.mode = mode
        await act(desk)
        return desk.loaded.length === 0 ? '-' : 'load'
      }
      assert.equal([
        await loads((desk) => desk.save('a', '1')),
        await loads((desk) => desk.save('a', '1', { dirty: false })),
        await loads((desk) => desk.save('a', '1', { manual: false })),
        await loads((desk) => desk.save('a', '1', { manual: false, dirty: false })),
        await loads((desk) => desk.write('a', '1')),
      ].join(' '), table[mode])
    })
  }

  it('loads a save once, although the disk tells of it too', async () => {
    const desk = new Desk()
    await desk.save('a', '1')
    await desk.saves.changedOnDisk('a')
    await desk.clock.pass(1000)
    assert.deepEqual(desk.loaded, ['save a'])
  })

  it('does not load what an auto-save wrote when only the disk tells of it', async () => {
    const desk = new Desk()
    await desk.save('a', '1', { manual: false })
    await desk.saves.changedOnDisk('a')
    await desk.clock.pass(1000)
    assert.deepEqual(desk.loaded, [])
  })

  it('takes a save that the editor did not announce for an auto-save', async () => {
    const desk = new Desk()
    desk.editors.set('a', '1')
    desk.disk.set('a', '1')
    await desk.saves.changedOnDisk('a')
    desk.saves.didSave('a', '1')
    await desk.clock.pass(1000)
    assert.deepEqual(desk.loaded, [])
  })

  it('loads with the next manual save what an auto-save wrote', async () => {
    const desk = new Desk()
    await desk.save('a', '1', { manual: false })
    await desk.save('a', '1', { dirty: false })
    assert.deepEqual(desk.loaded, ['save a'])
    await desk.save('a', '1', { dirty: false })
    assert.deepEqual(desk.loaded, ['save a'], 'and only once')
  })

  it('loads what somebody else wrote into a file that is open in the editor', async () => {
    const desk = new Desk()
    await desk.save('a', '1')
    await desk.write('a', '2')
    assert.deepEqual(desk.loaded, ['save a', 'external a'])
  })

  it('loads what somebody else wrote even when the editor shows it before we read it', async () => {
    const desk = new Desk()
    desk.editors.set('a', '2')
    desk.disk.set('a', '2')
    await desk.saves.changedOnDisk('a')
    assert.deepEqual(desk.loaded, [])
    await desk.clock.pass(500)
    assert.deepEqual(desk.loaded, ['external a'])
  })

  it('makes one batch of a Save All', async () => {
    const desk = new Desk()
    desk.saves.willSave('a', true, true)
    desk.saves.willSave('b', true, true)
    desk.saves.didSave('a', '1')
    assert.deepEqual(desk.loaded, [], 'b is on its way')
    desk.saves.didSave('b', '1')
    assert.deepEqual(desk.loaded, ['save a', 'save b'])
  })

  it('does not wait for ever for a file that could not be saved', async () => {
    const desk = new Desk()
    desk.saves.willSave('a', true, true)
    desk.saves.willSave('b', true, true)
    desk.saves.didSave('a', '1')
    await desk.clock.pass(2000)
    assert.deepEqual(desk.loaded, ['save a'])
  })

  it('loads a save whose formatter took long', async () => {
    const desk = new Desk()
    desk.saves.willSave('a', true, true)
    await desk.clock.pass(10_000)
    desk.saves.didSave('a', '1')
    assert.deepEqual(desk.loaded, ['save a'])
  })

  it('does not wait for files that are no modules', () => {
    const desk = new Desk()
    desk.saves.willSave('a', true, true)
    desk.saves.willSave('other.md', true, true)
    desk.saves.didSave('a', '1')
    assert.deepEqual(desk.loaded, ['save a'])
  })

  it('hands on that a file is gone, unless nothing is to be loaded', async () => {
    for (const mode of ['manualIfDirty', 'never'] as const) {
      const desk = new Desk()
      desk.mode = mode
      await desk.saves.changedOnDisk('a')
      await settle()
      assert.deepEqual(desk.loaded, mode === 'never' ? [] : ['external a'])
    }
  })

  it('loads the same text again after another one was loaded in between', async () => {
    const desk = new Desk()
    await desk.write('a', '1')
    await desk.write('a', '2')
    await desk.write('a', '1')
    assert.equal(desk.loaded.length, 3)
  })
})

describe('a file that was gone', () => {
  it('is loaded when it is back with the text it had', async () => {
    const desk = new Desk()
    await desk.write('a', '1')
    desk.disk.delete('a')
    await desk.saves.changedOnDisk('a')
    await desk.write('a', '1')
    assert.deepEqual(desk.loaded, ['external a', 'external a', 'external a'])
  })
})

describe('the files a change affects', () => {
  it('are the module itself', () => assert.deepEqual(affectedFiles(picture({ modules: [moduleView('t', { current: 1 })] }), '/w/t.ts', () => true), ['/w/t.ts']))
  it('are none for a file that is no module', () => assert.deepEqual(affectedFiles(picture({ modules: [moduleView('t', { current: 1 })] }), '/w/x.ts', () => true), []))
  it('are the modules that looked there for an import', () => {
    const failed = { at: 0, reason: 'link_error', problems: [], wanted: ['/w/lib/x', '/w/lib/y.js', '/w/lib/z/'] } as const
    const snapshot = picture({ modules: [moduleView('t', { current: 1, failed })] })
    for (const file of ['/w/lib/x.ts', '/w/lib/x.json', '/w/lib/x/index.ts', '/w/lib/y.ts', '/w/lib/z/index.js']) assert.deepEqual(affectedFiles(snapshot, file, () => true), ['/w/t.ts'], file)
    for (const file of ['/w/lib/xx.ts', '/w/x.ts', '/w/lib/x/other.ts']) assert.deepEqual(affectedFiles(snapshot, file, () => true), [], file)
  })
  it('are none for an empty file, which repairs nothing', () => {
    const failed = { at: 0, reason: 'link_error', problems: [], wanted: ['/w/x'] } as const
    const snapshot = picture({ modules: [moduleView('t', { current: 1, failed })] })
    assert.deepEqual(affectedFiles(snapshot, '/w/x.ts', () => false), [])
    assert.deepEqual(affectedFiles(snapshot, '/w/t.ts', () => false), ['/w/t.ts'])
  })
  it('are those being loaded for the first time, and the modules staged together with one', () => {
    const snapshot = { ...picture({ modules: [moduleView('t', { current: 1, staged: { files: ['/w/n.ts'] } })] }), loading: ['/w/spin.ts'] }
    assert.deepEqual(affectedFiles(snapshot, '/w/spin.ts', () => true), ['/w/spin.ts'])
    assert.deepEqual(affectedFiles(snapshot, '/w/n.ts', () => true), ['/w/t.ts'])
  })
  it('are the modules that failed on a problem in that file', () => {
    const problem = { file: '/w/x.ts', line: 1, column: 0, length: 0, severity: 'error', source: 'compile', message: 'x' } as const
    const failed = moduleView('t', { current: 1, failed: { reason: 'link_error', problems: [problem] } })
    assert.deepEqual(affectedFiles(picture({ modules: [failed] }), '/w/x.ts', () => true), ['/w/t.ts'])
  })
})
