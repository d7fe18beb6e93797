/** Looking at versions: old code, differences, where a process is, why a version is still there. */
import * as vscode from 'vscode'
import type { FrameView } from '../../protocol/snapshot'
import type { SourceText } from '../../protocol/messages'
import type { Command, CommandResult } from './result'
import type { Session } from './session'
import { askHost, isRefusal } from '../askHost'
import { findProcess, pickModule, pickProcess } from './pick'
import { failure, refused } from './result'
import { keepingFrame } from '../lingering'
import { texts } from '../texts'
import { askWhy } from '../askWhy'

export function codeCommands({ host, documents }: Session): Readonly<Record<string, Command>> {
  /** The line where the first lingering process is, so that the old text opens where it matters. */
  const lingeringLine = (source: SourceText): number | undefined => {
    const view = host.snapshot.lingering.find((candidate) => candidate.module === source.module && candidate.version === source.version)
    const first = view?.processes[0]
    return first && keepingFrame(first, source.module, source.version)?.line
  }

  const hasOld: Command = async (invocation) => {
    const picked = await pickModule(host, invocation, (module) => module.old !== undefined, texts.noOldCode('No module'))
    return 'result' in picked ? picked.result : { ok: true, subject: picked.subject }
  }

  const openFrame = async (frame: FrameView): Promise<CommandResult> => {
    const opened = await documents.openFrame(frame)
    return isRefusal(opened) ? refused(opened) : { ok: true, ...opened }
  }

  const difference = async (module: string, left: 'old' | 'current', right: 'current' | 'disk'): Promise<CommandResult> => {
    const from = await askHost(host, 'source', { module, slot: left })
    if (isRefusal(from)) return refused(from)
    const to = right === 'disk' ? undefined : await askHost(host, 'source', { module, slot: right })
    if (isRefusal(to)) return refused(to)
    const leftTitle = left === 'old' ? texts.oldTitle(from.file, from.version) : texts.currentTitle(from.file, from.version)
    const rightTitle = to ? texts.currentTitle(to.file, to.version) : texts.diskTitle(from.file)
    const title = texts.versus(leftTitle, rightTitle)
    await vscode.commands.executeCommand('vscode.diff', documents.keep(from), to ? documents.keep(to) : vscode.Uri.file(from.file), title)
    return { ok: true, module: from.module, title }
  }

  return {
    'codeswitch.openOldCode': async (invocation) => {
      if (invocation.frame) return openFrame(invocation.frame)
      const picked = await hasOld(invocation)
      if (!picked.ok) return picked
      const source = await askHost(host, 'source', { module: String(picked['subject']), slot: 'old' })
      if (isRefusal(source)) return refused(source)
      const line = invocation.line ?? lingeringLine(source)
      const uri = await documents.open(source, line)
      return { ok: true, module: source.module, version: source.version, line, uri: uri.toString() }
    },
    'codeswitch.openFrame': async (invocation) => {
      if (invocation.frame) return openFrame(invocation.frame)
      const picked = await pickProcess(host, invocation)
      if ('result' in picked) return picked.result
      const process = findProcess(host.snapshot, picked.subject)
      const frame = process?.stack[invocation.index ?? 0]
      return frame ? openFrame(frame) : failure('noproc', texts.noSuchProcess(picked.subject))
    },
    'codeswitch.compareOldAndCurrent': async (invocation) => {
      const picked = await hasOld(invocation)
      return picked.ok ? difference(String(picked['subject']), 'old', 'current') : picked
    },
    'codeswitch.compareCurrentAndDisk': async (invocation) => {
      const picked = await pickModule(host, invocation, (module) => module.current !== undefined, texts.noSuchModule(''))
      return 'result' in picked ? picked.result : difference(picked.subject, 'current', 'disk')
    },
    'codeswitch.showWhy': async (invocation) => {
      const picked = await pickModule(host, invocation, () => true, texts.noSuchModule(''))
      if ('result' in picked) return picked.result
      const why = await askWhy(host, picked.subject, invocation)
      if (isRefusal(why)) return refused(why)
      if (invocation.person) await documents.showReport(`Why ${picked.subject.split(/[\\/]/).at(-1)}`, why.text)
      return { ok: true, versions: why.versions, heap: why.heap }
    },
  }
}
