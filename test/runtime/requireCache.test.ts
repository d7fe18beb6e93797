import { CliProcess } from './cliProcess'
import { sameBothWays, type Files } from './support/bothWays'

const counted = { 'x.js': `globalThis.n = (globalThis.n || 0) + 1; exports.n = globalThis.n; exports.f = () => exports.n`, 'y.js': `exports.x = require('./x')` }

const programs: readonly (readonly [string, Files])[] = [
  ['a module that is taken out is evaluated again, beside the one before', {
    ...counted, 'main.js': `const a = require('./x'); delete require.cache[require.resolve('./x')]; const b = require('./x'); console.log(a.n, b.n, a === b, a.f(), b.f(), require('./x') === b, require.cache[require.resolve('./x')].exports === b)
delete require.cache[require.resolve('./y')]; console.log(require('./y').x === b)`,
  }],
  ['all of them can be taken out', {
    ...counted, 'main.js': `const first = require('./y'); for (const key of Object.keys(require.cache)) delete require.cache[key]; const second = require('./y'); console.log(first === second, first.x.n, second.x.n, Object.keys(require.cache))`,
  }],
  ['JSON that is taken out is read again', {
    'main.js': `const fs = require('fs'), file = __dirname + '/' + process.pid + '.json'; const write = (text) => fs.writeFileSync(file, text); write('{"a":1}')
const a = require(file); console.log(a, file in require.cache, require.cache[file].parent === module, module.children.length)
write('{"a":2}'); console.log(require(file) === a); delete require.cache[file]; const b = require(file); console.log(a, b, b === require(file))`,
  }],
  ['what is put in answers, before the module was loaded and after', {
    ...counted, 'main.js': `const id = require.resolve('./x'); require.cache[id] = { exports: { stub: true } }; console.log(require('./x').stub, require('./y').x.stub, globalThis.n)
delete require.cache[id]; console.log(require('./x').n); require.cache[id] = { id, filename: id, loaded: true, exports: () => 'stubbed' }; console.log(require('./x')(), globalThis.n); require.cache[id].exports = 5; console.log(require('./x'))`,
  }],
  ['a createRequire of an ES module sees the same cache', {
    ...counted, 'main.mjs': `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url); const a = require('./x.js'); delete require.cache[require.resolve('./x.js')]; console.log(a.n, require('./x.js').n)`,
  }],
  ['a module that threw is not there, is no child, and is evaluated again', {
    't.js': `globalThis.t = (globalThis.t || 0) + 1; throw new Error('t' + globalThis.t)`,
    'main.js': `for (let i = 0; i < 2; i++) try { require('./t') } catch (e) { console.log(e.message, require.resolve('./t') in require.cache, module.children.length) }`,
  }],
  ['mocks and tracers that replace Module._load or Module.prototype.require are asked', {
    ...counted, 'main.js': `const Module = require('module'); const load = Module._load, req = Module.prototype.require
Module._load = function (id, parent, isMain) { return id === './x' ? { mocked: parent.filename.endsWith('main.js') } : Reflect.apply(load, this, arguments) }
console.log(require('./x'), require('./y').x); Module._load = load; const seen = []
Module.prototype.require = function (id) { seen.push(id); return id === 'gone' ? 'traced' : Reflect.apply(req, this, arguments) }
console.log(require('gone'), require('./x').n, require('os') === require('node:os'), require('./x') === require('./x.js'), seen); Module.prototype.require = req; console.log(require('./x').n, seen.length)`,
  }],
]

describe('require.cache is the program\'s, as in plain Node', () => {
  for (const [title, files] of programs) it(title, async () => void (await sameBothWays(files)))

  describe('and still', () => {
    let cli: CliProcess | undefined
    afterEach(() => cli?.dispose())

    it('a save takes the place of a module that the program had evaluated again', async () => {
      cli = new CliProcess({
        'main.js': `let before = ''\nsetInterval(() => {\n  const { text } = require('./x')\n  if (text !== before) console.log(before = text)\n}, 5)\nrequire('./x')\ndelete require.cache[require.resolve('./x')]\nglobalThis.again = true\n`,
        'x.js': `exports.text = globalThis.again ? 'evaluated again' : 'first'\n`,
      }).start('run', 'main.js')
      await cli.prints('evaluated again')
      cli.write('x.js', `exports.text = 'saved'\n`)
      await cli.prints('saved')
      await cli.says('x v2')
    })
  })
})
