/** Tables to plain data. Costs grow with what is shown (a page, those who linger), not with how many processes there are. */
import { pidText } from '../protocol/ids'
import type { ModuleName, Version } from '../protocol/ids'
import type { SupervisorAtRisk } from './behaviours/supervisorTypes'
import type { Frame } from './frames'
import type { PictureFrame, PictureProcess, ProcessPicture } from './link'
import type { Instance, ModuleTable } from './moduleTable'
import type { Pid } from './pid'
import type { Process } from './process'
import { SUSPENDED } from './process'
import type { Processes } from './processes'
import type { RunningFrame } from './stackTraces'

/** So many of a version's lingering processes are shown by name; the others are counted. */
const LINGERING_SHOWN = 200
const FRAMES_SHOWN = 50

export interface PictureDeps {
  readonly table: ModuleTable
  readonly processes: Processes
  /** Frames of user code on the JavaScript stack at this moment, and whose they are. */
  running(): { readonly process: Process; readonly frames: readonly RunningFrame[] } | undefined
  supervisorsAtRisk(victims: readonly Pid[]): readonly SupervisorAtRisk[]
}

export function takePicture(deps: PictureDeps, page: { readonly offset: number; readonly limit: number; readonly filter?: string }): ProcessPicture {
  const view = viewer(deps)
  const { table, processes } = deps
  const { total, items } = chosen(processes, page)
  const olds = [...table.all()].flatMap((record) => (record.old === undefined ? [] : [record.old]))
  const lingering = olds.map((old) => ({ old, who: processes.lingering(old.record) })).filter(({ who }) => who.length > 0)
  return {
    total,
    offset: page.offset,
    processes: items.map(view),
    lingering: lingering.map(({ old, who }) => ({ module: old.record.module, version: old.record.version, total: who.length, processes: who.slice(0, LINGERING_SHOWN).map(view) })),
  }
}

export const viewProcess = (deps: PictureDeps, process: Process): PictureProcess => viewer(deps)(process)

/** Looked through once: there may be a hundred thousand. */
function chosen(processes: Processes, { offset, limit, filter }: { readonly offset: number; readonly limit: number; readonly filter?: string }): { readonly total: number; readonly items: readonly Process[] } {
  if (filter === undefined) return { total: processes.count, items: processes.page(offset, limit) }
  const wanted = filter.toLowerCase()
  const items: Process[] = []
  let total = 0
  for (const process of processes.table.all()) {
    if (!fits(process, wanted)) continue
    if (total >= offset && items.length < limit) items.push(process)
    total++
  }
  return { total, items }
}

const fits = ({ registeredName, label, pid }: Process, wanted: string): boolean =>
  label.toLowerCase().includes(wanted) || registeredName?.toLowerCase().includes(wanted) === true || pidText(pid.id).includes(wanted)

function viewer(deps: PictureDeps): (process: Process) => PictureProcess {
  const running = deps.running()
  return (process) => {
    const stack = deps.processes.framesOf(process).slice(0, FRAMES_SHOWN).map((frame) => frameOf(frame, deps.table))
    const onStack = running?.process === process ? running.frames.map((frame) => runningFrame(frame, deps.table)) : []
    const { extras } = process
    return {
      pid: pidText(process.pid.id), name: process.registeredName, label: process.label, status: statusOf(process, onStack.length > 0),
      messages: process.mailbox?.length ?? 0, startedAt: process.startedAt, links: extras?.links?.size ?? 0, monitors: extras?.monitors?.size ?? 0,
      trapExit: process.trapExit, parent: process.parent === undefined ? undefined : pidText(process.parent.id),
      stack: [...onStack, ...stack], lingers: stack.some((frame) => frame.slot === 'old') || onStack.some((frame) => frame.slot === 'old'),
    }
  }
}

function statusOf(process: Process, onStack: boolean): PictureProcess['status'] {
  if (process.mode === SUSPENDED) return 'suspended'
  if (process.hibernating) return 'hibernating'
  return onStack || process.start !== undefined ? 'running' : 'waiting'
}

const frameOf = (frame: Frame, table: ModuleTable): PictureFrame => ({
  module: frame.version.module, version: frame.version.version, slot: frame.version.state === 'old' ? 'old' : 'current', fn: frame.fn, point: frame.p,
  hash: instanceOf(table, frame.version.module, frame.version.version)?.unit.hash,
})

function runningFrame(frame: RunningFrame, table: ModuleTable): PictureFrame {
  const { module, hash } = frame.unit
  const old = instanceOf(table, module, frame.version)?.record.state === 'old'
  const at = { line: frame.line, column: frame.column, function: frame.function }
  return { module, version: frame.version, slot: old ? 'old' : 'current', hash, fn: 0, point: 0, at }
}

/** The version in one of the slots, or on its way there. */
function instanceOf(table: ModuleTable, module: ModuleName, version: Version): Instance | undefined {
  const record = table.get(module)
  return [record?.current, record?.old, record?.drafting?.instance].find((instance) => instance?.record.version === version)
}
