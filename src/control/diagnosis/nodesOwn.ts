/** Objects of Node that a person knows by another name than that of their class: timers, events, requests. */
import { childOf, edgeNameOf, edgeTypeOf, nameOf, textOf, typeOf } from './heapGraph'
import type { HeapGraph } from './heapGraph'
import type { Step, Told } from './way'

export const STORE = 'the store of an AsyncLocalStorage'

/** `nodes`: its class is written in Node. */
export function ofNode(graph: HeapGraph, steps: readonly Step[], index: number, nodes: boolean): Told | 'something else' {
  const step = steps[index]
  if (step === undefined) return undefined
  const { edge, from } = step
  const [owner, name] = [nameOf(graph, from), edgeNameOf(graph, edge)]
  // Up to Node 22 whatever waits has it itself, later a map with those of all.
  if (name === '<symbol kResourceStore>') return isTimer(owner) ? { words: [STORE, timerText(graph, from, owner)], last: true } : { words: STORE }
  if (owner === 'AsyncContextFrame') return { words: STORE }
  if (isTimer(owner)) return { words: timerText(graph, from, owner), kind: 'timer', last: true }
  if (owner === 'IncomingMessage') return { words: requestText(graph, from), last: true }
  if (name === '_events') return { words: listenerText(graph, steps.slice(0, index), owner), kind: /Server$/.test(owner) ? 'server' : 'listener', last: owner === 'process' }
  if (isEvents(graph, steps.slice(index + 1, index + 3))) return undefined
  return nodes && owner === 'Listener' ? listenerOfTarget(graph, steps.slice(index + 1)) : 'something else'
}

const isTimer = (owner: string): boolean => owner === 'Timeout' || owner === 'Immediate'

/** As its process is called. */
function requestText(graph: HeapGraph, request: number): string {
  const process = childOf(graph, request, '<symbol codeswitch.process>')
  const label = process === undefined ? '' : textOf(graph, process, 'label')
  return label === '' ? 'a request' : `the request ${label}`
}

/** How often it repeats is a number, which a snapshot does not show. */
function timerText(graph: HeapGraph, timer: number, owner: string): string {
  if (owner === 'Immediate') return 'a setImmediate'
  const repeat = childOf(graph, timer, '_repeat')
  return repeat === undefined || typeOf(graph, repeat) === 'number' ? 'a setInterval' : 'a setTimeout'
}

/** Its listeners are in `_events` by their names, or in a list there. */
const isEvents = (graph: HeapGraph, above: readonly Step[]): boolean => above.some((step) => edgeNameOf(graph, step.edge) === '_events')

function listenerText(graph: HeapGraph, below: readonly Step[], emitter: string): string {
  const event = below.findLast((step) => edgeTypeOf(graph, step.edge) === 'property')
  const of = emitter === 'process' ? emitter : articled(emitter)
  return event === undefined ? `a listener of ${of}` : `the '${edgeNameOf(graph, event.edge)}' event of ${of}`
}

/** An EventTarget has a Map of lists, in whose table each list is behind its event's name. */
function listenerOfTarget(graph: HeapGraph, above: readonly Step[]): Told | 'something else' {
  const at = above.findIndex((step) => edgeNameOf(graph, step.edge) === '<symbol kEvents>')
  const [entry, target] = [above[at - 2], above[at]]
  if (entry === undefined || target === undefined) return 'something else'
  const event = textOf(graph, entry.from, String(Number(edgeNameOf(graph, entry.edge)) - 1))
  const of = articled(nameOf(graph, target.from))
  return { words: event === '' ? `a listener of ${of}` : `the '${event}' event of ${of}`, kind: 'listener', over: at + 1 }
}

export const articled = (name: string): string => (/^[AEIO]/.test(name) ? `an ${name}` : `a ${name}`)
