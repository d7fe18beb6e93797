/** Looks through the whole heap for what holds code of a module from elsewhere than its slot. */
import type { HeapWalkView, WhyKeeper } from '../../protocol/messages'
import type { Diagnosis, VersionDiagnosis, WalkView } from '../../runtime/link'
import { nameOf, textOf, typeOf } from './heapGraph'
import type { HeapGraph } from './heapGraph'
import { Marked } from './marked'
import { isReached, referencesTo, ROOT } from './reachable'
import type { Found, Reference } from './reachable'
import type { Places } from './places'
import { Scripts } from './scripts'
import type { ScriptsOfVersion } from './scripts'
import type { Stop } from './stop'
import { takeSnapshot } from './takeSnapshot'
import { functionName, isSuspended, scopesOf, suspendedName, wayOf } from './way'

export interface HeapWalk {
  readonly view: HeapWalkView
  /** Also of versions that were purged or failed to load, and whose functions are still held. */
  readonly keepers: readonly Keepers[]
}
export interface Keepers { readonly version: number; readonly failed: boolean; readonly all: readonly WhyKeeper[]; readonly more: boolean }

export interface HeapWalkDeps {
  readonly diagnosis: Diagnosis & { readonly walk: WalkView }
  readonly stop: Stop
  readonly places: Places
  /** Milliseconds. */
  now(): number
}

/** References looked at, and keepers told, for one version. */
const REFERENCES = 5000
const KEEPERS = 100

export async function walkHeap(deps: HeapWalkDeps): Promise<HeapWalk> {
  const { stop, diagnosis } = deps
  const heapMb = Math.round(diagnosis.heapBytes / 2 ** 20)
  const started = deps.now()
  const keepers: Keepers[] = []
  const stopped = (): HeapWalk => ({ view: { state: 'stopped', because: stop.asked ?? 'cancelled', heapMb, tookMs: deps.now() - started }, keepers })
  const graph = await takeSnapshot(stop)
  const snapshotMs = deps.now() - started
  if (graph === undefined) return stopped()
  const scripts = new Scripts({ ...diagnosis.walk, lineOf: (...at) => deps.places.lineOf(...at) })
  const search = new Search(graph, scripts, diagnosis, stop)
  for (const of of scripts.versionsOf(diagnosis.file, diagnosis.last)) {
    const found = await search.keepersOf(of, deps.places)
    if (found === undefined) return stopped()
    keepers.push(found)
  }
  return { view: { state: 'done', heapMb, snapshotMs, tookMs: deps.now() - started }, keepers }
}

class Search {
  private readonly marked: Marked
  private readonly tables: ReadonlyMap<number, string>
  private readonly scopes: ReadonlyMap<number, number>
  /** Functions and objects of the runtime: what they lead to, a person rather sees where the program has it. */
  private readonly ofRuntime: Uint8Array
  /** The same and functions of Node: through them everything leads to everything. */
  private readonly inside: number[] = []
  /** What a person finds by its name: export tables, and the modules of packages. */
  private readonly anchors: readonly number[]

  constructor(private readonly graph: HeapGraph, private readonly scripts: Scripts, private readonly diagnosis: HeapWalkDeps['diagnosis'], private readonly stop: Stop) {
    this.marked = new Marked(graph)
    this.scopes = scopesOf(graph)
    this.ofRuntime = new Uint8Array(graph.nodeCount)
    for (const [node, location] of graph.locations) {
      const kind = scripts.at(location)?.kind
      if (kind === 'runtime') this.ofRuntime[node] = 1
      if (kind === 'runtime' || (kind === 'node' && typeOf(graph, node) === 'closure')) this.inside.push(node)
    }
    this.tables = new Map(diagnosis.walk.modules.flatMap(({ name, at }) => at.flatMap((one) => this.marked.held(one)).map((node) => [node, name] as const)))
    this.anchors = [...this.tables.keys(), ...modulesOfPackages(graph)]
  }

  /** @returns undefined when it was stopped */
  async keepersOf({ version, failed, ids }: ScriptsOfVersion, places: Places): Promise<Keepers | undefined> {
    const { graph, marked } = this
    const known = failed ? undefined : this.diagnosis.versions.find((one) => one.version === version)
    const exported = new Map((known?.exports ?? []).flatMap(({ name, at }) => marked.held(at).map((node) => [node, name] as const)))
    const targets = new Uint8Array(graph.nodeCount)
    for (const node of this.codeOf(ids)) targets[node] = 1
    for (const node of exported.keys()) targets[node] = 1
    const leftOut = new Set([...marked.leftOut(version), ...this.followers(version, known)])
    const search = { targets, leftOut, last: this.ofRuntime }
    const found = await referencesTo(graph, { ...search, from: [ROOT] }, REFERENCES, this.stop)
    if (found === undefined) return undefined
    const named = await referencesTo(graph, { ...search, leftOut: new Set([...leftOut, ...this.inside]), from: this.anchors.filter((node) => isReached(found, node)) }, REFERENCES, this.stop)
    if (named === undefined) return undefined
    const open = new Set((known?.held ?? []).flatMap(({ at }) => marked.held(at)))
    const tell = (): readonly WhyKeeper[] => found.references.flatMap((reference) => this.keeperOf([found, named], reference, { known, exported, open }) ?? [])
    const first = tell()
    const different = withoutRepeated((await places.learn()) ? tell() : first)
    return { version, failed, all: different.slice(0, KEEPERS), more: found.more || different.length > KEEPERS }
  }

  /** Functions of these scripts, and calls of them that wait. */
  private codeOf(scripts: ReadonlySet<number>): number[] {
    const { graph } = this
    return [...graph.locations].flatMap(([node, { script }]) => (scripts.has(script) && (typeOf(graph, node) === 'closure' || isSuspended(graph, node)) ? [node] : []))
  }

  /** Classes of older versions follow those of current: that they hold them is no news. */
  private followers(version: number, known: VersionDiagnosis | undefined): readonly number[] {
    if (known?.slot !== 'current') return []
    const others = this.scripts.versionsOf(this.diagnosis.file, this.diagnosis.last).filter((other) => other.version !== version || other.failed)
    return this.codeOf(new Set(others.flatMap(({ ids }) => [...ids])))
  }

  private keeperOf(searches: readonly Found[], reference: Reference, { known, exported, open }: { readonly known: VersionDiagnosis | undefined; readonly exported: ReadonlyMap<number, string>; readonly open: ReadonlySet<number> }): WhyKeeper | undefined {
    const { graph, scripts, tables, scopes } = this
    const ways = searches.filter((found) => isReached(found, reference.from)).map((found) => wayOf({ graph, scripts, tables, scopes }, found, reference))
    const way = ways.find((one) => one.named && one.kind !== 'closure') ?? ways.findLast((one) => one.named) ?? ways[0]
    const { target } = reference
    const waits = isSuspended(graph, target)
    // Said already: what the ledger knows, and whose frames are listed.
    if (way === undefined || open.has(target) || ways.some(({ nodes }) => nodes.some((node) => open.has(node))) || (waits && known !== undefined && known.total > 0)) return undefined
    const name = exported.get(target)
    // Of an object the place of its class; V8 calls all errors Error, and does not know where.
    const place = scripts.placeOf(graph.locations.get(way.object ?? target)) ?? scripts.placeOf(graph.locations.get(target))
    const className = way.object === undefined || nameOf(graph, way.object) === 'Error' ? nameOf(graph, target) : nameOf(graph, way.object)
    const text = name !== undefined ? `exported \`${name}\`` : way.object !== undefined ? `an object of class \`${className}\`` : waits ? suspendedName(graph, target) : functionName(graph, target)
    return {
      kind: name !== undefined ? 'export' : waits ? 'frame' : way.kind, text,
      ...(place === undefined ? {} : { file: place.file }), ...(place?.line === undefined ? {} : { line: place.line }),
      heldBy: way.words,
    }
  }
}

/** Without those that lead on to the place of another one (`once` has the function at two places). */
function withoutRepeated(keepers: readonly WhyKeeper[]): readonly WhyKeeper[] {
  const key = (keeper: WhyKeeper, heldBy: readonly string[] = []): string => JSON.stringify([keeper.text, keeper.file, keeper.line, heldBy])
  const byKey = new Map(keepers.map((keeper) => [key(keeper, keeper.heldBy), keeper]))
  return [...byKey.values()].filter((keeper) => {
    const { heldBy = [] } = keeper
    return !heldBy.some((_, from) => from > 0 && byKey.has(key(keeper, heldBy.slice(from))))
  })
}

/** Of CommonJS and ES modules that Node loaded. */
function modulesOfPackages(graph: HeapGraph): number[] {
  const found: number[] = []
  for (let node = 0; node < graph.nodeCount; node++) {
    const name = typeOf(graph, node) === 'object' ? nameOf(graph, node) : ''
    const file = name === 'Module' ? textOf(graph, node, 'filename') : name === 'ModuleWrap' ? textOf(graph, node, 'url') : ''
    if (/[\\/]node_modules[\\/]/.test(file)) found.push(node)
  }
  return found
}
