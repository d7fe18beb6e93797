/**
 * Adds to a batch whom its top levels gave functions to: `app.get('/', (req, res) => { … })`, where another module made `app`. Loaded
 * alone, a module would give them once more, and `app` would have both. Loaded with it, the module of `app` begins anew, and whoever
 * gave it anything gives it again.
 */
import type { ModuleName } from '../protocol/ids'
import type { ExportedObject, HeldBy, Opener, Unit } from '../runtime/link'
import type { CapturersDeps, WithCapturers } from './capturers'
import type { Handing } from '../protocol/unit'
import type { Received, Source } from './captures'

interface Gift {
  /** Whose top level gave it, by the text of which module. */
  readonly giver: ModuleName
  readonly by: ModuleName
  readonly hash: string
  readonly given: Received
  /** Behind re-exports. */
  readonly to: ModuleName
  readonly name: string
}

/** @param openers as for `withOpeners`: functions that a top level ran may have given something */
export async function withGivers(deps: CapturersDeps, reload: readonly ModuleName[], units: readonly Unit[], openers: Promise<readonly Opener[]>, changed = reload): Promise<WithCapturers> {
  const none: WithCapturers = { reload, units, why: new Map() }
  const { captures } = deps
  if (captures.givers.size === 0 || reload.length === 0) return none
  const fresh = firstLoaded(deps, reload, units)
  const gifts = [...giftsOf(deps, await openers), ...[...fresh, ...reload].flatMap((module) => ofText(deps, module, module, units.find((unit) => unit.module === module)?.hash, 0))]
    .filter(({ giver, to }) => giver !== to)
  const all = new Set([...reload, ...fresh])
  const near = reachable(gifts, all)
  if (near.length === 0) return none
  const accumulates = await accumulating(deps, near)
  const why = new Map<ModuleName, string>()
  const again: Unit[] = []
  const add = (module: ModuleName, reason: string): void => {
    const unit = loadable(deps, module)
    if (unit === undefined) return
    all.add(module)
    again.push(unit)
    why.set(module, reason)
  }
  for (let before = -1; before !== all.size;) {
    before = all.size
    for (const gift of near) {
      const { giver, by, to } = gift
      const from = all.has(by) ? by : giver
      if (all.has(from) && !all.has(to) && accumulates(gift)) add(to, `${because(from, changed, fresh)}: it gave functions to ${calledIn(deps, gift)}`)
      if (all.has(to) && !all.has(giver) && keeps(deps, gift)) add(giver, `${because(to, changed, fresh)}: gave functions to ${calledIn(deps, gift)}`)
    }
  }
  const added = new Set(again.map((unit) => unit.module))
  return { reload: [...reload, ...added], units: [...units.filter((unit) => !added.has(unit.module)), ...again], why }
}

/** Whom modules that will be deleted gave functions to. */
export async function ofGone(deps: CapturersDeps, gone: readonly ModuleName[], openers: () => Promise<readonly Opener[]>): Promise<WithCapturers> {
  const all = new Set(gone)
  if (!gone.some((module) => deps.captures.givers.has(module))) return { reload: [], units: [], why: new Map() }
  const gifts = giftsOf(deps, await openers()).filter(({ giver, to }) => all.has(giver) && !all.has(to))
  const accumulates = await accumulating(deps, gifts)
  const found = new Map<ModuleName, { readonly unit: Unit; readonly why: string }>()
  for (const gift of gifts.filter(accumulates)) {
    const unit = loadable(deps, gift.to)
    if (unit !== undefined && !found.has(gift.to)) found.set(gift.to, { unit, why: `because ${gift.giver} was deleted: it gave functions to ${calledIn(deps, gift)}` })
  }
  return { reload: [...found.keys()], units: [...found.values()].map(({ unit }) => unit), why: new Map([...found].map(([module, { why }]) => [module, why])) }
}

/**
 * As a first start would run them: what is given is asked in the order in which it was given. With modules among them that are
 * imported for the first time and give something.
 */
export function inOrder(deps: CapturersDeps, reload: readonly ModuleName[], units: readonly Unit[]): readonly ModuleName[] {
  const { captures, loaded } = deps
  if (reload.length < 2 || !reload.some((module) => captures.givers.has(module))) return reload
  const texts = new Map(units.map((unit) => [unit.module, unit.hash]))
  const gives = (module: ModuleName): boolean => {
    const text = captures.textOf(module, texts.get(module))
    return text?.isEsm === true && text.gives.length > 0
  }
  const wanted = new Set([...reload, ...firstLoaded(deps, reload, units).filter(gives)])
  const seen = new Set<ModuleName>()
  const ordered: ModuleName[] = []
  const visit = (module: ModuleName): void => {
    if (seen.has(module)) return
    seen.add(module)
    const text = captures.textOf(module, texts.get(module) ?? loaded.get(module)?.current?.hash)
    // A CommonJS module asks for others where it comes to that.
    if (text?.isEsm === false && wanted.has(module)) ordered.push(module)
    for (const link of [...(text?.links ?? []), ...(text?.later ?? [])]) visit(link)
    if (text?.isEsm !== false && wanted.has(module)) ordered.push(module)
  }
  for (const module of [...loaded.keys(), ...reload]) visit(module)
  return ordered
}

/** What runs now of a module, to be loaded again. */
function loadable({ loaded, graph }: CapturersDeps, module: ModuleName): Unit | undefined {
  const known = loaded.get(module)
  return known?.current === undefined || known.sticky ? undefined : graph.again(module, known.current.hash)
}

/** What top levels gave, and what functions gave that they ran. */
function giftsOf(deps: CapturersDeps, openers: readonly Opener[]): Gift[] {
  const { captures, loaded } = deps
  const own = [...captures.givers].flatMap((module) => ofText(deps, module, module, loaded.get(module)?.current?.hash, 0))
  const ran = openers.flatMap(({ module, by, made, to }) => {
    if (made === undefined || !captures.givers.has(by)) return []
    const slots = [loaded.get(by)?.current, loaded.get(by)?.old]
    const hash = slots.find((slot) => slot?.version === made.version)?.hash
    if (hash === undefined) return []
    return to === undefined ? ofText(deps, module, by, hash, made.index) : ofRun(deps, module, by, hash, made.index, to)
  })
  return [...own, ...ran]
}

/** What the call of this index gave to objects that other modules export. */
function ofRun({ captures, loaded }: CapturersDeps, giver: ModuleName, by: ModuleName, hash: string, index: number, to: readonly ExportedObject[]): Gift[] {
  const given = captures.textOf(by, hash)?.received[index]
  return given === undefined ? [] : to.flatMap(({ members, ...exported }) => captures.sourcesOf(exported, loaded)
    .map(({ module, name }): Gift => ({ giver, by, hash, given: { ...given, at: { ...given.at, members } }, to: module, name })))
}

function ofText({ captures, loaded }: CapturersDeps, giver: ModuleName, by: ModuleName, hash: string | undefined, fn: number): Gift[] {
  if (hash === undefined) return []
  const sources = new Map<string, readonly Source[]>()
  const sourcesOf = (source: Source): readonly Source[] => {
    const key = `${source.module} ${source.name}`
    const known = sources.get(key) ?? captures.sourcesOf(source, loaded)
    sources.set(key, known)
    return known
  }
  return (captures.textOf(by, hash)?.gives ?? []).filter(({ at }) => at.fn === fn)
    .flatMap((given) => sourcesOf({ module: given.to, name: given.at.name }).map(({ module, name }): Gift => ({ giver, by, hash, given, to: module, name })))
}

/** Modules that these import and nobody has loaded yet. */
function firstLoaded({ captures, loaded }: CapturersDeps, reload: readonly ModuleName[], units: readonly Unit[]): readonly ModuleName[] {
  const texts = new Map(units.map((unit) => [unit.module, unit.hash]))
  const found = new Set<ModuleName>()
  const visit = (module: ModuleName): void => {
    for (const link of captures.textOf(module, texts.get(module))?.links ?? []) {
      if (found.has(link) || !texts.has(link) || loaded.get(link)?.current !== undefined) continue
      found.add(link)
      visit(link)
    }
  }
  for (const module of reload) visit(module)
  return [...found]
}

function reachable(gifts: readonly Gift[], from: ReadonlySet<ModuleName>): readonly Gift[] {
  const reached = new Set(from)
  const found = new Set<Gift>()
  for (let before = -1; before !== reached.size;) {
    before = reached.size
    for (const gift of gifts) {
      if (!reached.has(gift.giver) && !reached.has(gift.by) && !reached.has(gift.to)) continue
      found.add(gift)
      reached.add(gift.to).add(gift.giver)
    }
  }
  return [...found]
}

/** Given again, whoever has it would have it twice. A module that takes back what it gave has thought of that. */
async function accumulating(deps: CapturersDeps, gifts: readonly Gift[]): Promise<(gift: Gift) => boolean> {
  const { captures, loaded } = deps
  const certain = new Set<Gift>()
  /** A hundred routes are one question. */
  const asked = new Map<string, { readonly about: HeldBy; readonly gifts: Gift[] }>()
  for (const gift of gifts) {
    const { by, hash, given: { at, values }, to, name } = gift
    if (captures.textOf(by, hash)?.disposes === true) continue
    if (keepingOf(deps, gift) === 'add') certain.add(gift)
    else if (at.method !== '' && loaded.get(to)?.current !== undefined) {
      const about: HeldBy = { module: to, name, members: at.members, method: at.method, values }
      const key = JSON.stringify(about)
      const question = asked.get(key) ?? { about, gifts: [] }
      asked.set(key, question)
      question.gifts.push(gift)
    }
  }
  const questions = [...asked.values()]
  const answers = questions.length === 0 ? [] : await deps.main.request('holds', { asked: questions.map(({ about }) => about) })
  for (const [index, question] of questions.entries()) if (answers[index] === true) for (const gift of question.gifts) certain.add(gift)
  return (gift) => certain.has(gift)
}

/** Loaded again, it has lost what it was given. What a method of an object keeps is its own affair: it is taken to. */
const keeps = (deps: CapturersDeps, gift: Gift): boolean => gift.given.at.method !== '' || keepingOf(deps, gift) !== undefined

/** A function that is exported: its text tells. */
function keepingOf({ captures, loaded }: CapturersDeps, { given: { at }, to, name }: Gift): 'add' | 'replace' | undefined {
  const called = calledOf(at, name)
  const keeping = captures.textOf(to, loaded.get(to)?.current?.hash)?.keeps ?? {}
  return called !== undefined && Object.hasOwn(keeping, called) ? keeping[called] : undefined
}

/** The function of the module that is called, by the name under which its text has it: `users`, `Users.constructor`, `Users.mount`. */
function calledOf(at: Handing, name: string): string | undefined {
  if (at.made === true) return at.members.length === 0 ? `${name}.constructor` : undefined
  if (at.method === '') return name
  if (at.members.length > 0) return undefined
  return name === '=' ? at.method : `${name}.${at.method}`
}

const because = (module: ModuleName, changed: readonly ModuleName[], fresh: readonly ModuleName[]): string =>
  `because ${module} ${changed.includes(module) ? 'changed' : fresh.includes(module) ? 'is new' : 'was loaded again'}`

function calledIn({ graph }: CapturersDeps, { by, hash, given: { at } }: Gift): string {
  const unit = graph.again(by, hash)
  return `"${at.root}"${unit === undefined ? '' : ` at line ${graph.lineOf(unit, at)}`}`
}
