/**
 * One line of the shell, rewritten so that it can run as a function body inside `with (scope)`:
 *
 *   const x = 1            ->  void (x = 1)                what is declared at the top stays for the next lines, and so does
 *   for (var x of xs)      ->  for (x of xs)               every `var`
 *   function f() {}        ->  f = function f() {};        class C {}  ->  C = class C {};
 *   t.start()              ->  $answer = (0, t.start())    the value of the last statement that has one is the answer
 *   import(x)              ->  $import(x)
 *   l(t), code.l(t)        ->  l("t")                      a command about a module takes its name: `t` need not be loaded for it
 *   while (true) {}        ->  while (true) {$check();}    so that a busy line can be ended
 *
 * Prior art: node/lib/internal/repl/await.js. Which value a statement has: `completions.ts`.
 */
import { parse, type AnyNode, type Identifier, type Pattern, type Program, type Statement, type VariableDeclaration } from 'acorn'
import { completions } from './completions'
import { LineEdits } from './lineEdits'

export interface Declared {
  readonly name: string
  readonly constant: boolean
  /** A `var` of an inner statement: it is there, and undefined, before the line runs. */
  readonly hoisted: boolean
}

export interface Line {
  readonly body: string
  /** Declared at the top level, in order. */
  readonly declares: readonly Declared[]
  /** Assigned without being declared anywhere in the line. */
  readonly assigns: ReadonlySet<string>
  /** Free names used as values; a name that is only called is not here but in `calls`. */
  readonly values: ReadonlySet<string>
  readonly calls: ReadonlySet<string>
}

export interface LineContext {
  /** A variable of the shell: hides a module and a command of the same name. */
  isBound(name: string): boolean
  /** A command whose arguments are modules; `code.isLoaded` as well. */
  takesModules(name: string): boolean
}

/** @throws SyntaxError */
export function rewriteLine(source: string, context: LineContext): Line {
  const { text, program } = parseLine(source)
  const analysis = new Analysis(text, context)
  analysis.visitProgram(program)
  return analysis.result()
}

/** `{ a: 1 }` is an object here, not a block, as in every other JavaScript shell. */
function parseLine(source: string): { readonly text: string; readonly program: Program } {
  if (/^\s*\{/.test(source) && !/;\s*$/.test(source)) {
    const text = `(${source}\n)`
    try {
      return { text, program: parseScript(text) }
    } catch {
      // a block after all
    }
  }
  return { text: source, program: parseScript(source) }
}

/** The parser wanted more when the text was at its end. */
export function isIncomplete(error: unknown, source: string): boolean {
  if (!(error instanceof SyntaxError) || !('pos' in error)) return false
  if (/^Unterminated (?:template|comment)/.test(error.message)) return true
  return error.message.startsWith('Unexpected token') && Number(error.pos) >= source.trimEnd().length
}

const parseScript = (text: string): Program =>
  parse(text, { ecmaVersion: 'latest', sourceType: 'script', allowAwaitOutsideFunction: true, allowHashBang: false })

class Analysis {
  private readonly edits: LineEdits
  /** How many functions and classes are around: what `var` declares inside one is its own. */
  private depth = 0
  private readonly tops = new Set<AnyNode>()
  /** Declarations before an `of` or `in`, which gives the value. */
  private readonly heads = new Set<AnyNode>()
  private readonly declares: Declared[] = []
  private readonly declaredAnywhere = new Set<string>()
  private readonly assigned = new Set<string>()
  private readonly values = new Set<string>()
  private readonly calls = new Set<string>()
  /** Names of modules, unless something in the line declares them (`(t) => l(t)`). */
  private readonly moduleArguments: Identifier[] = []

  constructor(text: string, private readonly context: LineContext) {
    this.edits = new LineEdits(text)
  }

  visitProgram(program: Program): void {
    for (const statement of program.body) {
      if (statement.type === 'VariableDeclaration') {
        this.tops.add(statement)
        this.variables(statement, true)
      } else if (statement.type === 'FunctionDeclaration' || statement.type === 'ClassDeclaration') {
        this.declares.push({ name: statement.id.name, constant: false, hoisted: false })
        this.edits.around(statement, `${statement.id.name} = `, ';')
      }
    }
    this.visit(program)
    completions(program, this.edits)
  }

  result(): Line {
    const free = (names: ReadonlySet<string>): Set<string> => new Set([...names].filter((name) => !this.declaredAnywhere.has(name)))
    for (const { name, start, end } of this.moduleArguments) {
      if (!this.declaredAnywhere.has(name)) this.edits.replace(start, end, JSON.stringify(name))
    }
    return { body: this.edits.apply(), declares: this.declares, assigns: free(this.assigned), values: free(this.values), calls: free(this.calls) }
  }

  /** @param top what has no value yet is given `undefined`; further down it may be declared for the second time. */
  private variables(declaration: VariableDeclaration, top: boolean): void {
    const [first] = declaration.declarations
    const last = declaration.declarations.at(-1)
    if (first === undefined || last === undefined) return
    const constant = declaration.kind !== 'let' && declaration.kind !== 'var'
    for (const one of declaration.declarations) for (const name of namesOf(one.id)) this.declares.push({ name, constant, hoisted: !top })
    if (this.heads.has(declaration)) return this.edits.replace(declaration.start, first.start, '')
    this.edits.replace(declaration.start, first.start, 'void (')
    this.edits.close(declaration.start, last.end, ')')
    for (const one of declaration.declarations) if (top && (one.init === null || one.init === undefined)) this.edits.close(one.start, one.end, ' = undefined')
  }

  private visit(node: AnyNode): void {
    switch (node.type) {
      case 'Identifier':
        this.values.add(node.name)
        return
      case 'CallExpression':
        return this.call(node)
      case 'ImportExpression':
        this.edits.replace(node.start, node.start + 'import'.length, '$import')
        return this.visitChildren(node)
      case 'AssignmentExpression':
        for (const name of namesOf(node.left)) this.assigned.add(name)
        return this.visitChildren(node)
      case 'UpdateExpression':
        if (node.argument.type === 'Identifier') this.assigned.add(node.argument.name)
        return this.visitChildren(node)
      case 'MemberExpression':
        this.visit(node.object)
        if (node.computed) this.visit(node.property)
        return
      case 'Property':
      case 'MethodDefinition':
      case 'PropertyDefinition':
        if (node.computed) this.visit(node.key)
        if (node.value) this.visit(node.value)
        return
      case 'LabeledStatement':
        return this.visit(node.body)
      case 'BreakStatement':
      case 'ContinueStatement':
        return
      case 'VariableDeclarator':
        this.declare(node.id)
        return this.visitChildren(node)
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        if (node.id) this.declare(node.id)
        for (const parameter of node.params) this.declare(parameter)
        return this.visitInside(node)
      case 'ClassDeclaration':
      case 'ClassExpression':
        if (node.id) this.declare(node.id)
        return this.visitInside(node)
      case 'CatchClause':
        if (node.param) this.declare(node.param)
        return this.visitChildren(node)
      case 'VariableDeclaration':
        if (this.depth === 0 && node.kind === 'var' && !this.tops.has(node)) this.variables(node, false)
        return this.visitChildren(node)
      case 'ForInStatement':
      case 'ForOfStatement':
        this.heads.add(node.left)
        this.checkIn(node.body)
        return this.visitChildren(node)
      case 'ForStatement':
      case 'WhileStatement':
      case 'DoWhileStatement':
        this.checkIn(node.body)
        return this.visitChildren(node)
      default:
        return this.visitChildren(node)
    }
  }

  private visitInside(node: AnyNode): void {
    this.depth++
    this.visitChildren(node)
    this.depth--
  }

  private visitChildren(node: AnyNode): void {
    for (const value of Object.values(node)) {
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) this.visit(child)
    }
  }

  private call(node: Extract<AnyNode, { type: 'CallExpression' }>): void {
    const { callee } = node
    if (callee.type === 'Identifier') this.calls.add(callee.name)
    else this.visit(callee)
    const names = namesOfCallee(callee)
    const aboutModules = names !== undefined && this.context.takesModules(names.join('.')) && !this.context.isBound(names[0])
    for (const argument of node.arguments) {
      if (aboutModules) this.moduleArgument(argument)
      else this.visit(argument)
    }
  }

  private moduleArgument(node: AnyNode): void {
    if (node.type === 'ArrayExpression') {
      for (const element of node.elements) if (element) this.moduleArgument(element)
    } else if (node.type === 'Identifier' && node.name !== 'undefined' && !this.context.isBound(node.name)) this.moduleArguments.push(node)
    else this.visit(node)
  }

  private checkIn(body: Statement): void {
    if (body.type === 'BlockStatement') this.edits.open(body.start + 1, '$check();')
    else this.edits.around(body, '{ $check(); ', ' }')
  }

  private declare(pattern: Pattern): void {
    for (const name of namesOf(pattern)) this.declaredAnywhere.add(name)
  }
}

/** `l`, or `code` and `isLoaded`. */
function namesOfCallee(callee: AnyNode): readonly [string, ...string[]] | undefined {
  if (callee.type === 'Identifier') return [callee.name]
  if (callee.type !== 'MemberExpression' || callee.computed || callee.object.type !== 'Identifier' || callee.property.type !== 'Identifier') return undefined
  return [callee.object.name, callee.property.name]
}

function namesOf(pattern: Pattern): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name]
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) => namesOf(property.type === 'RestElement' ? property.argument : property.value))
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => (element === null ? [] : namesOf(element)))
    case 'RestElement':
      return namesOf(pattern.argument)
    case 'AssignmentPattern':
      return namesOf(pattern.left)
    default:
      return [] // a member: it declares nothing
  }
}

function isNode(value: unknown): value is AnyNode {
  return value instanceof Object && 'type' in value && typeof value.type === 'string' && 'start' in value
}
