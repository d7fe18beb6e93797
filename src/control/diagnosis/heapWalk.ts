/** Looks through the whole heap for what holds code of a module from elsewhere than its slot. */
import type { HeapWalkView, WhyKeeper } from '../../protocol/messages'
import type { Diagnosis, VersionDiagnosis, WalkView } from '../../runtime/link'
import { nameOf, typeOf } from './heapGraph'
import type { HeapGraph } from './heapGraph'
import { Marked } from './marked'
import { referencesTo } from './reachable'
import type { Found, Reference } from './reachable'
import { Scripts } from './scripts'
import type { Stop } from './stop'
import { takeSnapshot } from './takeSnapshot'
import { functionName, isSuspended, suspendedName, wayOf } from './way'

export interface HeapWalk {
  readonly view: HeapWalkView
  /** By version; also of versions that were purged and whose functions are still held. */
  readonly keepers: ReadonlyMap<number, Keepers>
}
export interface Keepers { readonly all: readonly WhyKeeper[]; readonly more: boolean }

export interface HeapWalkDeps {
  readonly diagnosis: Diagnosis & { readonly walk: WalkView }
  readonly stop: Stop
  lineOf(file: string, version: number, line: number, column: number): number | undefined
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
  const keepers = new Map<number, Keepers>()
  const stopped = (): HeapWalk => ({ view: { state: 'stopped', because: stop.asked ?? 'cancelled', heapMb, tookMs: deps.now() - started }, keepers })
  const graph = await takeSnapshot(stop)
  const snapshotMs = deps.now() - started
  if (graph === undefined) return stopped()
  const scripts = new Scripts({ ...diagnosis.walk, lineOf: deps.lineOf })
  const search = new Search(graph, scripts, diagnosis, stop)
  for (const [version, ids] of scripts.versionsOf(diagnosis.file)) {
    const found = await search.keepersOf(version, new Set(ids))
    if (found === undefined) return stopped()
    keepers.set(version, found)
  }
  return { view: { state: 'done', heapMb, snapshotMs, tookMs: deps.now() - started }, keepers }
}

class Search {
  private readonly marked: Marked
  private readonly tables: ReadonlyMap<number, string>
  /** Functions of the runtime: what they lead to, a person rather sees where the program has it. */
  private readonly ofRuntime: Uint8Array

  constructor(private readonly graph: HeapGraph, private readonly scripts: Scripts, private readonly diagnosis: HeapWalkDeps['diagnosis'], private readonly stop: Stop) {
    this.marked = new Marked(graph)
    this.ofRuntime = new Uint8Array(graph.nodeCount)
    for (const [node, location] of graph.locations) if (typeOf(graph, node) === 'closure' && scripts.at(location)?.kind === 'runtime') this.ofRuntime[node] = 1
    this.tables = new Map(diagnosis.walk.modules.flatMap(({ name, at }) => at.flatMap((one) => this.marked.held(one)).map((node) => [node, name] as const)))
  }

  /** `ids`: the scripts of this version. @returns undefined when it was stopped */
  async keepersOf(version: number, ids: ReadonlySet<number>): Promise<Keepers | undefined> {
    const { graph, marked } = this
    const known = this.diagnosis.versions.find((one) => one.version === version)
    const exported = new Map((known?.exports ?? []).flatMap(({ name, at }) => marked.held(at).map((node) => [node, name] as const)))
    const targets = new Uint8Array(graph.nodeCount)
    for (const node of this.codeOf(ids)) targets[node] = 1
    for (const node of exported.keys()) targets[node] = 1
    const leftOut = new Set([...marked.leftOut(version), ...this.followers(version, known)])
    const found = await referencesTo(graph, { targets, leftOut, last: this.ofRuntime }, REFERENCES, this.stop)
    if (found === undefined) return undefined
    const open = new Set((known?.held ?? []).flatMap(({ at }) => marked.held(at)))
    const told = new Map<string, WhyKeeper>()
    for (const reference of found.references) {
      const keeper = this.keeperOf(found, reference, { known, exported, open })
      if (keeper !== undefined) told.set(JSON.stringify(keeper), keeper)
    }
    return { all: [...told.values()].slice(0, KEEPERS), more: found.more || told.size > KEEPERS }
  }

  /** Functions of these scripts, and calls of them that wait. */
  private codeOf(scripts: ReadonlySet<number>): number[] {
    const { graph } = this
    return [...graph.locations].flatMap(([node, { script }]) => (scripts.has(script) && (typeOf(graph, node) === 'closure' || isSuspended(graph, node)) ? [node] : []))
  }

  /** Classes of older versions follow those of current: that they hold them is no news. */
  private followers(version: number, known: VersionDiagnosis | undefined): readonly number[] {
    if (known?.slot !== 'current') return []
    const others = [...this.scripts.versionsOf(this.diagnosis.file)].filter(([other]) => other !== version)
    return this.codeOf(new Set(others.flatMap(([, ids]) => ids)))
  }

  private keeperOf(found: Found, reference: Reference, { known, exported, open }: { readonly known: VersionDiagnosis | undefined; readonly exported: ReadonlyMap<number, string>; readonly open: ReadonlySet<number> }): WhyKeeper | undefined {
    const { graph, scripts, tables } = this
    const way = wayOf({ graph, scripts, tables }, found, reference)
    const { target } = reference
    const waits = isSuspended(graph, target)
    // Said already: what the ledger knows, and whose frames are listed.
    if (open.has(target) || way.nodes.some((node) => open.has(node)) || (waits && known !== undefined && known.total > 0)) return undefined
    const name = exported.get(target)
    // Of an object the place of its class.
    const place = scripts.placeOf(graph.locations.get(way.object ?? target))
    const text = name !== undefined ? `exported \`${name}\`` : way.object !== undefined ? `an object of class \`${nameOf(graph, way.object)}\`` : waits ? suspendedName(graph, target) : functionName(graph, target)
    return {
      kind: name !== undefined ? 'export' : waits ? 'frame' : way.kind, text,
      ...(place === undefined ? {} : { file: place.file }), ...(place?.line === undefined ? {} : { line: place.line }),
      heldBy: way.words.length > 0 ? way.words : ['Node or the runtime'],
    }
  }
}
