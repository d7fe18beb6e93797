/** purge, softPurge, purgeAll, deleteModule. A person is told whom a purge kills before it does; code is not asked. */
import * as vscode from 'vscode'
import type { Command } from './result'
import type { Session } from './session'
import { askHost } from '../askHost'
import { riskText, supervisorsAtRisk } from '../../protocol/atRisk'
import { findModule, pickModule } from './pick'
import { answered, cancelled } from './result'
import { wouldKill, victimsOf } from '../lingering'
import { texts, victimTexts } from '../texts'

export function purgeCommands({ host }: Session): Readonly<Record<string, Command>> {
  const confirmed = async (modules: readonly string[]): Promise<boolean> => {
    const names = new Set(modules)
    const total = wouldKill(host.snapshot, names)
    if (total === 0) return true
    const victims = victimsOf(host.snapshot, names)
    const detail = [...victimTexts(victims, total), ...supervisorsAtRisk(host.snapshot, names).map(riskText)].join('\n')
    const button = texts.purgeAndKill(total)
    return await vscode.window.showWarningMessage(texts.confirmPurge(modules.join(', '), total), { modal: true, detail }, button) === button
  }
  const mustAsk = (person: boolean, confirm: boolean | undefined): boolean => confirm ?? person

  const purge = (soft: boolean): Command => async (invocation) => {
    const picked = await pickModule(host, invocation, (module) => module.old !== undefined, texts.noOldCode('No module'))
    if ('result' in picked) return picked.result
    const name = findModule(host.snapshot, picked.subject)?.name ?? picked.subject
    if (!soft && mustAsk(invocation.person, invocation.confirm) && !await confirmed([name])) return cancelled
    return answered(await askHost(host, 'purge', { module: name, soft }))
  }

  return {
    'codeswitch.purge': purge(false),
    'codeswitch.softPurge': purge(true),
    'codeswitch.purgeAll': async ({ soft = false, person, confirm }) => {
      const modules = host.snapshot.lingering.map((view) => view.module)
      if (!soft && mustAsk(person, confirm) && !await confirmed(modules)) return cancelled
      return answered(await askHost(host, 'purgeAll', { soft }))
    },
    'codeswitch.deleteModule': async (invocation) => {
      const picked = await pickModule(host, invocation, (module) => module.current !== undefined, texts.noSuchModule(''))
      return 'result' in picked ? picked.result : answered(await askHost(host, 'delete', { module: picked.subject }))
    },
  }
}
