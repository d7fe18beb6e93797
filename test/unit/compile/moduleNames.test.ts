import assert from 'node:assert/strict'
import { ModuleNames } from '../../../src/compile/moduleNames'
import { moduleName } from '../../../src/protocol/ids'
import { workspaces } from './workspace'

const workspace = workspaces()

function named(...files: string[]): ModuleNames {
  const names = new ModuleNames('/w')
  files.forEach((file) => names.nameOf(file))
  return names
}

describe('module names', () => {
  it('are paths from the workspace folder without extension', () => {
    const names = named()
    assert.equal(names.nameOf('/w/src/t.ts'), 'src/t')
    assert.equal(names.nameOf('/w/src/t.test.mts'), 'src/t.test')
    assert.equal(names.nameOf('/w/data.json'), 'data.json')
    assert.equal(names.nameOf('/w/..odd/a.js'), '..odd/a')
    assert.equal(names.nameOf('/elsewhere/x.ts'), '/elsewhere/x')
    assert.equal(names.fileOf(moduleName('src/t')), '/w/src/t.ts')
  })

  it('keep the extension when the short name is taken, and stay as they are', () => {
    const names = named()
    assert.equal(names.nameOf('/w/t.ts'), 't')
    assert.equal(names.nameOf('/w/t.js'), 't.js')
    assert.equal(names.nameOf('/w/t.ts'), 't')
    assert.deepEqual(names.find('t.js'), { kind: 'one', name: 't.js' })
    assert.deepEqual(names.find('t.ts'), { kind: 'one', name: 't' })
  })

  it('are free again when the module is removed', () => {
    const names = named('/w/t.ts')
    names.remove('/w/t.ts')
    assert.deepEqual(names.find('t'), { kind: 'unknown' })
    assert.equal(names.nameOf('/w/t.js'), 't')
  })

  it('are found by what a person types', () => {
    const names = named('/w/src/users/list.ts', '/w/src/t.ts', '/out/x.ts')
    for (const text of ['src/t', 't', 't.ts', 'src/t.ts', './src/t', './src/t.ts', '/w/src/t.ts', '/w/src/t', ' t ', 'src\\t']) {
      assert.deepEqual(names.find(text), { kind: 'one', name: 'src/t' }, text)
    }
    for (const text of ['list', 'users/list', 'users/list.ts']) assert.deepEqual(names.find(text), { kind: 'one', name: 'src/users/list' }, text)
    for (const text of ['/out/x', '/out/x.ts', 'x']) assert.deepEqual(names.find(text), { kind: 'one', name: '/out/x' }, text)
    for (const text of ['', 'ist', 'rc/t', 'other/t', 't.js', '/w/t']) assert.deepEqual(names.find(text), { kind: 'unknown' }, text)
  })

  it('do not care whether the workspace folder is a symlink', () => {
    const space = workspace({ 'real/t.ts': '' })
    const names = new ModuleNames(space.link('linked', 'real'))
    assert.equal(names.nameOf(space.path('real/t.ts')), 't')
    for (const text of [space.path('linked/t.ts'), space.path('real/t.ts'), space.path('linked/t')]) {
      assert.deepEqual(names.find(text), { kind: 'one', name: 't' }, text)
    }
  })

  it('are ambiguous when two end alike, unless one is meant exactly', () => {
    const names = named('/w/a/t.ts', '/w/b/t.ts', '/w/u.ts', '/w/b/u.ts')
    assert.deepEqual(names.find('t'), { kind: 'ambiguous', names: ['a/t', 'b/t'] })
    assert.deepEqual(names.find('a/t'), { kind: 'one', name: 'a/t' })
    assert.deepEqual(names.find('u'), { kind: 'one', name: 'u' })
    assert.deepEqual(names.find('u.ts'), { kind: 'one', name: 'u' })
  })
})
