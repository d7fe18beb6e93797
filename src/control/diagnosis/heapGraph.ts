/** A heap snapshot of V8 as numbers in arrays: objects are nodes, references are edges, each known by its index. */
export interface HeapGraph {
  readonly nodeCount: number
  readonly edgeCount: number
  /** Index into `nodeTypes`. */
  readonly nodeType: Uint8Array
  /** Index into `strings`. */
  readonly nodeName: Uint32Array
  /** The edges of node n are `firstEdge[n]` up to (not including) `firstEdge[n + 1]`. */
  readonly firstEdge: Uint32Array
  /** Index into `edgeTypes`. */
  readonly edgeType: Uint8Array
  /** Index into `strings`; of an `element` or `hidden` edge a number. */
  readonly edgeName: Uint32Array
  readonly edgeTo: Uint32Array
  readonly nodeTypes: readonly string[]
  readonly edgeTypes: readonly string[]
  readonly strings: readonly string[]
  /** Where functions are written, where objects' classes are; in generated text. */
  readonly locations: ReadonlyMap<number, Location>
}

/** `line` and `column` 0-based. */
export interface Location { readonly script: number; readonly line: number; readonly column: number }

/** Readable access; for hot loops use the arrays. */
export const nameOf = (graph: HeapGraph, node: number): string => graph.strings[graph.nodeName[node] ?? 0] ?? ''
export const typeOf = (graph: HeapGraph, node: number): string => graph.nodeTypes[graph.nodeType[node] ?? 0] ?? ''
export const edgeTypeOf = (graph: HeapGraph, edge: number): string => graph.edgeTypes[graph.edgeType[edge] ?? 0] ?? ''

/** The name of an edge; elements have numbers. */
export function edgeNameOf(graph: HeapGraph, edge: number): string {
  const name = graph.edgeName[edge] ?? 0
  const type = edgeTypeOf(graph, edge)
  return type === 'element' || type === 'hidden' ? String(name) : (graph.strings[name] ?? '')
}

/** A string that `node` refers to by that name; empty when there is none, or V8 has it only as a part of another one. */
export function textOf(graph: HeapGraph, node: number, name: string): string {
  const value = childOf(graph, node, name)
  return value === undefined ? '' : stringOf(graph, value)
}

function stringOf(graph: HeapGraph, node: number): string {
  switch (typeOf(graph, node)) {
    case 'string': return nameOf(graph, node)
    case 'concatenated string': return textOf(graph, node, 'first') + textOf(graph, node, 'second')
    default: return ''
  }
}

/** The edges of a node, by their indexes. */
export function* edgesOf(graph: HeapGraph, node: number): Generator<number, void, void> {
  const end = graph.firstEdge[node + 1] ?? 0
  for (let edge = graph.firstEdge[node] ?? 0; edge < end; edge++) yield edge
}

/** What `node` refers to by that name (a property, an internal field). */
export function childOf(graph: HeapGraph, node: number, name: string): number | undefined {
  for (const edge of edgesOf(graph, node)) if (edgeNameOf(graph, edge) === name) return graph.edgeTo[edge]
  return undefined
}
