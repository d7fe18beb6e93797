import type { HistoryLog } from './historyLog'
import { openRow } from '../openRow'
import { RowTree } from '../rowTree'
import { historyRows } from './rows'

/** The History view: batches, the latest first. The store that owns the log ends the subscription with it. */
export function createHistoryTree(history: HistoryLog): RowTree {
  const tree = new RowTree({ id: 'codeswitch.history', rows: () => historyRows(history.reports), open: openRow })
  history.onDidChange(() => tree.invalidate())
  return tree
}
