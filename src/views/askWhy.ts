import * as vscode from 'vscode'
import type { Host } from '../host/host'
import type { Refusal, Requests } from '../protocol/messages'
import { askHost } from './askHost'
import { fileName, texts } from './texts'

export interface WhyQuestion {
  readonly person: boolean
  readonly slot: 'current' | 'old' | undefined
  readonly heap: boolean | undefined
}

/** Why a module's versions are there. For a person the heap is looked through as well, with a way to cancel; for code when it says so. */
export async function askWhy(host: Pick<Host, 'request'>, module: string, { person, slot, heap = person }: WhyQuestion): Promise<Requests['why'][1] | Refusal> {
  const ask = (): Promise<Requests['why'][1] | Refusal> => askHost(host, 'why', { module, heap, ...(slot === undefined ? {} : { slot }) })
  if (!person || !heap) return ask()
  const how = { location: vscode.ProgressLocation.Notification, title: texts.lookingWhy(fileName(module)), cancellable: true }
  return vscode.window.withProgress(how, async (_, token) => {
    token.onCancellationRequested(() => void askHost(host, 'cancelWhy', {}))
    return ask()
  })
}
