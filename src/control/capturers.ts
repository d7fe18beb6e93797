/** Adds to a batch the importers that captured a value of what it loads: asks the runtime what is a function, and says why. */
import type { ModuleName } from '../protocol/ids'
import type { Unit } from '../runtime/link'
import type { Capture, Captures, Loaded } from './captures'
import { wantedBy } from './captures'
import type { Graph } from './graph'
import type { MainLink } from './mainLink'

export interface CapturersDeps {
  readonly main: Pick<MainLink, 'request'>
  readonly graph: Graph
  readonly captures: Captures
  /** What is loaded, as of the last picture. */
  readonly loaded: Loaded
}

export interface WithCapturers {
  readonly reload: readonly ModuleName[]
  readonly units: readonly Unit[]
  /** For each module that was added. */
  readonly why: ReadonlyMap<ModuleName, string>
}

export async function withCapturers(deps: CapturersDeps, reload: readonly ModuleName[], units: readonly Unit[], changed = reload): Promise<WithCapturers> {
  const reachable = deps.captures.reachable(reload, deps.loaded)
  if (reachable.length === 0) return { reload, units, why: new Map() }
  const values = await valuesOf(deps, reachable)
  const after = new Map(units.map((unit) => [unit.module, unit.hash]))
  const hashesOf = (from: ModuleName): [before: string, after: string] => {
    const before = deps.loaded.get(from)?.current?.hash ?? ''
    return [before, after.get(from) ?? before]
  }
  const differs = (from: ModuleName, name: string): boolean => !deps.captures.isSameLiteral(from, name, ...hashesOf(from))
  const isDecorated = ({ from, name, at }: Capture): boolean => at.decorating !== true && deps.captures.isDecoratedAnew(from, name, ...hashesOf(from))
  const all = new Set(reload)
  const why = new Map<ModuleName, string>()
  const again: Unit[] = []
  const isStale = (capture: Capture): boolean => {
    const { importer, from, name } = capture
    return all.has(from) && !all.has(importer) && (isDecorated(capture) || (values.get(from)?.get(name) ?? []).some((one) => differs(from, one)))
  }
  for (let capture = reachable.find(isStale); capture !== undefined; capture = reachable.find(isStale)) {
    const unit = deps.graph.again(capture.importer, capture.hash)
    all.add(capture.importer)
    if (unit === undefined) continue
    again.push(unit)
    why.set(capture.importer, reason(deps, unit, capture, changed.includes(capture.from), isDecorated(capture)))
  }
  const added = new Set(again.map((unit) => unit.module))
  return { reload: [...reload, ...added], units: [...units.filter((unit) => !added.has(unit.module)), ...again], why }
}

/** Of each wanted name the exports that are no functions now. */
async function valuesOf({ main }: CapturersDeps, captures: readonly Capture[]): Promise<Map<ModuleName, Map<string, readonly string[]>>> {
  const answers = await main.request('plain', { wanted: wantedBy(captures) })
  return new Map(answers.map(({ module, names }) => [module, new Map(names.map(({ name, plain }) => [name, plain]))]))
}

function reason({ graph }: CapturersDeps, unit: Unit, { from, at }: Capture, isChanged: boolean, isDecorated: boolean): string {
  const what = at.name === '*' ? 'everything it exports' : at.name === '=' ? 'what it exports' : `"${at.name}"`
  return `because ${from} ${isChanged ? 'changed' : 'was loaded again'}: captured ${what}${isDecorated ? ', a class with decorators,' : ''} at line ${graph.lineOf(unit, at)}`
}
