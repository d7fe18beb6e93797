/** The one walk over the tree: every node is visited in the order of the text, and says what changes there. */
import type { AnyNode, BinaryExpression, CallExpression, DoWhileStatement, Expression, ForStatement, LogicalExpression, MemberExpression, ObjectExpression, Property, SwitchStatement, VariableDeclaration, WhileStatement } from 'acorn'
import { calledFunction, captureDeclared, runsAtTopLevel, takenSpecifier } from './captures'
import { visitClass } from './classes'
import type { Context } from './context'
import { ANONYMOUS, propertyName } from './functionNames'
import { visitFunction } from './functions'
import { visitTry } from './guards'
import { noteHanded } from './handed'
import { isEndless } from './endless'
import { lookAtArguments, lookAtCallee, lookAtCompared, lookAtProperty, openCompared, visitExport, visitHandedOut, visitLookedAt } from './external'
import { noteKept } from './keeping'
import { noteMemberLetOut, staysInside } from './letOut'
import { visitEndlessLoop, visitForAwait, visitJump, visitLabeled, visitLoopBody } from './loops'
import { visitExportAll, visitExportDefault, visitExportNamed, visitImport } from './moduleItems'
import { declare, visitBinding, visitForLeft, visitTarget, visitWritten } from './patterns'
import { visitArguments, visitPart, visitShorthand } from './passing'
import { isPrivateHelper, looksForPrivate, readsPrivate, visitItself, visitPrivateCall } from './privates'
import { visitName } from './references'
import { Scope } from './scope'
import { noteChangingCall } from './state'
import { visitAwait, visitReturn, visitYield } from './suspensions'
import { refuse } from './tooNew'

export function visit(cx: Context, node: AnyNode): void {
  switch (node.type) {
    case 'Identifier':
      return visitName(cx, node)
    case 'MemberExpression':
      return visitExport(cx, node) ? undefined : visitMember(cx, node)
    case 'CallExpression':
      return visitCall(cx, node)
    case 'BinaryExpression':
    case 'LogicalExpression':
      return visitOperators(cx, node)
    case 'ExpressionStatement':
      return visitExpressionStatement(cx, node.expression)
    case 'VariableDeclaration':
      return visitVariables(cx, node)
    case 'ObjectExpression':
      return visitObject(cx, node)
    case 'BlockStatement':
      return inScope(cx, () => visitAll(cx, node.body))
    case 'FunctionDeclaration':
      if (node.id) declare(cx, cx.scope, node.id.name)
      return visitFunction(cx, node, node.id?.name ?? ANONYMOUS, node.start)
    case 'FunctionExpression':
      return visitFunction(cx, node, node.id?.name ?? ANONYMOUS, node.start)
    case 'ArrowFunctionExpression':
      return visitFunction(cx, node, ANONYMOUS, node.start)
    case 'ClassDeclaration':
      if (node.id) declare(cx, cx.scope, node.id.name)
      return visitClass(cx, node, node.id?.name ?? ANONYMOUS)
    case 'ClassExpression':
      return visitClass(cx, node, node.id?.name ?? ANONYMOUS)
    case 'AwaitExpression':
      return visitAwait(cx, node, 'value')
    case 'YieldExpression':
      return visitYield(cx, node, 'value')
    case 'ReturnStatement':
      return visitReturn(cx, node)
    case 'TryStatement':
      return visitTry(cx, node)
    case 'AssignmentExpression':
      noteKept(cx, node)
      if (node.left.type === 'Identifier' && cx.bindings.get(node.left.name)?.kind === 'own' && !cx.scope.isShadowed(node.left.name)) staysInside(cx, node.right)
      cx.assignmentEnd = node.end
      visitTarget(cx, node.left)
      return node.left.type === 'Identifier' ? visitNamed(cx, node.right, node.left.name) : visitNamed(cx, node.right, assignedName(cx, node.left))
    case 'UpdateExpression':
      return node.argument.type === 'Identifier' ? visitTarget(cx, node.argument) : visitWritten(cx, node.argument)
    case 'ForStatement':
      return inScope(cx, () => {
        if (node.init) visit(cx, node.init)
        visitLoop(cx, node, () => {
          if (node.test) visit(cx, node.test)
          if (node.update) visit(cx, node.update)
          return visitLoopBody(cx, node.body)
        })
      })
    case 'ForInStatement':
    case 'ForOfStatement':
      return inScope(cx, () => {
        if (node.type === 'ForOfStatement' && node.await) return visitForAwait(cx, node)
        visitForLeft(cx, node.left)
        visit(cx, node.right)
        visitLoopBody(cx, node.body)
      })
    case 'WhileStatement':
      return visitLoop(cx, node, () => {
        visit(cx, node.test)
        return visitLoopBody(cx, node.body)
      })
    case 'DoWhileStatement':
      return visitLoop(cx, node, () => {
        const fill = visitLoopBody(cx, node.body)
        visit(cx, node.test)
        return fill
      })
    case 'LabeledStatement':
      return inScope(cx, () => visitLabeled(cx, node))
    case 'BreakStatement':
    case 'ContinueStatement':
      return visitJump(cx, node)
    case 'SwitchStatement':
      return visitSwitch(cx, node)
    case 'IfStatement':
    case 'ConditionalExpression':
      staysInside(cx, node.test)
      visitLookedAt(cx, node.test)
      visit(cx, node.consequent)
      if (node.alternate) visit(cx, node.alternate)
      return
    case 'ThisExpression':
      if (cx.thisIsClass && !cx.own.places.has(node)) cx.edits.replace(node.start, node.end, cx.words.external('this'))
      return
    case 'WithStatement':
      cx.opaque = true
      visit(cx, node.object)
      return visit(cx, node.body)
    case 'UnaryExpression':
      staysInside(cx, node.argument)
      return node.operator === 'delete' ? visitWritten(cx, node.argument) : visitLookedAt(cx, node.argument)
    case 'ThrowStatement':
    case 'SpreadElement':
      return visit(cx, node.argument)
    case 'NewExpression':
      if (node.callee.type === 'Identifier') visitName(cx, node.callee, 'construct')
      else if (node.callee.type !== 'ThisExpression') visitCallee(cx, node.callee)
      lookAtArguments(cx, node)
      return visitArguments(cx, node)
    case 'ArrayExpression':
      for (const element of node.elements) {
        if (element?.type === 'SpreadElement') visitPart(cx, element.argument, () => visit(cx, element.argument))
        else if (element) visitPart(cx, element, () => visit(cx, element))
      }
      return
    case 'SequenceExpression':
    case 'TemplateLiteral':
      return visitAll(cx, node.expressions)
    case 'TaggedTemplateExpression':
      visitCallee(cx, node.tag)
      return visit(cx, node.quasi)
    case 'ChainExpression':
    case 'ParenthesizedExpression':
      return visit(cx, node.expression)
    case 'ImportExpression':
      cx.edits.replace(node.start, node.start + 'import'.length, `${cx.words.prefix}.import`)
      addSpecifier(node.source, (specifier) => cx.dynamic.add(specifier))
      visit(cx, node.source)
      if (node.options) visit(cx, node.options)
      return
    case 'MetaProperty':
      if (node.meta.name === 'import') cx.edits.replace(node.start, node.end, cx.words.meta())
      else cx.edits.replace(node.start, node.end, cx.localFuns ? cx.words.identity('new.target') : `${cx.words.externalOf()}(new.target)`)
      return
    case 'ImportDeclaration':
      return visitImport(cx, node)
    case 'ExportNamedDeclaration':
      return visitExportNamed(cx, node)
    case 'ExportDefaultDeclaration':
      return visitExportDefault(cx, node)
    case 'ExportAllDeclaration':
      return visitExportAll(cx, node)
    default:
      // Literals, `super`, empty statements: nothing in them and nothing to do.
      return
  }
}

/** Only what waits can be found waiting: a loop of a function that cannot costs nothing more. */
function visitLoop(cx: Context, node: ForStatement | WhileStatement | DoWhileStatement, visitParts: () => (check: string) => void): void {
  const waits = cx.fn.kind === 'async' || cx.fn.kind === 'asyncGenerator'
  if (waits && isEndless(node)) visitEndlessLoop(cx, visitParts)
  else visitParts()
}

function visitAll(cx: Context, nodes: readonly AnyNode[]): void {
  for (const node of nodes) visit(cx, node)
}

function inScope(cx: Context, inside: () => void): void {
  const outside = cx.scope
  const scope = new Scope(outside)
  cx.scope = scope
  inside()
  scope.close()
  cx.scope = outside
}

/** An anonymous function or class takes its name from where it is put. */
export function visitNamed(cx: Context, node: Expression, name: string): void {
  if (node.type === 'ArrowFunctionExpression') visitFunction(cx, node, name, node.start)
  else if (node.type === 'FunctionExpression') visitFunction(cx, node, node.id?.name ?? name, node.start)
  else if (node.type === 'ClassExpression') visitClass(cx, node, node.id?.name ?? name, name)
  else visit(cx, node)
}

function assignedName(cx: Context, target: AnyNode): string {
  if (target.type !== 'MemberExpression') return ANONYMOUS
  return propertyName(cx.code, { key: target.property.type === 'PrivateIdentifier' ? { ...target.property, type: 'Identifier', name: `#${target.property.name}` } : target.property, computed: target.computed, kind: 'init' })
}

function visitMember(cx: Context, node: MemberExpression): void {
  const { object } = node
  noteMemberLetOut(cx, node)
  if (readsPrivate(cx, node)) return visitItself(cx, object)
  if (object.type === 'MemberExpression') cx.own.places.add(object)
  const member = !node.computed && node.property.type === 'Identifier' ? node.property.name : undefined
  if (object.type === 'Identifier') visitName(cx, object, 'object', false, member)
  else if (object.type !== 'ThisExpression' && (object.type !== 'MetaProperty' || object.meta.name === 'import')) visit(cx, object)
  captureTaken(cx, object, member ?? '*')
  if (node.computed) visit(cx, node.property)
}

/** The left side of a long chain of operators is as deep as the chain is long: it is walked in a loop. */
function visitOperators(cx: Context, node: BinaryExpression | LogicalExpression): void {
  const rights: (BinaryExpression | LogicalExpression)[] = [node]
  let left: AnyNode = node.left
  while (left.type === 'BinaryExpression' || left.type === 'LogicalExpression') {
    rights.push(left)
    left = left.left
  }
  if (rights.at(-1)?.type === 'BinaryExpression') staysInside(cx, left)
  const innermost = rights.at(-1) ?? node
  lookAtCompared(cx, innermost)
  const close = openCompared(cx, left, innermost.right, true)
  visitOperand(cx, left)
  close()
  for (let i = rights.length - 1; i >= 0; i--) {
    const operation = rights[i]
    if (operation !== undefined) visitRight(cx, operation)
  }
}

/** `a<!--b` is an HTML-like comment in a script, and what is generated is one. */
function visitRight(cx: Context, operation: BinaryExpression | LogicalExpression): void {
  const { left, right, operator } = operation
  if (isMerged(cx, operation)) return
  if (operation.type === 'BinaryExpression') staysInside(cx, right)
  if (operator === '<' && cx.code.startsWith('<!--', right.start - 1)) cx.edits.insert(right.start, ' ')
  lookAtCompared(cx, operation)
  const close = openCompared(cx, right, left, false)
  if (operator === 'instanceof' && right.type === 'Identifier') visitName(cx, right, 'right')
  else if (looksForPrivate(cx, operation)) visitItself(cx, right)
  else if (operator === 'instanceof' && right.type === 'ThisExpression') return
  else visitOperand(cx, right)
  close()
}

const visitOperand = (cx: Context, node: AnyNode): void => (cx.own.compared.has(node) ? visitHandedOut(cx, node) : visit(cx, node))

/** `f || (f = {})`, `f || (exports.f = f = {})`: what TypeScript makes of a namespace that adds to a function or class, which is there. */
function isMerged({ bindings }: Context, { operator, left, right }: BinaryExpression | LogicalExpression): boolean {
  const binding = operator === '||' && left.type === 'Identifier' ? bindings.get(left.name) : undefined
  if (left.type !== 'Identifier' || binding?.kind !== 'own' || (binding.declared !== 'function' && binding.declared !== 'class')) return false
  let assigned = false
  let value: AnyNode = right
  for (; value.type === 'AssignmentExpression'; value = value.right) if (value.left.type === 'Identifier' && value.left.name === left.name) assigned = true
  return assigned && value.type === 'ObjectExpression' && value.properties.length === 0
}

function visitExpressionStatement(cx: Context, expression: Expression): void {
  cx.statementStart = expression.start
  noteHanded(cx, expression)
  if (expression.type === 'AwaitExpression') visitAwait(cx, expression, 'statement')
  else if (expression.type === 'YieldExpression') visitYield(cx, expression, 'statement')
  else visit(cx, expression)
}

function visitVariables(cx: Context, node: VariableDeclaration): void {
  if (node.kind === 'using' || node.kind === 'await using') refuse(node.start, `'${node.kind}' declarations need to be compiled for this version of Node`)
  const scope = node.kind === 'var' ? cx.fn.varScope : cx.scope
  captureDeclared(cx, node)
  for (const { id, init } of node.declarations) {
    visitBinding(cx, id, scope)
    if (!init) continue
    noteHanded(cx, init, true)
    if (id.type === 'Identifier') visitNamed(cx, init, id.name)
    else visit(cx, init)
  }
}

function visitObject(cx: Context, node: ObjectExpression): void {
  for (const property of node.properties) {
    if (property.type === 'SpreadElement') visitPart(cx, property.argument, () => visit(cx, property.argument))
    else visitProperty(cx, property)
  }
}

function visitProperty(cx: Context, property: Property): void {
  const { key, value, computed, method, kind } = property
  if (property.shorthand) {
    if (value.type === 'Identifier') visitShorthand(cx, value, () => visitName(cx, value, 'value', true))
    return
  }
  if (computed) visit(cx, key)
  const name = propertyName(cx.code, property)
  lookAtProperty(cx, name, value)
  if ((method || kind !== 'init') && value.type === 'FunctionExpression') visitFunction(cx, value, name, property.start)
  else visitPart(cx, value, () => visitNamed(cx, value, name))
}

function visitCall(cx: Context, node: CallExpression): void {
  const { callee } = node
  if (callee.type === 'Identifier') {
    if (callee.name === 'eval') cx.opaque = true
    if (callee.name === 'require' && cx.format === 'commonjs') addRequire(cx, node)
  }
  noteKept(cx, node)
  if (isChain(callee)) cx.chains = runsAtTopLevel(cx) ? 'top level' : (cx.chains ?? 'functions')
  const fn = calledFunction(node)
  if (fn !== undefined) cx.called = fn
  const decorates = callee.type !== 'Super' && isDecorating(callee)
  if (callee.type !== 'Super') {
    noteChangingCall(cx, callee)
    if (decorates) cx.edits.insert(callee.start, `${cx.words.decorating()}(`)
    visitReceiver(cx, node, callee)
    if (decorates) cx.edits.insert(callee.end, ')')
  }
  if (isPrivateHelper(node)) return visitPrivateCall(cx, node)
  lookAtArguments(cx, node)
  if (decorates) return visitDecorated(cx, node)
  visitArguments(cx, node)
  if (callee.type !== 'Identifier' || !callee.name.startsWith('__')) for (const argument of node.arguments) captureTaken(cx, argument, '*')
}

const isChain = (callee: CallExpression['callee']): boolean =>
  callee.type === 'MemberExpression' && callee.property.type === 'Identifier' && (callee.property.name === 'then' || callee.property.name === 'finally')

/** `getBot().command('x', run)`: what is called, and the runtime hears of what it answered. */
function visitReceiver(cx: Context, node: CallExpression, callee: Expression): void {
  const receiving = cx.receiving.get(node)
  if (callee.type !== 'MemberExpression' || typeof receiving !== 'number') return visitCallee(cx, callee)
  const { open, close } = cx.words.givesTo(receiving)
  cx.edits.insert(callee.object.start, open)
  visitCallee(cx, callee)
  cx.edits.insert(callee.object.end, close)
}

/** What esbuild, TypeScript and Babel make of decorators. */
const DECORATING = /^_+(?:esDecorate|decorat\w*|applyDecs\w*)$/

/** `__decorateClass([D(x)], C.prototype, "m", 1)` */
function visitDecorated(cx: Context, node: CallExpression): void {
  for (const argument of node.arguments) {
    const root = argument.type === 'MemberExpression' ? argument.object : argument
    if (root.type === 'Identifier') cx.decorated.add(root.name)
  }
  cx.decorating++
  visitArguments(cx, node)
  cx.decorating--
}

function isDecorating(callee: Expression): boolean {
  const name = callee.type === 'MemberExpression' ? callee.property : callee
  return name.type === 'Identifier' && DECORATING.test(name.name)
}

/** `require("./x").a`, `f(require("./x"))`, `(await import("./x")).a`. */
function captureTaken(cx: Context, node: AnyNode, member: string): void {
  const specifier = takenSpecifier(cx.format, node)
  if (specifier !== undefined && runsAtTopLevel(cx)) cx.captures.addRequire(specifier, member, node.start)
}

function visitCallee(cx: Context, callee: Expression): void {
  if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier' || callee.property.name !== 'bind') staysInside(cx, callee)
  if (callee.type === 'Identifier') visitName(cx, callee, 'call')
  else if (callee.type === 'MemberExpression' && callee.object.type === 'Identifier' && !readsPrivate(cx, callee)) {
    visitName(cx, callee.object, 'receiver', false, callee.computed || callee.property.type !== 'Identifier' ? undefined : callee.property.name)
    if (callee.computed) visit(cx, callee.property)
  } else {
    lookAtCallee(cx, callee)
    visit(cx, callee)
  }
}

function addRequire(cx: Context, { arguments: [first] }: CallExpression): void {
  if (first) addSpecifier(first, (specifier) => cx.scope.refer({ kind: 'require', name: 'require', specifier }))
}

function addSpecifier(node: AnyNode, add: (specifier: string) => void): void {
  if (node.type === 'Literal' && typeof node.value === 'string') add(node.value)
  else if (node.type === 'TemplateLiteral' && node.expressions.length === 0) add(node.quasis[0]?.value.cooked ?? '')
}

function visitSwitch(cx: Context, node: SwitchStatement): void {
  visit(cx, node.discriminant)
  inScope(cx, () => {
    for (const { test, consequent } of node.cases) {
      if (test) visit(cx, test)
      visitAll(cx, consequent)
    }
  })
}

