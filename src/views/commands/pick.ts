/** Asking the person which module, process or version is meant. A command called by code never comes here. */
import * as vscode from 'vscode'
import type { ModuleView, ProcessView, Snapshot } from '../../protocol/snapshot'
import type { Host } from '../../host/host'
import type { CommandResult } from './result'
import type { Invocation } from './invocation'
import { askHost, isRefusal } from '../askHost'
import { failure, cancelled } from './result'
import { moduleRows } from '../modules/rows'
import { processRows } from '../processes/rows'
import { processTitle, texts } from '../texts'

/** A name, or the result to return instead of one. */
export type Picked = { readonly subject: string } | { readonly result: CommandResult }

export async function pickModule(host: Host, invocation: Invocation, wanted: (module: ModuleView) => boolean, none: string): Promise<Picked> {
  if (invocation.subject !== undefined) return { subject: invocation.subject }
  const modules = host.snapshot.modules.filter(wanted)
  const active = vscode.window.activeTextEditor?.document.uri.fsPath
  const first = modules.find((module) => module.file === active)
  if (first) return { subject: first.name }
  if (!invocation.person) return { result: failure('badarg', texts.pickModule) }
  if (modules.length === 0) return { result: failure('none', host.snapshot.runtime.state === 'running' ? none : texts.notRunning) }
  if (modules.length === 1 && modules[0]) return { subject: modules[0].name }
  const rows = moduleRows({ ...host.snapshot, modules }, modules.length)
  const choice = await vscode.window.showQuickPick(rows.map((row) => ({ label: row.label, description: row.description })), { placeHolder: texts.pickModule, matchOnDescription: true })
  return choice ? { subject: choice.label } : { result: cancelled }
}

const PICKED_FROM = 1000

export async function pickProcess(host: Host, invocation: Invocation): Promise<Picked> {
  if (invocation.subject !== undefined) return { subject: invocation.subject }
  if (!invocation.person) return { result: failure('badarg', texts.pickProcess) }
  const page = await askHost(host, 'processes', { offset: 0, limit: PICKED_FROM })
  if (isRefusal(page)) return { result: failure(page.error, texts.notRunning) }
  const items = processRows(page).flatMap((row) => row.target.kind === 'crowd' ? row.children : [row]).flatMap((row) => row.target.kind === 'process' ? [{ label: row.label, description: row.description, pid: row.target.pid }] : [])
  const choice = await vscode.window.showQuickPick(items, { placeHolder: texts.pickProcess, matchOnDescription: true })
  return choice ? { subject: choice.pid } : { result: cancelled }
}

/** The process of a pid or registered name, as far as the snapshot lists it. */
export function findProcess(snapshot: Snapshot, subject: string): ProcessView | undefined {
  const all = [...snapshot.processes.items, ...(snapshot.processes.crowds ?? []).flatMap((crowd) => crowd.oldest), ...snapshot.lingering.flatMap((view) => view.processes)]
  return all.find((process) => process.pid === subject || process.name === subject)
}

/** The module a person or program means: by name, by unique last part or by file. */
export function findModule(snapshot: Snapshot, subject: string): ModuleView | undefined {
  const exact = snapshot.modules.find((module) => module.name === subject || module.file === subject)
  if (exact) return exact
  const byLastPart = snapshot.modules.filter((module) => module.name.endsWith(`/${subject}`))
  return byLastPart.length === 1 ? byLastPart[0] : undefined
}

export const nameOf = (process: ProcessView | undefined, pid: string): string => process ? `${processTitle(process)} (${process.pid})` : pid
