import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { importsOf, repository, sourceFiles, type Import } from './imports'
import { layers, type Layer } from './layers'

const src = join(repository, 'src')
const files = sourceFiles(src)
const imports = files.flatMap((file) => importsOf(src, file))

const layerOf = (file: string): Layer | undefined => layers.find((layer) => layer.files.test(file))

/** `vscode-jsonrpc/node` and `@scope/name/deep` are the packages `vscode-jsonrpc` and `@scope/name`. */
const packageOf = (specifier: string): string => specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')

/** What the table says against an import, undefined when it is allowed. */
function objection({ from, specifier, to, typeOnly }: Import): string | undefined {
  const layer = layerOf(from)
  if (layer === undefined) return 'the file belongs to no layer'
  if (to !== undefined) {
    const target = layerOf(to)
    if (target === undefined) return `${to} belongs to no layer`
    const allowed = target === layer || layer.layers.includes(target.name) || (typeOnly && (layer.types ?? []).includes(target.name))
    return allowed ? undefined : `${layer.name} may not import ${typeOnly ? 'types of ' : ''}${target.name}`
  }
  if (specifier.startsWith('node:')) return layer.node ? undefined : `${layer.name} may not import node: modules`
  if (builtinModules.includes(specifier)) return 'built-in modules are imported with the prefix node:'
  const name = packageOf(specifier)
  const allowed = layer.packages === 'any' ? name !== 'vscode' : layer.packages.includes(name)
  return allowed ? undefined : `${layer.name} may not import ${name}`
}

const show = (found: Import, why: string): string => `src/${found.from}:${found.line} ${found.specifier}: ${why}`

/** Files in an import cycle, each cycle once, as `a -> b -> a`. */
function cycles(edges: readonly Import[]): readonly string[] {
  const next = new Map<string, string[]>()
  for (const { from, to } of edges) if (to !== undefined) next.set(from, [...(next.get(from) ?? []), to])
  const done = new Set<string>()
  const found: string[] = []
  const walk = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file)
    if (at >= 0) {
      found.push([...path.slice(at), file].join(' -> '))
      return
    }
    if (done.has(file)) return
    for (const to of next.get(file) ?? []) walk(to, [...path, file])
    done.add(file)
  }
  for (const file of next.keys()) walk(file, [])
  return found
}

/** Every file and package that `file` reaches, types included. */
function reached(file: string, seen = new Set<string>()): ReadonlySet<string> {
  for (const { to, specifier } of imports.filter(({ from }) => from === file)) {
    const target = to ?? specifier
    if (seen.has(target)) continue
    seen.add(target)
    if (to !== undefined) reached(to, seen)
  }
  return seen
}

describe('the architecture', () => {
  it('lets a layer import only what the table allows', () => {
    const objections = imports.flatMap((found) => {
      const why = objection(found)
      return why === undefined ? [] : [show(found, why)]
    })
    assert.deepEqual(objections, [])
  })

  it('has a place in the table for every file', () => {
    assert.deepEqual(files.filter((file) => layerOf(file) === undefined), [])
  })

  it('has no import cycles at run time', () => {
    assert.deepEqual(cycles(imports.filter(({ typeOnly }) => !typeOnly)), [])
  })

  it('has no cycles between layers, types included', () => {
    const between = imports.flatMap((found) => {
      const [from, to] = [layerOf(found.from)?.name, found.to === undefined ? undefined : layerOf(found.to)?.name]
      const allowedBack = layerOf(found.from)?.types?.includes(to ?? '') === true && found.typeOnly
      return from === undefined || to === undefined || from === to || allowedBack ? [] : [{ ...found, from, to }]
    })
    assert.deepEqual(cycles(between), [])
  })

  it('keeps rows free of VS Code, however far one follows their imports', () => {
    const rows = files.filter((file) => file.endsWith('/rows.ts'))
    assert.deepEqual(rows.filter((file) => reached(file).has('vscode')), [])
  })

  it('never lets the runtime reach VS Code or the compiler, however far one follows its imports', () => {
    const forbidden = (name: string): boolean => name === 'vscode' || name === 'esbuild' || name === 'compile/compiler.ts'
    assert.deepEqual(files.filter((file) => layerOf(file)?.name === 'runtime' && [...reached(file)].some(forbidden)), [])
  })

  it('mints branded names in ids.ts only', () => {
    const brands = /\bas\s+(?:unknown\s+as\s+)?(?:ModuleName|PidText|Version)\b(?!\[|\.)/
    assert.deepEqual(files.filter((file) => file !== 'protocol/ids.ts' && brands.test(readFileSync(join(src, file), 'utf8'))), [])
  })

  it('gives a reason wherever a lint rule is switched off', () => {
    const unexplained = files.flatMap((file) => readFileSync(join(src, file), 'utf8').split('\n')
      .flatMap((line, index) => (/eslint-disable/.test(line) && !/ -- \S/.test(line) ? [`src/${file}:${index + 1}`] : [])))
    assert.deepEqual(unexplained, [])
  })
})

describe('the reader of imports', () => {
  const read = (text: string): readonly string[] => importsOf(src, 'runtime/x.ts', text).map(({ specifier, typeOnly }) => `${typeOnly ? 'type ' : ''}${specifier}`)

  it('sees every form of import', () => {
    assert.deepEqual(read("import 'a'; import b from 'b'; import { c, type C } from 'c'; export * from 'd'; export { e } from 'e'; void import('f'); require('g')"), ['a', 'b', 'c', 'd', 'e', 'f', 'g'])
  })

  it('tells types from values', () => {
    assert.deepEqual(read("import type { A } from 'a'; import { type B } from 'b'; export type { C } from 'c'; let d: import('d').D"), ['type a', 'type b', 'type c', 'type d'])
  })

  it('objects to what the table forbids', () => {
    const objections = (file: string, text: string): readonly (string | undefined)[] => importsOf(src, file, text).map(objection)
    assert.deepEqual(objections('runtime/x.ts', "import type { X } from 'vscode'"), ['runtime may not import vscode'])
    assert.deepEqual(objections('protocol/x.ts', "import 'node:fs'; import '../host/host'"), ['protocol may not import node: modules', 'protocol may not import host'])
    assert.deepEqual(objections('base/x.ts', "import fs from 'fs'"), ['built-in modules are imported with the prefix node:'])
    assert.deepEqual(objections('elsewhere/x.ts', "import 'a'"), ['the file belongs to no layer'])
  })

  it('finds a cycle', () => {
    const edge = (from: string, to: string): Import => ({ from, to, line: 1, specifier: to, typeOnly: false })
    assert.deepEqual(cycles([edge('a', 'b'), edge('b', 'c'), edge('c', 'b')]), ['b -> c -> b'])
  })
})
