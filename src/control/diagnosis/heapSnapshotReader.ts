/**
 * Reads V8's heap snapshot format (JSON, HeapSnapshotJSONSerializer in src/profiler/heap-snapshot-generator.cc) while it
 * arrives: the text of a heap of 100 MB is 200 MB, the numbers in it are a third of that.
 */
import { trusted } from '../../base/guards'
import type { HeapGraph, Location } from './heapGraph'

interface Meta {
  readonly node_fields: readonly string[]
  readonly node_types: readonly [readonly string[], ...unknown[]]
  readonly edge_fields: readonly string[]
  readonly edge_types: readonly [readonly string[], ...unknown[]]
  readonly location_fields: readonly string[]
}
interface Header { readonly snapshot: { readonly meta: Meta; readonly node_count: number; readonly edge_count: number } }

/** The text was no heap snapshot, or one of a form we do not know. */
export class BadSnapshot extends Error {
  override readonly name = 'BadSnapshot'
}

const QUOTE = 34
const COMMA = 44
const ZERO = 48
const NINE = 57
const OPEN = 91
const CLOSE = 93

type Section = 'header' | 'numbers' | 'key' | 'strings'

export class HeapSnapshotReader {
  private section: Section = 'header'
  /** Text of the header, of a key or of the strings. */
  private text: string[] = []
  private depth = 0
  private number = 0
  private digits = false
  private sink: (value: number) => void = ignore
  private graph: GraphBuilder | undefined

  push(chunk: string): void {
    let at = 0
    while (at < chunk.length) {
      switch (this.section) {
        case 'header': at = this.readHeader(chunk); break
        case 'numbers': at = this.readNumbers(chunk, at); break
        case 'key': at = this.readKey(chunk, at); break
        case 'strings':
          this.text.push(chunk.slice(at))
          at = chunk.length
      }
    }
  }

  /** @throws BadSnapshot when it is not complete. */
  end(): HeapGraph {
    if (this.section !== 'strings' || this.graph === undefined) throw new BadSnapshot('the heap snapshot ended early')
    const text = this.text.join('')
    const strings: unknown = JSON.parse(text.slice(0, text.lastIndexOf(']') + 1))
    if (!Array.isArray(strings)) throw new BadSnapshot('a heap snapshot without strings')
    return this.graph.finish(strings)
  }

  /** Everything before `"nodes":[` is small. */
  private readHeader(chunk: string): number {
    const before = this.text.join('')
    const all = before + chunk
    const key = all.indexOf('"nodes":[')
    if (key < 0) {
      this.text = [all]
      return chunk.length
    }
    const header: unknown = JSON.parse(`${all.slice(0, all.lastIndexOf(',', key))}}`)
    this.graph = new GraphBuilder(trusted<Header>(header, 'V8 writes `snapshot` first, and in this form'))
    this.begin('nodes')
    return key + '"nodes":'.length - before.length
  }

  private begin(key: string): void {
    this.text = []
    this.depth = 0
    this.section = key === 'strings' ? 'strings' : 'numbers'
    this.sink = this.graph?.sinkOf(key) ?? ignore
  }

  private readNumbers(chunk: string, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      const code = chunk.charCodeAt(at)
      if (code >= ZERO && code <= NINE) {
        this.number = this.number * 10 + code - ZERO
        this.digits = true
        continue
      }
      if (this.digits) {
        this.sink(this.number)
        this.number = 0
        this.digits = false
      }
      if (code === OPEN) this.depth++
      else if (code === CLOSE && --this.depth === 0) {
        this.section = 'key'
        return at + 1
      }
    }
    return chunk.length
  }

  /** `,"edges":` */
  private readKey(chunk: string, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      const code = chunk.charCodeAt(at)
      if (code !== OPEN) {
        if (code !== COMMA) this.text.push(chunk.charAt(at))
        continue
      }
      this.begin(this.text.join('').split(String.fromCharCode(QUOTE))[1] ?? '')
      return at
    }
    return chunk.length
  }
}

function ignore(): void {
  // Allocation traces and samples: nobody asked for them.
}

class GraphBuilder {
  private readonly nodeFields: number
  private readonly nodeType: Uint8Array
  private readonly nodeName: Uint32Array
  private readonly firstEdge: Uint32Array
  private readonly edgeType: Uint8Array
  private readonly edgeName: Uint32Array
  private readonly edgeTo: Uint32Array
  private readonly locations = new Map<number, Location>()

  constructor(private readonly header: Header) {
    const { node_count: nodes, edge_count: edges, meta } = header.snapshot
    if (meta.edge_fields.join() !== 'type,name_or_index,to_node' || meta.location_fields.join() !== 'object_index,script_id,line,column') throw new BadSnapshot('an unknown form of heap snapshot')
    this.nodeFields = meta.node_fields.length
    this.nodeType = new Uint8Array(nodes)
    this.nodeName = new Uint32Array(nodes)
    this.firstEdge = new Uint32Array(nodes + 1)
    this.edgeType = new Uint8Array(edges)
    this.edgeName = new Uint32Array(edges)
    this.edgeTo = new Uint32Array(edges)
  }

  sinkOf(key: string): ((value: number) => void) | undefined {
    switch (key) {
      case 'nodes': return this.nodes()
      case 'edges': return this.edges()
      case 'locations': return this.places()
      default: return undefined
    }
  }

  finish(strings: readonly string[]): HeapGraph {
    const { nodeType, nodeName, firstEdge, edgeType, edgeName, edgeTo, locations, header: { snapshot: { meta, node_count: nodeCount, edge_count: edgeCount } } } = this
    return { nodeCount, edgeCount, nodeType, nodeName, firstEdge, edgeType, edgeName, edgeTo, locations, strings, nodeTypes: meta.node_types[0], edgeTypes: meta.edge_types[0] }
  }

  private nodes(): (value: number) => void {
    const fields = this.header.snapshot.meta.node_fields
    const [type, name, edgeCount] = ['type', 'name', 'edge_count'].map((field) => fields.indexOf(field))
    const { nodeType, nodeName, firstEdge, nodeFields } = this
    let node = 0
    let field = 0
    let edges = 0
    return (value) => {
      if (field === type) nodeType[node] = value
      else if (field === name) nodeName[node] = value
      else if (field === edgeCount) firstEdge[node + 1] = edges += value
      if (++field < nodeFields) return
      field = 0
      node++
    }
  }

  private edges(): (value: number) => void {
    const { edgeType, edgeName, edgeTo, nodeFields } = this
    let edge = 0
    let field = 0
    return (value) => {
      if (field === 0) edgeType[edge] = value
      else if (field === 1) edgeName[edge] = value
      else edgeTo[edge++] = value / nodeFields
      field = field === 2 ? 0 : field + 1
    }
  }

  private places(): (value: number) => void {
    let values: number[] = []
    return (value) => {
      values.push(value)
      const [object, script, line, column] = values
      if (object === undefined || script === undefined || line === undefined || column === undefined) return
      this.locations.set(object / this.nodeFields, { script, line, column })
      values = []
    }
  }
}
