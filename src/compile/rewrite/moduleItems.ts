import type { ExportAllDeclaration, ExportDefaultDeclaration, ExportNamedDeclaration, ImportDeclaration } from 'acorn'
import { eachBoundName } from './bindings'
import { visitClass } from './classes'
import type { Context, ExportedName } from './context'
import { namedFunction, visitFunction } from './functions'
import { moduleName } from './importTable'
import { importValue } from './references'
import { findToken } from './scan'

/** What the linker does; here it leaves its line breaks, and a semicolon that ends the statement before. */
export function visitImport(cx: Context, node: ImportDeclaration): void {
  cx.edits.blank(cx.code, node.start, node.end, ';')
}

export function visitExportAll(cx: Context, node: ExportAllDeclaration): void {
  const index = cx.imports.index(node)
  if (node.exported) exportFrom(cx, moduleName(node.exported), index, '*')
  else cx.stars.push(index)
  cx.edits.blank(cx.code, node.start, node.end, ';')
}

export function visitExportNamed(cx: Context, node: ExportNamedDeclaration): void {
  const { declaration } = node
  if (declaration) {
    if (declaration.type === 'VariableDeclaration') eachBoundName(declaration, (name) => exportLocal(cx, name, name))
    else exportLocal(cx, declaration.id.name, declaration.id.name)
    blankKeyword(cx, node.start, 'export')
    return cx.visit(cx, declaration)
  }
  for (const { local, exported } of node.specifiers) {
    if (node.source) exportFrom(cx, moduleName(exported), cx.imports.index(node), moduleName(local))
    else exportLocal(cx, moduleName(exported), moduleName(local))
  }
  cx.edits.blank(cx.code, node.start, node.end, ';')
}

export function visitExportDefault(cx: Context, node: ExportDefaultDeclaration): void {
  const { declaration } = node
  const keyword = findToken(cx.code, node.start + 'export'.length, 'default')
  if (isNamed(declaration)) {
    exportLocal(cx, 'default', declaration.id.name)
    blankKeyword(cx, node.start, 'export')
    blankKeyword(cx, keyword, 'default')
    return cx.visit(cx, declaration)
  }
  addExport(cx, 'default', cx.words.own('default'), 'constant')
  if (declaration.type === 'FunctionDeclaration') return exportAnonymousFunction(cx, node, declaration, keyword)
  exportExpression(cx, node, declaration, keyword)
}

type Default = ExportDefaultDeclaration['declaration']

function isNamed(declaration: Default): declaration is Extract<Default, { readonly id: { readonly name: string } }> & { readonly type: 'FunctionDeclaration' | 'ClassDeclaration' } {
  return (declaration.type === 'FunctionDeclaration' || declaration.type === 'ClassDeclaration') && declaration.id !== null
}

/** A function is hoisted even when it has no name: it gets one of ours, and its own `name` before anybody can see it. */
function exportAnonymousFunction(cx: Context, node: ExportDefaultDeclaration, declaration: Default & { readonly type: 'FunctionDeclaration' }, keyword: number): void {
  const own = cx.words.own('default')
  blankKeyword(cx, node.start, 'export')
  blankKeyword(cx, keyword, 'default')
  cx.edits.insert(findToken(cx.code, declaration.start, '('), ` ${own}`)
  cx.hoistedNames.push(`${namedFunction(own, 'default')};`)
  visitFunction(cx, declaration, 'default', declaration.start)
}

/** `const P_default = {default: E}.default`: as the value of that property an anonymous function is named `default`. */
function exportExpression(cx: Context, node: ExportDefaultDeclaration, declaration: Exclude<Default, { readonly type: 'FunctionDeclaration' }>, keyword: number): void {
  const { code, edits } = cx
  edits.replace(node.start, node.start + 'export'.length, 'const')
  edits.replace(keyword, keyword + 'default'.length, `${cx.words.own('default')} = {default:`)
  if (declaration.type === 'ClassDeclaration') visitClass(cx, declaration, 'default')
  else cx.visitNamed(cx, declaration, 'default')
  const end = code.charCodeAt(node.end - 1) === 59 ? node.end - 1 : node.end
  edits.insert(end, `}.default${end === node.end ? ';' : ''}`)
  if (declaration.type === 'ClassDeclaration' || declaration.type === 'ClassExpression') edits.insert(node.end, cx.words.defined(cx.words.own('default'), 'default'))
}

/** Spaces keep the columns of what follows. */
function blankKeyword(cx: Context, start: number, keyword: string): void {
  cx.edits.keepColumns(start, keyword.length)
}

function exportLocal(cx: Context, exported: string, local: string): void {
  const binding = cx.bindings.get(local)
  if (binding?.kind === 'import') exportFrom(cx, exported, binding.index, binding.imported)
  else addExport(cx, exported, local, binding ?? 'constant')
}

function exportFrom(cx: Context, exported: string, index: number, imported: string): void {
  cx.reexports.push({ name: exported, index, imported })
  addExport(cx, exported, importValue(cx.words, index, imported), 'foreign')
}

function addExport(cx: Context, name: string, value: string, of: ExportedName['of']): void {
  cx.exports.push({ name, value, of })
}

