/**
 * What a module exports and uses by the name it has inside: as a value such a name is what importers hold (`Emitted.external`), so
 * that a function is one thing everywhere. Where the text only says what is exported (`exports.f = f`) the name stands for the
 * function itself, which is what a call through an import finds.
 */
import type { AnyNode, CallExpression, Expression, ObjectExpression, Program } from 'acorn'
import { eachBoundName } from './bindings'
import { moduleName } from './importTable'

/** `module.exports` itself. */
export const WHOLE = '='

export class OwnExports {
  /** Names of the outermost scope, each with one under which others know what it holds. */
  readonly names = new Map<string, string>()
  /** Identifiers that stand for the function itself. */
  readonly places = new Set<AnyNode>()
  /** What stands for the function or class of this version: it is on the stack, or has private members that no other object has. */
  readonly themselves = new Set<AnyNode>()
  /** What is exported, where it is compared with something. */
  readonly compared = new Set<AnyNode>()
  /** CommonJS: names of the outermost scope that hold `module.exports`. */
  readonly wholes = new Set<string>()
  /** What is put into each export: names, or values; and where that ends. */
  private readonly values = new Map<string, Set<string | object>>()
  private readonly ends = new Map<string, number>()
  /** Function expressions that are exported: what they call themselves is the same. */
  readonly expressions = new Map<object, string>()

  name(local: string, exported: string): void {
    if (exported === WHOLE || !this.names.has(local)) this.names.set(local, exported)
  }

  add(value: AnyNode | null | undefined, exported: string): void {
    // `exports.f = void 0` only announces it.
    if (value === null || value === undefined || value.type === 'UnaryExpression') return
    this.ends.set(exported, value.end)
    const known = this.values.get(exported) ?? new Set()
    this.values.set(exported, known.add(value.type === 'Identifier' ? value.name : value))
    if (value.type === 'FunctionExpression') this.expressions.set(value, exported)
    if (value.type !== 'Identifier') return
    this.places.add(value)
    this.name(value.name, exported)
  }

  /** CommonJS: the top level puts something else there from this offset on; -1: no more; undefined: nobody knows. */
  replacedUntil(exported: string): number | undefined {
    const values = this.values.get(exported)
    return values === undefined ? undefined : values.size === 1 ? -1 : this.ends.get(exported)
  }

  /** CommonJS: where the top level has said for the last time what `module.exports` is. */
  get wholeAt(): number {
    return this.ends.get(WHOLE) ?? -1
  }

  /** `exports.f = f; exports.f = wrap(f)`: what is known as `f` at the end is another function. */
  dropReplaced(): void {
    for (const [local, exported] of this.names) if (this.replacedUntil(exported) !== -1) this.names.delete(local)
    for (const [node, exported] of this.expressions) if (this.replacedUntil(exported) !== -1) this.expressions.delete(node)
  }
}

/** All of them may be replaced by something else. */
const COMPUTED = /\bexports\s*\[\s*[^\s'"`\d][^\]]*\]\s*=(?!=)/

export function ownExports(code: string, program: Program, format: 'esm' | 'commonjs'): OwnExports {
  const own = new OwnExports()
  if (format === 'esm') ofModule(own, program)
  else if (!COMPUTED.test(code)) ofScript(own, program)
  return own
}

function ofModule(own: OwnExports, program: Program): void {
  for (const item of program.body) {
    if (item.type === 'ExportDefaultDeclaration') {
      const { declaration } = item
      if (declaration.type === 'FunctionDeclaration' && declaration.id !== null) own.name(declaration.id.name, 'default')
      else own.add(declaration, 'default')
    }
    if (item.type !== 'ExportNamedDeclaration' || item.source) continue
    const { declaration } = item
    for (const { local, exported } of item.specifiers) own.name(moduleName(local), moduleName(exported))
    if (declaration?.type === 'FunctionDeclaration') own.name(declaration.id.name, declaration.id.name)
    if (declaration?.type !== 'VariableDeclaration') continue
    eachBoundName(declaration, (name) => own.name(name, name))
    // `export const list = all` is one function with two names.
    if (declaration.kind === 'const') for (const { id, init } of declaration.declarations) if (id.type === 'Identifier') own.add(init, id.name)
  }
}

/** Statements of the outermost scope that say what `exports` has. */
function ofScript(own: OwnExports, program: Program): void {
  const objects = new Map<string, ObjectExpression>()
  const expressions = program.body.flatMap((item): Expression[] => {
    if (item.type === 'ExpressionStatement') return item.expression.type === 'SequenceExpression' ? item.expression.expressions : [item.expression]
    return item.type === 'VariableDeclaration' ? item.declarations.flatMap(({ init }) => init ?? []) : []
  })
  for (const { id, init } of program.body.flatMap((item) => (item.type === 'VariableDeclaration' ? item.declarations : []))) {
    if (id.type !== 'Identifier') continue
    if (init?.type === 'ObjectExpression') objects.set(id.name, init)
    if (init && targetsOf(own, init).names.includes(WHOLE)) own.wholes.add(id.name)
  }
  for (const one of expressions) {
    const { names, value } = targetsOf(own, one)
    if (names.includes(WHOLE) && value.type === 'Identifier') own.wholes.add(value.name)
  }
  for (const one of expressions) ofExpression(own, objects, one)
  own.dropReplaced()
}

function ofExpression(own: OwnExports, objects: ReadonlyMap<string, ObjectExpression>, node: Expression): void {
  if (node.type === 'CallExpression') ofCall(own, node)
  const { names, value } = targetsOf(own, node)
  for (const name of names) {
    own.add(value, name)
    const object = value.type === 'Identifier' ? objects.get(value.name) : value
    if (name === WHOLE && object?.type === 'ObjectExpression') ofObject(own, object)
  }
}

/** `exports.a = exports.b = f`: what is assigned, and to which exports. */
function targetsOf({ wholes }: OwnExports, node: Expression): { readonly names: readonly string[]; readonly value: Expression } {
  const names: string[] = []
  let value = node
  for (; value.type === 'AssignmentExpression' && value.operator === '='; value = value.right) {
    const name = value.left.type === 'MemberExpression' ? exportedBy(value.left, wholes) : undefined
    if (name !== undefined) names.push(name)
  }
  return { names, value }
}

function ofObject(own: OwnExports, { properties }: ObjectExpression): void {
  for (const property of properties) {
    if (property.type === 'Property' && !property.computed) own.add(property.value, keyOf(property.key))
  }
}

/** `Object.assign(exports, { f })`, `Object.defineProperty(exports, "f", { get: () => f })`, and what compilers make: `__export(all, { f: () => f })`. */
function ofCall(own: OwnExports, { callee, arguments: [target, what, how] }: CallExpression): void {
  if (callee.type === 'Identifier' && (callee.name === '__export' || callee.name === '_export') && what?.type === 'ObjectExpression') {
    for (const property of what.properties) if (property.type === 'Property') own.add(answerOf(property.value), keyOf(property.key))
  }
  if (callee.type !== 'MemberExpression' || target === undefined || exportedBy(target, own.wholes) !== WHOLE) return
  const method = callee.property.type === 'Identifier' ? callee.property.name : ''
  if (method === 'assign' && what?.type === 'ObjectExpression') ofObject(own, what)
  if (method !== 'defineProperty' || what?.type !== 'Literal' || how?.type !== 'ObjectExpression') return
  for (const property of how.properties) {
    if (property.type !== 'Property') continue
    own.add(keyOf(property.key) === 'get' ? answerOf(property.value) : keyOf(property.key) === 'value' ? property.value : undefined, String(what.value))
  }
}

/** `f` of `() => f` and `function () { return f }`. */
function answerOf(node: AnyNode): AnyNode | null | undefined {
  if (node.type === 'ArrowFunctionExpression' && node.body.type !== 'BlockStatement') return node.body
  if (node.type !== 'ArrowFunctionExpression' && node.type !== 'FunctionExpression') return undefined
  const [first] = node.body.type === 'BlockStatement' ? node.body.body : []
  return first?.type === 'ReturnStatement' ? first.argument : undefined
}

const keyOf = (key: AnyNode): string => (key.type === 'Identifier' ? key.name : key.type === 'Literal' ? String(key.value) : '')

/** What of its exports a script writes or reads here: `f` of `exports.f` and `module.exports.f`; `=`: all of it. */
export function exportedBy(node: AnyNode, wholes: ReadonlySet<string>): string | undefined {
  if (node.type === 'Identifier') return node.name === 'exports' || wholes.has(node.name) ? WHOLE : undefined
  if (node.type !== 'MemberExpression') return undefined
  const { object, property, computed } = node
  if (object.type === 'Identifier' && object.name === 'module') return !computed && property.type === 'Identifier' && property.name === 'exports' ? WHOLE : undefined
  if (exportedBy(object, wholes) !== WHOLE) return undefined
  return !computed && property.type === 'Identifier' ? property.name : computed && property.type === 'Literal' ? String(property.value) : undefined
}
