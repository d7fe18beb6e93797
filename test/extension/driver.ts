/** What the end-to-end tests do to the editor and see of the extension. Waits are for events, with a limit that names what was missing. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as vscode from 'vscode'
import type { ModuleView, ProcessView, Snapshot } from '../../src/protocol/snapshot'
import type { CodeswitchApi } from '../../src/views/api'

const LIMIT_MS = 15_000

export const folder = (): string => {
  const first = vscode.workspace.workspaceFolders?.[0]
  assert.ok(first, 'a folder is open')
  return first.uri.fsPath
}
export const path = (name: string): string => join(folder(), name)

export async function api(): Promise<CodeswitchApi> {
  const extension = vscode.extensions.getExtension<CodeswitchApi>('codeswitch.codeswitch')
  assert.ok(extension)
  return extension.activate()
}

/** The first snapshot from now on (or the present one) for which it holds. */
export async function until(what: string, holds: (snapshot: Snapshot) => boolean): Promise<Snapshot> {
  const codeswitch = await api()
  if (holds(codeswitch.snapshot())) return codeswitch.snapshot()
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => done(() => reject(new Error(`never happened: ${what}\n${JSON.stringify(codeswitch.snapshot())}`))), LIMIT_MS)
    const subscription = codeswitch.onDidChange((snapshot) => {
      if (holds(snapshot)) done(() => resolve(snapshot))
    })
    const done = (end: () => void): void => {
      clearTimeout(timer)
      subscription.dispose()
      end()
    }
  })
}

/** For what VS Code does without an event of its own. */
export async function eventually<T>(what: string, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + LIMIT_MS; Date.now() < end;) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`never happened: ${what}`)
}

type Answer = Readonly<Record<string, unknown>> & { readonly ok: boolean }
const isAnswer = (value: unknown): value is Answer => typeof value === 'object' && value !== null && 'ok' in value && typeof value.ok === 'boolean'

/** A command called by code: never asks. */
export async function run(command: string, argument: object | string = {}): Promise<Answer> {
  const result: unknown = await vscode.commands.executeCommand(`codeswitch.${command}`, argument)
  assert.ok(isAnswer(result), `${command} returned ${JSON.stringify(result)}`)
  return result
}

/** Called by code, and must succeed. */
export async function ran(command: string, argument: object | string = {}): Promise<Answer> {
  const result = await run(command, argument)
  assert.equal(result.ok, true, `${command}: ${JSON.stringify(result)}`)
  return result
}

/** Types into the editor: the whole text anew. */
export async function type(name: string, change: (text: string) => string): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(path(name))
  const edit = new vscode.WorkspaceEdit()
  edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), change(document.getText()))
  assert.equal(await vscode.workspace.applyEdit(edit), true)
  return document
}

/** Types and saves, as a person does. */
export async function save(name: string, change: (text: string) => string): Promise<void> {
  const document = await type(name, change)
  assert.equal(await document.save(), true)
}

/** Writes the file behind the editor's back. */
export const write = (name: string, change: (text: string) => string): void => writeFileSync(path(name), change(readFileSync(path(name), 'utf8')))

export const comment = (text: string): string => `${text}// ${Math.random()}\n`

export function moduleOf(snapshot: Snapshot, name: string): ModuleView {
  const found = snapshot.modules.find((module) => module.name === name)
  assert.ok(found, `no module ${name} in ${JSON.stringify(snapshot.modules.map((module) => module.name))}`)
  return found
}

export const named = (snapshot: Snapshot, name: string): ProcessView | undefined => snapshot.processes.items.find((process) => process.name === name)
export const versions = (snapshot: Snapshot, name: string): readonly [number | undefined, number | undefined] => {
  const found = snapshot.modules.find((module) => module.name === name)
  return [found?.current?.version, found?.old?.version]
}
export const isAt = (name: string, current: number, old: number | undefined) => (snapshot: Snapshot): boolean => {
  const [now, before] = versions(snapshot, name)
  return now === current && before === old
}

export async function set(setting: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration('codeswitch').update(setting, value, vscode.ConfigurationTarget.Workspace)
}

/** A stopped runtime, no editors, and the files as they were. */
export class FreshStart {
  private readonly originals: ReadonlyMap<string, string>

  constructor(files: readonly string[]) {
    this.originals = new Map(files.map((file) => [file, readFileSync(path(file), 'utf8')]))
  }

  async again(): Promise<void> {
    await ran('stop')
    await vscode.commands.executeCommand('workbench.action.closeAllEditors')
    for (const [file, text] of this.originals) {
      const open = vscode.workspace.textDocuments.find((document) => document.uri.fsPath === path(file))
      if (open && open.getText() !== text) await save(file, () => text)
      writeFileSync(path(file), text)
    }
  }

  /** The same, and the program started. */
  async started(): Promise<Snapshot> {
    await this.again()
    await ran('start')
    return until('both processes wait', (snapshot) => named(snapshot, 't') !== undefined && named(snapshot, 'u') !== undefined)
  }
}
