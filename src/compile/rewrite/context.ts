import type { AnyNode, Expression, Function as FunctionNode, Statement } from 'acorn'
import type { FunctionRecord, Handed, Handing, Keeping, Reexport } from '../../protocol/unit'
import type { Binding } from './bindings'
import type { Captures } from './captures'
import type { Edits } from './edits'
import type { MethodOf } from './functions'
import type { ImportTable } from './importTable'
import type { LineIndex } from './lines'
import type { OwnExports } from './ownExports'
import type { Scope } from './scope'
import type { Vocabulary } from './vocabulary'

/** What the walk over one module carries along. */
export interface Context {
  readonly code: string
  readonly format: 'esm' | 'commonjs'
  readonly edits: Edits
  readonly lines: LineIndex
  readonly words: Vocabulary
  readonly imports: ImportTable
  readonly bindings: Map<string, Binding>
  readonly exports: ExportedName[]
  readonly stars: number[]
  readonly reexports: Reexport[]
  readonly captures: Captures
  readonly handed: Handed[]
  readonly received: Handing[]
  /** What those calls say to the runtime, when the object has a name; else their indexes. */
  readonly receiving: Map<AnyNode, string | number>
  /** See `noteAnswered`. */
  readonly answered: Set<string>
  /** By the names of functions of the outermost scope. */
  readonly keeps: Map<string, Keeping>
  /** See `hasLocalFuns`. */
  readonly localFuns: boolean
  readonly own: OwnExports
  readonly dynamic: Set<string>
  readonly functions: FunctionRecord[]
  readonly points: number[]
  /** Statements that give hoisted functions their name, run before the exports are defined. */
  readonly hoistedNames: string[]
  /** Where `promise.then(…)` is called: by the top level, or only in functions. */
  chains: 'top level' | 'functions' | undefined
  /** Direct `eval` or `with`: bindings can be assigned unseen. */
  opaque: boolean
  scope: Scope
  fn: FunctionContext
  /** A function expression that is called where it stands. */
  called: AnyNode | undefined
  /** Functions that are only used while the call they are given to goes on (`list.map(…)`), or by what the runtime starts. */
  readonly passing: Set<object>
  /** Bodies of methods: what can change without the class looking different from outside. */
  readonly methodBodies: { readonly start: number; readonly end: number }[]
  /** How many initializers of instance fields the visited place is in: they run when an object is made. */
  deferred: number
  /** `this` is a class: that of a static method, field or block. */
  thisIsClass: boolean
  /** A static method that is about to be visited. */
  staticMethod: AnyNode | undefined
  /** Names of static private members of the classes around the visited place. */
  staticPrivates: ReadonlySet<string>
  /** Classes of the outermost scope with decorators. */
  readonly decorated: Set<string>
  /** How many calls of decorators the visited place is in. */
  decorating: number
  /** Where the assignment ends whose target is visited. */
  assignmentEnd: number
  /** Where the innermost expression statement that was entered starts. */
  statementStart: number
  /** Visits a node and what is in it; every part of the walk calls back here. */
  readonly visit: (cx: Context, node: AnyNode) => void
  /** The same for a value that gives its name to an anonymous function or class. */
  readonly visitNamed: (cx: Context, node: Expression, name: string) => void
}

export interface ExportedName {
  readonly name: string
  /** Expression of the getter. */
  readonly value: string
  /** The binding it shows: its own, or something that cannot be assigned, or another module's. */
  readonly of: Binding | 'constant' | 'foreign'
}

export type FunctionKind = 'sync' | 'async' | 'generator' | 'asyncGenerator'

/** The function (or top level, or static block) whose code is being visited. */
export interface FunctionContext {
  readonly kind: FunctionKind
  readonly outer: FunctionContext | undefined
  /** Index into `functions`. */
  readonly index: number
  /** Has no `arguments` of its own. */
  readonly arrow: boolean
  /** Runs where it stands: a static block, a function that is called at once. */
  immediate: boolean
  /** Makes functions that may outlive its call: whoever called it may hold code of this version. */
  makesFunctions: boolean
  method: MethodOf | undefined
  node: FunctionNode | undefined
  /** Where its `var` declarations belong. */
  varScope: Scope
  /** How many awaits and yields were met: the function needs a frame when there is one. */
  suspensions: number
  /** The frame's second variable is used. */
  usesTemporary: boolean
  /** Decisions that wait until it is known whether the function needs a frame. */
  readonly later: ((framed: boolean) => void)[]
  /** Point of the innermost `for await` around the place that is visited; 0 for none. */
  loopPoint: number
  readonly labels: Label[]
}

export interface Label {
  readonly name: string
  /** What it labels, further labels left out. */
  readonly statement: Statement
  /** Point of the innermost `for await` around the label, and of the one whose body a `continue` to it goes on in. */
  readonly outerPoint: number
  innerPoint: number
  /** A `break`, or a `continue`, to this label leaves a `for await` on its way. */
  left: boolean
  continued: boolean
}

export function newFunction(kind: FunctionKind, index: number, arrow: boolean, scope: Scope, outer: FunctionContext | undefined): FunctionContext {
  return { kind, outer, index, arrow, immediate: false, makesFunctions: false, method: undefined, node: undefined, varScope: scope, suspensions: 0, usesTemporary: false, later: [], loopPoint: 0, labels: [] }
}

/** Adds a point of the function that is visited; the index is what a frame stores. */
export function addPoint(cx: Context, offset: number): number {
  const line = cx.lines.line(offset)
  cx.points.push(cx.fn.index, line, offset - cx.lines.start(line))
  return cx.points.length / 3 - 1
}

/** Points of the functions visited so far. */
export const pointCount = ({ points }: Context): number => points.length / 3

export function addFunction(cx: Context, name: string, offset: number): number {
  const line = cx.lines.line(offset)
  cx.functions.push({ name, line, column: offset - cx.lines.start(line) })
  return cx.functions.length - 1
}
