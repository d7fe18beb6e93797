/**
 * Adds to a batch the modules whose top level called code of it that goes on without them: that opened something (a server, an
 * interval, a listener), or made functions that somebody may hold. That code would go on as it was; loaded again, the top level
 * calls what is current now. Whoever read what decorators say is loaded again when they say something else.
 */
import type { ModuleName } from '../protocol/ids'
import type { Opener, Unit } from '../runtime/link'
import type { CapturersDeps, WithCapturers } from './capturers'

/** @param asked what main answered, or will: it is asked before the compiler is, so that nobody waits for it */
export async function withOpeners(deps: CapturersDeps, reload: readonly ModuleName[], units: readonly Unit[], asked: Promise<readonly Opener[]>, changed = reload): Promise<WithCapturers> {
  if (reload.length === 0) return { reload, units, why: new Map() }
  const openers = await asked
  const after = new Map(units.map((unit) => [unit.module, unit.hash]))
  const looksTheSame = (module: ModuleName): boolean => {
    const before = deps.loaded.get(module)?.current?.hash ?? ''
    return deps.captures.isSameShape(module, before, after.get(module) ?? before)
  }
  const all = new Set(reload)
  const why = new Map<ModuleName, string>()
  const again: Unit[] = []
  const add = (module: ModuleName, reason: string): void => {
    if (all.has(module)) return
    all.add(module)
    const hash = deps.loaded.get(module)?.current?.hash
    const unit = hash === undefined ? undefined : deps.graph.again(module, hash)
    if (unit === undefined) return
    again.push(unit)
    why.set(module, reason)
  }
  /** Behind re-exports. */
  const sources = ({ by, name }: Opener): readonly ModuleName[] => (name === undefined ? [by] : deps.captures.modulesOf(by, name, deps.loaded))
  const matters = (opener: Opener): boolean => sources(opener).some((one) => all.has(one)) && isNews(opener)
  const isNews = ({ kind, module, by, through }: Opener): boolean => [module, ...through].some((one) => !all.has(one)) && kind !== 'gave' && kind !== 'received' && (kind !== 'metadata' || !looksTheSame(by))
  for (let opener = openers.find(matters); opener !== undefined; opener = openers.find(matters)) {
    const by = sources(opener).find((one) => all.has(one)) ?? opener.by
    const because = `because ${by} ${changed.includes(by) ? 'changed' : 'was loaded again'}`
    add(opener.module, `${because}: ${reason(opener)}`)
    for (const module of opener.through) add(module, `${because}: ${opener.module} calls it through this module`)
  }
  const added = new Set(again.map((unit) => unit.module))
  return { reload: [...reload, ...added], units: [...units.filter((unit) => !added.has(unit.module)), ...again], why }
}

function reason({ kind, what, line }: Opener): string {
  switch (kind) {
    case 'opened':
      return `it opened ${what} at line ${line}`
    case 'gave': // see givers.ts
    case 'received':
    case 'functions':
      return `${what} at line ${line} made functions that may be in use`
    case 'passed':
      return `${what} passed on what it exports`
    case 'taken':
      return `a package has taken "${what}"`
    case 'metadata':
      return `what decorators say about its class ${what} was read`
  }
}
