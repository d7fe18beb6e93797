import assert from 'node:assert/strict'
import { edgeNameOf, edgesOf, nameOf, typeOf } from '../../../../src/control/diagnosis/heapGraph'
import { BadSnapshot, HeapSnapshotReader } from '../../../../src/control/diagnosis/heapSnapshotReader'

const meta = {
  node_fields: ['type', 'name', 'id', 'self_size', 'edge_count', 'trace_node_id', 'detachedness'], node_types: [['synthetic', 'object', 'closure'], 'string'],
  edge_fields: ['type', 'name_or_index', 'to_node'], edge_types: [['property', 'element'], 'string_or_number'],
  location_fields: ['object_index', 'script_id', 'line', 'column'],
}
/** root -first-> `box, "quoted"` -[12]-> f (script 7, 3:4) */
const text = `${JSON.stringify({ snapshot: { meta, node_count: 3, edge_count: 2, root_index: 0 } }).slice(0, -1)},
"nodes":[0,0,1,0,1,0,0
,1,1,3,16,1,0,0
,2,2,5,32,0,0,0
],
"edges":[0,3,7
,1,12,14
],
"trace_function_infos":[],
"trace_tree":[1,[2]],
"samples":[],
"locations":[14,7,3,4
],
"strings":["",
"box, \\"quoted\\"]",
"f",
"first"]}`

function read(...chunks: readonly string[]): ReturnType<HeapSnapshotReader['end']> {
  const reader = new HeapSnapshotReader()
  for (const chunk of chunks) reader.push(chunk)
  return reader.end()
}

describe('a heap snapshot', () => {
  it('is read the same wherever it is cut', () => {
    const whole = read(text)
    for (let at = 1; at < text.length; at++) assert.deepEqual(read(text.slice(0, at), text.slice(at)), whole, `cut at ${at}`)
    assert.deepEqual(read(...text), whole)
  })

  it('has its nodes, edges and places', () => {
    const graph = read(text)
    const seen = [0, 1, 2].map((node) => [typeOf(graph, node), nameOf(graph, node), [...edgesOf(graph, node)].map((edge) => [edgeNameOf(graph, edge), graph.edgeTo[edge]])])
    assert.deepEqual(seen, [['synthetic', '', [['first', 1]]], ['object', 'box, "quoted"]', [['12', 2]]], ['closure', 'f', []]])
    assert.deepEqual([...graph.locations], [[2, { script: 7, line: 3, column: 4 }]])
  })

  it('that is not complete is refused', () => {
    assert.throws(() => read(text.slice(0, text.indexOf('"locations"'))), BadSnapshot)
  })

  it('of an unknown form is refused', () => {
    assert.throws(() => read(text.replace('"to_node"', '"to_something"')), BadSnapshot)
  })
})
