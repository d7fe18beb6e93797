/** killProcess, sendMessage, inspectProcess, and paging the Processes view. */
import * as vscode from 'vscode'
import type { Command } from './result'
import type { Session } from './session'
import { askHost, isRefusal } from '../askHost'
import { findProcess, nameOf, pickProcess } from './pick'
import { answered, cancelled, failure, refused } from './result'
import { processReport } from '../processes/report'
import { texts } from '../texts'

export function processCommands({ host, documents, processes, modules }: Session): Readonly<Record<string, Command>> {
  const known = (subject: string): { pid: string; name: string } => {
    const process = findProcess(host.snapshot, subject)
    return { pid: process?.pid ?? subject, name: nameOf(process, subject) }
  }
  return {
    'codeswitch.killProcess': async (invocation) => {
      const picked = await pickProcess(host, invocation)
      if ('result' in picked) return picked.result
      const { pid, name } = known(picked.subject)
      if (invocation.confirm ?? invocation.person) {
        const answer = await vscode.window.showWarningMessage(texts.confirmKill(name), { modal: true }, texts.kill)
        if (answer !== texts.kill) return cancelled
      }
      return answered(await askHost(host, 'kill', { pid, ...(invocation.reason === undefined ? {} : { reason: invocation.reason }) }))
    },
    'codeswitch.sendMessage': async (invocation) => {
      const picked = await pickProcess(host, invocation)
      if ('result' in picked) return picked.result
      const { pid, name } = known(picked.subject)
      if (invocation.text === undefined && !invocation.person) return failure('badarg', texts.sendPrompt(name))
      const text = invocation.text ?? await vscode.window.showInputBox({ prompt: texts.sendPrompt(name), placeHolder: texts.sendPlaceholder, ignoreFocusOut: true })
      return text === undefined ? cancelled : answered(await askHost(host, 'send', { pid, text }))
    },
    'codeswitch.inspectProcess': async (invocation) => {
      const picked = await pickProcess(host, invocation)
      if ('result' in picked) return picked.result
      const details = await askHost(host, 'inspect', { pid: known(picked.subject).pid })
      if (isRefusal(details)) return refused(details)
      if (invocation.person) await documents.showReport(`Process ${details.process.pid.replace(/[<>]/g, '')}`, processReport(details))
      return { ok: true, details }
    },
    'codeswitch.showMore': async ({ text }) => {
      if (text === 'modules') modules.showMore()
      else processes.showMore()
      return { ok: true }
    },
  }
}
