import assert from 'node:assert/strict'
import { CodeRequests } from '../../../src/control/codeRequests'
import type { CodeRequestDeps } from '../../../src/control/codeRequests'
import { trusted } from '../../../src/base/guards'
import { ModuleNames } from '../../../src/compile/moduleNames'
import { Texts } from '../../../src/control/texts'

const deps = {
  loader: { compile: async () => ({ units: [], failures: [] }) },
  names: new ModuleNames('/ws'), texts: new Texts(), root: '/ws', locate: (text: string) => `/ws/${text}.ts`,
  status: async () => ({ kind: 'status', modules: [] }), fresh: async () => {},
}

describe('what was prepared for loading', () => {
  it('is forgotten when nobody can finish it any more', async () => {
    const code = new CodeRequests(trusted<CodeRequestDeps>(deps, 'preparing and dropping ask nothing else'))
    const prepared = await code.answer({ op: 'prepare', modules: ['t'] }, false)
    assert.ok(prepared.kind === 'prepared')
    await code.answer({ op: 'drop', handle: prepared.handle }, false)
    assert.deepEqual(await code.answer({ op: 'finish', handle: prepared.handle }, false), { kind: 'consumed' })
  })
})
