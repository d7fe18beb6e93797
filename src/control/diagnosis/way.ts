/**
 * The way from a function back to a root of the heap, in words, nearest first: "a Map", "variable `registry` of other.ts".
 * It ends at the first thing that a person can find in the program: a variable of a module, an export, a timer, a request, a
 * process, a global.
 */
import { childOf, edgeNameOf, edgeTypeOf, nameOf, textOf, typeOf } from './heapGraph'
import type { HeapGraph } from './heapGraph'
import { articled, ofNode, STORE } from './nodesOwn'
import type { Found, Reference } from './reachable'
import { fileText, placeText } from './scripts'
import type { Scripts } from './scripts'

export interface Way {
  readonly kind: 'timer' | 'listener' | 'server' | 'closure'
  /** Not the function is held, but this object whose class it belongs to. */
  readonly object: number | undefined
  readonly words: readonly string[]
  /** It ends at something that has a name. */
  readonly named: boolean
  /** Nearest first. */
  readonly nodes: readonly number[]
}

export interface WayDeps {
  readonly graph: HeapGraph
  readonly scripts: Scripts
  /** Export tables, by their nodes. */
  readonly tables: ReadonlyMap<number, string>
  /** Functions, by the scope in which their variables are. */
  readonly scopes: ReadonlyMap<number, number>
}

/** `from` refers to what is below it by `edge`. */
export interface Step { readonly edge: number; readonly from: number }

/**
 * `last`: nothing above it needs to be told. `around`: only a function around what is held, so that a timer that calls it is the
 * timer of what is held. `member`: of an object that may be a class. `over`: so many steps above are told by this as well.
 */
export type Told = { readonly words: string | readonly string[]; readonly kind?: Way['kind']; readonly last?: boolean; readonly around?: boolean; readonly member?: boolean; readonly over?: number } | { readonly object: number } | undefined

/** Words of a long way, of which the middle is left out. */
const LONGEST = 5
/** The rewriter's own names. */
const OURS = '$$'

export function wayOf(deps: WayDeps, found: Found, reference: Reference): Way {
  const steps = stepsOf(found, reference)
  const nodes = steps.map((step) => step.from)
  let words: string[] = []
  let kind: Way['kind'] = 'closure'
  let object: number | undefined
  let direct = true
  let ofClass = true
  for (let index = 0; index < steps.length; index++) {
    const step = steps[index]
    if (step === undefined || (!direct && isVariableOfRuntime(deps, step, found))) return { kind, object, nodes, named: false, words: shortened([...words, 'the runtime']) }
    const told = isSuspended(deps.graph, step.from) ? suspended(deps, step) : tell(deps, steps, index, found)
    if (told === undefined) continue
    if ('object' in told) {
      // Its class holds what others hold as well.
      if (!ofClass) continue
      object = told.object
      words = []
      continue
    }
    for (const one of [told.words].flat()) if (one !== words.at(-1)) words.push(one)
    if (direct) kind = told.kind ?? kind
    direct &&= told.around === true
    ofClass &&= told.member === true
    if (told.last === true) return { kind, object, nodes, named: true, words: shortened(words) }
    index += told.over ?? 0
  }
  return { kind, object, nodes, named: false, words: shortened([...words, words.length > 0 ? 'Node' : 'Node or the runtime']) }
}

const shortened = (words: readonly string[]): readonly string[] => (words.length > LONGEST ? [...words.slice(0, LONGEST - 2), '…', ...words.slice(-1)] : words)

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
  if (name.includes('pair in WeakMap')) return { words: 'a WeakMap', member: true }
  if (type !== 'object' && type !== 'closure') return undefined
  if (name === 'bound_function') return { words: 'a bound function', around: true }
  const above = steps[index + 1]
  // By which a server of http looks after its connections.
  if (name === 'bound_this' && above !== undefined && edgeNameOf(graph, above.edge) === '_onTimeout' && isNodes(deps, childOf(graph, from, 'bound_function'))) return { words: 'Node', last: true }
  if (owner === 'ModuleWrap') return ofModule(graph, from)
  const file = exportsOf(graph, step)
  if (file !== '') return { words: `exports of ${file}`, last: true }
  const whose = scripts.at(graph.locations.get(from))
  if (whose?.kind === 'runtime') return ofRuntime(graph, from, owner)
  if (owner === 'Promise' || owner === 'FinalizationRegistry') return { words: name === '<symbol kResourceStore>' ? [STORE, articled(owner)] : articled(owner) }
  const known = ofNode(graph, steps, index, whose?.kind === 'node')
  if (known !== 'something else') return known
  if (how === 'element' || name === 'table') return { words: articled(owner) }
  if (how !== 'property' || whose?.kind === 'node' || /^(?:__proto__|constructor|prototype|<symbol (?:codeswitch|nodejs|k[A-Z]|\w+_symbol>).*)$/.test(name)) return undefined
  // What V8 keeps of a stack that nobody has read.
  if (name === '<symbol>') return { words: `the stack of ${articled(owner)}` }
  const inModule = above === undefined ? '' : exportsOf(graph, above)
  const property = name.startsWith('<symbol ') ? `Symbol(${name.slice('<symbol '.length, -1)})` : name
  if (owner.startsWith('global')) return { words: `global \`${property}\``, last: true }
  if (inModule !== '') return { words: `export \`${property}\` of ${inModule}`, last: true }
  return { words: `\`${property}\` of ${type === 'closure' ? functionWords(deps, from) : articled(owner)}`, member: true }
}

/** The file of a CommonJS module of Node, when this is its way to what it exports. */
function exportsOf(graph: HeapGraph, { edge, from }: Step): string {
  const file = nameOf(graph, from) === 'Module' && edgeNameOf(graph, edge) === 'exports' ? textOf(graph, from, 'filename') : ''
  return file === '' ? '' : fileText(file)
}

const isNodes = ({ graph, scripts }: WayDeps, fn: number | undefined): boolean => fn !== undefined && scripts.at(graph.locations.get(fn))?.kind === 'node'

/** Variables of an ES module that Node loaded are cells of it, without names. */
function ofModule(graph: HeapGraph, wrap: number): Told {
  const url = textOf(graph, wrap, 'url')
  return url === '' ? undefined : { words: `a variable of ${fileText(url)}`, last: true }
}

/** Objects of the runtime that a person knows by another name; all others are passed over. */
const ofRuntime = (graph: HeapGraph, node: number, owner: string): Told => (owner === 'Process' ? { words: `process ${textOf(graph, node, 'label')}`, last: true } : undefined)

/** From there on it is our own bookkeeping. Before anything was told, it may be what we put around a listener. */
function isVariableOfRuntime({ graph, scripts }: WayDeps, { edge, from }: Step, found: Found): boolean {
  if (edgeTypeOf(graph, edge) !== 'context') return false
  const by = functionAbove(graph, from, found)
  return by !== undefined && scripts.at(graph.locations.get(by))?.kind === 'runtime'
}

/**
 * A variable lives in a context; whose it is, the function tells through which the context was reached. One of a call is held by that
 * function. A module has no function any more once it has run.
 */
function variable(deps: WayDeps, name: string, context: number, found: Found): Told {
  const { graph, scripts, scopes } = deps
  const by = functionAbove(graph, context, found)
  const script = by === undefined ? undefined : scripts.at(graph.locations.get(by))
  if (by === undefined || script === undefined || !('file' in script) || name.startsWith(OURS)) return undefined
  const [previous, scope] = [childOf(graph, context, 'previous'), childOf(graph, context, 'scope_info')]
  const of = scope === undefined ? undefined : scopes.get(scope)
  if (of !== undefined || (previous !== undefined && isContext(graph, previous))) return { words: `variable \`${name}\` of ${functionWords(deps, of ?? by)}`, around: true }
  return { words: `variable \`${name}\` of ${fileText(script.file)}${script.kind === 'version' ? ` v${script.version}` : ''}`, last: true }
}

/** Over the contexts around it. */
function functionAbove(graph: HeapGraph, context: number, found: Found): number | undefined {
  for (let node = context; node > 0; node = found.reachedFrom[node] ?? 0) {
    if (typeOf(graph, node) === 'closure') return node
    if (isSuspended(graph, node)) return childOf(graph, node, 'function')
    if (!isContext(graph, node)) return undefined
  }
  return undefined
}

const isContext = (graph: HeapGraph, node: number): boolean => nameOf(graph, node) === 'system / Context'

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

/** `` `tick` (t.ts:5) `` */
function functionWords({ graph, scripts }: WayDeps, fn: number): string {
  const place = scripts.placeOf(graph.locations.get(fn))
  return `${functionName(graph, fn)}${place === undefined ? '' : ` (${placeText(place)})`}`
}

export function scopesOf(graph: HeapGraph): ReadonlyMap<number, number> {
  const found = new Map<number, number>()
  for (const node of graph.locations.keys()) {
    const shared = typeOf(graph, node) === 'closure' ? childOf(graph, node, 'shared') : undefined
    const scope = shared === undefined ? undefined : childOf(graph, shared, 'name_or_scope_info')
    if (scope !== undefined && nameOf(graph, scope) === 'system / ScopeInfo') found.set(scope, node)
  }
  return found
}

export const functionName = (graph: HeapGraph, fn: number): string => (nameOf(graph, fn) === '' ? 'a function' : `\`${nameOf(graph, fn)}\``)

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
