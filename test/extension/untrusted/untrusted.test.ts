import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import type { CodeswitchApi } from '../../../src/views/api'
import { hasPage, page } from '../../vscode/page'

describe('in an untrusted workspace', () => {
  it('nothing runs, by itself or when asked to', async () => {
    assert.equal(vscode.workspace.isTrusted, false, 'the test workspace is not trusted')
    const extension = vscode.extensions.getExtension<CodeswitchApi>('codeswitch.codeswitch')
    const api = await extension?.activate()
    const result: unknown = await vscode.commands.executeCommand('codeswitch.start', {})
    assert.ok(typeof result === 'object' && result !== null && 'error' in result)
    assert.equal(result.error, 'untrusted')
    assert.equal(api?.snapshot().runtime.state, 'stopped')
  })

  it('the view says so', async function () {
    if (!hasPage) this.skip()
    await vscode.commands.executeCommand('codeswitch.modules.focus')
    await page.waitFor('text=This workspace is not trusted')
  })
})
