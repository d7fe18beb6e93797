import type { RuntimeView } from '../protocol/snapshot'
import { texts } from './texts'

/** What stands above a tree whose rows are no longer alive; undefined while they are. */
export function runtimeMessage(runtime: RuntimeView): string | undefined {
  switch (runtime.state) {
    case 'crashed': return texts.crashed(runtime.message, runtime.at)
    case 'exited': return texts.exited(runtime.exitCode, runtime.at)
    case 'stopped': case 'starting': case 'running': return undefined
  }
}
