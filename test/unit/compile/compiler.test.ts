import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import type { Problem } from '../../../src/base/problem'
import { Compiler, esbuildVersion, type Compiled, type CompileOutcome } from '../../../src/compile/compiler'
import { original, originalOfInput } from '../../../src/compile/positions'
import { stubRewrite } from './stubRewrite'
import { workspaces, type Workspace } from './workspace'

const workspace = workspaces()

function open(files: Readonly<Record<string, string | Buffer>>): { readonly space: Workspace; readonly compiler: Compiler; at(path: string, text?: string): Promise<CompileOutcome>; unit(path: string): Promise<Compiled> } {
  const space = workspace(files)
  const compiler = new Compiler({ nodeVersion: '20.20.2', root: space.root, log: space.log, rewrite: stubRewrite().rewrite })
  const at = (path: string, text?: string): Promise<CompileOutcome> => compiler.compile(space.path(path), text)
  const unit = async (path: string): Promise<Compiled> => {
    const outcome = await at(path)
    assert.ok(outcome.ok, JSON.stringify(outcome))
    return outcome.unit
  }
  return { space, compiler, at, unit }
}

/** The problems of a text as `line:column+length severity message`. */
async function problems(path: string, text: string | Buffer): Promise<string[]> {
  const { space, at } = open({ [path]: text })
  const outcome = await at(path)
  assert.equal(outcome.ok, false)
  return outcome.problems.map((each) => {
    assert.equal(each.file, space.path(path))
    return shown(each)
  })
}

const shown = ({ line, column, length, severity, message }: Problem): string => `${line}:${column}+${length} ${severity} ${message}`

describe('compiling', () => {
  it('turns TypeScript into JavaScript with the lines of the source in its map', async () => {
    const { space, unit } = open({ 'a.ts': '\uFEFFinterface I { a: number }\n\nexport const a: I = { a: 1 }\n' })
    const compiled = await unit('a.ts')
    assert.equal(compiled.file, space.path('a.ts'))
    assert.equal(compiled.text, 'interface I { a: number }\n\nexport const a: I = { a: 1 }\n')
    assert.match(compiled.rewritten.code, /^export const a = \{ a: 1 \};/)
    assert.deepEqual(originalOfInput(compiled, 1, 13), { line: 3, column: 13 })
    assert.equal(compiled.rewritten.format, 'esm')
  })

  it('leaves plain JavaScript as it is', async () => {
    const { unit } = open({ 'a.mjs': 'export const  a = 1\r\n' })
    const compiled = await unit('a.mjs')
    assert.equal(compiled.rewritten.code, 'export const  a = 1\r\n')
    assert.equal(compiled.map, undefined)
  })

  it('lowers what the rewriter cannot follow, and nothing else', async () => {
    const source = 'export async function* f() { using x = g(); await x; for await (const y of x) yield y }\nclass A { #p = 1; static { } }\n'
    const { unit } = open({ 'a.mjs': source, 'b.ts': source + '@d class B {}\n' })
    for (const each of [await unit('a.mjs'), await unit('b.ts')]) {
      assert.doesNotMatch(each.rewritten.code, /using x|@d/)
      assert.match(each.rewritten.code, /async function\*/)
      assert.match(each.rewritten.code, /for await/)
      assert.match(each.rewritten.code, /#p = 1/)
      assert.notEqual(each.map, undefined)
    }
  })

  it('keeps non-ASCII text as it is written', async () => {
    const compiled = await open({ 'grüße 日本.ts': 'export const ü: string = "𝒳"' }).unit('grüße 日本.ts')
    assert.match(compiled.rewritten.code, /const ü = "𝒳"/)
  })

  it('names a file by its real path', async () => {
    const { space, compiler } = open({ 'real/a b.ts': 'export {}' })
    const outcome = await compiler.compile(space.link('link.ts', 'real/a b.ts'))
    assert.equal(outcome.ok && outcome.unit.file, space.path('real/a b.ts'))
  })

  it('compiles the text of an editor instead of the file', async () => {
    const outcome = await open({ 'a.ts': 'export const a = 1' }).at('a.ts', 'export const a = 2')
    assert.match(outcome.ok ? outcome.unit.rewritten.code : '', /a = 2/)
  })

  it('gives equal hashes to equal bytes only', async () => {
    const { unit } = open({ 'a.ts': 'export {}', 'b.ts': 'export {}', 'c.ts': 'export {} ' })
    const [a, b, c] = [await unit('a.ts'), await unit('b.ts'), await unit('c.ts')]
    assert.equal(a.hash, b.hash)
    assert.notEqual(a.hash, c.hash)
    assert.match(a.hash, /^[0-9a-f]{40}$/)
  })

  it('compiles many, in their order', async () => {
    const { space, compiler } = open({ 'a.ts': 'export {}', 'b.ts': 'x y', 'c.json': '1' })
    const outcomes = await Promise.all(['a.ts', 'b.ts', 'c.json', 'd.ts'].map((each) => space.path(each)).map((file) => compiler.compile(file)))
    assert.deepEqual(outcomes.map((each) => each.ok || each.reason), [true, 'compile_error', true, 'nofile'])
  })

  it('compiles a text of 10 MB', async () => {
    const line = 'export const a_ = "' + 'x'.repeat(1000) + '" as string\n'
    const text = Array.from({ length: 10_000 }, (_, n) => line.replace('_', String(n))).join('')
    const compiled = await open({ 'big.ts': text }).unit('big.ts')
    assert.ok(compiled.rewritten.code.length > 10_000_000)
  }).timeout(60_000)

  it('carries the JSON text as code', async () => {
    const compiled = await open({ 'a.json': '\uFEFF{"a": "ü"}' }).unit('a.json')
    assert.equal(compiled.rewritten.code, '{"a": "ü"}')
    assert.equal(compiled.rewritten.format, 'json')
  })

  it('rewrites with the real rewriter unless told otherwise', async () => {
    const space = workspace({ 'a.ts': 'interface Gone {}\nimport { f } from "./b"\nexport async function g(x: number) { return await f(x) }\n' })
    const compiler = new Compiler({ nodeVersion: process.versions.node, root: space.root, log: space.log })
    const outcome = await compiler.compile(space.path('a.ts'))
    assert.ok(outcome.ok)
    const { rewritten } = outcome.unit
    assert.deepEqual([rewritten.exports, rewritten.imports.map((each) => each.specifier)], [['g'], ['./b']])
    const line = rewritten.code.split('\n').findIndex((each) => each.includes('await')) + 1
    const column = (rewritten.code.split('\n')[line - 1] ?? '').indexOf('.f)')
    assert.equal(original(outcome.unit, line, column).line, 3)
  })

  it('knows which version of esbuild is installed', () => {
    const installed: unknown = JSON.parse(readFileSync(createRequire(__filename).resolve('esbuild/package.json'), 'utf8'))
    assert.equal(typeof installed === 'object' && installed !== null && 'version' in installed && installed.version, esbuildVersion)
  })
})

describe('module format', () => {
  const esm = 'import "./x"'
  const script = 'exports.a = 1'

  it('is what the extension or the nearest package.json says, else what the syntax says', async () => {
    const { unit } = open({
      'package.json': '{}', 'a.js': script, 'b.js': esm, 'a.ts': script, 'b.ts': esm, 'c.cts': script, 'd.mts': 'x', 'e.cjs': script, 'f.mjs': 'x',
      'm/package.json': '{"type":"module"}', 'm/a.js': 'x', 'm/b.ts': 'x', 'm/c.cjs': script,
      'c/package.json': '{"type":"commonjs"}', 'c/a.js': script, 'c/b.ts': esm,
    })
    const format = async (path: string): Promise<string> => (await unit(path)).rewritten.format
    for (const path of ['a.js', 'a.ts', 'c.cts', 'e.cjs', 'm/c.cjs', 'c/a.js']) assert.equal(await format(path), 'commonjs', path)
    for (const path of ['b.js', 'b.ts', 'd.mts', 'f.mjs', 'm/a.js', 'm/b.ts', 'c/b.ts']) assert.equal(await format(path), 'esm', path)
  })

  it('of JavaScript in a CommonJS package is not negotiable', async () => {
    const outcome = await open({ 'package.json': '{"type":"commonjs"}', 'a.js': esm }).at('a.js')
    assert.equal(outcome.ok, false)
  })

  it('of TypeScript that uses import and what only CommonJS has is CommonJS', async () => {
    const mixed = 'import { a } from "./a"\nexport const b = a(__dirname)\nif (require.main === module) b()\n'
    const { unit } = open({
      'mixed.ts': mixed, 'c/package.json': '{"type":"commonjs"}', 'c/mixed.ts': mixed, 'm/package.json': '{"type":"module"}', 'm/mixed.ts': mixed,
      'own.ts': 'import { require } from "./a"\nexport const module = require("x.exports")\n', 'awaits.ts': 'export const a = await require("x")\n',
    })
    const format = async (path: string): Promise<string> => (await unit(path)).rewritten.format
    assert.deepEqual(await Promise.all(['mixed.ts', 'c/mixed.ts', 'm/mixed.ts', 'own.ts', 'awaits.ts'].map(format)), ['commonjs', 'commonjs', 'esm', 'esm', 'esm'])
    const { rewritten, map } = await unit('mixed.ts')
    assert.match(rewritten.code, /require\("\.\/a"\)/)
    const at = rewritten.code.split('\n').findIndex((line) => line.includes('require.main')) + 1
    assert.equal(originalOfInput({ map }, at, 0).line, 3)
  })

  it('of a file with nothing but types is that of its syntax', async () => {
    const { unit } = open({ 'types.ts': 'export interface A { a: 1 }\nimport type { B } from "./b"\n', 'equals.ts': 'const a = 1\nexport = a\n', 'requires.ts': 'import fs = require("fs")\nfs.x()\n' })
    const format = async (path: string): Promise<string> => (await unit(path)).rewritten.format
    assert.deepEqual(await Promise.all(['types.ts', 'equals.ts', 'requires.ts'].map(format)), ['esm', 'commonjs', 'commonjs'])
  })

  it('follows a package.json that changes', async () => {
    const { space, unit } = open({ 'package.json': '{"type":"commonjs"}', 'a.js': 'x' })
    assert.equal((await unit('a.js')).rewritten.format, 'commonjs')
    space.write('package.json', '{"type":"module" }')
    await new Promise(setImmediate)
    assert.equal((await unit('a.js')).rewritten.format, 'esm')
  })
})

describe('compiler options', () => {
  it('come from the nearest tsconfig, also when extended, and again when it changes', async () => {
    const { space, unit } = open({
      'base.json': '{"compilerOptions":{"jsx":"react-jsx","jsxImportSource":"preact"}}',
      'tsconfig.json': '{"extends":"./base.json"}', 'a.tsx': 'export const a = <b/>', 'sub/tsconfig.json': '{"compilerOptions":{"jsxFactory":"h"}}', 'sub/a.tsx': 'export const a = <b/>',
      'keep/tsconfig.json': '{"compilerOptions":{"jsx":"preserve"}}', 'keep/a.tsx': 'export const a = <b/>',
    })
    assert.match((await unit('a.tsx')).rewritten.code, /preact\/jsx-runtime/)
    assert.match((await unit('sub/a.tsx')).rewritten.code, /h\("b"/)
    assert.match((await unit('keep/a.tsx')).rewritten.code, /react\/jsx-runtime/)
    space.write('base.json', '{"compilerOptions":{"jsx":"react","jsxFactory":"changed"}}')
    await new Promise(setImmediate)
    assert.match((await unit('a.tsx')).rewritten.code, /changed\("b"/)
  })

  it('decide about decorators and class fields', async () => {
    const source = 'function d(...a: unknown[]) {}\nexport class A { @d x = 1 }\n'
    const { space, unit } = open({ 'a.ts': source, 'old/a.ts': source, 'old/tsconfig.json': '{"compilerOptions":{"experimentalDecorators":true,"emitDecoratorMetadata":true,"useDefineForClassFields":false}}' })
    assert.match((await unit('a.ts')).rewritten.code, /__decoratorStart|__runInitializers/)
    const old = (await unit('old/a.ts')).rewritten.code
    assert.match(old, /__decorateClass/)
    assert.match(old, /this\.x = 1/)
    assert.deepEqual(space.logged.map((each) => /emitDecoratorMetadata needs the package typescript/.test(each)), [true])
  })

  it("say with the workspace's TypeScript what decorated constructors and methods take, and lead back to the lines of the source", async () => {
    const text = `import { Service } from './service'
import type { Hidden } from './hidden'
function d(...a: unknown[]): any {}

@d
export class A {
  constructor(private readonly service: Service, readonly name: string, readonly hidden: Hidden) {}

  @d
  find(id: number): string {
    return fail(id)
  }
}
`
    const { space, unit } = open({ 'a.ts': text, 'plain.ts': 'export const email: string = "a@b.c"', 'broken.ts': `${text}}`, 'tsconfig.json': '{"compilerOptions":{"experimentalDecorators":true,"emitDecoratorMetadata":true}}' })
    mkdirSync(space.path('node_modules'))
    symlinkSync(path.dirname(createRequire(__filename).resolve('typescript/package.json')), space.path('node_modules/typescript'))
    const compiled = await unit('a.ts')
    assert.match(compiled.rewritten.code, /__metadata\("design:paramtypes", \[typeof \(_a = typeof Service !== "undefined" && Service\) === "function" \? _a : Object, String, Object\]\)/)
    assert.match(compiled.rewritten.code, /let A = class \{/)
    assert.match(compiled.rewritten.code, /import \{ Service \} from/)
    assert.doesNotMatch(compiled.rewritten.code, /hidden'/)
    const lines = compiled.rewritten.code.split('\n')
    const line = lines.findIndex((each) => each.includes('return fail'))
    assert.deepEqual(originalOfInput(compiled, line + 1, (lines[line] ?? '').indexOf('fail')), { line: 11, column: 11 })
    assert.doesNotMatch((await unit('plain.ts')).rewritten.code, /__metadata/)
    const broken = await new Compiler({ nodeVersion: '20.20.2', root: space.root, log: space.log, rewrite: stubRewrite().rewrite }).compile(space.path('broken.ts'))
    assert.ok(!broken.ok && broken.problems[0]?.line === 14)
    assert.deepEqual(space.logged, [])
    space.write('self.ts', text.replace('return fail(id)', 'return A.name'))
    assert.match((await unit('self.ts')).rewritten.code, /__name\(this, "A"\)/)
  })

  it('are told to be in vain where TypeScript has no API to call', async () => {
    const { space, unit } = open({
      'a.ts': 'function d(..._: unknown[]): void {}\n@d export class A { constructor(readonly name: string) {} }', 'tsconfig.json': '{"compilerOptions":{"experimentalDecorators":true,"emitDecoratorMetadata":true}}',
      'node_modules/typescript/package.json': '{"name":"typescript","version":"7.0.2","exports":{"./package.json":"./package.json",".":"./version.cjs"}}', 'node_modules/typescript/version.cjs': "exports.version = '7.0.2'",
    })
    assert.doesNotMatch((await unit('a.ts')).rewritten.code, /__metadata/)
    assert.deepEqual(space.logged.map((each) => /emitDecoratorMetadata does nothing with TypeScript 7.*install typescript 5 or 6/.test(each)), [true])
  })

  it('decide whether unused imports stay', async () => {
    const source = 'import { x } from "./x"\nexport const a = 1\n'
    const { unit } = open({ 'a.ts': source, 'v/a.ts': source, 'v/tsconfig.json': '{"compilerOptions":{"verbatimModuleSyntax":true}}' })
    assert.doesNotMatch((await unit('a.ts')).rewritten.code, /import/)
    assert.match((await unit('v/a.ts')).rewritten.code, /import/)
  })
})

describe('problems', () => {
  it('are at the character an editor shows, whatever precedes it', async () => {
    assert.deepEqual(await problems('a.ts', 'const ü = "𝒳日"; const = 1\n'), ['1:23+1 error Expected identifier but found "="'])
    assert.deepEqual(await problems('a.ts', 'const a = 1\r\n\tlet é: "x" = "x", é = 2\r\n'), ['2:19+1 error The symbol "é" has already been declared'])
    assert.deepEqual(await problems('a.ts', '\uFEFFconst = 1\n'), ['1:6+1 error Expected identifier but found "="'])
    assert.deepEqual(await problems('a.ts', 'const s = "\u2028"\nconst = 1\n'), ['2:6+1 error Expected identifier but found "="'])
  })

  it('are at the character an editor shows in plain JavaScript, too', async () => {
    assert.deepEqual(await problems('a.mjs', '\uFEFF/* 𝒳 */\r\n\tconst ü = "日"; const = 1\r\n'), ['2:22+1 error Unexpected token'])
    assert.deepEqual(await problems('a.cjs', 'foo bar'), ['1:4+3 error Unexpected token'])
  })

  it('that only show after esbuild are still in the source', async () => {
    const [problem] = await problems('a.cts', 'type T = 1\ntype U = 2\n  export const ü = 1; await x; return 1\n')
    assert.match(problem ?? '', /^3:/)
  })

  it('of JSON are at their place', async () => {
    assert.deepEqual(await problems('a.json', '{\r\n\t"é": "𝒳", oops\r\n}'), ['2:12+4 error Expected a name in double quotes, but found "o"'])
    assert.deepEqual(await problems('empty.json', ''), ['1:0+0 error Expected a value, but the file ends'])
  })

  it('of bytes that are no text name the first of them', async () => {
    const [binary] = await problems('a.ts', Buffer.concat([Buffer.from('const é = 1\nx = "'), Buffer.from([0xff, 0xfe, 0x00])]))
    assert.equal(binary, '2:5+1 error The file is not UTF-8 text (byte 0xff at offset 18)')
    assert.deepEqual(await problems('a.js', Buffer.from('\uFEFFlet a', 'utf16le')), ['1:0+0 error The file is UTF-16; save it as UTF-8'])
    assert.equal((await problems('a.ts', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2]))).length, 1)
  })

  it('say that there is no file to read', async () => {
    const { space, at } = open({ 'folder.ts/x': '' })
    const gone = await at('gone.ts')
    assert.deepEqual(gone, { ok: false, reason: 'nofile', problems: [{ file: space.path('gone.ts'), line: 1, column: 0, length: 0, severity: 'error', source: 'compile', message: 'The file does not exist' }] })
    const folder = await at('folder.ts')
    assert.equal(!folder.ok && folder.reason, 'nofile')
  })

  it('come with the text and hash they are about', async () => {
    const outcome = await open({ 'a.ts': 'x y' }).at('a.ts')
    assert.ok(!outcome.ok)
    assert.equal(outcome.text, 'x y')
    assert.match(outcome.hash ?? '', /^[0-9a-f]{40}$/)
  })

  it('of files that cannot be modules say what can', async () => {
    assert.match((await problems('a.css', 'x'))[0] ?? '', /\.ts \.tsx/)
  })

  it('that are only warnings do not prevent loading', async () => {
    const compiled = await open({ 'a.ts': 'const ü = {}; export const a = ü === -0 || typeof ü === "strin"' }).unit('a.ts')
    assert.deepEqual(compiled.warnings.map((each) => each.severity), ['warning', 'warning'])
    assert.equal(compiled.warnings[0]?.column, compiled.text.indexOf('-0'))
  })
})
