import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { hasPage, page } from '../../vscode/page'
import { comment, eventually, FreshStart, isAt, named, ran, run, save, until } from '../driver'

const row = (text: string): string => `.monaco-list-row:has-text("${text}")`

describe('a person', () => {
  let fresh: FreshStart
  before(function () {
    if (!hasPage) this.skip()
    fresh = new FreshStart(['t.ts', 'u.ts'])
  })
  beforeEach(async () => {
    await vscode.commands.executeCommand('notifications.clearAll')
    await vscode.commands.executeCommand('codeswitch.modules.focus')
    await fresh.started()
  })

  const secondVersion = async (): Promise<void> => {
    await save('t.ts', comment)
    await until('t v2', isAt('t', 2, 1))
    await page.waitFor(row('v1 old'))
  }

  it('sees no message when all is well', async () => {
    await secondVersion()
    await save('u.ts', comment)
    await until('u v2', isAt('u', 2, 1))
    await page.waitFor(row('v2 · old v1 · 1 lingers'))
    const shown = await page.texts('.notification-list-item')
    assert.deepEqual(shown.filter((text) => /codeswitch|purge|kill/i.test(text)), [])
  })

  it('is told whom a purge kills before anybody is killed', async () => {
    await secondVersion()
    // VS Code refuses modal dialogs while it runs tests, and says what the dialog would have said.
    const answer = await run('purge', { module: 't', person: true })
    assert.equal(answer.ok, false)
    assert.match(String(answer['message']), /Purging old t kills 1 process/)
    await until('nothing happened', (snapshot) => isAt('t', 2, 1)(snapshot) && named(snapshot, 't') !== undefined)
    assert.match(String((await run('killProcess', { pid: 't', person: true }))['message']), /Kill t \(<0\.\d+\.0>\)\?/)
  })

  it('sends a message from the tree', async () => {
    await secondVersion()
    await page.rightClick(row('doLoop t.ts:9'))
    await page.waitFor('.monaco-menu >> text=Send Message')
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown', 'Enter']) await page.press(key)
    await page.waitFor('.quick-input-widget >> text=A JavaScript expression')
    await page.type('"stop"')
    await page.press('Enter')
    await until('t has left', (snapshot) => named(snapshot, 't') === undefined)
  })

  it('opens the old text by a click on who lingers', async () => {
    await secondVersion()
    await page.click(row('doLoop t.ts:9'))
    const editor = await eventually('the old text', () => vscode.window.activeTextEditor?.document.uri.scheme === 'codeswitch' ? vscode.window.activeTextEditor : undefined)
    assert.equal(editor.selection.active.line, 8)
  })

  it('finds a row selected and expanded after a reload as it was before', async () => {
    await page.click(row('u.ts:12 · waiting'))
    await page.click(`${row('u.ts:12 · waiting')} .monaco-tl-twistie`)
    await page.waitFor(row('u.ts:12 · u v1 current'))
    await secondVersion()
    await page.waitFor(row('u.ts:12 · u v1 current'))
    await page.waitFor('.monaco-list-row.selected:has-text("u.ts:12 · waiting")')
  })

  it('is asked what to do with staged code', async () => {
    await secondVersion()
    await save('t.ts', comment)
    await until('staged', (snapshot) => snapshot.modules.some((module) => module.staged !== undefined))
    const answer = run('loadStaged', { person: true })
    await page.click('.quick-input-list .monaco-list-row:has-text("Load and kill 1")')
    assert.equal((await answer).ok, true)
    await until('t v3', isAt('t', 3, 2))
  })

  it('finds every batch in the History view, with the reason why one did not load', async () => {
    await vscode.commands.executeCommand('codeswitch.history.focus')
    await save('t.ts', (text) => `${text}\nconst const\n`)
    await page.waitFor(row('not loaded: compile error · '))
    await page.screenshot('history')
    await vscode.commands.executeCommand('codeswitch.modules.focus')
  })

  it('attaches the debugger', async () => {
    await ran('attachDebugger')
    const session = await eventually('a debug session', () => vscode.debug.activeDebugSession)
    await vscode.debug.stopDebugging(session)
    await until('the program runs on', (snapshot) => snapshot.runtime.state === 'running')
  })
})
