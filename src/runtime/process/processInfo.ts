/** What can be asked about a process: the keys of erlang:process_info/2 in camelCase. */
import type { FrameView, ProcessStatus } from '../../protocol/snapshot'
import type { ProcessInfo } from '../api'
import { type Frame, framesOf } from './frames'
import type { Pid } from './pid'
import { type Process, SUSPENDED } from './process'
import type { ProcessTable } from './processTable'

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
    resources: (p) => [...(p.connection === undefined ? [] : ['connection']), ...[...(p.extras?.resources ?? [])].map((resource) => resource.label)]
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
