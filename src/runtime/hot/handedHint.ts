/** Tells once that a reload gave functions to an object of another module again, which still has those it was given before. */
import { originalOfInput } from '../../compile/positions'
import type { ModuleName } from '../../protocol/ids'
import type { Handed, HandedValue } from '../../protocol/unit'
import { isHeld } from '../code/holders'
import type { Instance, ModuleTable } from '../code/moduleTable'

export class HandedHint {
  private readonly told = new Set<ModuleName>()

  /** @returns the hint for a module that was loaded again, together with these. */
  of({ unit }: Instance, together: ReadonlySet<ModuleName>, table: Pick<ModuleTable, 'get'>): string | undefined {
    const { module, rewritten, links, dynamic } = unit
    if (rewritten.disposes === true || this.told.has(module)) return undefined
    const moduleOf = ({ from }: HandedValue): ModuleName | undefined => {
      const link = typeof from === 'number' ? links[from] : dynamic[from]
      return link?.kind === 'module' ? link.module : undefined
    }
    const stays = (handed: Handed): boolean => {
      const to = moduleOf(handed)
      return handed.fn === 0 && handed.method !== '' && handed.values.length === 0 && to !== undefined && !together.has(to) && isHeld(table, { ...handed, module: to, values: [] })
    }
    const first = rewritten.handed?.find(stays)
    if (first === undefined) return undefined
    this.told.add(module)
    const { line } = originalOfInput(unit, first.line, first.column)
    return `${module}: \`${first.root}.${first.method}\` at line ${line} was given a function again and still has the one before; take that back in import.meta.hot.dispose, or make the call in the module of \`${first.root}\``
  }
}
