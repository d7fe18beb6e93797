import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { sameBothWays } from './support/bothWays'

/** The sources of a package as files of the program, so that they are modules of it and not left to Node. */
function sourcesOf(name: string, files: RegExp): Readonly<Record<string, string>> {
  const folder = dirname(require.resolve(`${name}/package.json`))
  const all = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => file.split(sep).join('/')).filter((file) => files.test(file) && !file.startsWith('node_modules/'))
  return Object.fromEntries(all.map((file) => [`${name}/${file}`, readFileSync(join(folder, file), 'utf8')]))
}

/** Packages that differ in kind, whole, as modules of a program: what each prints must be what plain Node (tsx) prints. */
describe('a package whose sources are the program\'s own behaves as under Node', () => {
  it('undici: CommonJS, classes with private members, streams, frozen statics', async function () {
    this.timeout(Math.max(this.timeout(), 60_000))
    await sameBothWays({
      ...sourcesOf('undici', /^(?:lib\/.*\.js|index(?:-fetch)?\.js|package\.json)$/),
      'main.cjs': `const { request, fetch, Pool, FormData, MockAgent } = require('./undici'); const http = require('http')
const server = http.createServer(async (req, res) => { let body = ''; for await (const part of req) body += part; res.setHeader('x-y', 'z'); res.end(req.method + req.url + body.length) }).listen(0, async () => {
  const origin = 'http://127.0.0.1:' + server.address().port, form = new FormData(), pool = new Pool(origin, { connections: 2 }), mock = new MockAgent()
  const posted = await request(origin + '/a', { method: 'POST', body: 'hello' }); console.log(posted.statusCode, posted.headers['x-y'], await posted.body.text())
  const got = await fetch(origin + '/b?x=1'); console.log(got.status, await got.text(), got instanceof Response, got.headers.get('x-y'), got.constructor.name)
  form.set('a', 'b'); console.log((await (await fetch(origin, { method: 'PUT', body: form })).text()).startsWith('PUT/'))
  console.log(await Promise.all([1, 2, 3].map(async (i) => (await (await pool.request({ path: '/' + i, method: 'GET' })).body.text()))))
  mock.disableNetConnect(); mock.get('http://m').intercept({ path: '/' }).reply(200, { ok: 1 }); console.log(await (await fetch('http://m/', { dispatcher: mock })).json())
  await Promise.all([pool.close(), mock.close()]); process.exit(0)
})`,
    })
  })

  it('rxjs: TypeScript, many small modules, operators', async function () {
    this.timeout(Math.max(this.timeout(), 60_000))
    await sameBothWays({
      ...sourcesOf('rxjs', /^src\/(?:internal|operators)\/.*\.ts$|^src\/index\.ts$/),
      'main.ts': `import { of, interval, Subject, BehaviorSubject, firstValueFrom, from } from './rxjs/src/index'; import { map, take, mergeMap, scan, catchError, toArray, retry } from './rxjs/src/operators/index'
const s = new Subject<number>(); s.pipe(scan((a, b) => a + b, 0)).subscribe((x) => console.log('s', x)); s.next(1); s.next(2); s.complete()
of(1, 2, 3).pipe(map((x) => x * 2), mergeMap((x) => from([x, x]))).subscribe({ next: (x) => console.log(x), complete: () => console.log('done') }); console.log(new BehaviorSubject(4).value, s instanceof Subject)
interval(5).pipe(take(3), toArray()).subscribe((a) => console.log(a)); firstValueFrom(of('f')).then(console.log); from(Promise.reject(new Error('x'))).pipe(retry(2), catchError((e) => of(e.message))).subscribe((x) => console.log('r', x))`,
    })
  })

  it('underscore: ES modules, a function with properties, chaining, mixins', async () => {
    await sameBothWays({
      'package.json': '{"type":"module"}', ...sourcesOf('underscore', /^modules\/.*\.js$/),
      'main.js': `import _, { map, chain, template } from './underscore/modules/index-all.js'; console.log(map([1, 2], (x) => x + 1), chain([1, [2]]).flatten().value(), template('<%= a %>')({ a: 1 }), _([1]).first(), _.VERSION, Object.keys(_).length); _.mixin({ hi: (x) => 'hi' + x }); console.log(_.hi(1), _('x').hi())`,
    })
  })

  it('lodash: one file a function, and all of them in one', async function () {
    this.timeout(Math.max(this.timeout(), 60_000))
    await sameBothWays({
      ...sourcesOf('lodash', /^(?:[\w.]+\.js|fp\/.*\.js|package\.json)$/),
      'main.cjs': `const _ = require('./lodash'), fp = require('./lodash/fp'), map = require('./lodash/map'), merge = require('./lodash/merge'), debounce = require('./lodash/debounce'), template = require('./lodash/template')
console.log(_.chain([3, 1, 2]).sortBy().map((x) => x * 2).value(), fp.flow(fp.map((x) => x + 1), fp.sum)([1, 2]), map({ a: 1 }, String), merge({ a: { b: 1 } }, { a: { c: 2 } }), template('<% for (const x of xs) { %><%= x %>,<% } %>')({ xs: [1, 2] }), Object.keys(_).length, _.curry((a, b, c) => a + b + c)(1)(2)(3), _(1).constructor.name)
let n = 0; const d = debounce(() => console.log('debounced', ++n), 10); d(); d(); console.log(_.isEqual(new Map([[1, { a: [1] }]]), new Map([[1, { a: [1] }]])), _.cloneDeep(new Set([1])), typeof _.runInContext().map)`,
    })
  })
})
