/**
 * Turns the text of a module into the text the runtime runs (see `Rewritten` and `Emitted` in protocol/unit.ts): imports become
 * reads of export tables, functions and loops get their checks, suspending functions their frames.
 *
 * Invariants: evaluation order, function names, kinds and lengths are those of the input; no insertion contains a line break.
 */
import type { Program } from 'acorn'
import { tellAnswered } from './answered'
import type { Rewritten } from '../../protocol/unit'
import { collectBindings } from './bindings'
import { Captures, literals } from './captures'
import { newFunction, type Context } from './context'
import { Edits } from './edits'
import { hasLocalFuns, propertied, takesBack } from './external'
import { directivesEnd } from './functions'
import { ImportTable } from './importTable'
import { byNames } from './keeping'
import { LineIndex } from './lines'
import { parseAs } from './moduleFormat'
import { OwnExports, ownExports } from './ownExports'
import { settle } from './references'
import { Scope } from './scope'
import { stateOf } from './state'
import { shapeOf } from './shape'
import { tooNew } from './tooNew'
import { announceClasses } from './topClasses'
import { propertyKey, Vocabulary } from './vocabulary'
import { visit, visitNamed } from './walk'

export interface RewriteOptions {
  /** `auto` decides as Node does for files without a `type`: syntax that only a module can have makes it one. */
  readonly format: 'esm' | 'commonjs' | 'auto'
  readonly file: string
}

export type RewriteOutcome =
  | { readonly ok: true; readonly value: Rewritten }
  | {
      readonly ok: false
      /** 1-based. */
      readonly line: number
      /** 0-based, UTF-16 units. */
      readonly column: number
      readonly message: string
      /** The syntax is one that esbuild can turn into older syntax (`using`, decorators, JSX, types). */
      readonly needsLowering?: boolean
    }

export function rewrite(code: string, options: RewriteOptions): RewriteOutcome {
  const parsed = parseAs(code, options.format)
  const lines = new LineIndex(code)
  if (!parsed.ok) return failure(lines, parsed.problem.offset, parsed.problem.message, parsed.needsLowering)
  const { program, format } = parsed
  try {
    const cx = newContext(code, program, format, lines)
    return { ok: true, value: format === 'esm' ? rewriteModule(cx, program) : rewriteScript(cx, program) }
  } catch (error) {
    if (error instanceof RangeError) return failure(lines, 0, 'The code nests too deeply', false)
    const problem = tooNew(error)
    if (problem === undefined) throw error
    return failure(lines, problem.offset, problem.message, true)
  }
}

function failure(lines: LineIndex, offset: number, message: string, needsLowering: boolean): RewriteOutcome {
  const place = { ok: false, line: lines.line(offset), column: lines.column(offset), message } as const
  return needsLowering ? { ...place, needsLowering } : place
}

function newContext(code: string, program: Program, format: 'esm' | 'commonjs', lines: LineIndex): Context {
  const imports = new ImportTable(program, lines)
  const scope = new Scope(undefined)
  const localFuns = hasLocalFuns(code, imports)
  const own = localFuns ? new OwnExports() : ownExports(code, program, format)
  return {
    code, format, lines, imports, scope, visit, visitNamed,
    edits: new Edits(),
    words: new Vocabulary(code),
    bindings: collectBindings(code, program, imports, own, format),
    exports: [],
    stars: [],
    reexports: [],
    captures: new Captures(lines),
    handed: [],
    received: [],
    receiving: new Map(),
    answered: new Set(),
    chains: undefined,
    keeps: new Map(),
    localFuns,
    own,
    dynamic: new Set(),
    functions: [{ name: '(top level)', line: 1, column: 0 }],
    points: [0, 1, 0],
    hoistedNames: [],
    opaque: false,
    called: undefined,
    passing: new Set(),
    methodBodies: [],
    deferred: 0,
    decorated: new Set(),
    decorating: 0,
    thisIsClass: false,
    staticMethod: undefined,
    staticPrivates: new Set(),
    assignmentEnd: 0,
    fn: newFunction(format === 'esm' ? 'async' : 'sync', 0, false, scope, undefined),
    statementStart: -1,
  }
}

function rewriteModule(cx: Context, program: Program): Rewritten {
  const { words, fn, edits, code } = cx
  const open = edits.reserve(0)
  commentOutStart(cx)
  visitStatements(cx, program)
  const async = fn.suspensions > 0
  const frame = async ? ` ${words.enter(0)}${fn.usesTemporary ? ` let ${words.temporary};` : ''}` : ''
  const leave = async ? `;${words.leave()}` : ''
  const hoisted = cx.hoistedNames.join(' ')
  const define = defineExports(cx) + tellAnswered(cx)
  edits.fill(open, `(${async ? 'async ' : ''}function* (${words.prefix}) { "use strict"; ${words.prologue()}${hoisted}${define} yield;${frame} `)
  edits.insert(code.length, `\n${leave}})`)
  return finish(cx, async)
}

function rewriteScript(cx: Context, program: Program): Rewritten {
  const { words, edits, code } = cx
  const directives = directivesEnd(code, program, 0)
  edits.insert(0, `(function (exports, require, module, __filename, __dirname, ${words.prefix}) {`)
  const early = directives.end === 0 ? edits.reserve(0) : -1
  commentOutStart(cx)
  const prologue = directives.end === 0 ? early : edits.reserve(directives.end)
  visitStatements(cx, program)
  edits.fill(prologue, directives.open + words.prologue() + tellAnswered(cx))
  edits.insert(code.length, '\n})')
  return finish(cx, false)
}

/** Comments that only the start of a text or line can have; what is inserted before them takes that away. */
function commentOutStart({ code, edits, format }: Context): void {
  if (code.startsWith('#!')) edits.replace(0, 2, '//')
  const close = format === 'commonjs' ? /^(?:[^\S\r\n]|\/\*[^]*?\*\/)*-->/.exec(code)?.[0] : undefined
  if (close !== undefined) edits.replace(close.length - '-->'.length, close.length, '// ')
}

function visitStatements(cx: Context, program: Program): void {
  for (const item of program.body) {
    visit(cx, item)
    announceClasses(cx, item)
  }
  for (const decide of cx.fn.later) decide(cx.fn.suspensions > 0)
  settle(cx, cx.scope.close())
}

/** Its top level begins chains of promises; in a module that exports nothing functions are taken for parts of that: `main()`. */
const chains = ({ chains, code, exports, format }: Context): boolean =>
  chains === 'top level' || (chains === 'functions' && (format === 'esm' ? exports.length === 0 : !code.includes('exports')))

function defineExports({ words, exports }: Context): string {
  const getters = exports.map(({ name, value }) => `${propertyKey(name)}: () => ${value}`)
  return `${words.prefix}.define({ ${getters.join(', ')} }, (${words.prefix}) => { ${words.relink()} });`
}

function finish(cx: Context, async: boolean): Rewritten {
  const { code, shifts } = cx.edits.apply(cx.code, cx.lines)
  return {
    format: cx.format,
    code,
    async,
    imports: cx.imports.records(cx.captures),
    exports: cx.exports.map(({ name }) => name),
    constants: cx.opaque ? [] : constants(cx, async),
    stars: cx.stars,
    ...known({ reexports: cx.reexports.length === 0 ? undefined : cx.reexports, required: cx.captures.ofRequires(), literals: literals(cx.exports), shape: shapeOf(cx), handed: cx.handed.length === 0 ? undefined : cx.handed, received: cx.received.length === 0 ? undefined : cx.received, disposes: takesBack(cx.code) ? true : undefined, chains: chains(cx) ? true : undefined, keeps: byNames(cx, cx.keeps), propertied: propertied(cx), decorated: decoratedExports(cx) }),
    dynamic: [...cx.dynamic],
    functions: cx.functions,
    points: cx.points,
    shifts,
    state: stateOf(cx),
  }
}

function decoratedExports({ decorated, exports }: Context): string[] | undefined {
  return decorated.size === 0 ? undefined : exports.flatMap(({ name, value }) => (decorated.has(value) ? [name] : []))
}

/** While the top level of an async module waits, others see what it assigns next. */
function constants({ exports }: Context, async: boolean): string[] {
  return exports.filter(({ of }) => of === 'constant' || (typeof of === 'object' && of.kind === 'own' && !(async ? of.assigned : of.assignedInFunction))).map(({ name }) => name)
}

/** Only what there is: most modules have none of these. */
function known<T extends object>(fields: { readonly [K in keyof T]: T[K] | undefined }): Partial<T> {
  const there: Partial<T> = {}
  for (const key in fields) if (fields[key] !== undefined) there[key] = fields[key]
  return there
}
