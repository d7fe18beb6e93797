/** previewUpgrade, runUpgrade: a plan is a file `*.upgrade.json`. A person sees what would happen before it does; code is not asked. */
import path from 'node:path'
import * as vscode from 'vscode'
import type { UpgradeDirection } from '../../protocol/upgrade'
import { previewText, reportSentence, reportText, stepsText } from '../../protocol/upgradeText'
import type { Command, CommandResult } from './result'
import type { Invocation } from './invocation'
import type { Session } from './session'
import { askHost, isRefusal } from '../askHost'
import { cancelled, failure, refused } from './result'
import { texts } from '../texts'

const PLANS = '**/*.upgrade.json'

type Chosen = { readonly file: string; readonly direction: UpgradeDirection } | { readonly result: CommandResult }

export function upgradeCommands({ host, settings, documents }: Session): Readonly<Record<string, Command>> {
  const chosen = async (invocation: Invocation): Promise<Chosen> => {
    const file = await planFile(invocation, settings.root)
    if (typeof file !== 'string') return { result: file }
    const direction = invocation.direction ?? (invocation.person ? await pickDirection() : 'up')
    if (direction === undefined) return { result: cancelled }
    const open = vscode.workspace.textDocuments.find((document) => document.uri.fsPath === file)
    if (invocation.person && open?.isDirty === true) await open.save()
    return { file, direction }
  }

  const confirmed = async (params: { readonly file: string; readonly direction: UpgradeDirection }): Promise<CommandResult | undefined> => {
    const preview = await askHost(host, 'previewUpgrade', params)
    if (isRefusal(preview)) return refused(preview)
    const [problem] = preview.problems
    if (problem !== undefined) {
      await documents.showReport(preview.title, previewText(preview))
      return { ...failure(problem.reason, `${preview.title}: ${problem.message}.`), preview }
    }
    const answer = await vscode.window.showWarningMessage(texts.confirmUpgrade(preview.title, preview.direction), { modal: true, detail: stepsText(preview) }, texts.runUpgrade)
    return answer === texts.runUpgrade ? undefined : cancelled
  }

  return {
    'codeswitch.previewUpgrade': async (invocation) => {
      const plan = await chosen(invocation)
      if ('result' in plan) return plan.result
      const preview = await askHost(host, 'previewUpgrade', plan)
      if (isRefusal(preview)) return refused(preview)
      if (invocation.person) await documents.showReport(preview.title, previewText(preview))
      return { ok: true, preview }
    },
    'codeswitch.runUpgrade': async (invocation) => {
      const plan = await chosen(invocation)
      if ('result' in plan) return plan.result
      const stopped = invocation.confirm ?? invocation.person ? await confirmed(plan) : undefined
      if (stopped !== undefined) return stopped
      const report = await askHost(host, 'runUpgrade', plan)
      if (isRefusal(report)) return refused(report)
      if (report.kind === 'done') return { ok: true, upgrade: report }
      if (invocation.person) await documents.showReport(report.title, reportText(report))
      const error = report.kind === 'refused' ? (report.problems[0]?.reason ?? 'refused') : report.kind
      return { ...failure(error, reportSentence(report)), upgrade: report }
    },
  }
}

async function planFile({ subject, person }: Invocation, root: string | undefined): Promise<string | CommandResult> {
  if (subject !== undefined) return path.resolve(root ?? '', subject)
  const active = vscode.window.activeTextEditor?.document.uri.fsPath
  if (active?.endsWith('.upgrade.json') === true) return active
  if (!person) return failure('badarg', texts.pickPlan)
  const files = await vscode.workspace.findFiles(PLANS, '**/node_modules/**')
  const [only] = files
  if (only === undefined) return failure('nofile', texts.noPlan)
  if (files.length === 1) return only.fsPath
  const choice = await vscode.window.showQuickPick(files.map((file) => ({ label: vscode.workspace.asRelativePath(file), file })), { placeHolder: texts.pickPlan })
  return choice?.file.fsPath ?? cancelled
}

const pickDirection = async (): Promise<UpgradeDirection | undefined> =>
  (await vscode.window.showQuickPick([{ label: texts.up, direction: 'up' as const }, { label: texts.down, direction: 'down' as const }], { placeHolder: texts.pickDirection }))?.direction
