/**
 * The way from a function back to a root of the heap, in words, nearest first: "a Map", "variable `registry` of other.ts".
 * It ends at the first thing that a person can find in the program: a variable, an export, a timer, a process, a global.
 */
import path from 'node:path'
import { childOf, edgeNameOf, edgeTypeOf, nameOf, typeOf } from './heapGraph'
import type { HeapGraph } from './heapGraph'
import type { Found, Reference } from './reachable'
import type { Place, Scripts } from './scripts'

export interface Way {
  readonly kind: 'timer' | 'listener' | 'server' | 'closure'
  /** Not the function is held, but this object whose class it belongs to. */
  readonly object: number | undefined
  readonly words: readonly string[]
  /** Nearest first. */
  readonly nodes: readonly number[]
}

export interface WayDeps {
  readonly graph: HeapGraph
  readonly scripts: Scripts
  /** Export tables, by their nodes. */
  readonly tables: ReadonlyMap<number, string>
}

/** `from` refers to what is below it by `edge`. */
interface Step { readonly edge: number; readonly from: number }

type Told = { readonly words: string; readonly kind?: Way['kind']; readonly last?: boolean } | { readonly object: number } | undefined

const LONGEST = 5
/** The rewriter's own names. */
const OURS = '$$'

export function wayOf(deps: WayDeps, found: Found, reference: Reference): Way {
  const { graph } = deps
  const steps = stepsOf(found, reference)
  let words: string[] = []
  let kind: Way['kind'] = 'closure'
  let object: number | undefined
  for (const [index, step] of steps.entries()) {
    if (words.length > 0 && isVariableOfRuntime(deps, step, found)) break
    const told = isSuspended(graph, step.from) ? suspended(deps, step) : tell(deps, steps, index, found)
    if (told === undefined) continue
    if ('object' in told) {
      object = told.object
      words = []
      continue
    }
    if (told.words !== words.at(-1)) words.push(told.words)
    if (kind === 'closure') kind = told.kind ?? kind
    if (told.last === true || words.length === LONGEST) break
  }
  return { kind, words, object, nodes: steps.map((step) => step.from) }
}

function tell(deps: WayDeps, steps: readonly Step[], index: number, found: Found): Told {
  const { graph, scripts, tables } = deps
  const step = steps[index]
  if (step === undefined) return undefined
  const { edge, from } = step
  const [type, owner, how, name] = [typeOf(graph, from), nameOf(graph, from), edgeTypeOf(graph, edge), edgeNameOf(graph, edge)]
  const table = tables.get(from)
  if (table !== undefined) return { words: `export \`${name}\` of ${table}`, last: true }
  if (how === 'context') return variable(deps, name, from, found)
  if (type === 'object' && (name === '__proto__' || name === 'map') && owner !== 'Object') return { object: from }
  if (name.includes('pair in WeakMap')) return { words: 'a WeakMap' }
  if (type !== 'object' && type !== 'closure') return undefined
  if (owner === 'ModuleWrap') return ofModule(graph, from)
  const whose = scripts.at(graph.locations.get(from))
  if (whose?.kind === 'runtime') return ofRuntime(graph, from, owner)
  if (owner === 'Timeout' || owner === 'Immediate') return { words: timerText(graph, from, owner), kind: 'timer', last: true }
  if (name === '_events') return { words: listenerText(graph, steps.slice(0, index), owner), kind: /Server$/.test(owner) ? 'server' : 'listener', last: owner === 'process' }
  if (isEvents(graph, steps.slice(index + 1, index + 3))) return undefined
  if (how === 'element' || name === 'table') return { words: articled(owner) }
  if (how !== 'property' || whose?.kind === 'node' || /^(?:__proto__|constructor|prototype|<symbol .*)$/.test(name)) return undefined
  if (owner.startsWith('global')) return { words: `global \`${name}\``, last: true }
  return { words: `\`${name}\` of ${type === 'closure' ? functionWords(deps, from) : articled(owner)}` }
}

/** Its listeners are in `_events` by their names, or in a list there. */
const isEvents = (graph: HeapGraph, above: readonly Step[]): boolean => above.some((step) => edgeNameOf(graph, step.edge) === '_events')

function listenerText(graph: HeapGraph, below: readonly Step[], emitter: string): string {
  const event = below.findLast((step) => edgeTypeOf(graph, step.edge) === 'property')
  const of = emitter === 'process' ? emitter : articled(emitter)
  return event === undefined ? `a listener of ${of}` : `the '${edgeNameOf(graph, event.edge)}' event of ${of}`
}

/** Variables of an ES module that Node loaded are cells of it, without names. */
function ofModule(graph: HeapGraph, wrap: number): Told {
  const url = childOf(graph, wrap, 'url')
  return url === undefined ? undefined : { words: `a variable of ${path.basename(nameOf(graph, url))}`, last: true }
}

/** Objects of the runtime that a person knows by another name; all others are passed over. */
function ofRuntime(graph: HeapGraph, node: number, owner: string): Told {
  const text = (name: string): string => {
    const value = childOf(graph, node, name)
    return value === undefined ? '' : nameOf(graph, value)
  }
  if (owner === 'TimerCallback') return { words: `a ${text('timer')}`, kind: 'timer', last: true }
  if (owner === 'Process') return { words: `process ${text('label')}`, last: true }
  return undefined
}

/** A number, which a snapshot does not show, when it repeats. */
function timerText(graph: HeapGraph, timer: number, owner: string): string {
  if (owner === 'Immediate') return 'a setImmediate'
  return childOf(graph, timer, '_repeat') === undefined ? 'a setInterval' : 'a setTimeout'
}

/** From there on it is our own bookkeeping. Before anything was told, it may be what we put around a listener. */
function isVariableOfRuntime({ graph, scripts }: WayDeps, { edge, from }: Step, found: Found): boolean {
  if (edgeTypeOf(graph, edge) !== 'context') return false
  const by = functionAbove(graph, from, found)
  return by !== undefined && scripts.at(graph.locations.get(by))?.kind === 'runtime'
}

/** A variable lives in a context; whose it is, the function tells through which the context was reached. */
function variable({ graph, scripts }: WayDeps, name: string, context: number, found: Found): Told {
  const by = functionAbove(graph, context, found)
  const script = by === undefined ? undefined : scripts.at(graph.locations.get(by))
  if (script === undefined || !('file' in script) || name.startsWith(OURS)) return undefined
  return { words: `variable \`${name}\` of ${path.basename(script.file)}${script.kind === 'version' ? ` v${script.version}` : ''}`, last: true }
}

/** Over the contexts around it. */
function functionAbove(graph: HeapGraph, context: number, found: Found): number | undefined {
  for (let node = context; node > 0; node = found.reachedFrom[node] ?? 0) {
    if (typeOf(graph, node) === 'closure') return node
    if (isSuspended(graph, node)) return childOf(graph, node, 'function')
    if (nameOf(graph, node) !== 'system / Context') return undefined
  }
  return undefined
}

/** A call of an async function or generator that waits. */
export const isSuspended = (graph: HeapGraph, node: number): boolean =>
  typeOf(graph, node) === 'object' && childOf(graph, node, 'parameters_and_registers') !== undefined

export function suspendedName(graph: HeapGraph, node: number): string {
  const fn = childOf(graph, node, 'function')
  return `a call of ${fn === undefined ? 'a function' : functionName(graph, fn)} that waits`
}

/** Who waits is known by its process, or is a value that somebody holds. */
function suspended({ graph, scripts }: WayDeps, { from }: Step): Told {
  const fn = childOf(graph, from, 'function')
  const place = fn === undefined ? undefined : scripts.placeOf(graph.locations.get(fn))
  return { words: `${suspendedName(graph, from)}${place === undefined ? '' : ` (${placeText(place)})`}`, last: true }
}

const placeText = ({ file, line }: Place): string => `${path.basename(file)}${line === undefined ? '' : `:${line}`}`

/** `` `tick` (t.ts:5) `` */
function functionWords({ graph, scripts }: WayDeps, fn: number): string {
  const place = scripts.placeOf(graph.locations.get(fn))
  return `${functionName(graph, fn)}${place === undefined ? '' : ` (${placeText(place)})`}`
}

export const functionName = (graph: HeapGraph, fn: number): string => (nameOf(graph, fn) === '' ? 'a function' : `\`${nameOf(graph, fn)}\``)

export const articled = (name: string): string => (/^[AEIO]/.test(name) ? `an ${name}` : `a ${name}`)

function stepsOf(found: Found, reference: Reference): Step[] {
  const steps: Step[] = [{ edge: reference.edge, from: reference.from }]
  for (let node = reference.from; node > 0;) {
    const edge = found.reachedBy[node] ?? -1
    const from = found.reachedFrom[node] ?? -1
    if (edge < 0 || from < 0) break
    steps.push({ edge, from })
    node = from
  }
  return steps
}
