/** Tables to plain data. Costs grow with what is shown (a page, those who linger), not with how many processes there are. */
import { pidText } from '../../protocol/ids'
import type { ModuleName, Version } from '../../protocol/ids'
import type { SupervisorAtRisk } from '../behaviours/supervisorTypes'
import type { Frame } from '../process/frames'
import { viewCrowds, viewLingering } from './viewCrowds'
import type { PictureFrame, PictureProcess, ProcessPicture } from '../link'
import type { Instance, ModuleTable } from '../code/moduleTable'
import type { Pid } from '../process/pid'
import type { Process } from '../process/process'
import { SUSPENDED } from '../process/process'
import type { Processes } from '../process/processes'
import type { RunningFrame } from '../node/stackTraces'

const FRAMES_SHOWN = 50

export interface PictureDeps {
  readonly table: ModuleTable
  readonly processes: Processes
  /** Frames of user code on the JavaScript stack at this moment, and whose they are. */
  running(): { readonly process: Process; readonly frames: readonly RunningFrame[] } | undefined
  supervisorsAtRisk(victims: readonly Pid[]): readonly SupervisorAtRisk[]
}

interface Page { readonly offset: number; readonly limit: number; readonly filter?: string }

export function takePicture(deps: PictureDeps, page: Page): ProcessPicture {
  const view = viewer(deps)
  const { table, processes } = deps
  const olds = [...table.all()].flatMap((record) => (record.old === undefined ? [] : [record.old.record]))
  const lingering = olds.map((old) => ({ old, who: processes.lingering(old) })).filter(({ who }) => who.length > 0)
  const { single, items } = chosen(processes, page)
  const crowds = page.filter === undefined ? viewCrowds(processes.table.crowds.all(), lingering.flatMap(({ who }) => who), view) : { crowds: [], otherCrowds: { crowds: 0, total: 0 } }
  return {
    total: page.filter === undefined ? processes.count : single, offset: page.offset, single, processes: items.map(view), ...crowds,
    lingering: lingering.map(({ old: { module, version }, who }) => ({ module, version, total: who.length, ...viewLingering(who, view) })),
  }
}

export const viewProcess = (deps: PictureDeps, process: Process): PictureProcess => viewer(deps)(process)

/** Looked through once: there may be a hundred thousand. */
function chosen({ table, count }: Processes, { offset, limit, filter }: Page): { readonly single: number; readonly items: readonly Process[] } {
  if (filter === undefined) return { single: count - table.crowds.crowded, items: table.page(offset, limit) }
  const wanted = filter.toLowerCase()
  const items: Process[] = []
  let single = 0
  for (const process of table.all()) {
    if (!fits(process, wanted)) continue
    if (single >= offset && items.length < limit) items.push(process)
    single++
  }
  return { single, items }
}

const fits = ({ registeredName, label, pid }: Process, wanted: string): boolean =>
  label.toLowerCase().includes(wanted) || registeredName?.toLowerCase().includes(wanted) === true || pidText(pid.id).includes(wanted)

function viewer(deps: PictureDeps): (process: Process) => PictureProcess {
  const running = deps.running()
  deps.processes.table.settle()
  return (process) => {
    const stack = deps.processes.framesOf(process).slice(0, FRAMES_SHOWN).map((frame) => frameOf(frame, deps.table))
    const onStack = running?.process === process ? running.frames.map((frame) => runningFrame(frame, deps.table)) : []
    const { extras } = process
    return {
      pid: pidText(process.pid.id), name: process.registeredName, label: process.label, status: statusOf(process, onStack.length > 0),
      messages: process.mailbox?.length ?? 0, startedAt: process.startedAt, links: extras?.links?.size ?? 0, monitors: extras?.monitors?.size ?? 0,
      trapExit: process.trapExit, parent: process.parent === undefined ? undefined : pidText(process.parent.id),
      ...(process.crowd?.crowded === true ? { crowd: process.crowd.label } : {}),
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
