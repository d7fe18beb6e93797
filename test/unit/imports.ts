/** Reads the imports of a source tree with TypeScript's own parser, `import type` and `import()` included. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, sep } from 'node:path'
import ts from 'typescript'

export interface Import {
  /** The importing file, relative to the root, with `/`. */
  readonly from: string
  readonly line: number
  /** As written. */
  readonly specifier: string
  /** The imported file, relative to the root; undefined for packages and built-in modules. */
  readonly to: string | undefined
  /** Erased before the program runs. */
  readonly typeOnly: boolean
}

/** @param text instead of what is on the disk, for tests of this reader */
export function importsOf(root: string, file: string, text = readFileSync(join(root, file), 'utf8')): readonly Import[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const found: Import[] = []
  const add = (node: ts.Node, specifier: string, typeOnly: boolean): void => {
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1
    found.push({ from: file, line, specifier, to: resolveRelative(root, file, specifier), typeOnly })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) add(node, node.moduleSpecifier.text, importsTypesOnly(node))
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined && ts.isStringLiteral(node.moduleSpecifier)) add(node, node.moduleSpecifier.text, node.isTypeOnly)
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal)) add(node, node.argument.literal.text, true)
    else if (ts.isCallExpression(node) && loads(node)) node.arguments.filter(ts.isStringLiteral).slice(0, 1).forEach((literal) => add(node, literal.text, false))
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

function importsTypesOnly(node: ts.ImportDeclaration): boolean {
  const clause = node.importClause
  if (clause === undefined) return false
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true
  const named = clause.namedBindings
  return clause.name === undefined && named !== undefined && ts.isNamedImports(named) && named.elements.length > 0 && named.elements.every((element) => element.isTypeOnly)
}

const loads = (node: ts.CallExpression): boolean =>
  node.expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(node.expression) && node.expression.text === 'require')

function resolveRelative(root: string, file: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined
  const base = posix.join(posix.dirname(file), specifier)
  const candidates = [`${base}.ts`, `${base}/index.ts`, base]
  return candidates.find((candidate) => existsSync(join(root, candidate))) ?? `${base}.ts`
}

/** All `.ts` files below `root`, relative, with `/`, sorted. */
export function sourceFiles(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => name.split(sep).join('/'))
    .sort()
}

export const repository = dirname(dirname(import.meta.dirname))
