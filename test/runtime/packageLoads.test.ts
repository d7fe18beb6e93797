import { CliProcess } from './cliProcess'
import { sameBothWays, type Files } from './support/bothWays'

/** What loads plugins, entities and routes that it finds in a folder does it like this. */
const loader: Files = {
  'node_modules/loader/package.json': '{ "name": "loader", "exports": { "import": "./load.mjs", "require": "./load.cjs" } }',
  'node_modules/loader/load.mjs': `import { pathToFileURL } from 'node:url'\nexport const load = (file) => import(pathToFileURL(file).href), byPath = (file) => import(file), typescript = Boolean(process.features.typescript)`,
  'node_modules/loader/load.cjs': `exports.load = (file) => require(file); exports.byImport = (file) => import(require('node:url').pathToFileURL(file).href)`,
}

const programs: readonly (readonly [string, Files])[] = [
  ['import() of a file gives the module of the program', {
    ...loader,
    'main.mts': `import { load, byPath } from 'loader'; import * as own from './own.mjs'
const at = (name: string) => import.meta.dirname + '/' + name
const one = await load(at('own.mts')); console.log(one === own, (await byPath(at('own.mts'))).count() === own.count() - 1, one.default)
console.log((await load(at('slow.mts'))).slow, (await load(at('common.cjs'))).default.from)
for (const name of ['gone.mts', 'throws.mts']) await load(at(name)).catch((error: NodeJS.ErrnoException) => console.log(error.code, error instanceof Error))`,
    'own.mts': `console.log('own runs'); let n = 0; export const count = (): number => ++n; export default 'own'`,
    'slow.mts': `export const slow: number = await Promise.resolve(2)`,
    'common.cjs': `exports.from = module.parent?.filename`,
    'throws.mts': `throw new TypeError('not today')`,
  }],
  ['require of a file gives the module of the program', {
    ...loader,
    'main.js': `const { load, byImport } = require('loader'), own = require('./own')
console.log(load(__dirname + '/own.js') === own, load(__dirname + '/own') === own, load(__dirname + '/data.json').a, load(__dirname + '/lib').lib)
console.log(load(__dirname + '/parent.js'), require.cache[__dirname + '/parent.js'].loaded)
for (const name of ['/gone', '/throws']) try { load(__dirname + name) } catch (error) { console.log(error.code, error.message.split('\\n')[0]) }
byImport(__dirname + '/own.js').then((all) => console.log(all.default.n === own.n, own.runs()))`,
    'own.js': `let runs = 0; runs++; exports.n = 1; exports.runs = () => runs; console.log('own runs')`,
    'data.json': '{ "a": 1 }',
    'lib/index.js': `exports.lib = 'index'`,
    'parent.js': `exports.parent = module.parent.filename; exports.main = require.main === module`,
    'throws.js': `throw new TypeError('not today')`,
  }],
]

describe('a package loads files of the program by their paths', () => {
  for (const [title, files] of programs) it(title, async () => void (await sameBothWays(files)))

  describe('and', () => {
    let cli: CliProcess | undefined
    afterEach(() => cli?.dispose())

    const texts = Object.fromEntries(Object.entries(loader).map(([name, text]) => [name, String(text)]))
    const route = (text: string): string => `export default (routes: Map<string, () => string>) => { routes.set('/', () => '${text}') }\n`
    const main = (load: string): string => `${load}
export const routes = new Map<string, () => string>()
const start = async () => (await load(new URL('routes/home.ts', import.meta.url).pathname)).default(routes)
await start()
console.log('answers', routes.get('/')?.())
setInterval(() => {}, 1000)\n`

    it('what they made of a saved file is made again, whether they import it', async () => {
      cli = new CliProcess({ ...texts, 'package.json': '{ "type": "module" }', 'main.ts': main(`import { load } from 'loader'`), 'routes/home.ts': route('one') }).start('run', 'main.ts')
      await cli.prints('answers one')
      cli.write('routes/home.ts', route('two'))
      await cli.prints('answers two')
      await cli.says('routes/home v2, main v2')
    })

    it('or require it', async () => {
      const require = `import { createRequire } from 'node:module'\nconst { load } = createRequire(import.meta.url)('loader')`
      cli = new CliProcess({ ...texts, 'package.json': '{ "type": "module" }', 'main.ts': main(require), 'routes/home.ts': route('one') }).start('run', 'main.ts')
      await cli.prints('answers one')
      cli.write('routes/home.ts', route('two'))
      await cli.prints('answers two')
      await cli.says('routes/home v2, main v2')
    })

    it('values that they took are taken again', async () => {
      const taker = `import { load } from 'loader'\nconst take = async (file: string) => (await load(new URL(file, import.meta.url).pathname)).config.limit\nconsole.log('limit', await take('config.ts'))\nsetInterval(() => console.log('goes on'), 100)\n`
      cli = new CliProcess({ ...texts, 'package.json': '{ "type": "module" }', 'main.ts': taker, 'config.ts': 'export const config = { limit: 1 }\nexport default () => 1\n' }).start('run', 'main.ts')
      await cli.prints('limit 1\ngoes on')
      cli.write('config.ts', 'export const config = { limit: 2 }\nexport default () => 1\n')
      await cli.prints('limit 2')
      await cli.says('main v2 (because config changed: a package has taken "config")')
    })

    it('they are told that files can be TypeScript', async () => {
      cli = new CliProcess({ ...texts, 'main.ts': `import { typescript } from 'loader'\nconsole.log('typescript', typescript)\n` }).start('run', 'main.ts')
      await cli.prints('typescript true')
    })
  })
})
