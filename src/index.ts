/**
 * The package `codeswitch`. Inside a host that reloads code (VS Code, `codeswitch run`) the functions are the host's;
 * with plain `node` the package brings a runtime of its own, without a code server: the same program runs unchanged.
 */
import type * as Api from './runtime/api'
import { createProcessApi, API_KEY } from './runtime/process/processApi'
import { createProcesses } from './runtime/process/processes'
import { inspect } from 'node:util'

const api = installed() ?? standAlone()

export const {
  any, timeout, Pid, Ref, BadArgError, BadFunError, ExitSignal, NoProcError, UndefError,
  spawn, spawnLink, spawnMonitor, spawnOpt, self, send, receive, sleep,
  register, unregister, whereis, registered, link, unlink, monitor, demonitor, exit, processFlag,
  sendAfter, startTimer, cancelTimer, readTimer, timer, makeRef, alias, unalias,
  processes, processInfo, isProcessAlive, suspendProcess, resumeProcess, hibernate, become,
  put, get, erase, processLabel, setLabel,
  genServer, genStatem, genEvent, supervisor, sys, procLib, task, code, release
} = api

function installed(): typeof Api | undefined {
  const found: unknown = Reflect.get(globalThis, API_KEY)
  return isApi(found) ? found : undefined
}

function isApi(value: unknown): value is typeof Api {
  return typeof value === 'object' && value !== null && 'spawn' in value
}

/** Two copies of the package in one program share the first one's processes, as pids must mean the same to both. */
function standAlone(): typeof Api {
  const own = createProcessApi(createProcesses({
    lookup: { exported: () => undefined },
    traps: new Int32Array(1),
    report: ({ pid, label, reason }) => console.error(`Process ${String(pid)} (${label}) ended with an error: ${inspect(reason)}`),
    onReleaseFailed: (label, error) => console.error(`Releasing ${label} failed: ${inspect(error)}`)
  }))
  Reflect.set(globalThis, API_KEY, own)
  return own
}
