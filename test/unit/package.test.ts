import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { listFiles, PackageManager } from '@vscode/vsce'
import { repository } from './imports'

const platform = `${process.platform}-${process.arch}`
const binary = process.platform === 'win32' ? 'esbuild.exe' : 'bin/esbuild'

/** Its loaders, and the parts they share, which have hashes in their names. Neither its command nor its types. */
const filesOfTsx = readdirSync(join(repository, 'node_modules/tsx/dist'), { recursive: true, encoding: 'utf8' })
  .map((file) => `node_modules/tsx/dist/${file.replaceAll('\\', '/')}`)
  .filter((file) => /dist\/(?:(?:cjs|esm)\/.*|[^/]*-[^/]*)(?<!\.d)\.[cm]js$/.test(file))

/** All that ships, media apart. */
const expected = [
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
  'dist/children.mjs',
  'dist/cli.js',
  'dist/control.js',
  'dist/extension.js',
  'dist/index.js',
  'dist/runtime.js',
  `node_modules/@esbuild/${platform}/package.json`,
  `node_modules/@esbuild/${platform}/${binary}`,
  'node_modules/esbuild/LICENSE.md',
  'node_modules/esbuild/lib/main.js',
  'node_modules/esbuild/package.json',
  'node_modules/tsx/LICENSE',
  ...filesOfTsx,
  'node_modules/tsx/package.json',
  'package.json',
  'schemas/upgrade.schema.json'
]

const bundled = (file: string): string => readFileSync(join(repository, file), 'utf8')

describe('the package', () => {
  let shipped: readonly string[] = []

  before('needs a build', async () => {
    assert.ok(existsSync(join(repository, 'dist')), 'run `npm run build` first')
    shipped = (await listFiles({ cwd: repository, packageManager: PackageManager.Npm })).map((file) => file.replaceAll('\\', '/')).sort()
  })

  it('ships what runs and nothing else', () => {
    assert.deepEqual(shipped.filter((file) => !file.startsWith('media/')), [...expected].sort())
  })

  it('ships every picture the manifest names, and no other kind of file beside them', () => {
    const media = shipped.filter((file) => file.startsWith('media/'))
    const named = [...bundled('package.json').matchAll(/"(?:\.\/)?(media\/[^"]+)"/g)].map((match) => match[1])
    assert.deepEqual(named.filter((file) => file !== undefined && !media.includes(file)), [])
    assert.deepEqual(media.filter((file) => !/\.(?:svg|png)$/.test(file)), [])
  })

  it('asks at run time only for what ships', () => {
    const shippedPackages = new Set(['vscode', 'esbuild', 'tsx'])
    const asked = readdirSync(join(repository, 'dist')).filter((file) => /\.m?js$/.test(file)).flatMap((file) =>
      [...bundled(`dist/${file}`).matchAll(/\b(?:require|import)\("((?!node:)[^"./][^"/]*)[^"]*"\)/g)].map((match) => `${file} ${match[1] ?? ''}`))
    const builtin = new Set(process.getBuiltinModule('node:module').builtinModules)
    assert.deepEqual(asked.filter((line) => !shippedPackages.has(line.split(' ')[1] ?? '') && !builtin.has(line.split(' ')[1] ?? '')), [])
  })

  it('gives ESM importers the names of the package', async () => {
    const names = Object.keys(await import(join(repository, 'dist/index.js')) as object)
    assert.deepEqual(['receive', 'register', 'self', 'send', 'spawn', 'whereis'].filter((name) => !names.includes(name)), [])
  })
})
