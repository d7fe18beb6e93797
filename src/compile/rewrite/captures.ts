/**
 * Values that a top level takes from another module: they stay what they were when it ran, so whoever took one has to be loaded
 * again with the module it came from. Whether a value is a function, which needs no such thing, is known at run time only.
 */
import type { AnyNode, CallExpression, Expression, Pattern, Program, VariableDeclaration } from 'acorn'
import type { Captured } from '../../protocol/unit'
import type { Context, ExportedName } from './context'
import type { LineIndex } from './lines'

/** The module's own `module.exports`: what the variable holds when it is no object that could show the current one. */
const HELD = '='

/** What was taken, from imports by index, and from `require` and `await import()` by specifier; each name once, where it was taken first. */
export class Captures {
  private readonly imports = new Map<number, Map<string, Captured>>()
  private readonly requires = new Map<string, Map<string, Captured>>()

  constructor(private readonly lines: LineIndex) {}

  addImport(index: number, name: string, offset: number, decorating: boolean): void {
    this.add(this.imports, index, name, offset, decorating)
  }

  addRequire(specifier: string, name: string, offset: number): void {
    this.add(this.requires, specifier, name, offset)
  }

  ofImport(index: number): readonly Captured[] | undefined {
    const names = this.imports.get(index)
    return names === undefined ? undefined : [...names.values()]
  }

  ofRequires(): Readonly<Record<string, readonly Captured[]>> | undefined {
    if (this.requires.size === 0) return undefined
    return Object.fromEntries([...this.requires].map(([specifier, names]) => [specifier, [...names.values()]]))
  }

  private add<K>(to: Map<K, Map<string, Captured>>, key: K, name: string, offset: number, decorating = false): void {
    const names = to.get(key) ?? new Map<string, Captured>()
    to.set(key, names)
    const known = names.get(name)
    if (known !== undefined && (decorating || known.decorating !== true)) return
    names.set(name, { name, ...(decorating ? { decorating } : {}), line: this.lines.line(offset), column: this.lines.column(offset) })
  }
}

/** This code runs while the module is evaluated: it is in no function, or in one that is called where it stands. */
export function runsAtTopLevel(cx: Context): boolean {
  if (cx.deferred > 0) return false
  for (let fn = cx.fn; fn.outer !== undefined; fn = fn.outer) {
    if (!fn.immediate) return false
  }
  return true
}

/** `(() => { … })()`, `(function () { … }).call(this)`. */
export function calledFunction({ callee }: CallExpression): AnyNode | undefined {
  const called = inParentheses(callee)
  const fn = called.type === 'MemberExpression' && !called.computed && called.property.type === 'Identifier' && (called.property.name === 'call' || called.property.name === 'apply')
    ? inParentheses(called.object) : called
  return (fn.type === 'FunctionExpression' || fn.type === 'ArrowFunctionExpression') && !fn.generator ? fn : undefined
}

function inParentheses(node: AnyNode): AnyNode {
  let at = node
  while (at.type === 'ParenthesizedExpression') at = at.expression
  return at
}

/** `require("./x")`, also within what a compiler puts around it: `__toESM(require("./x"))`. */
function requiredSpecifier(node: Expression | null | undefined): string | undefined {
  if (node?.type !== 'CallExpression' || node.callee.type !== 'Identifier') return undefined
  const [first] = node.arguments
  if (node.callee.name === 'require') return first?.type === 'Literal' && typeof first.value === 'string' ? first.value : undefined
  return node.callee.name.startsWith('__') && first !== undefined && first.type !== 'SpreadElement' ? requiredSpecifier(first) : undefined
}

/** `await import("./x")` */
function awaitedSpecifier(node: AnyNode | null | undefined): string | undefined {
  if (node?.type !== 'AwaitExpression' || node.argument.type !== 'ImportExpression') return undefined
  const { source } = node.argument
  return source.type === 'Literal' && typeof source.value === 'string' ? source.value : undefined
}

/** What a module is taken from when its text says so: `require` of CommonJS, `await import()` of an ES module. */
export const takenSpecifier = (format: Context['format'], node: AnyNode | null | undefined): string | undefined =>
  format === 'esm' ? awaitedSpecifier(node) : node?.type === 'CallExpression' ? requiredSpecifier(node) : undefined

/** Names of the outermost scope that hold a module that was awaited, and what `require` answered. */
export function namesOfTaken(format: Context['format'], program: Program): Map<string, string> {
  const names = new Map<string, string>()
  for (const item of program.body) {
    const declaration = item.type === 'ExportNamedDeclaration' ? item.declaration : item
    if (declaration?.type !== 'VariableDeclaration') continue
    for (const { id, init } of declaration.declarations) {
      const specifier = takenSpecifier(format, init)
      if (id.type === 'Identifier' && specifier !== undefined) names.set(id.name, specifier)
    }
  }
  return names
}

/** Names of the outermost scope that hold a property of what `require` answered: `const { app } = require("./app")`, `require("./app").app`. */
export function requiredProperties(program: Program): Map<string, { readonly from: string; readonly name: string }> {
  const names = new Map<string, { readonly from: string; readonly name: string }>()
  for (const { id, init } of program.body.flatMap((item) => (item.type === 'VariableDeclaration' ? item.declarations : []))) {
    const from = requiredSpecifier(init?.type === 'MemberExpression' && init.object.type !== 'Super' ? init.object : init)
    if (from === undefined) continue
    if (id.type === 'Identifier' && init?.type === 'MemberExpression' && init.property.type === 'Identifier' && !init.computed) names.set(id.name, { from, name: init.property.name })
    for (const property of id.type === 'ObjectPattern' && init?.type === 'CallExpression' ? id.properties : []) {
      if (property.type === 'Property' && property.key.type === 'Identifier' && property.value.type === 'Identifier') names.set(property.value.name, { from, name: property.key.name })
    }
  }
  return names
}

/** `const { a, b: c } = require("./x")` takes `a` and `b`, as `await import("./x")` does; `const x = require("./x")` what is no object. */
export function captureDeclared(cx: Context, { declarations }: VariableDeclaration): void {
  if (!runsAtTopLevel(cx)) return
  for (const { id, init } of declarations) {
    const specifier = takenSpecifier(cx.format, init)
    if (specifier === undefined || (cx.format === 'esm' && id.type !== 'ObjectPattern')) continue // a namespace shows what is current
    for (const name of takenBy(id)) cx.captures.addRequire(specifier, name, id.start)
  }
}

function takenBy(pattern: Pattern): string[] {
  if (pattern.type !== 'ObjectPattern') return [HELD]
  return pattern.properties.map((property) => {
    if (property.type === 'RestElement' || property.computed) return '*'
    return property.key.type === 'Identifier' ? property.key.name : property.key.type === 'Literal' ? String(property.key.value) : '*'
  })
}

/** Source text of exported constants whose value is plain to see: as long as it is the same, nobody holds a stale one. */
export function literals(exports: readonly ExportedName[]): Record<string, string> | undefined {
  const found = exports.flatMap(({ name, of }) => (typeof of === 'object' && of.kind === 'own' && of.literal !== undefined && !of.assigned ? [[name, of.literal] as const] : []))
  return found.length === 0 ? undefined : Object.fromEntries(found)
}

export function literalText(code: string, init: Expression | null | undefined): string | undefined {
  const value = init?.type === 'UnaryExpression' && init.operator === '-' ? init.argument : init
  if (init === null || init === undefined || value?.type !== 'Literal' || 'regex' in value) return undefined
  return code.slice(init.start, init.end)
}
