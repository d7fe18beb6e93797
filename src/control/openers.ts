/**
 * Adds to a batch the modules whose top level called code of it that opened something: a server, an interval, a listener. That
 * code would go on as it was, and be gone two saves later; loaded again, the top level calls what is current now.
 */
import type { ModuleName } from '../protocol/ids'
import type { Unit } from '../runtime/link'
import type { CapturersDeps, WithCapturers } from './capturers'

export async function withOpeners({ main, graph, loaded }: CapturersDeps, reload: readonly ModuleName[], units: readonly Unit[]): Promise<WithCapturers> {
  if (reload.length === 0) return { reload, units, why: new Map() }
  const openers = await main.request('openers', {})
  const all = new Set(reload)
  const why = new Map<ModuleName, string>()
  const again: Unit[] = []
  const next = (): (typeof openers)[number] | undefined => openers.find(({ module, by }) => all.has(by) && !all.has(module))
  for (let opener = next(); opener !== undefined; opener = next()) {
    const { module, by, what, line } = opener
    all.add(module)
    const hash = loaded.get(module)?.current?.hash
    const unit = hash === undefined ? undefined : graph.again(module, hash)
    if (unit === undefined) continue
    again.push(unit)
    why.set(module, `because ${by} ${reload.includes(by) ? 'changed' : 'was loaded again'}: it opened ${what} at line ${line}`)
  }
  const added = new Set(again.map((unit) => unit.module))
  return { reload: [...reload, ...added], units: [...units.filter((unit) => !added.has(unit.module)), ...again], why }
}
