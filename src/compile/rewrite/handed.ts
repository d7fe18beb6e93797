/**
 * Calls by which a module gives functions to another one: `app.get('/', (req, res) => { … })`, `bus.subscribe(handler)`,
 * `register('x', fn)`. Run again, they give them once more, and whoever keeps them has both.
 */
import type { AnyNode, CallExpression, NewExpression } from 'acorn'
import type { Handed, HandedValue, Handing } from '../../protocol/unit'
import type { Binding } from './bindings'
import { runsAtTopLevel, takenSpecifier } from './captures'
import { isConsuming } from './consuming'
import type { Context } from './context'
import { isGiving, isEnding, isKeepingName } from './methodNames'
import { exportedBy, WHOLE } from './ownExports'

/** Notes what a statement gives away; `used`: what it answers is kept under a name. */
export function noteHanded(cx: Context, expression: AnyNode, used = false): void {
  if (expression.type === 'NewExpression') note(cx, expression, expression.callee, '')
  for (let call = callOf(expression); call !== undefined;) {
    const { callee } = call
    if (callee.type === 'MemberExpression') {
      const method = memberName(callee)
      if (method !== undefined && isGiving(method, used)) note(cx, call, callee.object, method)
      call = callOf(callee.object)
    } else {
      note(cx, call, callee, '')
      call = undefined
    }
  }
}

function note(cx: Context, call: CallExpression | NewExpression, receiver: AnyNode, method: string): void {
  const path = pathOf(cx.format, receiver) ?? answeredPath(receiver)
  if (path === undefined || (path.root === '' && method === '') || (method === '' && receiver.type !== 'Identifier' && path.required !== true) || isConsuming(cx, call)) return
  const source = path.required === true ? { from: path.root, name: '=' } : cx.scope.isShadowed(path.root) ? undefined : sourceOf(cx, path.root)
  const values: HandedValue[] = []
  const isCertain = call.arguments.some((argument) => carries(cx, argument, values, 0))
  const isKeeping = isKeepingName(method) && call.arguments.some(isUnknown)
  const { lines } = cx
  const what = { root: path.root, fn: ranBy(cx).index, values: isCertain ? [] : values, ...(isKeeping ? { kept: true } as const : {}), line: lines.line(call.start), column: lines.column(call.start) }
  if (!isCertain && values.length === 0 && !isKeeping) return
  if (source === undefined) {
    if (method !== '') receives(cx, call, path, { ...what, root: shown(cx, receiver, path), members: [], method })
    return
  }
  const [first, ...rest] = path.members
  const isSpace = source.name === '*' || source.name === '='
  // `ns.register(…)` calls an export, `ns.app.get(…)` gives to one.
  const at = call.type === 'NewExpression' ? { name: isSpace ? (first ?? source.name) : source.name, members: isSpace ? rest : path.members, method, made: true } as const
    : isSpace && first !== undefined ? { name: first, members: rest, method }
    : source.name === '*' ? { name: method, members: [], method: '' } : { name: source.name, members: path.members, method }
  const handed: Handed = { ...what, ...at, from: source.from }
  ranBy(cx).makesFunctions = true
  cx.scope.refer({ kind: 'handed', name: path.required === true ? 'require' : path.root, handed })
}

/** The runtime hears of the object: a parameter, a member of one or of `this`, a variable, what a call answered. */
function receives(cx: Context, call: CallExpression | NewExpression, { root, members }: Path, handing: Handing): void {
  const isThis = root === 'this' && members.length > 0 && !members.some((member) => member.startsWith('#') && cx.staticPrivates.has(member.slice(1)))
  const isKnown = root === '' || (root === 'this' ? isThis && !runsAtTopLevel(cx) : isVariable(cx, root))
  if (!isKnown || call.arguments.length === 0) return
  const via = root === '' ? calledBy(cx, call) : originOf(cx, root)
  // What a top level made itself is its own.
  if (via === undefined && (root === '' || runsAtTopLevel(cx))) return
  cx.receiving.set(call, root === '' ? cx.received.length : cx.words.gives(handing.root, cx.received.length))
  cx.received.push(via === undefined ? handing : { ...handing, via })
  ranBy(cx).makesFunctions = true
}

/** `getBot` of `getBot().command('x', run)`. */
const answeredPath = (receiver: AnyNode): Path | undefined => (receiver.type === 'CallExpression' && receiver.callee.type === 'Identifier' ? { root: '', members: [] } : undefined)

const shown = (cx: Context, receiver: AnyNode, { root, members }: Path): string => (root === '' ? cx.code.slice(receiver.start, receiver.end) : [root, ...members].join('.'))

function calledBy(cx: Context, { callee }: CallExpression | NewExpression): HandedValue['from'] | undefined {
  const called = callee.type === 'MemberExpression' && callee.object.type === 'CallExpression' ? callee.object.callee : undefined
  return called?.type === 'Identifier' && !cx.scope.isShadowed(called.name) ? sourceOf(cx, called.name)?.from : undefined
}

/** By which import a variable of the outermost scope got what it holds: `const bot = getBot()`, `const app = context.app`. */
function originOf(cx: Context, name: string): HandedValue['from'] | undefined {
  const binding = cx.scope.isShadowed(name) ? undefined : cx.bindings.get(name)
  let at: AnyNode | undefined = binding?.kind === 'own' ? binding.init : undefined
  for (;;) {
    if (at?.type === 'AwaitExpression') at = at.argument
    else if (at?.type === 'MemberExpression') at = at.object
    else if (at?.type === 'CallExpression') at = at.callee
    else return at?.type === 'Identifier' ? sourceOf(cx, at.name)?.from : undefined
  }
}

const isVariable = ({ bindings, scope }: Context, name: string): boolean => {
  const binding = bindings.get(name)
  return binding === undefined || scope.isShadowed(name) || (binding.kind === 'own' && binding.isFunction !== true && binding.isClass !== true)
}

/** The function whose run the runtime hears of. */
function ranBy(cx: Context): Context['fn'] {
  let { fn } = cx
  while (fn.outer !== undefined && (fn.immediate || runsAtTopLevel(cx))) fn = fn.outer
  return fn
}

function callOf(node: AnyNode): CallExpression | undefined {
  switch (node.type) {
    case 'CallExpression':
      return node
    case 'AwaitExpression':
    case 'UnaryExpression':
      return callOf(node.argument)
    case 'ChainExpression':
    case 'ParenthesizedExpression':
      return callOf(node.expression)
    case 'LogicalExpression':
      return callOf(node.right)
    default:
      return undefined
  }
}

interface Path { readonly root: string; readonly members: readonly string[]; /** The root is a specifier. */ readonly required?: boolean }

/** `app` of `app` and of `app.route('/')`, where what a call answers is unknown; `bus`, `lists` of `bus.lists`; `./x` of `require('./x')`. */
function pathOf(format: Context['format'], node: AnyNode): Path | undefined {
  if (node.type === 'Identifier') return { root: node.name, members: [] }
  if (node.type === 'ThisExpression') return { root: 'this', members: [] }
  const required = takenSpecifier(format, node)
  if (required !== undefined && format === 'commonjs') return { root: required, members: [], required: true }
  if (node.type === 'CallExpression') return node.callee.type === 'MemberExpression' ? pathOf(format, node.callee.object) : undefined
  const member = memberName(node)
  const path = node.type === 'MemberExpression' ? pathOf(format, node.object) : undefined
  return path === undefined || member === undefined ? undefined : { ...path, members: [...path.members, member] }
}

/** `app` of `this.app`, `#app` of `this.#app`. */
function memberName(node: AnyNode): string | undefined {
  if (node.type !== 'MemberExpression' || node.computed) return undefined
  return node.property.type === 'Identifier' ? node.property.name : node.property.type === 'PrivateIdentifier' ? `#${node.property.name}` : undefined
}

function sourceOf({ bindings }: Context, name: string | undefined): HandedValue | undefined {
  const binding: Binding | undefined = bindings.get(name ?? '')
  if (binding?.kind === 'import') return { from: binding.index, name: binding.imported }
  if (binding?.kind !== 'own') return undefined
  return binding.taken ?? (binding.required === undefined ? undefined : { from: binding.required, name: '=' })
}

/** A function of this module, or something that has one; what others export is known at run time: it goes into `values`. */
function carries(cx: Context, node: AnyNode, values: HandedValue[], depth: number): boolean {
  const any = (nodes: readonly (AnyNode | null)[]): boolean => nodes.map((one) => one !== null && carries(cx, one, values, depth + 1)).includes(true)
  if (depth > 8) return false
  if (cx.format === 'commonjs' && exportedBy(node, cx.own.wholes) === WHOLE) return true
  switch (node.type) {
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
    case 'ClassExpression':
      return true
    case 'ThisExpression':
      return cx.thisIsClass
    case 'Identifier':
      return carriesName(cx, node.name, values, depth)
    case 'ObjectExpression':
      return any(node.properties.map((property) => (property.type === 'SpreadElement' ? property.argument : property.value)))
    case 'ArrayExpression':
      return any(node.elements)
    case 'SpreadElement':
    case 'AwaitExpression':
      return any([node.argument])
    case 'ParenthesizedExpression':
    case 'ChainExpression':
      return any([node.expression])
    case 'ConditionalExpression':
      return any([node.consequent, node.alternate])
    case 'LogicalExpression':
      return any([node.left, node.right])
    case 'CallExpression':
    case 'NewExpression':
      return carriesMade(cx, node, values, depth)
    case 'MemberExpression':
      return any([node.object])
    default:
      return false
  }
}

function carriesName(cx: Context, name: string, values: HandedValue[], depth: number): boolean {
  const binding = cx.bindings.get(name)
  const source = sourceOf(cx, name)
  if (source !== undefined) values.push(source)
  if (binding?.kind !== 'own' || source !== undefined) return false
  return binding.isFunction === true || binding.isClass === true || (binding.init !== undefined && carries(cx, binding.init, values, depth + 1))
}

/** `new Handler()`, `asyncHandler(async (req, res) => { … })`, `list.bind(null)`, `users.routes()`. */
function carriesMade(cx: Context, node: CallExpression | NewExpression, values: HandedValue[], depth: number): boolean {
  const { callee } = node
  const method = memberName(callee)
  // `[1, 2].map((n) => n + 1)` is data.
  const given = method !== undefined && isEnding(method) ? [] : node.arguments
  const of = callee.type === 'MemberExpression' ? callee.object : node.type === 'NewExpression' ? callee : undefined
  return given.map((one) => carries(cx, one, values, depth + 1)).includes(true) || (of !== undefined && carries(cx, of, values, depth + 1))
}

const isUnknown = (node: AnyNode): boolean => node.type === 'CallExpression' || node.type === 'NewExpression' || node.type === 'Identifier' || node.type === 'MemberExpression'
