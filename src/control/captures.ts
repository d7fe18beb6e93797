/**
 * Who holds a value of a module that is about to be loaded again: an importer whose top level took it (no function, those run
 * current through what they hold) is loaded again with it, and so on, in one batch. Found by analysis of the loaded texts.
 */
import type { ModuleName } from '../protocol/ids'
import type { Captured, Handed, HandedValue, Handing, Keeping, Rewritten } from '../protocol/unit'
import type { Link, PictureModule, Unit } from '../runtime/link'

/** What is loaded, by name. */
export type Loaded = ReadonlyMap<ModuleName, PictureModule>

/** Exports by module; `*` stands for all of them, `=` for `module.exports` itself. */
export type Wanted = readonly { readonly module: ModuleName; readonly names: readonly string[] }[]

export interface Capture {
  readonly importer: ModuleName
  readonly hash: string
  /** Where the value comes from, behind re-exports. */
  readonly from: ModuleName
  readonly name: string
  /** In the text that was rewritten. */
  readonly at: Captured
}

/** What matters here of a compiled text. */
interface Uses {
  readonly takes: readonly { readonly from: ModuleName; readonly at: Captured }[]
  readonly passes: ReadonlyMap<string, Source>
  readonly stars: readonly ModuleName[]
  readonly exports: ReadonlySet<string>
  readonly literals: Readonly<Record<string, string>>
  readonly decorated: ReadonlySet<string>
  readonly shape: string | undefined
  readonly gives: readonly Given[]
  /** By their indexes; undefined: functions of packages only. */
  readonly received: readonly (Received | undefined)[]
  readonly disposes: boolean
  readonly keeps: Readonly<Record<string, Keeping>>
  /** What it imports, or requires, in the order of the text; and what it may import later. */
  readonly links: readonly ModuleName[]
  readonly later: readonly ModuleName[]
  readonly isEsm: boolean
}

/** A call of the text that gives functions to what another module exports, with the modules its imports lead to. */
export interface Given extends Received {
  readonly at: Handed
  readonly to: ModuleName
}
/** A call that gives functions, to whatever object it is. */
export interface Received {
  readonly at: Handing
  readonly values: readonly Source[]
}
export interface Source { readonly module: ModuleName; readonly name: string }

export class Captures {
  private readonly known = new Map<ModuleName, Map<string, Uses>>()
  /** Modules some text of which takes anything: few of many, and every save looks through them. */
  private readonly takers = new Set<ModuleName>()
  /** Modules some text of which gives functions to another one. */
  readonly givers = new Set<ModuleName>()

  add(unit: Unit): void {
    const texts = this.known.get(unit.module) ?? new Map<string, Uses>()
    const uses = usesOf(unit)
    this.known.set(unit.module, texts.set(unit.hash, uses))
    if (uses.takes.length > 0) this.takers.add(unit.module)
    if (uses.gives.length > 0 || uses.received.length > 0) this.givers.add(unit.module)
  }

  /** What a text knows of giving and keeping; undefined: it is not known any more. */
  textOf(module: ModuleName, hash: string | undefined): Pick<Uses, 'gives' | 'received' | 'disposes' | 'keeps' | 'links' | 'later' | 'isEsm'> | undefined {
    return hash === undefined ? undefined : this.known.get(module)?.get(hash)
  }

  /** As for texts: `kept` lists those that stay. */
  prune(kept: ReadonlyMap<ModuleName, ReadonlySet<string>>): void {
    for (const [module, texts] of this.known) {
      const keep = kept.get(module)
      if (keep === undefined || texts.size <= keep.size) continue
      for (const hash of texts.keys()) if (!keep.has(hash)) texts.delete(hash)
    }
  }

  /**
   * Every capture that may matter when `reload` is loaded, transitively. Functions are among them: only the runtime knows what
   * is one.
   */
  reachable(reload: readonly ModuleName[], modules: Loaded): Capture[] {
    const all: Capture[] = []
    for (const importer of this.takers) {
      const hash = modules.get(importer)?.current?.hash
      const uses = hash === undefined ? undefined : this.known.get(importer)?.get(hash)
      if (hash !== undefined && uses !== undefined) all.push(...this.of(importer, hash, uses, modules))
    }
    const found = new Set<Capture>()
    const reached = new Set(reload)
    for (let before = -1; before !== reached.size;) {
      before = reached.size
      for (const capture of all) {
        if (!reached.has(capture.from) || reload.includes(capture.importer)) continue
        found.add(capture)
        reached.add(capture.importer)
      }
    }
    return [...found]
  }

  /** Where an export comes from, behind re-exports. */
  modulesOf(module: ModuleName, name: string, current: Loaded): readonly ModuleName[] {
    return this.sourcesOf({ module, name }, current).map((origin) => origin.module)
  }

  sourcesOf(source: Source, current: Loaded): readonly Source[] {
    return this.origins(source, current, new Set())
  }

  /** The export is the same literal in both texts. */
  isSameLiteral(module: ModuleName, name: string, before: string, after: string): boolean {
    const texts = this.known.get(module)
    const literal = texts?.get(before)?.literals[name]
    return literal !== undefined && literal === texts?.get(after)?.literals[name]
  }

  /** Both texts of the module differ in bodies of methods at most. */
  isSameShape(module: ModuleName, before: string, after: string): boolean {
    const texts = this.known.get(module)
    const shape = texts?.get(before)?.shape
    return shape !== undefined && shape === texts?.get(after)?.shape
  }

  /** A class about which decorators say something else, or might: who was handed it has read what they said. */
  isDecoratedAnew(module: ModuleName, name: string, before: string, after: string): boolean {
    const texts = this.known.get(module)
    const isDecorated = [before, after].some((hash) => texts?.get(hash)?.decorated.has(name) === true)
    return isDecorated && before !== after && !this.isSameShape(module, before, after)
  }

  private of(importer: ModuleName, hash: string, uses: Uses, current: Loaded): Capture[] {
    return uses.takes.flatMap(({ from, at }) => this.origins({ module: from, name: at.name }, current, new Set())
      .filter((origin) => origin.module !== importer)
      .map((origin): Capture => ({ importer, hash, from: origin.module, name: origin.name, at })))
  }

  /** Behind re-exports. A namespace comes from everything it shows. */
  private origins(source: Source, current: Loaded, seen: Set<string>): Source[] {
    const { module, name } = source
    const key = `${module} ${name}`
    const uses = this.known.get(module)?.get(current.get(module)?.current?.hash ?? '')
    if (seen.has(key) || uses === undefined) return [source]
    seen.add(key)
    const behind = (one: Source): Source[] => this.origins(one, current, seen)
    if (name === '*') return [source, ...[...uses.passes.values()].flatMap(behind), ...uses.stars.flatMap((star) => behind({ module: star, name }))]
    const passed = uses.passes.get(name)
    if (passed !== undefined) return behind(passed)
    if (uses.exports.has(name) || name === '=') return [source]
    const stars = (name === 'default' ? [] : uses.stars).flatMap((star) => behind({ module: star, name })).filter((one) => this.exports(one, current))
    return stars.length > 0 ? stars : [source]
  }

  private exports({ module, name }: Source, current: Loaded): boolean {
    return name === '*' || this.known.get(module)?.get(current.get(module)?.current?.hash ?? '')?.exports.has(name) === true
  }
}

/** What to ask the runtime about these. */
export function wantedBy(captures: readonly Capture[]): Wanted {
  const names = new Map<ModuleName, Set<string>>()
  for (const { from, name } of captures) names.set(from, (names.get(from) ?? new Set<string>()).add(name))
  return [...names].map(([module, set]) => ({ module, names: [...set] }))
}

function usesOf({ rewritten, links, dynamic }: Unit): Uses {
  const moduleOf = (link: Link | undefined): ModuleName | undefined => (link?.kind === 'module' ? link.module : undefined)
  const taken = (link: Link | undefined, captured: readonly Captured[] | undefined): { from: ModuleName; at: Captured }[] => {
    const from = moduleOf(link)
    return from === undefined ? [] : (captured ?? []).map((at) => ({ from, at }))
  }
  const isEsm = rewritten.format === 'esm'
  const sourceOf = ({ from, name }: HandedValue): Source | undefined => {
    const module = moduleOf(typeof from === 'number' ? links[from] : dynamic[from])
    return module === undefined ? undefined : { module, name }
  }
  return {
    takes: [
      ...rewritten.imports.flatMap((record, index) => taken(links[index], record.captured)),
      ...Object.entries(rewritten.required ?? {}).flatMap(([specifier, captured]) => taken(dynamic[specifier], captured)),
    ],
    passes: passesOf(rewritten, (index) => moduleOf(links[index])),
    stars: rewritten.stars.flatMap((index) => moduleOf(links[index]) ?? []),
    exports: new Set(rewritten.exports),
    literals: rewritten.literals ?? {},
    decorated: new Set(rewritten.decorated),
    shape: rewritten.shape,
    gives: (rewritten.handed ?? []).flatMap((at) => givenBy(at, sourceOf)),
    received: (rewritten.received ?? []).map((at) => {
      const values = valuesOf(at, sourceOf)
      return values === undefined ? undefined : { at, values }
    }),
    disposes: rewritten.disposes === true,
    keeps: rewritten.keeps ?? {},
    links: [...links, ...(isEsm ? [] : Object.values(dynamic))].flatMap((link) => moduleOf(link) ?? []),
    later: (isEsm ? Object.values(dynamic) : []).flatMap((link) => moduleOf(link) ?? []),
    isEsm,
  }
}

/** What packages are given is their business. */
function givenBy(at: Handed, sourceOf: (value: HandedValue) => Source | undefined): Given[] {
  const to = sourceOf(at)?.module
  const values = valuesOf(at, sourceOf)
  return to === undefined || values === undefined ? [] : [{ at, to, values }]
}

/** undefined: only what packages export. */
function valuesOf(at: Handing, sourceOf: (value: HandedValue) => Source | undefined): readonly Source[] | undefined {
  const values = at.values.flatMap((value) => sourceOf(value) ?? [])
  const isOfPackage = values.length < at.values.length
  if (isOfPackage && values.length === 0 && at.kept !== true) return undefined
  return isOfPackage && at.kept === true ? [] : values
}

function passesOf({ reexports }: Rewritten, moduleAt: (index: number) => ModuleName | undefined): Map<string, Source> {
  const passes = new Map<string, Source>()
  for (const { name, index, imported } of reexports ?? []) {
    const module = moduleAt(index)
    if (module !== undefined) passes.set(name, { module, name: imported })
  }
  return passes
}
