/** Which exports are values: whoever took one at its top level has what it was then. Functions run current through any copy. */
import { isFunction } from '../../base/guards'
import type { ModuleName } from '../../protocol/ids'
import type { MainRequests } from '../link'
import type { ModuleRecord, ModuleTable } from './moduleTable'
import { isViewable } from '../identity/viewable'

type Answer = MainRequests['plain'][1]

export function plainExports(table: ModuleTable, wanted: MainRequests['plain'][0]['wanted']): Answer {
  return wanted.map(({ module, names }) => ({ module, names: names.map((name) => ({ name, plain: plainIn(table, module, name) })) }))
}

export function plainIn(table: ModuleTable, module: ModuleName, name: string): readonly string[] {
  const record = table.get(module)
  const current = record?.current
  if (record === undefined || current === undefined) return []
  const { format } = current.unit.rewritten
  if (name === '=') return format === 'json' || (current.commonjs !== undefined && !isViewable(current.commonjs.exports)) ? [name] : []
  if (name !== '*') return isPlain(record, name) ? [name] : []
  if (isFunction(current.commonjs?.exports)) return [] // the view of it can be called, and runs current
  return Object.keys(record.values).filter((key) => (key !== 'default' || format !== 'commonjs') && isPlain(record, key))
}

function isPlain(record: ModuleRecord, name: string): boolean {
  try {
    return !isFunction(record.values[name])
  } catch {
    return true // a binding that was never initialized is no function
  }
}
