import type { LingeringView, ModuleView, ProcessView } from '../../protocol/snapshot'
import { keepingFrame, lingersSince } from '../lingering'
import { noteRow } from '../noteRows'
import type { Row } from '../row'
import { clockTime, count, frameText, join, lingers, processTitle, texts } from '../texts'

/** Who lingers; those who do the same as one row. */
export function lingeringRows(module: ModuleView, { version, total, processes, crowds = [] }: LingeringView): Row[] {
  const id = `${module.name}@${version}`
  const crowded = crowds.map(({ label, total: all }) => {
    const shown = processes.filter((process) => process.crowd === label)
    const rest = all - shown.length
    return { row: lingeringCrowd(id, label, all, [...shown.map((process) => lingeringRow(module, version, process)), ...(rest > 0 ? [noteRow(`${id}:${label}`, texts.andMore(rest))] : [])]), all }
  })
  const labels = new Set(crowds.map(({ label }) => label))
  const single = processes.filter(({ crowd }) => crowd === undefined || !labels.has(crowd))
  const unlisted = total - single.length - crowded.reduce((sum, { all }) => sum + all, 0)
  return [
    ...single.map((process) => lingeringRow(module, version, process)),
    ...crowded.map(({ row }) => row),
    ...(unlisted > 0 ? [noteRow(`${id}:unlisted`, texts.andMore(unlisted))] : []),
  ]
}

const lingeringCrowd = (id: string, label: string, total: number, children: readonly Row[]): Row => ({
  id: `lingers:${id}:crowd:${label}`, label, description: lingers(total), tooltip: `${label}: ${count(total, 'process', 'processes')}`,
  icon: { id: 'organization', color: 'list.warningForeground' }, flags: ['crowd', 'lingers'],
  expanded: false, target: { kind: 'crowd', crowd: label }, children,
})

function lingeringRow(module: ModuleView, version: number, process: ProcessView): Row {
  const frame = keepingFrame(process, module.name, version) ?? process.stack[0]
  return {
    id: `lingers:${module.name}@${version}:${process.pid}`,
    label: processTitle(process),
    description: join([process.pid, frame && frameText(frame)]),
    tooltip: join([`${processTitle(process)} ${process.pid}`, `in v${version} since ${clockTime(lingersSince(process, module))}`, process.status]),
    icon: { id: 'person', color: 'list.warningForeground' },
    flags: ['process', 'lingers'],
    expanded: false,
    target: { kind: 'process', pid: process.pid, frame },
    children: [],
  }
}
