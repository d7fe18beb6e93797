/**
 * `emitDecoratorMetadata`: what a constructor or method takes, said in code that runs (`design:paramtypes`), by which NestJS,
 * TypeORM and others know what to inject. esbuild leaves it out, as it needs TypeScript's own reading of types; so the
 * workspace's TypeScript does that step for files with decorators, and esbuild the rest.
 */
import { createRequire } from 'node:module'
import { isFunction } from '../base/guards'

/** Where the workspace of this tsconfig has its TypeScript. */
export function typescriptFor(tsconfig: string): string | undefined {
  try {
    return createRequire(tsconfig).resolve('typescript')
  } catch {
    return undefined
  }
}

/** The major version of TypeScript that this file belongs to, where it is one without an API to call: from 7 on it is no JavaScript. */
export function withoutApi(typescript: string): number | undefined {
  try {
    const manifest: unknown = createRequire(typescript)('typescript/package.json')
    const major = Number.parseInt(String(typeof manifest === 'object' && manifest !== null ? Reflect.get(manifest, 'version') : ''), 10)
    return major >= 7 ? major : undefined
  } catch {
    return undefined // who knows; it is called, and answers or not
  }
}

const DECORATOR = /(?:^|[\s(,;{}])@[\p{ID_Start}$_(]/u

/** Constants of TypeScript's `ScriptTarget`, `ModuleKind` and `JsxEmit`; they never change. */
const ESNEXT = 99
const PRESERVE = 1

/** JavaScript with an inline map; undefined when there is nothing to say, or the text has an error, which esbuild tells. */
export function withMetadata(typescript: string, file: string, text: string, options: Readonly<Record<string, unknown>>): string | undefined {
  if (!DECORATOR.test(text)) return undefined
  const transpile = transpilerOf(typescript)
  const { useDefineForClassFields, verbatimModuleSyntax, target } = options
  const result: unknown = transpile?.(text, {
    fileName: file, reportDiagnostics: true,
    compilerOptions: {
      target: ESNEXT, module: ESNEXT, jsx: PRESERVE, isolatedModules: true, inlineSourceMap: true, newLine: 1,
      experimentalDecorators: true, emitDecoratorMetadata: true, verbatimModuleSyntax,
      useDefineForClassFields: useDefineForClassFields ?? definesFields(target),
    },
  })
  if (typeof result !== 'object' || result === null) return undefined
  const diagnostics: unknown = Reflect.get(result, 'diagnostics')
  const output: unknown = Reflect.get(result, 'outputText')
  return typeof output === 'string' && Array.isArray(diagnostics) && diagnostics.length === 0 ? output.replace(NAMED_TWICE, '$1 = class') : undefined
}

/** `let A = class A`: esbuild would call the inner one `A2`, and so its `name`. Without one it has that of the variable. */
const NAMED_TWICE = /^(let ([\p{ID_Start}$_][\p{ID_Continue}$]*)) = class \2(?![\p{ID_Continue}$])/gmu

/** A class that speaks of itself keeps its two names. */
export const namesItself = (code: string): boolean => /^let \S+ = (\S+_\d+) = class /m.test(code)

/** TypeScript's default: as ECMAScript does since 2022. */
const definesFields = (target: unknown): boolean => target === undefined || /^es(?:next|202[2-9]|20[3-9]\d)$/i.test(String(target))

type Transpile = (text: string, how: object) => unknown
const transpilers = new Map<string, Transpile | undefined>()

function transpilerOf(typescript: string): Transpile | undefined {
  if (!transpilers.has(typescript)) transpilers.set(typescript, load(typescript))
  return transpilers.get(typescript)
}

function load(typescript: string): Transpile | undefined {
  const loaded: unknown = createRequire(typescript)(typescript)
  const transpile: unknown = typeof loaded === 'object' && loaded !== null ? Reflect.get(loaded, 'transpileModule') : undefined
  return isFunction(transpile) ? (text, how) => Reflect.apply(transpile, loaded, [text, how]) : undefined
}
