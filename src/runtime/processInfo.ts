/** What can be asked about a process: the keys of erlang:process_info/2 in camelCase. */
import type { FrameView, ProcessStatus } from '../protocol/snapshot'
import { type Frame, framesOf } from './frames'
import type { Pid } from './pid'
import { type Process, SUSPENDED } from './process'
import type { ProcessTable } from './processTable'

export interface ProcessInfo {
  readonly registeredName: string | undefined
  /** `src/t.doLoop` of the innermost activation; undefined when it is in no module loaded through Codeswitch. */
  readonly currentFunction: string | undefined
  readonly currentLocation: { readonly file: string; readonly line: number; readonly column: number } | undefined
  /** Innermost first. */
  readonly currentStacktrace: readonly FrameView[]
  readonly initialCall: string
  readonly dictionary: readonly (readonly [unknown, unknown])[]
  readonly messageQueueLen: number
  readonly messages: readonly unknown[]
  readonly status: ProcessStatus
  readonly links: readonly Pid[]
  /** Pids, or names where it monitors by name. */
  readonly monitors: readonly (Pid | string)[]
  readonly monitoredBy: readonly Pid[]
  readonly trapExit: boolean
  /** How often it began or took a message: a measure of how busy it was, no reductions of a BEAM. */
  readonly reductions: number
  /** Bytes, estimated from what it is made of; what its functions hold is not known. */
  readonly memory: number
  readonly parent: Pid | undefined
  readonly ancestors: readonly Pid[]
  readonly label: string
  readonly suspending: readonly Pid[]
  /** Labels of what it owns and would release at its end. */
  readonly resources: readonly string[]
}

type Getters = { readonly [K in keyof ProcessInfo]: (process: Process) => ProcessInfo[K] }

const PROCESS_BYTES = 900
const FRAME_BYTES = 300
const MESSAGE_BYTES = 100

export type ProcessInfos = ReturnType<typeof createProcessInfos>

export function createProcessInfos(table: ProcessTable, describe: ((frame: Frame) => FrameView) | undefined) {
  const stack = (process: Process): FrameView[] => (describe === undefined ? [] : framesOf(process).map(describe))

  function innermost(process: Process): FrameView | undefined {
    const frame = framesOf(process)[0]
    return frame === undefined ? undefined : describe?.(frame)
  }

  function status(process: Process): ProcessStatus {
    if (process.mode === SUSPENDED) return 'suspended'
    if (process.hibernating) return 'hibernating'
    return process === table.current() || process.start !== undefined ? 'running' : 'waiting'
  }

  /** As far as they are alive: who has ended is only known as the parent of its children. */
  function ancestors(process: Process): Pid[] {
    const found: Pid[] = []
    for (let pid = process.parent; pid !== undefined; pid = table.find(pid)?.parent) found.push(pid)
    return found
  }

  const getters: Getters = {
    registeredName: (p) => p.registeredName,
    currentFunction: (p) => {
      const frame = innermost(p)
      return frame === undefined ? undefined : `${frame.module}.${frame.function}`
    },
    currentLocation: (p) => {
      const frame = innermost(p)
      return frame === undefined ? undefined : { file: frame.file, line: frame.line, column: frame.column }
    },
    currentStacktrace: stack,
    initialCall: (p) => p.initialCall,
    dictionary: (p) => [...(p.extras?.dictionary ?? [])],
    messageQueueLen: (p) => p.mailbox?.length ?? 0,
    messages: (p) => p.mailbox?.messages() ?? [],
    status,
    links: (p) => [...(p.extras?.links ?? [])].map((other) => other.pid),
    monitors: (p) => [...(p.extras?.monitors?.values() ?? [])].map((monitor) => monitor.as),
    monitoredBy: (p) => [...(p.extras?.monitoredBy?.values() ?? [])].map((monitor) => monitor.watcher.pid),
    trapExit: (p) => p.trapExit,
    reductions: (p) => p.reductions,
    memory: (p) => PROCESS_BYTES + FRAME_BYTES * framesOf(p).length + MESSAGE_BYTES * (p.mailbox?.length ?? 0),
    parent: (p) => p.parent,
    ancestors,
    label: (p) => p.label,
    suspending: (p) => [...(p.extras?.suspending?.keys() ?? [])].map((other) => other.pid),
    resources: (p) => [...(p.extras?.resources ?? [])].map((resource) => resource.label)
  }

  function get<K extends keyof ProcessInfo>(process: Process, key: K): ProcessInfo[K] {
    return getters[key](process)
  }

  function infoOf(process: Process): ProcessInfo {
    return {
      registeredName: get(process, 'registeredName'),
      currentFunction: get(process, 'currentFunction'),
      currentLocation: get(process, 'currentLocation'),
      currentStacktrace: get(process, 'currentStacktrace'),
      initialCall: get(process, 'initialCall'),
      dictionary: get(process, 'dictionary'),
      messageQueueLen: get(process, 'messageQueueLen'),
      messages: get(process, 'messages'),
      status: get(process, 'status'),
      links: get(process, 'links'),
      monitors: get(process, 'monitors'),
      monitoredBy: get(process, 'monitoredBy'),
      trapExit: get(process, 'trapExit'),
      reductions: get(process, 'reductions'),
      memory: get(process, 'memory'),
      parent: get(process, 'parent'),
      ancestors: get(process, 'ancestors'),
      label: get(process, 'label'),
      suspending: get(process, 'suspending'),
      resources: get(process, 'resources')
    }
  }

  const has = (key: string): key is keyof ProcessInfo => Object.hasOwn(getters, key)

  return { get, infoOf, has, status, stack }
}
