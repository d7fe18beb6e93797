/** reload, reloadModified, rollback, and what happens to staged code. */
import * as vscode from 'vscode'
import type { Command, CommandResult } from './result'
import type { Invocation } from './invocation'
import type { Session } from './session'
import type { StagedBatch } from '../stagedBatches'
import { askHost, isRefusal } from '../askHost'
import { findModule, pickModule } from './pick'
import { answered, cancelled, failure, reported } from './result'
import { riskText } from '../../protocol/atRisk'
import { stagedBatches } from '../stagedBatches'
import { join, stagedButtons, texts, victimTexts } from '../texts'

export function loadCommands(session: Session): Readonly<Record<string, Command>> {
  const { host } = session
  return {
    'codeswitch.reload': async (invocation) => {
      const picked = await pickModule(host, invocation, () => true, texts.noSuchModule(''))
      if ('result' in picked) return picked.result
      // Saving may load already; then the load that follows must not make a second version of the same text.
      const saved = invocation.person && await saveEditor(findModule(host.snapshot, picked.subject)?.file)
      return reported(await askHost(host, 'load', { modules: [picked.subject], origin: 'command', force: !saved, ...policyOf(invocation) }))
    },
    'codeswitch.reloadModified': async (invocation) => {
      if (invocation.person) await vscode.workspace.saveAll(false)
      return reported(await askHost(host, 'load', { modules: undefined, origin: 'command', force: false, ...policyOf(invocation) }))
    },
    'codeswitch.rollback': async (invocation) => {
      const picked = await pickModule(host, invocation, (module) => module.old !== undefined, texts.noOldCode('No module'))
      if ('result' in picked) return picked.result
      return reported(await askHost(host, 'rollback', { module: picked.subject }))
    },
    'codeswitch.loadStaged': (invocation) => loadStaged(session, invocation),
    'codeswitch.loadStagedKill': (invocation) => loadStaged(session, { ...invocation, kill: true }),
    'codeswitch.loadStagedWait': (invocation) => loadStaged(session, { ...invocation, kill: false }),
    'codeswitch.discardStaged': async ({ subject }) => discard(session, subject),
    'codeswitch.showStaged': async () => {
      const batch = stagedBatches(host.snapshot)[0]
      if (!batch) return failure('nothing_staged', texts.nothingStaged)
      await session.modules.showBatch(batch)
      return { ok: true, modules: batch.modules }
    },
  }
}

const policyOf = ({ policy }: Invocation): { policy?: 'ask' | 'soft' | 'brutal' } => policy === undefined ? {} : { policy }

async function saveEditor(file: string | undefined): Promise<boolean> {
  const document = vscode.workspace.textDocuments.find((candidate) => candidate.uri.scheme === 'file' && candidate.uri.fsPath === file)
  return document?.isDirty === true && await document.save()
}

const discard = async ({ host }: Session, subject: string | undefined): Promise<CommandResult> =>
  answered(await askHost(host, 'discardStaged', subject === undefined ? {} : { module: subject }))

/** Without `kill`, a person is asked and code gets the harmless one: load when they have left. */
async function loadStaged(session: Session, invocation: Invocation): Promise<CommandResult> {
  const { host } = session
  const module = invocation.subject === undefined ? undefined : findModule(host.snapshot, invocation.subject)?.name ?? invocation.subject
  const batches = stagedBatches(host.snapshot).filter((batch) => module === undefined || batch.modules.includes(module))
  if (batches.length === 0) return failure('nothing_staged', texts.nothingStaged)
  const answer = invocation.kill ?? (invocation.person ? await askStaged(batches) : false)
  if (answer === undefined) return cancelled
  if (answer === 'discard') return discard(session, module)
  const result = await askHost(host, 'loadStaged', { ...(module === undefined ? {} : { module }), kill: answer })
  // "When they have left" leaves it staged: that is what was asked for, not a failure.
  if (!isRefusal(result) && !answer && result.outcomes.every((outcome) => outcome.kind !== 'failed')) return { ok: true, report: result }
  return reported(result)
}

async function askStaged(batches: readonly StagedBatch[]): Promise<boolean | 'discard' | undefined> {
  const total = batches.reduce((sum, batch) => sum + batch.total, 0)
  const victims = batches.flatMap((batch) => batch.victims)
  const supervisors = batches.flatMap((batch) => batch.supervisors)
  const choice = await vscode.window.showQuickPick([
    { label: stagedButtons.kill(total), detail: join([...victimTexts(victims, total).slice(0, 3), ...supervisors.map(riskText)]), answer: true as const },
    { label: stagedButtons.wait, answer: false as const },
    { label: stagedButtons.discard, answer: 'discard' as const },
  ], { placeHolder: texts.pickStaged })
  return choice?.answer
}
