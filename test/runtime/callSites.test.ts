import assert from 'node:assert/strict'
import { bothWays, sameBothWays, type Files } from './support/bothWays'

/** As the packages do that look who called them: `depd`, `pino.transport`, `callsites`, `import-fresh`. */
const who: Files = {
  'node_modules/who/package.json': '{ "main": "who.js" }',
  'node_modules/who/who.js': `const ask = (prepare) => { const before = Error.prepareStackTrace; Error.prepareStackTrace = prepare; const { stack } = new Error('x'); Error.prepareStackTrace = before; return stack }
exports.sites = () => ask((_, sites) => sites).filter((site) => !site.getFileName()?.startsWith('node:'))
exports.told = () => exports.sites().map((site) => [site.getFileName(), site.getFunctionName(), site.getLineNumber(), site.getColumnNumber(), site.isEval(), site.getEvalOrigin(), site.isToplevel()])
exports.nested = () => { const outer = (_, sites) => sites.map(String); Error.prepareStackTrace = outer; const given = Error.prepareStackTrace
  const stack = ask((error, sites) => given(error, sites.slice(1))); Error.prepareStackTrace = undefined; return stack.filter((line) => !line.includes('node:')) }
exports.find = (name) => { for (const site of exports.sites()) try { return require('module').createRequire(site.getFileName()).resolve(name) } catch {} }`,
  'node_modules/only/package.json': '{ "main": "it.js" }', 'node_modules/only/it.js': '',
}

const programs: readonly (readonly [string, Files])[] = [
  ['ES modules', { ...who, 'main.mjs': `import { told, nested, find } from 'who'\nfunction named() { return told() }\nconst arrow = () => { return told() }\nclass K { static make() { return told() } }
console.log(told(), named(), arrow(), K.make(), [1].map(() => told()), nested().length)\nconsole.log(find('only'))` }],
  ['CommonJS modules', { ...who, 'main.js': `const { told, find } = require('who'), { f } = require('./lib')\nconsole.log(told(), f())\nconsole.log(find('only'))`, 'lib.js': `const { told } = require('who')\nexports.f = function f() { return told() }` }],
]

describe('packages that look who called them see the files of the program', () => {
  for (const [title, files] of programs) it(title, async () => void (await sameBothWays(files)))

  it('TypeScript, by the lines of its source', async () => {
    const { ours } = await bothWays({ ...who, 'main.mts': `interface Unused { readonly a: number }\n\nimport { told } from 'who'\nconsole.log(JSON.stringify(told().at(-1)))\n` })
    assert.match(ours.stdout, /^\["file:\/\/ROOT\/main.mts",null,4,/)
  })
})
