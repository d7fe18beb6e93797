import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ReloadOnSave } from '../../../src/control/reloadOnSave'
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
      root, startedAt: Date.now(), snapshot: () => ({ ...emptySnapshot, modules: [moduleView('src/t', file)] }), prepare: (files) => prepared.push(...files), load: async (files) => onLoad(files), log: assert.fail,
    })
    saves.watch([join(root, 'src')])
    writeFileSync(join(root, 'src/other.ts'), 'no module of the program')
    writeFileSync(file, 'second')
    assert.deepEqual(await loads, [file])
    assert.deepEqual(new Set(prepared), new Set([file]))
    saves.dispose()
  })
})
