/** Who refers to these objects, of all that is reachable from the roots of a heap without going through what is left out. */
import type { HeapGraph } from './heapGraph'
import type { Stop } from './stop'

export interface Reference {
  /** The one that is looked for. */
  readonly target: number
  readonly edge: number
  readonly from: number
}

/** Nodes by their indexes. */
export interface Search {
  /** Where it begins: the root of all, or nodes that are reachable from it. */
  readonly from: readonly number[]
  readonly targets: Uint8Array
  readonly leftOut: ReadonlySet<number>
  readonly last: Uint8Array
}

export interface Found {
  readonly references: readonly Reference[]
  /** The edge by which a node was first reached, and the node it comes from: the way back to where the search began. */
  readonly reachedBy: Int32Array
  readonly reachedFrom: Int32Array
  /** There are more references than `limit`. */
  readonly more: boolean
}

export const ROOT = 0
const NOT_REACHED = -1
const BEGUN = -2

export const isReached = ({ reachedBy }: Found, node: number): boolean => (reachedBy[node] ?? NOT_REACHED) !== NOT_REACHED
/** Between two looks whether it should stop. */
const NODES_AT_ONCE = 20_000

/**
 * Breadth first, so that ways are short; over the nodes in `last` only where no other way leads. Targets are not gone through:
 * what they refer to they hold themselves.
 * @returns undefined when it was stopped
 */
export async function referencesTo(graph: HeapGraph, { from: begin, targets, leftOut, last }: Search, limit: number, stop: Stop): Promise<Found | undefined> {
  const { firstEdge, edgeType, edgeName, edgeTo, nodeType, nodeCount } = graph
  const array = graph.nodeTypes.indexOf('array')
  const weak = graph.edgeTypes.indexOf('weak')
  const seen = new Uint8Array(nodeCount)
  const reachedBy = new Int32Array(nodeCount).fill(NOT_REACHED)
  const reachedFrom = new Int32Array(nodeCount).fill(-1)
  const queue = new Uint32Array(nodeCount)
  let later: number[] = []
  const references: Reference[] = []
  for (const node of leftOut) seen[node] = 1
  leaveOutStores(graph, seen)
  const pairs = weakPairs(graph)
  let tail = 0
  for (const node of begin) {
    seen[node] = 1
    reachedBy[node] = BEGUN
    queue[tail++] = node
  }
  for (let head = 0; head < tail || later.length > 0; head++) {
    if (head === tail) {
      for (const node of later) queue[tail++] = node
      later = []
    }
    if (head % NODES_AT_ONCE === NODES_AT_ONCE - 1) await new Promise(setImmediate)
    if (stop.asked) return undefined
    const from = queue[head] ?? ROOT
    const end = firstEdge[from + 1] ?? 0
    for (let edge = firstEdge[from] ?? 0; edge < end; edge++) {
      const to = edgeTo[edge] ?? ROOT
      if (edgeType[edge] === weak || (nodeType[from] === array && pairs[edgeName[edge] ?? 0] === 1)) continue
      if (targets[to] === 1 && !leftOut.has(to)) {
        const before = references.at(-1)
        if (before?.from === from && before.target === to) continue // a getter has two edges
        if (references.length >= limit) return { references, reachedBy, reachedFrom, more: true }
        references.push({ target: to, edge, from })
        continue
      }
      if (seen[to] === 1) continue
      seen[to] = 1
      reachedBy[to] = edge
      reachedFrom[to] = from
      if (last[to] === 1) later.push(to)
      else queue[tail++] = to
    }
  }
  return { references, reachedBy, reachedFrom, more: false }
}

/** Where V8 keeps properties and elements. Their owner has an edge to each of them as well, which tells more. */
const STORES: ReadonlySet<string> = new Set(['(object properties)', '(object elements)', 'system / PropertyArray'])

function leaveOutStores({ nodeCount, nodeName, strings }: HeapGraph, seen: Uint8Array): void {
  const names = new Set(strings.flatMap((text, index) => (STORES.has(text) ? [index] : [])))
  for (let node = 0; node < nodeCount; node++) if (names.has(nodeName[node] ?? 0)) seen[node] = 1
}

/** Names of the edges to the values of a WeakMap. It is its key that keeps a value, not the table: from there they do not count. */
function weakPairs({ strings }: HeapGraph): Uint8Array {
  return Uint8Array.from(strings, (text) => (text.includes('pair in WeakMap') ? 1 : 0))
}
