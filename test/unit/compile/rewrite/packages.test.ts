/** Code that nobody here wrote does the same as rewritten and as Node loads it. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { PassThrough } from 'node:stream'
import type * as Acorn from 'acorn'
import type * as Diff from 'diff'
import type * as Esbuild from 'esbuild'
import type * as EnhancedResolve from 'enhanced-resolve'
import type * as Glob from 'glob'
import type * as Yaml from 'js-yaml'
import type * as Lru from 'lru-cache'
import type * as Minimatch from 'minimatch'
import type TypeScript from 'typescript'
import type * as Rpc from 'vscode-jsonrpc/node'
import { PackageLoader } from './packageLoader'

const require = createRequire(import.meta.url)
const root = resolve(dirname(require.resolve('acorn/package.json')), '../..')
const fileOf = (path: string): string => join(root, 'node_modules', path)

/** Calls `use` with the package as Node loads it and as rewritten, and compares the answers. */
async function same<T>(path: string, use: (loaded: T) => unknown): Promise<void> {
  const loader = new PackageLoader()
  const module = path.endsWith('.mjs') || path.includes('/esm/') || path.includes('/libesm/')
  const native: T = module ? await import(fileOf(path)) : require(fileOf(path))
  const rewritten = (module ? await loader.import(fileOf(path)) : loader.require(fileOf(path))) as T
  assert.notEqual(rewritten, native)
  assert.deepEqual(await use(rewritten), await use(native))
  assert(loader.machines.every(({ entered, left, live }) => entered.length === left.length + live.size))
}

const acornText = readFileSync(fileOf('acorn/dist/acorn.mjs'), 'utf8')

describe('packages behave as in Node', () => {
  for (const file of ['acorn/dist/acorn.js', 'acorn/dist/acorn.mjs']) {
    it(`${file} parses its own text into the same tree`, () => same<typeof Acorn>(file, ({ parse, tokenizer }) => {
      const tree = parse(acornText, { ecmaVersion: 'latest', sourceType: 'module', locations: true })
      return JSON.stringify([tree, [...{ [Symbol.iterator]: () => tokenizer('a + /b/g', { ecmaVersion: 'latest' })[Symbol.iterator]() }].length])
    }))
  }

  it('typescript compiles and checks', () => same<typeof TypeScript>('typescript/lib/typescript.js', (ts) => {
    const text = readFileSync(resolve(root, 'src/base/event.ts'), 'utf8')
    const { outputText } = ts.transpileModule(text, { compilerOptions: { target: ts.ScriptTarget.ES5, sourceMap: true } })
    const { diagnostics } = ts.transpileModule('let x: = 1', { reportDiagnostics: true })
    return [outputText, diagnostics?.map(({ messageText, start }) => [messageText, start])]
  })).timeout(60_000)

  it('js-yaml reads and writes', () => same<typeof Yaml>('js-yaml/dist/js-yaml.mjs', ({ load, dump }) => {
    const value = load('a: &x [1, 2.5, ~, !!str 3]\nb: {c: *x, d: 2001-12-14t21:59:43.10-05:00}\ne: |\n  text\n   more\n')
    let message = ''
    try {
      load('a: [')
    } catch (error) {
      message = String(error)
    }
    return [value, dump(value), message]
  }))

  it('diff makes and applies patches, with callbacks too', () => same<typeof Diff>('diff/libcjs/index.js', async ({ createPatch, applyPatch, diffWords, diffLines }) => {
    const patch = createPatch('f', 'a\nb\nc\nd\n', 'a\nx\nc\nd\ne\n')
    const later = await new Promise((done) => diffLines('a\nb', 'a\nc', { callback: done }))
    return [patch, applyPatch('a\nb\nc\nd\n', patch), diffWords('the quick fox', 'the slow fox'), later]
  }))

  it('minimatch and brace-expansion match', () => same<typeof Minimatch>('minimatch/dist/esm/index.js', ({ minimatch }) => {
    const patterns = ['**/*.{js,ts}', '!(a|b)', '+(x|y)z', '[[:alpha:]]*', '{1..10..3}', 'a/**/b']
    return patterns.map((pattern) => [minimatch.makeRe(pattern), minimatch.braceExpand(pattern), ['a/b', 'x/y.ts', 'xyz', '7'].map((path) => minimatch(path, pattern))])
  }))

  it('glob walks with promises, streams and iterators', () => same<typeof Glob>('glob/dist/esm/index.js', async ({ glob, globIterate, globStream, globSync }) => {
    const options = { cwd: fileOf('acorn'), nodir: true }
    const iterated: string[] = []
    for await (const path of globIterate('**/*.js', options)) iterated.push(path)
    const streamed = await globStream('**/*.ts', options).collect()
    return [(await glob('**', options)).sort(), iterated.sort(), streamed.sort(), globSync('{bin,dist}/*', options).sort()]
  }))

  it('lru-cache fetches, evicts and aborts', () => same<typeof Lru>('lru-cache/dist/esm/index.js', async ({ LRUCache }) => {
    const log: unknown[] = []
    const cache = new LRUCache<string, number>({ max: 3, dispose: (value, key, why) => log.push([value, key, why]), fetchMethod: async (key) => key === 'bad' ? Promise.reject(new Error('bad')) : key.length })
    log.push(await Promise.all(['a', 'bb', 'ccc', 'a'].map((key) => cache.fetch(key).catch(String))), await cache.fetch('bad').catch(String), [...cache.entries()], cache.dump().map(([key]) => key))
    const aborter = new AbortController()
    const waiting = cache.fetch('dddd', { signal: aborter.signal }).catch(String)
    aborter.abort(new Error('enough'))
    return [log, await waiting]
  }))

  it('vscode-jsonrpc talks with itself', () => same<typeof Rpc>('vscode-jsonrpc/lib/node/main.js', async (rpc) => {
    const [up, down] = [new PassThrough(), new PassThrough()]
    const client = rpc.createMessageConnection(new rpc.StreamMessageReader(down), new rpc.StreamMessageWriter(up))
    const server = rpc.createMessageConnection(new rpc.StreamMessageReader(up), new rpc.StreamMessageWriter(down))
    server.onRequest('add', async (a: number, b: number) => a + b)
    server.onRequest('fail', () => Promise.reject(new rpc.ResponseError(7, 'failed')))
    client.listen()
    server.listen()
    const answers = [await client.sendRequest('add', 1, 2), await client.sendRequest('fail').catch((error: unknown) => [String(error)]), await client.sendRequest('none').catch(String)]
    client.dispose()
    server.dispose()
    return answers
  }))

  it('enhanced-resolve resolves', () => same<typeof EnhancedResolve>('enhanced-resolve/lib/index.js', async ({ default: _unused, ...resolver }) => {
    const resolveWith = resolver.create({ conditionNames: ['import', 'node'], extensions: ['.js'] })
    const found = (request: string): Promise<unknown> => new Promise((done) => resolveWith({}, root, request, {}, (error, path) => done(error ? error.message.split('\n')[0] : path)))
    return [await found('acorn'), await found('glob/raw'), await found('./nothing'), await found('diff/package.json')]
  }))

  it('esbuild starts its service and transforms', () => same<typeof Esbuild>('esbuild/lib/main.js', async ({ transform, transformSync, build, stop }) => {
    const { code } = await transform('enum A { x }\nexport const y: A = A.x', { loader: 'ts' })
    const failed = await transform('let', { logLevel: 'silent' }).catch((error: unknown) => String(error))
    const { code: sync } = transformSync('a ?? b', { target: 'es2019' })
    const plugin: Esbuild.Plugin = { name: 'p', setup: (api) => { api.onResolve({ filter: /^v:/ }, async ({ path }) => ({ path, namespace: 'v' })); api.onLoad({ filter: /.*/, namespace: 'v' }, async () => ({ contents: 'export default 7' })) } }
    const built = await build({ stdin: { contents: 'import x from "v:1"; console.log(x)' }, bundle: true, write: false, plugins: [plugin] })
    await stop()
    return [code, failed, sync, built.outputFiles[0]?.text]
  })).timeout(60_000)
})
