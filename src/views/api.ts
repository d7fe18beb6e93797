import type * as vscode from 'vscode'
import type { LoadReport, PurgeReport, Refusal } from '../protocol/messages'
import type { Snapshot } from '../protocol/snapshot'

/**
 * What `activate` returns: `vscode.extensions.getExtension<CodeswitchApi>('codeswitch.codeswitch')?.exports`.
 * Everything that crosses it is plain JSON. `version` grows when something is removed or changes its meaning; additions
 * leave it as it is. Expected failure is an answer (`Refusal` with `error` and `message`; `host_down` when no runtime is
 * running), never a rejection.
 */
export interface CodeswitchApi {
  readonly version: 1
  /** The last picture of the runtime; after a crash the last one before it. */
  snapshot(): Snapshot
  readonly onDidChange: vscode.Event<Snapshot>
  /** Loads these modules as one atomic batch, also when their text did not change; without names: all whose file changed. */
  load(names?: readonly string[]): Promise<LoadReport | Refusal>
  /** Ends those who linger in old code of the module and drops it. `result` is true when somebody was killed. */
  purge(name: string): Promise<PurgeReport | Refusal>
  /** Drops old code only if nobody lingers in it. `result` is true when no old code remains. */
  softPurge(name: string): Promise<PurgeReport | Refusal>
}
