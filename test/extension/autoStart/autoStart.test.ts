import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { eventually, isAt, until } from '../driver'

describe('a workspace that says autoStart', () => {
  it('has its program running without a click', async () => {
    await eventually('the extension activates by itself', () => vscode.extensions.getExtension('codeswitch.codeswitch')?.isActive === true ? true : undefined)
    const snapshot = await until('main v1', isAt('main', 1, undefined))
    assert.equal(snapshot.runtime.state, 'running')
  })
})
