import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import { api, comment, eventually, FreshStart, isAt, named, path, ran, run, save, until, versions } from '../driver'

describe('commands', () => {
  let fresh: FreshStart
  before(() => { fresh = new FreshStart(['t.ts', 'u.ts']) })
  beforeEach(() => fresh.started())

  const secondVersion = async (): Promise<void> => {
    await save('t.ts', comment)
    await until('t v2', isAt('t', 2, 1))
  }

  it('softPurge refuses while somebody lingers, purge ends them', async () => {
    await secondVersion()
    assert.equal((await ran('softPurge', 't'))['result'], false)
    const purged = await ran('purge', 't')
    assert.equal(purged['result'], true)
    const snapshot = await until('no old t', isAt('t', 2, undefined))
    assert.equal(named(snapshot, 't'), undefined)
  })

  it('purgeAll with soft drops only what nobody needs', async () => {
    await secondVersion()
    await ran('purgeAll', { soft: true })
    await until('t is still old', isAt('t', 2, 1))
    await ran('purgeAll')
    await until('no old t', isAt('t', 2, undefined))
  })

  it('rollback makes old current again and kills nobody', async () => {
    await secondVersion()
    await ran('rollback', 't')
    const snapshot = await until('t v1 is current', isAt('t', 1, 2))
    assert.ok(named(snapshot, 't'))
    assert.deepEqual(snapshot.lingering, [])
  })

  it('reload loads also what did not change, as Erlang does', async () => {
    await ran('reload', 't')
    await until('t v2', isAt('t', 2, 1))
  })

  it('deleteModule makes current old', async () => {
    await ran('deleteModule', 'u')
    const snapshot = await until('u has no current', (candidate) => versions(candidate, 'u')[0] === undefined)
    assert.deepEqual(versions(snapshot, 'u'), [undefined, 1])
  })

  it('inspectProcess, sendMessage and killProcess know a process by name and by pid', async () => {
    const details = (await ran('inspectProcess', 't'))['details']
    assert.ok(typeof details === 'object' && details !== null && 'process' in details)
    await ran('sendMessage', { pid: 't', text: '({ hello: 1 })' })
    const pid = named((await api()).snapshot(), 't')?.pid
    assert.ok(pid)
    await ran('killProcess', pid)
    await until('t is gone', (snapshot) => named(snapshot, 't') === undefined)
    assert.equal((await run('killProcess', pid))['ok'] === true && (await run('inspectProcess', pid))['ok'], false)
  })

  it('showWhy names what keeps an old version', async () => {
    await secondVersion()
    const why = (await ran('showWhy', { module: 't', slot: 'old' }))['versions']
    assert.match(JSON.stringify(why), /doLoop/)
  })

  it('previewUpgrade tells what a plan would do, runUpgrade does it, or says what stands against it', async () => {
    const { preview } = await ran('previewUpgrade', 't.upgrade.json')
    assert.match(JSON.stringify(preview), /"from":1,"to":2[^]*"step":"purge","module":"t","method":"soft_purge","lingering":1/)
    await until('nothing has changed', isAt('t', 1, undefined))
    const { upgrade } = await ran('runUpgrade', { file: path('t.upgrade.json') })
    assert.match(JSON.stringify(upgrade), /"unpurged":\[\{"module":"t"/)
    await until('t v2', isAt('t', 2, 1))
    const refused = await run('runUpgrade', 't.upgrade.json')
    assert.deepEqual([refused.ok, refused['error']], [false, 'old_processes'])
    assert.equal((await run('previewUpgrade', 'no.upgrade.json'))['ok'], true)
    assert.equal((await run('runUpgrade', 'no.upgrade.json'))['error'], 'bad_plan')
  })

  it('a plan is checked by the editor as it is written', async () => {
    const document = await vscode.workspace.openTextDocument(path('t.upgrade.json'))
    await vscode.window.showTextDocument(document)
    const complete = await vscode.commands.executeCommand<vscode.CompletionList>('vscode.executeCompletionItemProvider', document.uri, document.positionAt(document.getText().indexOf('"title"')))
    assert.ok(complete.items.length > 0)
  })

  it('showWhy looks through the heap when it is asked to', async () => {
    const { heap } = await ran('showWhy', { module: 't', heap: true })
    assert.match(JSON.stringify(heap), /"state":"done"/)
  })

  it('say what is wrong with an unknown name', async () => {
    assert.equal((await run('reload', 'nosuch'))['error'], 'unknown_module')
    assert.equal((await run('openOldCode', 't'))['error'], 'no_old_code')
  })

  it('the API loads, purges and soft purges', async () => {
    const codeswitch = await api()
    const report = await codeswitch.load(['u'])
    assert.ok('ok' in report && report.ok, JSON.stringify(report))
    const soft = await codeswitch.softPurge('u')
    assert.ok('result' in soft && !soft.result)
    const hard = await codeswitch.purge('u')
    assert.ok('result' in hard && hard.result)
  })

  it('openShell opens a terminal on the running program', async () => {
    await ran('openShell')
    const terminal = await eventually('the terminal', () => vscode.window.terminals.find((candidate) => candidate.name === 'Codeswitch: Shell'))
    terminal.sendText("register('shellWasHere', self())")
    await until('the line ran', (snapshot) => named(snapshot, 'shellWasHere') !== undefined)
    terminal.dispose()
  })

  it('stop ends the program and start begins anew', async () => {
    await ran('stop')
    assert.equal((await api()).snapshot().runtime.state, 'stopped')
    await ran('start')
    await until('t v1', isAt('t', 1, undefined))
  })
})
