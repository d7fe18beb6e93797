import { sameBothWays } from './support/bothWays'
import type { Files, How } from './support/bothWays'

const conditional = {
  'package.json': '{"type":"module","imports":{"#own":{"development":"./dev.mjs","default":"./other.mjs"}}}', 'dev.mjs': `export default 'own dev'`, 'other.mjs': `export default 'own'`,
  'node_modules/p/package.json': '{"name":"p","exports":{"development":"./dev.js","production":"./prod.js","default":"./other.js"}}',
  'node_modules/p/dev.js': `module.exports = 'dev'`, 'node_modules/p/prod.js': `module.exports = 'prod'`, 'node_modules/p/other.js': `module.exports = 'other'`,
  'main.mjs': `import p from 'p'; import own from '#own'; import { createRequire } from 'node:module'; console.log(p, own, createRequire(import.meta.url)('p'), (await import('p')).default, import.meta.resolve('p'))`,
}
const preloaded = {
  'pre.cjs': `globalThis.required = process.argv.slice(2)`, 'pre.mjs': `globalThis.imported = process.argv.slice(2)`,
  'main.mjs': `console.log(globalThis.required, globalThis.imported, process.argv.slice(2))`,
}

const programs: readonly (readonly [string, Files, How])[] = [
  ['--conditions', conditional, { nodeArgs: ['--conditions=development'] }],
  ['-C', conditional, { nodeArgs: ['-C', 'production'] }],
  ['NODE_OPTIONS with --conditions', conditional, { env: { NODE_OPTIONS: '--conditions development' } }],
  ['--require and --import, which see the arguments of the program', preloaded, { nodeArgs: ['--require', './pre.cjs', '--import', './pre.mjs'], args: ['-a', 'b c'] }],
  ['NODE_OPTIONS with --require, for the program and not for the compiler beside it', { 'pre.cjs': `if (!process.argv[1]?.endsWith('cli.js')) console.log('preloaded')`, 'main.mjs': `console.log('main')` }, { env: { NODE_OPTIONS: '--require ./pre.cjs' } }],
  ['--env-file', { '.env': 'FROM_FILE=1', 'main.mjs': `console.log(process.env.FROM_FILE)` }, { nodeArgs: ['--env-file=.env'] }],
  ['--experimental-vm-modules, --expose-gc and --stack-trace-limit', { 'main.mjs': `import vm from 'node:vm'; console.log(typeof vm.SourceTextModule, typeof gc, Error.stackTraceLimit)` }, { nodeArgs: ['--experimental-vm-modules', '--expose-gc', '--stack-trace-limit=3'] }],
]

describe('what Node is given is honoured as in plain Node', () => {
  for (const [title, files, how] of programs) it(title, async () => void (await sameBothWays(files, how)))
})
