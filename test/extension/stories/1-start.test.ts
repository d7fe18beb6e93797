import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { hasPage, page } from '../../vscode/page'
import { api, FreshStart, named, ran, until, versions } from '../driver'

describe('starting the program', () => {
  let fresh: FreshStart
  before(() => { fresh = new FreshStart(['t.ts', 'u.ts']) })
  beforeEach(() => fresh.again())

  it('shows the module with version 1 and the process that waits in doLoop, with its line', async () => {
    await ran('start')
    const snapshot = await until('t waits', (candidate) => named(candidate, 't')?.status === 'waiting')
    assert.deepEqual(versions(snapshot, 't'), [1, undefined])
    const top = named(snapshot, 't')?.stack[0]
    assert.deepEqual([top?.function, top?.line, top?.slot], ['doLoop', 9, 'current'])
    assert.deepEqual(JSON.parse(JSON.stringify(snapshot)), snapshot)
  })

  it('takes one click in the welcome view', async function () {
    if (!hasPage) this.skip()
    await vscode.commands.executeCommand('codeswitch.modules.focus')
    await page.click('.welcome-view a.monaco-button:has-text("Start")')
    await page.waitFor('.monaco-list-row:has-text("v1 current")')
    await page.waitFor('.monaco-list-row:has-text("doLoop t.ts:9")')
    assert.equal((await api()).snapshot().runtime.state, 'running')
  })

  it('keeps the last picture after the program was killed from outside, says so and restarts when asked to', async function () {
    await ran('start')
    const running = await until('t waits', (snapshot) => named(snapshot, 't') !== undefined)
    assert.ok(running.runtime.state === 'running')
    process.kill(running.runtime.osPid, 'SIGKILL')
    const crashed = await until('the crash is seen', (snapshot) => snapshot.runtime.state === 'crashed')
    assert.deepEqual(versions(crashed, 't'), [1, undefined])
    assert.equal((await api()).snapshot().runtime.state, 'crashed', 'nobody restarted it')
    if (!hasPage) this.skip()
    await page.click('.notification-list-item:has-text("crashed") >> text=Restart')
    await until('it runs again', (snapshot) => snapshot.runtime.state === 'running' && named(snapshot, 't') !== undefined)
  })
})
