/** The shapes of proc_lib(3). */
import type { ModuleRef } from '../api'
import type { Pid } from '../process/pid'
import type { ServerRef, Timeout } from './terms'

/** proc_lib(3): for processes written by hand that live under a supervisor. */
export interface ProcLibApi {
  spawn(module: ModuleRef, name: string, args?: readonly unknown[]): Pid
  spawnLink(module: ModuleRef, name: string, args?: readonly unknown[]): Pid
  /** Waits until the process has called `initAck`. @returns what it acknowledged with; ['error', reason] when it ended before, ['error', 'timeout'] when it was too slow and was killed. */
  start(module: ModuleRef, name: string, args?: readonly unknown[], timeout?: Timeout): Promise<unknown>
  startLink(module: ModuleRef, name: string, args?: readonly unknown[], timeout?: Timeout): Promise<unknown>
  /** In the new process: it is ready; its start function returns `result`, by custom ['ok', self()]. `parent` is who started it when left out. */
  initAck(result: unknown): 'ok'
  initAck(parent: Pid, result: unknown): 'ok'
  /** It is not: the start function returns `result`, this process ends with `reason`. */
  initFail(parent: Pid, result: unknown, reason: unknown): never
  /** Asks a process that serves system messages to end. @throws ExitSignal with 'noproc', 'timeout', or the reason it ended with when that is another */
  stop(server: ServerRef, reason?: unknown, timeout?: Timeout): Promise<'ok'>
}
