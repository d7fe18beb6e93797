/** Processes -> rows of the Processes view. Pure: no vscode. */
import type { FrameView, ProcessPage, ProcessView } from '../../protocol/snapshot'
import type { Icon, Row } from '../row'
import { moreRow } from '../modules/rows'
import { clockTime, count, frameText, join, place, processTitle } from '../texts'

/** A page of processes: those who linger first, then those with a name, then in the order of the host. */
export function processRows(page: ProcessPage): readonly Row[] {
  const sorted = page.items.map((process, index) => ({ process, index })).sort((a, b) => rank(b.process) - rank(a.process) || a.index - b.index)
  const rows = sorted.map(({ process }) => processRow(process))
  const rest = page.total - page.offset - rows.length
  return rest > 0 ? [...rows, moreRow('processes', rest)] : rows
}

const rank = (process: ProcessView): number => (process.lingers ? 2 : 0) + (process.name !== undefined ? 1 : 0)

const ICONS: Record<ProcessView['status'], Icon> = { running: { id: 'play' }, waiting: { id: 'inbox' }, suspended: { id: 'debug-pause' }, hibernating: { id: 'circle-outline' } }

function processRow(process: ProcessView): Row {
  const old = process.stack.find((frame) => frame.slot === 'old')
  const top = process.stack[0]
  return {
    id: `process:${process.pid}`,
    label: processTitle(process),
    description: join([
      process.pid, top && frameText(top),
      process.lingers && old && `in old v${old.version} of ${old.module}`,
      process.status,
      process.messages > 0 && count(process.messages, 'message'),
    ]),
    tooltip: join([
      `${processTitle(process)} ${process.pid}`, `started ${clockTime(process.startedAt)}`, process.parent && `by ${process.parent}`,
      count(process.links, 'link'), count(process.monitors, 'monitor'), process.trapExit && 'traps exits',
    ]),
    icon: process.lingers ? { id: 'warning', color: 'list.warningForeground' } : ICONS[process.status],
    flags: ['process', process.status, ...(process.lingers ? ['lingers'] : [])],
    expanded: false,
    target: { kind: 'process', pid: process.pid, frame: old ?? top },
    children: process.stack.map((frame, index) => frameRow(process, frame, index)),
  }
}

function frameRow(process: ProcessView, frame: FrameView, index: number): Row {
  return {
    id: `frame:${process.pid}:${index}`,
    label: frame.function,
    description: join([place(frame), `${frame.module} v${frame.version} ${frame.slot}`]),
    tooltip: `${frame.file}:${frame.line}:${frame.column + 1}`,
    icon: frame.slot === 'old' ? { id: 'warning', color: 'list.warningForeground' } : { id: 'debug-stackframe' },
    flags: ['frame', frame.slot],
    expanded: false,
    target: { kind: 'frame', pid: process.pid, frame },
    children: [],
  }
}
