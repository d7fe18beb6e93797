import type { AnyNode, Class, Expression, Pattern, Program, Statement } from 'acorn'
import { literalText, namesOfTaken, requiredProperties } from './captures'
import type { ImportTable } from './importTable'
import { childrenOf } from './nodes'
import type { OwnExports } from './ownExports'
import { definedNames } from './topClasses'

/** A name of the module's outermost scope. */
export type Binding =
  | { readonly kind: 'import'; readonly index: number; /** `*` for a namespace. */ readonly imported: string }
  | OwnBinding
  /** What CommonJS is given: `require`, `exports`, `module`. */
  | { readonly kind: 'given' }

export interface OwnBinding {
  readonly kind: 'own'
  readonly declared: 'var' | 'let' | 'const' | 'class' | 'function'
  /** Assigned somewhere after its declaration. */
  assigned: boolean
  /** Assigned by the top level, for the last time where this offset is. */
  replacedUntil?: number
  /** Assigned inside a function, which may run later than the top level. */
  assignedInFunction: boolean
  /** Declared with a class. */
  isClass?: boolean
  /** Declared as a function, or a constant that is one. */
  isFunction?: boolean
  /** A constant that is made empty or filled where it is declared: a literal array or object, a `Map`, a `Set`. */
  collects?: boolean
  /** A function changes what it holds. */
  changedInFunction?: boolean
  /** Source text of the literal that a constant is initialized with. */
  literal?: string
  /** CommonJS: it holds what `require` answered for this specifier. */
  required?: string
  /** ES modules: the namespace of what was awaited by this specifier. */
  awaited?: string
  /** CommonJS: it holds this property of what `require` answered. */
  taken?: { readonly from: string; readonly name: string }
  /** What it is initialized with, unless that is the literal of a constant. */
  init?: Expression
  /** The top level puts functions into it: `router.get('/', list)`, `api.hash = hash`. */
  filled?: boolean
  /** A class that has members of a class which is not in this text. */
  inherits?: boolean
  /** A class whose objects have functions of their own in fields. */
  hasFunctionFields?: boolean
  /** A name under which others know what it holds (see `OwnExports`). */
  exported?: string
  /** It is more than a function: the module reads or writes members of it that not every function has. */
  hasMembers?: boolean
}

/** Names of the outermost scope: imports, declarations, and what a CommonJS module is given. */
export function collectBindings(code: string, program: Program, imports: ImportTable, exports: OwnExports, format: 'esm' | 'commonjs'): Map<string, Binding> {
  const bindings = new Map<string, Binding>()
  if (format === 'commonjs') for (const name of ['require', 'exports', 'module']) bindings.set(name, { kind: 'given' })
  const own = (declared: OwnBinding['declared'], again: boolean) => (name: string): void => {
    const known = bindings.get(name)
    if (known?.kind === 'own') known.assigned = true
    else bindings.set(name, { kind: 'own', declared, assigned: again, assignedInFunction: false })
  }
  for (const item of program.body) {
    if (item.type === 'ImportDeclaration') {
      for (const { local, imported } of imports.specifiers(item)) bindings.set(local, { kind: 'import', index: imports.index(item), imported })
      continue
    }
    const statement = declarationOf(item)
    if (statement === undefined) continue
    if (statement.type === 'VariableDeclaration') eachBoundName(statement, own(statement.kind === 'var' ? 'var' : statement.kind === 'let' ? 'let' : 'const', false))
    else if (statement.type === 'FunctionDeclaration') own('function', false)(statement.id.name)
    else if (statement.type === 'ClassDeclaration') own('class', false)(statement.id.name)
    else eachVar([statement], own('var', true))
    describe(code, bindings, statement)
  }
  for (const [name, specifier] of namesOfTaken(format, program)) note(bindings, name, format === 'esm' ? { awaited: specifier } : { required: specifier })
  if (format === 'commonjs') for (const [name, taken] of requiredProperties(program)) note(bindings, name, { taken })
  eachFilled(program, bindings, (name) => note(bindings, name, { filled: true }))
  for (const [name, exported] of exports.names) note(bindings, name, { exported })
  return bindings
}

function describe(code: string, bindings: ReadonlyMap<string, Binding>, statement: Statement): void {
  if (statement.type === 'ClassDeclaration') note(bindings, statement.id.name, { isClass: true, inherits: inherits(bindings, statement) })
  if (statement.type === 'FunctionDeclaration') note(bindings, statement.id.name, { isFunction: true })
  if (statement.type === 'ClassDeclaration' && statement.body.body.some(isFunctionField)) note(bindings, statement.id.name, { hasFunctionFields: true })
  if (statement.type !== 'VariableDeclaration') return
  for (const name of definedNames(statement)) note(bindings, name, { isClass: true })
  for (const { id, init } of statement.declarations) {
    if (id.type === 'Identifier' && init?.type === 'ClassExpression' && init.body.body.some(isFunctionField)) note(bindings, id.name, { hasFunctionFields: true })
    if (id.type === 'Identifier' && init?.type === 'ClassExpression') note(bindings, id.name, { inherits: inherits(bindings, init) })
    if (id.type === 'Identifier' && statement.kind !== 'const' && init) note(bindings, id.name, { init })
  }
  for (const { id, init } of statement.kind === 'const' ? statement.declarations : []) {
    const literal = literalText(code, init)
    if (id.type === 'Identifier' && literal !== undefined) note(bindings, id.name, { literal })
    if (id.type === 'Identifier' && literal === undefined && init) note(bindings, id.name, { init })
    if (id.type === 'Identifier' && (init?.type === 'ArrowFunctionExpression' || init?.type === 'FunctionExpression')) note(bindings, id.name, { isFunction: true })
    if (id.type === 'Identifier' && isCollection(init)) note(bindings, id.name, { collects: true })
  }
}

function inherits(bindings: ReadonlyMap<string, Binding>, { superClass }: Class): boolean {
  const parent = superClass?.type === 'Identifier' ? bindings.get(superClass.name) : undefined
  return parent?.kind === 'own' && parent.isClass === true ? parent.inherits === true : superClass !== null && superClass !== undefined
}

/** `handle = () => { … }`: each object has a function of its own, of the version that made it. */
export const isFunctionField = (member: Class['body']['body'][number]): boolean =>
  member.type === 'PropertyDefinition' && !member.static && (member.value?.type === 'ArrowFunctionExpression' || member.value?.type === 'FunctionExpression')

/** Names whose objects the code of the top level, but no function, puts functions into. */
function eachFilled(program: Program, bindings: ReadonlyMap<string, Binding>, visit: (name: string) => void): void {
  const isCode = (given: AnyNode): boolean => isFunctionNode(given) || (given.type === 'Identifier' && isCodeName(bindings, given.name)) || (given.type === 'MemberExpression' && isCode(given.object))
  const nodes: AnyNode[] = [...program.body]
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    if (isFunctionNode(node) || node.type === 'ClassDeclaration' || node.type === 'ClassExpression') continue
    const name = node.type === 'CallExpression' && node.callee.type === 'MemberExpression' && node.arguments.some(isCode) ? receiverOf(node.callee)
      : node.type === 'AssignmentExpression' && node.left.type === 'MemberExpression' && isCode(node.right) ? receiverOf(node.left) : undefined
    if (name !== undefined && bindings.get(name)?.kind === 'own') visit(name)
    nodes.push(...childrenOf(node))
  }
}

const isFunctionNode = ({ type }: AnyNode): boolean => type === 'FunctionDeclaration' || type === 'FunctionExpression' || type === 'ArrowFunctionExpression'

function isCodeName(bindings: ReadonlyMap<string, Binding>, name: string): boolean {
  const binding = bindings.get(name)
  return binding?.kind === 'import' || (binding?.kind === 'own' && (binding.isFunction === true || binding.required !== undefined || binding.taken !== undefined))
}

/** `app` of `app.route('/').get`. */
function receiverOf(node: AnyNode): string | undefined {
  let at = node
  while (at.type === 'MemberExpression' || at.type === 'CallExpression') at = at.type === 'MemberExpression' ? at.object : at.callee
  return at.type === 'Identifier' ? at.name : undefined
}

const COLLECTIONS: ReadonlySet<string> = new Set(['Map', 'Set', 'WeakMap', 'WeakSet', 'Array'])

const isCollection = (init: Expression | null | undefined): boolean =>
  init?.type === 'ArrayExpression' || init?.type === 'ObjectExpression' || (init?.type === 'NewExpression' && init.callee.type === 'Identifier' && COLLECTIONS.has(init.callee.name))

function note(bindings: ReadonlyMap<string, Binding>, name: string, known: Partial<OwnBinding>): void {
  const binding = bindings.get(name)
  if (binding?.kind === 'own') Object.assign(binding, known)
}

/** The statement that an item of a module is, or contains; undefined for pure imports and exports. */
function declarationOf(item: Program['body'][number]): Statement | undefined {
  switch (item.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
      return undefined
    case 'ExportNamedDeclaration':
      return item.declaration ?? undefined
    case 'ExportDefaultDeclaration': {
      const { declaration } = item
      if (declaration.type !== 'FunctionDeclaration' && declaration.type !== 'ClassDeclaration') return undefined
      return hasName(declaration) ? declaration : undefined
    }
    default:
      return item
  }
}

function hasName<T extends { readonly id?: unknown }>(declaration: T): declaration is Extract<T, { readonly id: { readonly name: string } }> {
  return declaration.id !== null && declaration.id !== undefined
}

export function eachBoundName(declaration: { readonly declarations: readonly { readonly id: Pattern }[] }, visit: (name: string) => void): void {
  for (const { id } of declaration.declarations) eachName(id, visit)
}

/** Names that a binding pattern declares. */
export function eachName(pattern: Pattern | null, visit: (name: string) => void): void {
  switch (pattern?.type) {
    case 'Identifier':
      return visit(pattern.name)
    case 'ObjectPattern':
      for (const property of pattern.properties) eachName(property.type === 'RestElement' ? property.argument : property.value, visit)
      return
    case 'ArrayPattern':
      for (const element of pattern.elements) eachName(element, visit)
      return
    case 'RestElement':
      return eachName(pattern.argument, visit)
    case 'AssignmentPattern':
      return eachName(pattern.left, visit)
    default:
      return
  }
}

/** Every name that `var` declares in statements (functions inside them excluded); with `block`, those of functions in nested blocks, too. */
export function eachVar(statements: readonly (Statement | null | undefined)[], visit: (name: string) => void, block?: (name: string) => void, nested = false): void {
  for (const statement of statements) {
    if (statement) eachVarOf(statement, visit, block, nested)
  }
}

function eachVarOf(statement: Statement, visit: (name: string) => void, block: ((name: string) => void) | undefined, nested: boolean): void {
  const inside = (inner: readonly (Statement | null | undefined)[]): void => eachVar(inner, visit, block, true)
  switch (statement.type) {
    case 'VariableDeclaration':
      if (statement.kind === 'var') eachBoundName(statement, visit)
      return
    case 'FunctionDeclaration':
      if (nested) block?.(statement.id.name)
      return
    case 'BlockStatement':
      return inside(statement.body)
    case 'IfStatement':
      return inside([statement.consequent, statement.alternate])
    case 'ForStatement':
      return inside([statement.init?.type === 'VariableDeclaration' ? statement.init : null, statement.body])
    case 'ForInStatement':
    case 'ForOfStatement':
      return inside([statement.left.type === 'VariableDeclaration' ? statement.left : null, statement.body])
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'LabeledStatement':
    case 'WithStatement':
      return inside([statement.body])
    case 'SwitchStatement':
      for (const { consequent } of statement.cases) inside(consequent)
      return
    case 'TryStatement':
      return inside([statement.block, statement.handler?.body, statement.finalizer])
    default:
      return
  }
}
