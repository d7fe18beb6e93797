/** Tells once that a reload gave functions to an object of another module again, which still has those it was given before. */
import { EventEmitter } from 'node:events'
import { originalOfInput } from '../../compile/positions'
import type { ModuleName } from '../../protocol/ids'
import type { Handed } from '../../protocol/unit'
import type { Instance, ModuleTable } from '../moduleTable'

/** Listeners that a top level added are removed when it is loaded again. */
const LISTENING: ReadonlySet<string> = new Set(['on', 'once', 'addListener', 'prependListener', 'prependOnceListener', 'off', 'removeListener', 'addEventListener', 'removeEventListener'])

export class HandedHint {
  private readonly told = new Set<ModuleName>()

  /** @returns the hint for a module that was loaded again, together with these. */
  of({ unit }: Instance, together: ReadonlySet<ModuleName>, table: Pick<ModuleTable, 'get'>): string | undefined {
    const { module } = unit
    if (this.told.has(module)) return undefined
    const stays = ({ index, name, method }: Handed): boolean => {
      const link = unit.links[index]
      if (link?.kind !== 'module' || together.has(link.module)) return false
      const object = table.get(link.module)?.values[name]
      return typeof object === 'object' || typeof object === 'function' ? !(LISTENING.has(method) && (object instanceof EventEmitter || object instanceof EventTarget)) : false
    }
    const first = unit.rewritten.handed?.find(stays)
    if (first === undefined) return undefined
    this.told.add(module)
    const { line } = originalOfInput(unit, first.line, first.column)
    return `${module}: \`${first.root}.${first.method}\` at line ${line} was given a function again and still has the one before; take that back in import.meta.hot.dispose, or make the call in the module of \`${first.root}\``
  }
}
