/** Rows that stand for others. Pure. */
import type { Row } from './row'
import { texts } from './texts'

export const moreRow = (of: 'modules' | 'processes', rest: number): Row =>
  ({ id: `more:${of}`, label: texts.showMore(rest), description: '', tooltip: '', icon: { id: 'ellipsis' }, flags: ['more'], expanded: false, target: { kind: 'more', of }, children: [] })

export const noteRow = (id: string, label: string): Row =>
  ({ id: `note:${id}`, label, description: '', tooltip: '', icon: { id: 'ellipsis' }, flags: ['note'], expanded: false, target: { kind: 'note' }, children: [] })
