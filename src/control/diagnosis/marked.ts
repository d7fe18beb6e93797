/** What main named for us in the heap: `CodeswitchMarker` of runtime/diagnosis/diagnose.ts. */
import { childOf, edgesOf, edgeTypeOf, typeOf } from './heapGraph'
import type { HeapGraph } from './heapGraph'

const MARKER = 'CodeswitchMarker'

export class Marked {
  private readonly marker: number | undefined
  private readonly named: ReadonlyMap<number, number>

  constructor(private readonly graph: HeapGraph) {
    this.marker = find(graph)
    this.named = this.elementsOf('held')
  }

  /** What the module table itself holds a version by, and the marker. */
  leftOut(version: number): ReadonlySet<number> {
    return new Set([...(this.marker === undefined ? [] : [this.marker]), ...this.elementsOf(`of${version}`).values()])
  }

  /** The node of what main put there; an empty list when there is none. */
  held(at: number): readonly number[] {
    const node = this.named.get(at)
    return node === undefined ? [] : [node]
  }

  private elementsOf(property: string): ReadonlyMap<number, number> {
    const { graph, marker } = this
    const found = new Map<number, number>()
    const array = marker === undefined ? undefined : childOf(graph, marker, property)
    for (const edge of array === undefined ? [] : edgesOf(graph, array)) {
      if (edgeTypeOf(graph, edge) === 'element') found.set(graph.edgeName[edge] ?? 0, graph.edgeTo[edge] ?? 0)
    }
    return found
  }
}

function find(graph: HeapGraph): number | undefined {
  const name = graph.strings.indexOf(MARKER)
  for (let node = 0; node < graph.nodeCount; node++) {
    if (graph.nodeName[node] === name && typeOf(graph, node) === 'object' && childOf(graph, node, 'held') !== undefined) return node
  }
  return undefined
}
