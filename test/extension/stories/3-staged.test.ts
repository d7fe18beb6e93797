import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import type { Snapshot } from '../../../src/protocol/snapshot'
import { hasPage, page } from '../../vscode/page'
import { comment, FreshStart, isAt, moduleOf, named, ran, run, save, set, until } from '../driver'

const isStaged = (snapshot: Snapshot): boolean => snapshot.modules.some((module) => module.name === 't' && module.staged !== undefined)
const message = '.notification-list-item:has-text("t: loading now would kill 1 process in old code: t (<0.")'

describe('saving a third time while somebody lingers', () => {
  let fresh: FreshStart
  before(() => { fresh = new FreshStart(['t.ts', 'u.ts']) })

  async function staged(): Promise<Snapshot> {
    await fresh.started()
    await vscode.commands.executeCommand('notifications.clearAll')
    await save('t.ts', comment)
    await until('t v2', isAt('t', 2, 1))
    await save('t.ts', comment)
    return until('staged', isStaged)
  }

  afterEach(() => set('purgePolicy', undefined))

  it('kills nobody: the new code is staged', async () => {
    const snapshot = await staged()
    assert.ok(isAt('t', 2, 1)(snapshot))
    assert.ok(named(snapshot, 't'))
    assert.equal(moduleOf(snapshot, 't').staged?.victims, 1)
  })

  it('"Load and kill 1" loads it and ends those it named', async function () {
    if (!hasPage) this.skip()
    await staged()
    await page.waitFor(`${message} >> text=doLoop t.ts:9`).catch(() => page.waitFor(message))
    await page.screenshot('staged')
    await page.click(`${message} >> text="Load and kill 1"`)
    const snapshot = await until('t v3', isAt('t', 3, 2))
    assert.equal(named(snapshot, 't'), undefined)
  })

  it('"Load when they have left" waits and then loads', async function () {
    if (!hasPage) this.skip()
    await staged()
    await page.click(`${message} >> text="Load when they have left"`)
    await until('it waits', (snapshot) => moduleOf(snapshot, 't').staged?.policy === 'soft')
    await ran('sendMessage', { pid: 't', text: '"stop"' })
    await until('t v3', isAt('t', 3, 2))
  })

  it('"Show" shows who lingers, and it stays staged', async function () {
    if (!hasPage) this.skip()
    await staged()
    await page.click(`${message} >> text=Show`)
    await page.waitFor('.monaco-list-row.selected:has-text("doLoop t.ts:9")')
    await until('still staged', isStaged)
  })

  it('"Discard" forgets it', async function () {
    if (!hasPage) this.skip()
    await staged()
    await page.click(`${message} >> text=Discard`)
    const snapshot = await until('no longer staged', (candidate) => !isStaged(candidate))
    assert.ok(isAt('t', 2, 1)(snapshot) && named(snapshot, 't'))
  })

  it('the commands do the same, without asking when code calls them', async () => {
    await staged()
    await ran('discardStaged', 't')
    await until('discarded', (snapshot) => !isStaged(snapshot))
    assert.deepEqual((await run('loadStaged', { module: 't', kill: true }))['error'], 'nothing_staged')
    await save('t.ts', comment)
    await until('staged again', isStaged)
    await ran('loadStaged', { module: 't', kill: true })
    const snapshot = await until('t v3', isAt('t', 3, 2))
    assert.equal(named(snapshot, 't'), undefined)
  })

  it('a newer save replaces what is staged', async () => {
    const first = moduleOf(await staged(), 't').staged
    await save('t.ts', comment)
    const second = moduleOf(await until('replaced', (snapshot) => isStaged(snapshot) && moduleOf(snapshot, 't').staged?.hash !== first?.hash), 't').staged
    assert.notEqual(second?.batch, first?.batch)
    await ran('loadStaged', { kill: true })
    await until('t v3', isAt('t', 3, 2))
  })

  it('policy soft loads by itself once they have left', async () => {
    await set('purgePolicy', 'soft')
    const snapshot = await staged()
    assert.equal(moduleOf(snapshot, 't').staged?.policy, 'soft')
    await ran('sendMessage', { pid: 't', text: '"stop"' })
    await until('t v3', isAt('t', 3, 2))
  })

  it('policy brutal does what Erlang does', async () => {
    await set('purgePolicy', 'brutal')
    await fresh.started()
    await save('t.ts', comment)
    await until('t v2', isAt('t', 2, 1))
    await save('t.ts', comment)
    const snapshot = await until('t v3', isAt('t', 3, 2))
    assert.equal(named(snapshot, 't'), undefined)
  })
})
