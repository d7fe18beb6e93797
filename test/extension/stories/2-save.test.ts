import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import type { LoadReport } from '../../../src/protocol/messages'
import type { Snapshot } from '../../../src/protocol/snapshot'
import { hasPage, page } from '../../vscode/page'
import { comment, eventually, folder, FreshStart, isAt, moduleOf, named, ran, save, set, type, until, versions, write } from '../driver'

const lingeringIn = (snapshot: Snapshot, module: string): readonly string[] => snapshot.lingering.filter((view) => view.module === module).flatMap((view) => view.processes.map((process) => process.name ?? process.label))

/** The modules of the first batch that a save caused from then on. */
async function saveSince(at: number): Promise<readonly string[] | undefined> {
  const { report } = await ran('exportReport')
  assert.ok(isReport(report))
  return report.history.find((batch) => batch.origin === 'save' && batch.at >= at)?.outcomes.map((outcome) => outcome.module).sort()
}
const isReport = (value: unknown): value is { readonly history: readonly LoadReport[] } => typeof value === 'object' && value !== null && 'history' in value && Array.isArray(value.history)

describe('saving a file', () => {
  let fresh: FreshStart
  before(() => { fresh = new FreshStart(['t.ts', 'u.ts']) })
  beforeEach(() => fresh.started())
  afterEach(() => set('reloadOnSave', undefined))

  it('makes it live: version 2 is current, 1 is old, and the process lingers there with function and line', async () => {
    await save('t.ts', (text) => `// a line above\n${text}`)
    const snapshot = await until('t v2', isAt('t', 2, 1))
    assert.deepEqual(lingeringIn(snapshot, 't'), ['t'])
    const frame = snapshot.lingering[0]?.processes[0]?.stack[0]
    assert.deepEqual([frame?.function, frame?.line, frame?.version, frame?.slot], ['doLoop', 9, 1, 'old'], 'the line in the text it was compiled from')
    assert.equal(moduleOf(snapshot, 't').current?.origin, 'save')
  })

  it('says before the next save whom it would kill: badge, status bar and tree', async function () {
    if (!hasPage) this.skip()
    await vscode.commands.executeCommand('codeswitch.modules.focus')
    await save('t.ts', comment)
    await until('t v2', isAt('t', 2, 1))
    await page.waitFor('.statusbar-item:has-text("next save kills 1")')
    await page.waitFor('.monaco-list-row:has-text("v1 old")')
    await page.waitFor('.monaco-list-row:has-text("v2 · old v1 · 1 lingers")')
    await page.waitFor('.activitybar .badge:has-text("1")')
    await page.screenshot('lingering')
  })

  it('opens the old text at the line where somebody lingers', async () => {
    await save('t.ts', (text) => `// a line above\n${text}`)
    await until('t v2', isAt('t', 2, 1))
    const result = await ran('openOldCode', 't')
    assert.deepEqual([result['version'], result['line']], [1, 9])
    const editor = vscode.window.activeTextEditor
    assert.equal(editor?.document.uri.scheme, 'codeswitch')
    assert.equal(editor?.document.languageId, 'typescript')
    assert.equal(editor?.selection.active.line, 8)
    assert.doesNotMatch(editor?.document.getText() ?? '', /a line above/)
  })

  it('opens the differences between old, current and disk', async () => {
    await save('t.ts', comment)
    await until('t v2', isAt('t', 2, 1))
    assert.equal((await ran('compareOldAndCurrent', 't'))['title'], 't.ts (old v1) ↔ t.ts (current v2)')
    assert.ok(vscode.window.tabGroups.activeTabGroup.activeTab?.input instanceof vscode.TabInputTextDiff)
    assert.equal((await ran('compareCurrentAndDisk', 't'))['title'], 't.ts (current v2) ↔ t.ts (disk)')
  })

  it('loads nothing when the content did not change', async () => {
    await save('u.ts', (text) => text)
    await save('t.ts', comment)
    const snapshot = await until('t v2', isAt('t', 2, 1))
    assert.deepEqual(versions(snapshot, 'u'), [1, undefined])
  })

  it('does not load what the editor saved by itself, and the next manual save does', async () => {
    await vscode.workspace.getConfiguration('files').update('autoSave', 'afterDelay', vscode.ConfigurationTarget.Workspace)
    await vscode.workspace.getConfiguration('files').update('autoSaveDelay', 50, vscode.ConfigurationTarget.Workspace)
    try {
      const document = await type('t.ts', comment)
      await vscode.window.showTextDocument(document)
      await eventually('the auto-save', () => document.isDirty ? undefined : true)
      // Else the editor may save u.ts before we do.
      await vscode.workspace.getConfiguration('files').update('autoSave', 'off', vscode.ConfigurationTarget.Workspace)
      await save('u.ts', comment)
      const snapshot = await until('u v2', isAt('u', 2, 1))
      assert.deepEqual(versions(snapshot, 't'), [1, undefined])
      await vscode.commands.executeCommand('workbench.action.files.save')
      await until('t v2', isAt('t', 2, 1))
    } finally {
      await vscode.workspace.getConfiguration('files').update('autoSave', 'off', vscode.ConfigurationTarget.Workspace)
      await vscode.workspace.getConfiguration('files').update('autoSaveDelay', undefined, vscode.ConfigurationTarget.Workspace)
    }
  })

  it('loads what was written outside the editor', async () => {
    write('t.ts', comment)
    const snapshot = await until('t v2', isAt('t', 2, 1))
    assert.equal(moduleOf(snapshot, 't').current?.origin, 'external')
  })

  it('loads nothing with reloadOnSave never, until asked to', async () => {
    await set('reloadOnSave', 'never')
    write('u.ts', comment)
    await save('t.ts', comment)
    await ran('reload', 'u')
    const snapshot = await until('u v2', isAt('u', 2, 1))
    assert.deepEqual(versions(snapshot, 't'), [1, undefined])
    await ran('reloadModified')
    await until('t v2', isAt('t', 2, 1))
  })

  it('makes one batch of Save All', async () => {
    const started = Date.now()
    for (const name of ['t.ts', 'u.ts']) await vscode.window.showTextDocument(await type(name, comment), { preview: false })
    assert.equal(await vscode.workspace.saveAll(false), true)
    await until('both v2', (snapshot) => isAt('t', 2, 1)(snapshot) && isAt('u', 2, 1)(snapshot))
    assert.deepEqual(await eventually('the batch in the history', () => saveSince(started)), ['t', 'u'])
  })

  it('waits while git rewrites the work tree', async () => {
    const lock = vscode.Uri.file(`${folder()}/.git/index.lock`)
    await vscode.workspace.fs.writeFile(lock, new Uint8Array())
    write('t.ts', comment)
    await save('u.ts', comment)
    const during = await until('u v2: an editor save does not wait', isAt('u', 2, 1))
    assert.deepEqual(versions(during, 't'), [1, undefined])
    await vscode.workspace.fs.delete(vscode.Uri.file(`${folder()}/.git`), { recursive: true })
    await until('t v2', isAt('t', 2, 1))
  })

  it('leaves a process in its place when nothing of it was replaced', async () => {
    const before = named(await until('t', (snapshot) => named(snapshot, 't') !== undefined), 't')?.pid
    await save('u.ts', comment)
    const after = await until('u v2', isAt('u', 2, 1))
    assert.equal(named(after, 't')?.pid, before)
    assert.deepEqual(lingeringIn(after, 't'), [])
  })
})
