/**
 * Where a module uses what it exports by the name it has inside (`OwnExports`): as a value such a name becomes what importers hold.
 * What is called, constructed or looked at is the module's own, and so is what only ends with its call (`list.map(f)`).
 */
import type { AnyNode, BinaryExpression, CallExpression, Expression, Identifier, LogicalExpression, MemberExpression, NewExpression } from 'acorn'
import type { Binding, OwnBinding } from './bindings'
import { runsAtTopLevel } from './captures'
import type { Context } from './context'
import type { ImportTable } from './importTable'
import { isCalling } from './methodNames'
import { exportedBy, WHOLE } from './ownExports'
import type { ExportedAt, ImportUse, Reference } from './scope'

const REQUIRES_RUNTIME = /\b(?:require|import)\s*\(\s*(['"`])codeswitch\1/

/** It takes back itself what it gave. */
export const takesBack = (code: string): boolean => /\bhot\??\.\s*dispose\b/.test(code)

/**
 * Functions that these use by name are local funs: those of processes, as in Erlang; and those that take back what they gave, after
 * the next version gave its own.
 */
export const hasLocalFuns = (code: string, imports: ImportTable): boolean => imports.has('codeswitch') || REQUIRES_RUNTIME.test(code) || takesBack(code)

const nothing = (): void => {}

/** Every function has these. */
const STANDARD: ReadonlySet<string | undefined> = new Set(['name', 'length', 'prototype', 'call', 'apply', 'bind', 'toString', 'constructor'])

/** A name of the outermost scope that others know by another one, or the same. */
export function visitExported(cx: Context, node: Identifier, binding: OwnBinding, use: ImportUse, shorthand: boolean, member: string | undefined): void {
  if (cx.own.places.has(node) || cx.own.themselves.has(node) || isOther(binding)) return
  const { name } = node
  const isLookedAt = use === 'object' || use === 'receiver'
  const at = exportedAt(cx, node)
  if (at !== undefined && (use === 'value' || (use === 'receiver' && member === 'bind'))) cx.scope.refer({ kind: 'own', ...at, compared: cx.own.compared.has(node), edit: cx.edits.reserve(node.start, node.end), shorthand, first: node.start === cx.statementStart })
  else if (isLookedAt && !STANDARD.has(member)) cx.scope.refer({ kind: 'member', name, binding })
}

/**
 * `export const f = function g() { … g … }`: inside, `g` is a name of what is exported.
 * @returns ends that; undefined: the name is one of its own
 */
export function openOwnName(cx: Context, node: object, name: string): (() => void) | undefined {
  const exported = cx.own.expressions.get(node)
  const known = cx.bindings.get(name)
  if (exported === undefined) return undefined
  if (known !== undefined) return known.kind === 'own' && known.init === node ? nothing : undefined
  cx.bindings.set(name, { kind: 'own', declared: 'const', assigned: false, assignedInFunction: false, isFunction: true, exported })
  return () => void cx.bindings.delete(name)
}

/** It cannot be a function, or it is another module's. */
const isOther = ({ literal, init, required, taken, awaited }: OwnBinding): boolean =>
  required !== undefined || taken !== undefined || awaited !== undefined || literal !== undefined || (init !== undefined && isData(init))

const DATA: ReadonlySet<string> = new Set(['Literal', 'TemplateLiteral', 'UnaryExpression', 'BinaryExpression', 'ObjectExpression', 'ArrayExpression'])
const isData = (node: AnyNode): boolean => DATA.has(node.type) || (node.type === 'CallExpression' && isSymbol(node.callee.type === 'MemberExpression' ? node.callee.object : node.callee))
const isSymbol = (node: AnyNode): boolean => node.type === 'Identifier' && node.name === 'Symbol'

function exportedBinding(cx: Context, node: AnyNode): OwnBinding | undefined {
  const binding: Binding | undefined = node.type === 'Identifier' ? cx.bindings.get(node.name) : undefined
  return binding?.kind === 'own' && binding.exported !== undefined && binding.isClass !== true ? binding : undefined
}

/** A condition, what `typeof` is asked, a part of what is called: only looked at. */
export function visitLookedAt(cx: Context, node: Expression): void {
  if (node.type === 'Identifier') cx.own.places.add(node)
  cx.visit(cx, node)
}

/** `(0, f)(x)`, `(fast ? f : g)(x)`, `(f ?? g)(x)` are calls of them. */
export function lookAtCallee(cx: Context, callee: Expression): void {
  switch (callee.type) {
    case 'Identifier':
      return void cx.own.places.add(callee)
    case 'SequenceExpression': {
      const last = callee.expressions.at(-1)
      return last && lookAtCallee(cx, last)
    }
    case 'ConditionalExpression':
      lookAtCallee(cx, callee.consequent)
      return lookAtCallee(cx, callee.alternate)
    case 'LogicalExpression':
      lookAtCallee(cx, callee.left)
      return lookAtCallee(cx, callee.right)
    case 'MemberExpression':
      return void cx.own.places.add(callee)
    default:
      return
  }
}

/** `Object.assign(f, { … })` changes the function of this version. */
const CHANGING: ReadonlySet<string> = new Set(['assign', 'defineProperty', 'defineProperties', 'setPrototypeOf', 'freeze', 'seal', 'preventExtensions', 'set', 'inherits'])
const CHANGERS: ReadonlySet<string> = new Set(['Object', 'Reflect', 'util'])

/** By these an error is told where its stack begins: at the function that runs. */
const ON_STACK: ReadonlySet<string> = new Set(['captureStackTrace', 'stackStartFn', 'stackStartFunction'])

/** `{ stackStartFn: f }`, `Error.captureStackTrace(error, f)` */
export function lookAtProperty(cx: Context, name: string, value: AnyNode): void {
  if (ON_STACK.has(name)) cx.own.themselves.add(value)
}

/** Arguments that stand for the function itself. Helpers of compilers begin with `__`. */
export function lookAtArguments(cx: Context, { callee, arguments: given }: CallExpression | NewExpression): void {
  const method = callee.type === 'MemberExpression' && callee.property.type === 'Identifier' ? callee.property.name : ''
  const isHelper = callee.type === 'Identifier' && callee.name.startsWith('__')
  if (isHelper) for (const one of given) cx.own.places.add(one)
  if (isCalling(method)) for (const one of given) if (exportedBinding(cx, one)?.isFunction === true) cx.own.places.add(one)
  for (const one of given) lookAtProperty(cx, method, one)
  if (fillsExports(cx, callee, method)) for (const one of given) cx.own.places.add(one)
  const changes = callee.type === 'MemberExpression' ? CHANGING.has(method) && callee.object.type === 'Identifier' && CHANGERS.has(callee.object.name) : callee.type === 'Identifier' && callee.name === 'inherits'
  const [first] = given
  if (changes && first && (first.type === 'ThisExpression' || wholeAt(cx, first) !== undefined)) cx.own.places.add(first)
  const binding = changes && first ? exportedBinding(cx, first) : undefined
  if (first?.type !== 'Identifier' || binding === undefined) return
  cx.own.places.add(first)
  cx.scope.refer({ kind: 'member', name: first.name, binding })
}

/** What it is given may be filled by whoever is called: `factory(exports)`, `tslib.__exportStar(x, exports)`, `EventEmitter.call(exports)`. */
const fillsExports = ({ fn, format }: Context, callee: AnyNode, method: string): boolean =>
  format === 'commonjs' && ((fn.immediate && fn.outer !== undefined) || /^_|^(?:call|apply)$/.test(callee.type === 'Identifier' ? callee.name : method) || calledIsText(callee))

const calledIsText = (callee: AnyNode): boolean => callee.type === 'FunctionExpression' || callee.type === 'ArrowFunctionExpression'

const COMPARING: ReadonlySet<string> = new Set(['===', '!==', '==', '!='])

/** Of two that are compared, one may be the function itself: an app tells its requests what it is (`req.app === app`). */
export function lookAtCompared(cx: Context, { operator, left, right }: BinaryExpression | LogicalExpression): void {
  if (COMPARING.has(operator)) for (const node of [left, right]) if (comparedAt(cx, node) !== undefined) cx.own.compared.add(node)
}

/**
 * What is compared with something that is exported. `isFirst`: it stands left of that, whose function may not be known to be exported yet.
 * @returns ends it
 */
export function openCompared(cx: Context, compared: AnyNode, other: AnyNode, isFirst: boolean): () => void {
  if (!cx.own.compared.has(other) || cx.own.compared.has(compared) || compared.start === cx.statementStart || isData(compared)) return nothing
  const at = comparedAt(cx, other)
  if (at === undefined) return nothing
  const open = cx.edits.reserve(compared.start)
  return () => cx.scope.refer({ kind: 'compared', ...at, isFirst, open, close: cx.edits.reserve(compared.end) })
}

const comparedAt = (cx: Context, node: AnyNode): ExportedAt | undefined => exportedAt(cx, node) ?? wholeAt(cx, node)

/** By which name the module gets at something that it exports: `f`; `exports` of `exports.f`. */
function exportedAt(cx: Context, node: AnyNode): ExportedAt | undefined {
  const binding = exportedBinding(cx, node)
  if (node.type === 'MemberExpression') return exportOf(cx, node)
  return node.type !== 'Identifier' || binding?.exported === undefined || isOther(binding) ? undefined : { name: node.name, text: node.name, exported: binding.exported, binding, usedAt: usedAt(cx, node) }
}

const usedAt = (cx: Context, { start }: AnyNode): number => (runsAtTopLevel(cx) ? start : Infinity)

/** `exports.f` of CommonJS as a value. */
export function visitExport(cx: Context, node: MemberExpression): boolean {
  const at = cx.own.places.has(node) || node.start === cx.statementStart ? undefined : exportOf(cx, node)
  if (at === undefined) return false
  cx.scope.refer({ kind: 'own', ...at, compared: cx.own.compared.has(node), edit: cx.edits.reserve(node.start, node.end), shorthand: false, first: false })
  return true
}

function exportOf(cx: Context, node: MemberExpression): ExportedAt | undefined {
  const { code, format, localFuns, own, bindings } = cx
  const exported = format === 'commonjs' && !localFuns ? exportedBy(node, own.wholes) : undefined
  if (exported === undefined || exported === WHOLE) return undefined
  let root: AnyNode = node
  while (root.type === 'MemberExpression') root = root.object
  const binding = root.type === 'Identifier' ? bindings.get(root.name) : undefined
  // What a package made has members of the package.
  const isExports = binding?.kind === 'given' || (binding?.kind === 'own' && binding.init?.type !== 'CallExpression' && binding.init?.type !== 'NewExpression')
  return root.type === 'Identifier' && isExports ? { name: root.name, text: code.slice(node.start, node.end), exported, binding: undefined, usedAt: usedAt(cx, node) } : undefined
}

/** `return self`, `add(module.exports)`: what `require` answers, where the module hands it out or compares it. */
export function visitHandedOut(cx: Context, node: AnyNode): void {
  cx.visit(cx, node)
  const at = wholeAt(cx, node)
  if (at !== undefined) cx.scope.refer({ kind: 'own', ...at, compared: cx.own.compared.has(node), edit: cx.edits.reserve(node.start, node.end), shorthand: false, first: false })
}

/** `exports`, `module.exports`, or a name that it has in a CommonJS module. */
function wholeAt(cx: Context, node: AnyNode): ExportedAt | undefined {
  const { code, format, localFuns, own, bindings } = cx
  const root = node.type === 'MemberExpression' ? node.object : node
  if (format !== 'commonjs' || localFuns || root.type !== 'Identifier' || own.places.has(node) || exportedBy(node, own.wholes) !== WHOLE) return undefined
  const binding = bindings.get(root.name)
  const isWhole = binding?.kind === 'own' ? binding.exported === undefined && binding.isFunction !== true && binding.isClass !== true : binding?.kind === 'given'
  return isWhole ? { name: root.name, text: code.slice(node.start, node.end), exported: WHOLE, binding: undefined, usedAt: usedAt(cx, node) } : undefined
}

export function settleExternal(cx: Context, reference: Reference): void {
  const { words, edits } = cx
  if (reference.kind === 'compared') {
    edits.fill(reference.open, `${words.externalOf()}(`)
    edits.fill(reference.close, reference.isFirst ? `, void ${valueOf(cx, reference, true)})` : ')')
  }
  if (reference.kind !== 'own') return
  const value = valueOf(cx, reference, reference.compared)
  if (value !== reference.text) edits.fill(reference.edit, reference.shorthand ? `${reference.name}: ${value}` : value)
}

/**
 * What stands for it. Before the top level replaces it (`let f = …; f = wrap(f)`) it is not what others will know by that name: all
 * that can be said of it is whether it is the same, where it is `compared`.
 */
function valueOf({ words, opaque, own }: Context, { text, exported, binding, usedAt, first }: ExportedAt & { readonly first?: boolean }, compared: boolean): string {
  if (exported === WHOLE && binding === undefined) return compared || usedAt > own.wholeAt ? words.external(text) : text
  const until = binding === undefined ? own.replacedUntil(exported) : (binding.replacedUntil ?? -1)
  if (until === undefined || usedAt <= until) return compared ? words.external(text) : text
  const changes = binding === undefined || binding.assigned || opaque
  return changes || first === true ? words.external(text, exported) : words.externalOnce(text, exported)
}

/** Exports that are more than a function. */
export function propertied({ bindings, exports }: Context): readonly string[] | undefined {
  const names = exports.flatMap(({ name, of }) => (typeof of === 'object' && of.kind === 'own' && of.hasMembers === true ? [name] : []))
  for (const binding of bindings.values()) if (binding.kind === 'own' && binding.hasMembers === true && binding.exported !== undefined && !names.includes(binding.exported)) names.push(binding.exported)
  return names.length === 0 ? undefined : names
}
