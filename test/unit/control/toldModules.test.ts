import assert from 'node:assert/strict'
import { ToldModules } from '../../../src/control/toldModules'
import { moduleName } from '../../../src/protocol/ids'
import type { ModuleView, Snapshot } from '../../../src/protocol/snapshot'

const view = (name: string): ModuleView => ({ name: moduleName(name), file: `/ws/${name}.ts`, current: undefined, old: undefined, staged: undefined, failed: undefined, sticky: false })
const of = (...modules: ModuleView[]): Snapshot => ({ seq: 1, runtime: { state: 'stopped' }, modules, processes: { total: 0, offset: 0, items: [] }, lingering: [] })
const names = (modules: readonly ModuleView[]): string[] => modules.map((module) => module.name)

describe('what the other side is told of modules', () => {
  it('is everything at first, then what changed, then nothing', () => {
    const told = new ToldModules()
    const [a, b] = [view('a'), view('b')]
    assert.deepEqual(names(told.update(of(a, b)).modules), ['a', 'b'])
    assert.deepEqual(names(told.update(of(a, view('b'))).modules), ['b'])
    const last = view('b')
    told.update(of(a, last))
    assert.deepEqual(told.update(of(a, last)), { ...of(), gone: [] })
  })

  it('names what is there no more, once', () => {
    const told = new ToldModules()
    const a = view('a')
    told.update(of(a, view('b')))
    assert.deepEqual(told.update(of(a)).gone, ['b'])
    assert.deepEqual(told.update(of(a)).gone, [])
    assert.deepEqual(names(told.update(of(a, view('b'))).modules), ['b'])
  })
})
