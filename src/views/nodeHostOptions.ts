import type * as vscode from 'vscode'
import type { NodeHostOptions } from '../host/nodeHost'
import type { Settings } from './settings'

/** The settings as the host wants them. Read at each start: a restart is enough after a change. */
export const nodeHostOptions = (settings: Settings, distDir: string, log: vscode.LogOutputChannel, append: (text: string) => void): NodeHostOptions => ({
  options: () => settings.hostOptions(),
  get runtimeExecutable() { return settings.runtimeExecutable },
  get runtimeArgs() { return settings.runtimeArgs },
  get env() { return settings.env },
  get cwd() { return settings.cwd },
  distDir,
  onOutput: (_stream, text) => append(text),
  log: (level, message) => log[level](message),
})
