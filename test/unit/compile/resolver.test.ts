import assert from 'node:assert/strict'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ImportKind, Resolution } from '../../../src/compile/resolution'
import { Resolver, type ResolverOptions } from '../../../src/compile/resolver'
import { workspaces, type Workspace } from './workspace'

const workspace = workspaces()

interface Opened {
  readonly space: Workspace
  readonly resolver: Resolver
  /** `module src/x.ts`, `native node:fs`, or the code of the failure; paths from the root. */
  to(specifier: string, importer: string, kind?: ImportKind): string
}

function open(files: Readonly<Record<string, string>>, options: Partial<ResolverOptions> = {}): Opened {
  const space = workspace(files)
  const resolver = new Resolver({ root: space.root, log: space.log, ...options })
  return { space, resolver, to: (specifier, importer, kind = 'import') => shown(space, resolver.resolve(specifier, space.path(importer), kind)) }
}

function shown(space: Workspace, resolution: Resolution): string {
  if (resolution.kind === 'failed') return resolution.code
  const target = resolution.kind === 'module' ? resolution.file : resolution.target
  return `${resolution.kind} ${target.startsWith(space.root) ? target.slice(space.root.length + 1).replaceAll('\\', '/') : target}`
}

describe('resolving paths', () => {
  it('finds the TypeScript source behind the extension of its output', () => {
    const { to } = open({ 'a.ts': '', 'b.tsx': '', 'm.mts': '', 'c.cts': '', 'j.tsx': '', 'main.ts': '' })
    assert.deepEqual(['./a.js', './b.js', './m.mjs', './c.cjs', './j.jsx'].map((each) => to(each, 'main.ts')),
      ['module a.ts', 'module b.tsx', 'module m.mts', 'module c.cts', 'module j.tsx'])
  })

  it('prefers the source to its output from TypeScript, and what is named from JavaScript', () => {
    const { to } = open({ 'a.ts': '', 'a.js': '' })
    assert.equal(to('./a.js', 'main.ts'), 'module a.ts')
    assert.equal(to('./a', 'main.ts'), 'module a.ts')
    assert.equal(to('./a.js', 'main.mjs'), 'module a.js')
    assert.equal(to('./a', 'main.cjs', 'require'), 'module a.js')
    assert.equal(to('./a.ts', 'main.ts'), 'module a.ts')
  })

  it('finds source from JavaScript when there is no output', () => {
    const { to } = open({ 'a.ts': '' })
    assert.equal(to('./a.js', 'main.js'), 'module a.ts')
    assert.equal(to('./a', 'main.js', 'require'), 'module a.ts')
  })

  it('takes names with dots, spaces, non-ASCII letters and percent signs', () => {
    const { to } = open({ 'user.service.ts': '', 'a b.ts': '', 'grüße/日本.ts': '', '100%.ts': '', 'a#b.ts': '' })
    assert.equal(to('./user.service', 'main.ts'), 'module user.service.ts')
    assert.equal(to('./a b', 'main.ts'), 'module a b.ts')
    assert.equal(to('./a%20b.js', 'main.ts'), 'module a b.ts')
    assert.equal(to('./grüße/日本', 'main.ts'), 'module grüße/日本.ts')
    assert.equal(to('./100%', 'main.ts'), 'module 100%.ts')
    assert.equal(to('./a#b', 'main.ts'), 'module a#b.ts')
  })

  it('takes a folder for its package.json main, or its index', () => {
    const { to } = open({ 'lib/index.ts': '', 'pkg/package.json': '{"main":"./src/start.js"}', 'pkg/src/start.ts': '', 'index.ts': '', 'lib.ts': '' })
    assert.equal(to('./lib/', 'main.ts'), 'module lib/index.ts')
    assert.equal(to('./lib', 'main.ts'), 'module lib.ts')
    assert.equal(to('./pkg', 'main.ts'), 'module pkg/src/start.ts')
    assert.equal(to('.', 'main.ts'), 'module index.ts')
    assert.equal(to('..', 'lib/main.ts'), 'module index.ts')
    assert.equal(to('../lib/index.js', 'pkg/main.ts'), 'module lib/index.ts')
  })

  it('does not let a query or fragment make another module', () => {
    const { to } = open({ 'a.ts': '' })
    assert.equal(to('./a.js?x=1', 'main.ts'), 'module a.ts')
    assert.equal(to('./a?x#y', 'main.ts'), 'module a.ts')
  })

  it('takes absolute paths and file URLs', () => {
    const { space, to } = open({ 'a b.ts': '' })
    assert.equal(to(space.path('a b.ts'), 'main.ts'), 'module a b.ts')
    assert.equal(to(pathToFileURL(space.path('a b.ts')).href, 'main.ts'), 'module a b.ts')
    assert.equal(to(`${pathToFileURL(space.path('a b.js')).href}?v=2`, 'main.ts'), 'module a b.ts')
  })

  it('leaves what is no source to Node', () => {
    const { to } = open({ 'x.node': '', 'x.wasm': '', 'data.json': '{}', 'style.css': '', 'node_modules/p/i.js': '' })
    assert.equal(to('./x.node', 'main.js', 'require'), 'native x.node')
    assert.equal(to('./x.wasm', 'main.ts'), 'native x.wasm')
    assert.equal(to('./style.css', 'main.ts'), 'native style.css')
    assert.equal(to('./data.json', 'main.ts'), 'module data.json')
    assert.equal(to('./node_modules/p/i.js', 'main.ts'), 'native node_modules/p/i.js')
  })

  it('says that nothing is there in the words of Node, and where it looked', () => {
    const { space, resolver } = open({})
    const importer = space.path('main.mjs')
    assert.deepEqual(resolver.resolve('./gone.js', importer, 'import'),
      { kind: 'failed', code: 'ERR_MODULE_NOT_FOUND', message: `Cannot find module '${space.path('gone.js')}' imported from ${importer}`, wanted: [space.path('gone.js')] })
    assert.deepEqual(resolver.resolve('./gone', importer, 'require'),
      { kind: 'failed', code: 'MODULE_NOT_FOUND', message: `Cannot find module './gone'\nRequire stack:\n- ${importer}`, wanted: [space.path('gone')] })
  })

  it('finds a file that was made after it was missed', () => {
    const { space, to } = open({ 'other.ts': '' })
    assert.equal(to('./late', 'main.ts'), 'ERR_MODULE_NOT_FOUND')
    space.write('late.ts', '')
    assert.equal(to('./late', 'main.ts'), 'module late.ts')
  })

  it('follows a renamed file', async () => {
    const { space, to } = open({ 'a.js': '', 'main.ts': '' })
    for (const [gone, made] of [['a.js', 'a.ts'], ['a.ts', 'a.tsx'], ['a.tsx', 'a.jsx']] as const) {
      assert.equal(to('./a.js', 'main.ts'), `module ${gone}`)
      space.remove(gone)
      space.write(made, '')
      await new Promise(setImmediate)
      assert.equal(to('./a.js', 'main.ts'), `module ${made}`)
    }
  })

  it('takes the source that appears beside its output', async () => {
    const { space, to } = open({ 'a.js': '' })
    assert.equal(to('./a.js', 'main.ts'), 'module a.js')
    space.write('a.ts', '')
    await new Promise(setImmediate)
    assert.equal(to('./a.js', 'main.ts'), 'module a.ts')
  })

  it('names a file by its real path', () => {
    const { space, to } = open({ 'real/a.ts': '', 'b.ts': '' })
    space.link('linked', 'real')
    space.link('c.ts', 'b.ts')
    assert.equal(to('./linked/a', 'main.ts'), 'module real/a.ts')
    assert.equal(to('./c', 'main.ts'), 'module b.ts')
  })
})

describe('resolving packages', () => {
  const dual = JSON.stringify({ name: 'dual', exports: { '.': { import: './i.mjs', require: './r.cjs' }, './sub': { special: './special.js', default: './sub.js' } } })
  const files = {
    'node_modules/dual/package.json': dual,
    'node_modules/dual/i.mjs': '', 'node_modules/dual/r.cjs': '', 'node_modules/dual/sub.js': '', 'node_modules/dual/special.js': '',
    'node_modules/old/package.json': '{"main":"lib/main"}', 'node_modules/old/lib/main.js': '', 'node_modules/old/deep/x.js': '',
    'node_modules/@scope/p/index.js': '',
  }

  it('leaves packages to Node, by the conditions of the import', () => {
    const { to } = open(files)
    assert.equal(to('dual', 'main.ts'), 'native node_modules/dual/i.mjs')
    assert.equal(to('dual', 'src/main.ts', 'require'), 'native node_modules/dual/r.cjs')
    assert.equal(to('dual/sub', 'main.ts'), 'native node_modules/dual/sub.js')
    assert.equal(to('old', 'main.ts'), 'native node_modules/old/lib/main.js')
    assert.equal(to('old/deep/x', 'main.js', 'require'), 'native node_modules/old/deep/x.js')
    assert.equal(to('@scope/p', 'main.ts'), 'native node_modules/@scope/p/index.js')
  })

  it('knows the conditions Node was started with', () => {
    assert.equal(open(files, { conditions: ['special'] }).to('dual/sub', 'main.ts'), 'native node_modules/dual/special.js')
  })

  it('knows the modules built into Node', () => {
    const { to } = open({ 'fs.ts': '' })
    assert.equal(to('fs', 'main.ts'), 'native node:fs')
    assert.equal(to('fs/promises', 'main.ts', 'require'), 'native node:fs/promises')
    assert.equal(to('node:test', 'main.ts'), 'native node:test')
    assert.equal(to('node:gone', 'main.ts'), 'ERR_UNKNOWN_BUILTIN_MODULE')
    assert.equal(to('data:text/javascript,1', 'main.ts'), 'native data:text/javascript,1')
  })

  it('leaves "codeswitch" to the runtime, whatever is installed', () => {
    assert.equal(open({ 'node_modules/codeswitch/index.js': '' }).to('codeswitch', 'main.ts'), 'native codeswitch')
  })

  it('says what is missing in the words of Node', () => {
    const { space, resolver } = open({ ...files, 'package.json': '{"imports":{"#a":"./a.js"}}' })
    const importer = space.path('main.ts')
    const failure = (specifier: string, kind: ImportKind = 'import'): string => {
      const resolution = resolver.resolve(specifier, importer, kind)
      return resolution.kind === 'failed' ? `${resolution.code}: ${resolution.message}` : resolution.kind
    }
    assert.equal(failure('nowhere/x'), `ERR_MODULE_NOT_FOUND: Cannot find package 'nowhere' imported from ${importer}`)
    assert.equal(failure('@no/where/x'), `ERR_MODULE_NOT_FOUND: Cannot find package '@no/where' imported from ${importer}`)
    assert.equal(failure('old/gone.js'), `ERR_MODULE_NOT_FOUND: Cannot find module '${space.path('node_modules/old/gone.js')}' imported from ${importer}`)
    assert.equal(failure('nowhere', 'require'), `MODULE_NOT_FOUND: Cannot find module 'nowhere'\nRequire stack:\n- ${importer}`)
    assert.equal(failure('dual/hidden'), `ERR_PACKAGE_PATH_NOT_EXPORTED: Package subpath './hidden' is not defined by "exports" in ${space.path('node_modules/dual/package.json')} imported from ${importer}`)
    assert.equal(failure('#b'), `ERR_PACKAGE_IMPORT_NOT_DEFINED: Package import specifier "#b" is not defined in package ${space.path('package.json')} imported from ${importer}`)
  })

  it('finds a package that was installed after it was missed', () => {
    const { space, to } = open({ 'node_modules/x/index.js': '' })
    assert.equal(to('late', 'main.ts'), 'ERR_MODULE_NOT_FOUND')
    space.write('node_modules/late/index.js', '')
    assert.equal(to('late', 'main.ts'), 'native node_modules/late/index.js')
  })

  it('forgets what a package.json said when told to', () => {
    const { space, resolver, to } = open(files)
    assert.equal(to('old', 'main.ts'), 'native node_modules/old/lib/main.js')
    space.write('node_modules/old/package.json', '{"main":"deep/x.js"}')
    resolver.invalidate()
    assert.equal(to('old', 'main.ts'), 'native node_modules/old/deep/x.js')
  })

  it('takes symlinked packages of the workspace for modules', () => {
    const { space, to } = open({
      'packages/one/package.json': '{"name":"one","exports":"./src/index.ts"}', 'packages/one/src/index.ts': '',
      'packages/two/package.json': '{"name":"two","main":"./src/index.js"}', 'packages/two/src/index.ts': '',
      'packages/three/package.json': '{"name":"three","exports":{".":"./lib/index.js","./sub":"./lib/sub.js"}}', 'packages/three/lib/index.ts': '', 'packages/three/lib/sub.tsx': '',
      'node_modules/four/index.js': '',
    })
    for (const name of ['one', 'two', 'three']) space.link(`node_modules/${name}`, `packages/${name}`)
    assert.equal(to('one', 'app/main.ts'), 'module packages/one/src/index.ts')
    assert.equal(to('two', 'app/main.ts'), 'module packages/two/src/index.ts')
    assert.equal(to('three', 'app/main.ts'), 'module packages/three/lib/index.ts')
    assert.equal(to('three/sub', 'app/main.ts'), 'module packages/three/lib/sub.tsx')
    assert.equal(to('four', 'packages/one/src/index.ts'), 'native node_modules/four/index.js')
  })

  it('follows package imports and self references', () => {
    const { to } = open({
      'package.json': JSON.stringify({ name: 'self', exports: './src/index.ts', imports: { '#util/*': './src/util/*.js', '#dep': 'dual', '#cond': { require: './r.cjs', default: './src/index.ts' } } }),
      ...files, 'src/index.ts': '', 'src/util/a.ts': '', 'r.cjs': '',
    })
    assert.equal(to('#util/a', 'src/main.ts'), 'module src/util/a.ts')
    assert.equal(to('#dep', 'src/main.ts'), 'native node_modules/dual/i.mjs')
    assert.equal(to('#cond', 'src/main.ts', 'require'), 'module r.cjs')
    assert.equal(to('#cond', 'src/main.ts'), 'module src/index.ts')
    assert.equal(to('self', 'src/main.ts'), 'module src/index.ts')
  })
})

describe('resolving by settings', () => {
  it('follows paths and baseUrl of the nearest tsconfig, also when extended', () => {
    const { to } = open({
      'tsconfig.base.json': '{"compilerOptions":{"baseUrl":".","paths":{"@/*":["./src/*","./gen/*"],"one":["./src/one.ts"]}}}',
      'tsconfig.json': '{ "extends": "./tsconfig.base.json", /* comments */ }',
      'src/a.ts': '', 'gen/b.ts': '', 'src/one.ts': '', 'src/lib/index.ts': '', 'node_modules/p/index.js': '',
    })
    assert.equal(to('@/a', 'src/main.ts'), 'module src/a.ts')
    assert.equal(to('@/a.js', 'src/main.ts'), 'module src/a.ts')
    assert.equal(to('@/b', 'src/main.ts'), 'module gen/b.ts')
    assert.equal(to('@/lib', 'src/main.ts'), 'module src/lib/index.ts')
    assert.equal(to('one', 'src/main.ts'), 'module src/one.ts')
    assert.equal(to('src/a', 'src/main.ts'), 'module src/a.ts')
    assert.equal(to('p', 'src/main.ts'), 'native node_modules/p/index.js')
    assert.equal(to('fs', 'src/main.ts'), 'native node:fs')
    assert.equal(to('@/gone', 'src/main.ts'), 'ERR_MODULE_NOT_FOUND')
  })

  it('reads a tsconfig again when it changed', async () => {
    const { space, to } = open({ 'tsconfig.json': '{"compilerOptions":{"paths":{"x":["./a.ts"]}}}', 'a.ts': '', 'b.ts': '' })
    assert.equal(to('x', 'main.ts'), 'module a.ts')
    space.write('tsconfig.json', '{"compilerOptions":{"paths":{"x":["./b.ts"]}}}')
    await new Promise(setImmediate)
    assert.equal(to('x', 'main.ts'), 'module b.ts')
  })

  it('says so and goes on when a tsconfig is broken', () => {
    const { space, to } = open({ 'tsconfig.json': '{"extends":"./gone.json"}', 'a.ts': '' })
    assert.equal(to('./a', 'main.ts'), 'module a.ts')
    assert.equal(to('x', 'main.ts'), 'ERR_MODULE_NOT_FOUND')
    assert.equal(space.logged.length, 1)
    assert.match(space.logged[0] ?? '', /gone\.json/)
  })

  it('leaves files that are excluded, or not included, to Node', () => {
    const { to } = open({ 'src/a.ts': '', 'src/gen/b.ts': '', 'lib/c.js': '', '.hidden/d.ts': '' }, { include: ['src/**', '.hidden/'], exclude: ['**/gen/**'] })
    assert.equal(to('./a', 'src/main.ts'), 'module src/a.ts')
    assert.equal(to('./gen/b', 'src/main.ts'), 'native src/gen/b.ts')
    assert.equal(to('../lib/c.js', 'src/main.ts'), 'native lib/c.js')
    assert.equal(to('../.hidden/d', 'src/main.ts'), 'module .hidden/d.ts')
  })

  it('leaves files outside the workspace folder to Node', () => {
    const outside = workspace({ 'x.js': '' })
    const { to } = open({})
    assert.equal(to(outside.path('x.js'), 'main.ts'), `native ${outside.path('x.js')}`)
  })

  it('has modules outside the workspace folder where Node could not load them', () => {
    const outside = workspace({ 'x.ts': '', 'node_modules/p/index.ts': '' })
    const { to } = open({})
    assert.equal(to(outside.path('x.ts'), 'main.ts'), `module ${outside.path('x.ts')}`)
    assert.equal(to(outside.path('node_modules/p/index.ts'), 'main.ts'), `native ${outside.path('node_modules/p/index.ts')}`)
  })

  it('lets an entry outside the workspace folder bring its neighbours', () => {
    const outside = workspace({ 'x.ts': '', 'main.ts': '', 'node_modules/p/index.js': '' })
    const { resolver } = open({})
    assert.deepEqual(resolver.resolve('./x.js', outside.path('main.ts'), 'import'), { kind: 'module', file: outside.path('x.ts') })
    assert.equal(resolver.resolve('p', outside.path('main.ts'), 'import').kind, 'native')
    assert.deepEqual(resolver.entry(outside.path('main')), { kind: 'module', file: outside.path('main.ts') })
  })

  it('finds the entry with or without extension, from the workspace folder or another', () => {
    const { space, resolver } = open({ 'src/main.ts': '' })
    const expected = { kind: 'module', file: space.path('src/main.ts') }
    assert.deepEqual(resolver.entry('src/main.ts'), expected)
    assert.deepEqual(resolver.entry('./src/main'), expected)
    assert.deepEqual(resolver.entry('main', join(space.root, 'src')), expected)
    assert.equal(resolver.entry('gone').kind, 'failed')
  })
})
