import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ReloadOnSave } from '../../../src/control/reloadOnSave'
import { FakeClock, settle } from '../save/fakeClock'
import { emptySnapshot, moduleView } from '../cli/fakeHost'

describe('reload on save in the host', () => {
  let root: string
  beforeEach(() => { root = realpathSync(mkdtempSync(join(tmpdir(), 'saves-'))) })
  afterEach(() => rmSync(root, { recursive: true }))

  it('loads a module that is saved, and nothing else, and has it compiled meanwhile', async () => {
    mkdirSync(join(root, 'src'))
    const file = join(root, 'src/t.ts')
    writeFileSync(file, 'first')
    const prepared: string[] = []
    let onLoad = (_files: readonly string[]): void => {}
    const loads = new Promise<readonly string[]>((resolve) => { onLoad = resolve })
    const saves = new ReloadOnSave({
      root, startedAt: Date.now(), snapshot: () => ({ ...emptySnapshot, modules: [moduleView('src/t', file)] }), prepare: async (files) => void prepared.push(...files), load: async (files) => onLoad(files), log: assert.fail,
    })
    saves.watch([join(root, 'src')])
    writeFileSync(join(root, 'src/other.ts'), 'no module of the program')
    writeFileSync(file, 'second')
    assert.deepEqual(await loads, [file])
    assert.deepEqual(new Set(prepared), new Set([file]))
    saves.dispose()
  })

  it('a second file that is saved while the first is compiled is loaded with it', async () => {
    const [first, second] = [join(root, 'a.ts'), join(root, 'b.ts')]
    const clock = new FakeClock()
    const loads: (readonly string[])[] = []
    const heard = new EventEmitter()
    let compiled = (): void => {}
    const saves = new ReloadOnSave({
      root, startedAt: Date.now(), snapshot: () => ({ ...emptySnapshot, modules: [moduleView('a', first), moduleView('b', second)] }), log: assert.fail, clock,
      prepare: ([file]) => {
        heard.emit(String(file))
        return file === first ? new Promise((resolve) => { compiled = resolve }) : Promise.resolve()
      },
      load: async (files) => void loads.push(files),
    })
    saves.watch([root])
    writeFileSync(first, 'new')
    await once(heard, first)
    await clock.pass(1000)
    assert.deepEqual(loads, [])
    writeFileSync(second, 'new')
    await once(heard, second)
    compiled()
    await settle()
    await clock.pass(1000)
    assert.deepEqual(loads.map((files) => new Set(files)), [new Set([first, second])])
    saves.dispose()
  })
})
