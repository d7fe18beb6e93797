/** Processes -> rows of the Processes view. Pure: no vscode. */
import type { CrowdView, FrameView, ProcessPage, ProcessView } from '../../protocol/snapshot'
import type { Icon, Row } from '../row'
import { moreRow, noteRow } from '../noteRows'
import { clockTime, count, frameText, join, lingers, place, processTitle, texts } from '../texts'

/** Those who linger first, then those with a name, then crowds; among equals in the order of the host. */
export function processRows(page: ProcessPage): readonly Row[] {
  const { items, crowds = [], otherCrowds, single = page.total } = page
  const ranked = [
    ...crowds.map((crowd) => ({ rank: crowd.lingering > 0 ? 2 : 0, row: crowdRow(crowd) })),
    ...items.map((process) => ({ rank: rank(process), row: processRow(process) })),
  ]
  const rows = ranked.map((one, index) => ({ ...one, index })).sort((a, b) => b.rank - a.rank || a.index - b.index).map(({ row }) => row)
  const rest = single - page.offset - items.length
  return [
    ...rows,
    ...(otherCrowds !== undefined && otherCrowds.crowds > 0 ? [noteRow('crowds', texts.otherCrowds(otherCrowds.crowds, otherCrowds.total))] : []),
    ...(rest > 0 ? [moreRow('processes', rest)] : []),
  ]
}

const rank = (process: ProcessView): number => (process.lingers ? 2 : 0) + (process.name !== undefined ? 1 : 0)

const LINGERS: Icon = { id: 'warning', color: 'list.warningForeground' }

function crowdRow({ label, total, lingering, oldest }: CrowdView): Row {
  const rest = total - oldest.length
  return {
    id: `crowd:${label}`,
    label,
    description: join([String(total), lingering > 0 && lingers(lingering)]),
    tooltip: join([label, count(total, 'process', 'processes'), oldest[0] && `the oldest started ${clockTime(oldest[0].startedAt)}`]),
    icon: lingering > 0 ? LINGERS : { id: 'layers' },
    flags: ['crowd', ...(lingering > 0 ? ['lingers'] : [])],
    expanded: false,
    target: { kind: 'crowd', crowd: label },
    children: [...oldest.map(processRow), ...(rest > 0 ? [noteRow(`crowd:${label}`, texts.andMore(rest))] : [])],
  }
}

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
    icon: process.lingers ? LINGERS : ICONS[process.status],
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
    icon: frame.slot === 'old' ? LINGERS : { id: 'debug-stackframe' },
    flags: ['frame', frame.slot],
    expanded: false,
    target: { kind: 'frame', pid: process.pid, frame },
    children: [],
  }
}
