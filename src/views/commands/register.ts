import * as vscode from 'vscode'
import type { Command } from './result'
import type { Session } from './session'
import { parseInvocation } from './invocation'
import { failure, isVisible } from './result'
import { codeCommands } from './code'
import { loadCommands } from './load'
import { processCommands } from './processes'
import { purgeCommands } from './purge'
import { runCommands } from './run'
import { toolCommands } from './tools'
import { upgradeCommands } from './upgrade'

/** All commands by id. Each takes an optional argument, never throws, and returns JSON. */
export const allCommands = (session: Session): Readonly<Record<string, Command>> => ({
  ...runCommands(session), ...loadCommands(session), ...purgeCommands(session), ...codeCommands(session), ...processCommands(session), ...toolCommands(session), ...upgradeCommands(session),
})

export function registerCommands(session: Session): vscode.Disposable {
  return vscode.Disposable.from(...Object.entries(allCommands(session)).map(([id, command]) => vscode.commands.registerCommand(id, async (argument: unknown) => {
    const invocation = parseInvocation(argument)
    const result = await command(invocation).catch((error: unknown) => failure('bug', error instanceof Error ? error.message : String(error)))
    if (!result.ok) session.log.warn(`${id}: ${result.message}`)
    if (invocation.person && !result.ok && !isVisible(result)) void vscode.window.showErrorMessage(result.message)
    return result
  })))
}
