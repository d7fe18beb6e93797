import * as vscode from 'vscode'
import { PROGRAM_OUTPUT } from './texts'

// eslint-disable-next-line no-control-regex -- colour codes are control characters
const ANSI = /\x1b\[[0-9;?]*[ -/]*[@-~]/g

/** What the program prints. An output channel shows no colours, so their codes are left out. */
export function createProgramOutput(): { readonly channel: vscode.OutputChannel; append(text: string): void } {
  const channel = vscode.window.createOutputChannel(PROGRAM_OUTPUT)
  return { channel, append: (text) => channel.append(text.replace(ANSI, '')) }
}
