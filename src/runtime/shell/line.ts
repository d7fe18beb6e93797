/**
 * One line of the shell, rewritten so that it can run as a function body inside `with (scope)`:
 *
 *   const x = 1            ->  void (x = 1)                what is declared at the top stays for the next lines
 *   function f() {}        ->  f = function f() {};        class C {}  ->  C = class C {};
 *   t.start()              ->  return (t.start())          the last expression is the answer
 *   import(x)              ->  $import(x)
 *   l(t)                   ->  l("t")                      a command about a module takes its name: `t` need not be loaded for it
 *   while (true) {}        ->  while (true) {$check();}    so that a busy line can be ended
 *
 * Prior art: node/lib/internal/repl/await.js.
 */
import { parse, type AnyNode, type Identifier, type ModuleDeclaration, type Pattern, type Program, type Statement, type VariableDeclaration } from 'acorn'

export interface Declared {
  readonly name: string
  readonly constant: boolean
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
  /** A command whose arguments are modules. */
  takesModules(name: string): boolean
}

interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
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

const parseScript = (text: string): Program =>
  parse(text, { ecmaVersion: 'latest', sourceType: 'script', allowAwaitOutsideFunction: true, allowHashBang: false })

class Analysis {
  private readonly edits: Edit[] = []
  private readonly declares: Declared[] = []
  private readonly declaredAnywhere = new Set<string>()
  private readonly assigned = new Set<string>()
  private readonly values = new Set<string>()
  private readonly calls = new Set<string>()
  /** Names of modules, unless something in the line declares them (`(t) => l(t)`). */
  private readonly moduleArguments: Identifier[] = []

  constructor(private readonly text: string, private readonly context: LineContext) {}

  visitProgram(program: Program): void {
    program.body.forEach((statement, index) => this.topLevel(statement, index === program.body.length - 1))
    this.visit(program)
  }

  result(): Line {
    const free = (names: ReadonlySet<string>): Set<string> => new Set([...names].filter((name) => !this.declaredAnywhere.has(name)))
    for (const { name, start, end } of this.moduleArguments) {
      if (!this.declaredAnywhere.has(name)) this.edits.push({ start, end, text: JSON.stringify(name) })
    }
    return { body: apply(this.text, this.edits), declares: this.declares, assigns: free(this.assigned), values: free(this.values), calls: free(this.calls) }
  }

  private topLevel(statement: Statement | ModuleDeclaration, last: boolean): void {
    switch (statement.type) {
      case 'VariableDeclaration':
        return this.variables(statement)
      case 'FunctionDeclaration':
      case 'ClassDeclaration':
        this.declares.push({ name: statement.id.name, constant: false })
        this.insert(statement.start, `${statement.id.name} = `)
        return this.insert(statement.end, ';')
      case 'ExpressionStatement': {
        if (!last) return
        const end = this.text[statement.end - 1] === ';' ? statement.end - 1 : statement.end
        this.insert(statement.start, 'return (')
        return this.insert(end, '\n)')
      }
      default:
    }
  }

  private variables(declaration: VariableDeclaration): void {
    const first = declaration.declarations[0]
    const last = declaration.declarations.at(-1)
    if (first === undefined || last === undefined) return
    this.edits.push({ start: declaration.start, end: first.start, text: 'void (' })
    for (const one of declaration.declarations) {
      for (const name of namesOf(one.id)) this.declares.push({ name, constant: declaration.kind !== 'let' && declaration.kind !== 'var' })
      if (one.init === null || one.init === undefined) this.insert(one.end, ' = undefined')
    }
    this.insert(last.end, ')')
  }

  private visit(node: AnyNode): void {
    switch (node.type) {
      case 'Identifier':
        this.values.add(node.name)
        return
      case 'CallExpression':
        return this.call(node)
      case 'ImportExpression':
        this.edits.push({ start: node.start, end: node.start + 'import'.length, text: '$import' })
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
        return this.visitChildren(node)
      case 'ClassDeclaration':
      case 'ClassExpression':
        if (node.id) this.declare(node.id)
        return this.visitChildren(node)
      case 'CatchClause':
        if (node.param) this.declare(node.param)
        return this.visitChildren(node)
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
      case 'WhileStatement':
      case 'DoWhileStatement':
        this.checkIn(node.body)
        return this.visitChildren(node)
      default:
        return this.visitChildren(node)
    }
  }

  private visitChildren(node: AnyNode): void {
    for (const value of Object.values(node)) {
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) this.visit(child)
    }
  }

  private call(node: Extract<AnyNode, { type: 'CallExpression' }>): void {
    const { callee } = node
    if (callee.type !== 'Identifier') return this.visitChildren(node)
    this.calls.add(callee.name)
    const aboutModules = this.context.takesModules(callee.name) && !this.context.isBound(callee.name)
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
    if (body.type === 'BlockStatement') return this.insert(body.start + 1, '$check();')
    this.insert(body.start, '{ $check(); ')
    this.insert(body.end, ' }')
  }

  private declare(pattern: Pattern): void {
    for (const name of namesOf(pattern)) this.declaredAnywhere.add(name)
  }

  private insert(at: number, text: string): void {
    this.edits.push({ start: at, end: at, text })
  }
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

/** Edits at one place apply in the order they were made; none overlap. */
function apply(text: string, edits: readonly Edit[]): string {
  const ordered = edits.map((edit, index) => ({ edit, index })).sort((a, b) => a.edit.start - b.edit.start || a.edit.end - b.edit.end || a.index - b.index)
  let result = ''
  let at = 0
  for (const { edit } of ordered) {
    result += text.slice(at, edit.start) + edit.text
    at = edit.end
  }
  return result + text.slice(at)
}
