import type { Program } from 'acorn'
import { parse, type SyntaxProblem } from './parse'

export type FormatParsed =
  | { readonly ok: true; readonly program: Program; readonly format: 'esm' | 'commonjs' }
  | { readonly ok: false; readonly problem: SyntaxProblem; readonly needsLowering: boolean }

export function parseAs(code: string, format: 'esm' | 'commonjs' | 'auto'): FormatParsed {
  return format === 'auto' ? parseAuto(code) : parseOne(code, format)
}

function parseOne(code: string, format: 'esm' | 'commonjs'): FormatParsed {
  const parsed = parse(code, format === 'esm' ? 'module' : 'commonjs')
  if (parsed.ok) return { ok: true, program: parsed.program, format }
  return { ok: false, problem: parsed.problem, needsLowering: canBeLowered(code, parsed.problem.offset) }
}

const LOOKS_LIKE_MODULE = /^\s*(?:import|export)\b/m

/**
 * Node's detection: CommonJS, unless that does not parse and an ES module does, or it declares one of the wrapper's names. A text
 * that looks like a module is tried as one first, so that most are parsed once.
 */
function parseAuto(code: string): FormatParsed {
  const first = LOOKS_LIKE_MODULE.test(code) ? parseOne(code, 'esm') : undefined
  if (first?.ok === true && hasModuleItem(first.program)) return first
  const script = parseOne(code, 'commonjs')
  if (script.ok && !redeclaresWrapper(script.program)) return script
  const module = first ?? parseOne(code, 'esm')
  if (module.ok) return module
  return script.ok || first === undefined ? script : module
}

function hasModuleItem(program: Program): boolean {
  return program.body.some(({ type }) => type.startsWith('Import') || type.startsWith('Export'))
}

const WRAPPER = new Set(['exports', 'require', 'module', '__filename', '__dirname'])

function redeclaresWrapper(program: Program): boolean {
  return program.body.some((item) => {
    if (item.type === 'ClassDeclaration') return WRAPPER.has(item.id.name)
    if (item.type !== 'VariableDeclaration' || item.kind === 'var') return false
    return item.declarations.some(({ id }) => id.type === 'Identifier' && WRAPPER.has(id.name))
  })
}

const TYPE_WORDS = '(?:interface|type|enum|declare|namespace|module|abstract|readonly|private|public|protected|override|as|satisfies|implements)'
const AT_STOP = new RegExp(`^(?:[@<:?!]|${TYPE_WORDS}\\b)`)
const BEFORE_STOP = new RegExp(`\\b${TYPE_WORDS}\\s+$`)

/** A decorator, JSX, or TypeScript where the parser stopped, or right before. */
function canBeLowered(code: string, offset: number): boolean {
  return AT_STOP.test(code.slice(offset, offset + 16)) || BEFORE_STOP.test(code.slice(Math.max(0, offset - 16), offset))
}
