import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, renameSync, symlinkSync, writeFileSync, writeSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { cli as cliFile, CliProcess, exampleFile } from './cliProcess'

const helper = (text: string): string => `export const word = (): string => ${JSON.stringify(text)}\n`
const main = "import { word } from './helper'\nlet before = ''\nsetInterval(() => { if (word() !== before) console.log(before = word()) }, 1)\n"

describe('codeswitch run', () => {
  let cli: CliProcess
  const start = (files: Readonly<Record<string, string>>, ...args: readonly string[]): CliProcess => {
    cli = new CliProcess(files)
    return cli.start('run', ...args)
  }
  afterEach(() => cli.dispose())

  it('gives the program its arguments, its exit code, and its output untouched', async () => {
    start({ 'main.ts': "process.stdout.write(process.argv.slice(2).join() + ' no line break'); process.exitCode = 7" }, 'main.ts', '-a', '--b')
    assert.deepEqual(await cli.ended(), { code: 7, signal: null })
    assert.equal(cli.stdout, '-a,--b no line break')
    assert.equal(cli.stderr, '')
  })

  it("gives the program our input", async () => {
    start({ 'main.ts': "process.stdin.on('data', (data) => console.log('got ' + data))" }, 'main').types(['hello'])
    assert.deepEqual(await cli.ended(), { code: 0, signal: null })
    assert.equal(cli.stdout, 'got hello\n\n')
  })

  it('ends by the signal that ended the program', async () => {
    start({ 'main.ts': "console.log('up'); setInterval(() => {}, 1000)" }, 'main.ts')
    await cli.prints('up')
    cli.kill('SIGTERM')
    assert.deepEqual(await cli.ended(), { code: null, signal: 'SIGTERM' })
  })

  it('lets the program answer a signal', async () => {
    start({ 'main.ts': "process.on('SIGINT', () => { console.log('bye'); process.exit(5) }); console.log('up'); setInterval(() => {}, 1000)" }, 'main.ts')
    await cli.prints('up')
    cli.kill('SIGINT')
    assert.deepEqual(await cli.ended(), { code: 5, signal: null })
    assert.equal(cli.stdout, 'up\nbye\n')
  })

  it('lets the program talk to who forked us', async () => {
    cli = new CliProcess({ 'main.ts': "process.on('message', (message) => process.send!(['back', message], () => process.disconnect())); process.send!('ready')" })
    const child = fork(cliFile, ['run', '--no-watch', 'main.ts'], { cwd: cli.root, execArgv: [] })
    const heard: unknown[] = []
    child.on('message', (message) => {
      heard.push(message)
      if (message === 'ready') child.send({ n: 1 })
    })
    assert.deepEqual(await once(child, 'exit'), [0, null])
    assert.deepEqual(heard, ['ready', ['back', { n: 1 }]])
  })

  it('an entry that threw while somebody listened for that goes on, and its repair is live', async () => {
    const entry = (rest: string): string => `process.once('uncaughtException', (error) => console.log(error.message))\nsetInterval(() => {}, 1000)\n${rest}\n`
    start({ 'main.ts': entry("throw new Error('broken')") }, 'main.ts')
    await cli.prints('broken')
    cli.write('main.ts', entry("console.log('repaired')"))
    await cli.prints('repaired')
    await cli.says('main v2')
  })

  it('a save is live, with one quiet line', async () => {
    start({ 'main.ts': main, 'helper.ts': helper('first') }, 'main.ts')
    await cli.prints('first')
    cli.write('helper.ts', helper('second'))
    await cli.prints('second')
    await cli.says(/^\[codeswitch\] helper v2 \d+ ms\n$/)
  })

  it('a save at the very moment of a first import() is live, whether its folder was watched or not', async () => {
    for (const file of ['config', 'late/config']) {
      start({
        [`${file}.ts`]: "export const word = () => 'first'\n",
        'main.ts': `import { writeFileSync } from 'node:fs'\nsetTimeout(async () => {\n  const config = await import('./${file}')\n  console.log(config.word())\n  writeFileSync(import.meta.dirname + '/${file}.ts', "export const word = () => 'second'\\n")\n  setInterval(() => console.log(config.word()), 20)\n}, 100)\nconsole.log('up')`,
      }, 'main.ts')
      await cli.prints('first')
      await cli.prints('second')
      cli.dispose()
    }
  })

  it('what a tsconfig wants and cannot have is told once', async () => {
    start({ 'tsconfig.json': '{"compilerOptions":{"experimentalDecorators":true,"emitDecoratorMetadata":true}}', 'main.ts': "import { a } from './a'\nconsole.log(a)", 'a.ts': 'export const a = 1' }, 'main.ts')
    await cli.ended()
    assert.equal(cli.stderr.split('emitDecoratorMetadata needs the package typescript').length, 2)
  })

  it('a syntax error is told with its line, old code goes on, and the repair is live', async () => {
    start({ 'main.ts': main, 'helper.ts': helper('first') }, 'main.ts')
    await cli.prints('first')
    cli.write('helper.ts', 'export const word = (): string => "a" +;\n')
    await cli.says('helper.ts:1:40: error: Unexpected ";"\n    1 | export const word = (): string => "a" +;\n      |                                        ^\n')
    cli.write('helper.ts', helper('repaired'))
    await cli.prints('repaired')
  })

  describe('a program that cannot start is told with its line, and starts', () => {
    const cases = {
      'when the module that does not compile is repaired': { broken: { 'main.ts': "import { word } from './helper'\nconsole.log(word())\n", 'helper.ts': 'const = 1\n' }, says: /helper\.ts:1:7: error: /, repair: ['helper.ts', helper('started')] },
      'when its importer does not want it any more': { broken: { 'main.ts': "import './helper'\n", 'helper.ts': 'const = 1\n' }, says: /helper\.ts:1:7: error: /, repair: ['main.ts', "console.log('started')\n"] },
      'when a missing export is there': { broken: { 'package.json': '{"type":"module"}', 'main.ts': "import { word } from './helper'\nconsole.log(word())\n", 'helper.ts': 'export const other = 1\n' }, says: /main\.ts:1:\d+: error: /, repair: ['helper.ts', helper('started')] },
      'when a missing file is there': { broken: { 'main.ts': "import { word } from './helper'\nconsole.log(word())\n" }, says: /main\.ts:1:\d+: error: /, repair: ['helper.ts', helper('started')] },
    } as const
    for (const [title, { broken, says, repair: [file, text] }] of Object.entries(cases)) {
      it(title, async () => {
        start(broken, 'main.ts')
        await cli.says('waiting: the program starts when this is repaired\n')
        assert.match(cli.stderr, says)
        cli.write(file, text)
        await cli.prints('started')
        assert.deepEqual(await cli.ended(), { code: 0, signal: null })
        assert.equal(cli.stderr.split('waiting:').length, 2)
      })
    }
  })

  it('a program of many modules that cannot start starts with all of them as they are by then', async () => {
    const many = Array.from({ length: 200 }, (_, at) => at)
    const importing = `${many.map((at) => `import { n as n${at} } from './m${at}'\n`).join('')}import { word } from './helper'\nconsole.log(word(), ${many.map((at) => `n${at}`).join(' + ')})\n`
    start({ 'main.ts': importing, 'helper.ts': 'const = 1\n', ...Object.fromEntries(many.map((at) => [`m${at}.ts`, 'export const n: number = 1\n'])) }, 'main.ts')
    await cli.says('waiting: the program starts when this is repaired\n')
    for (const at of [0, 60, 199]) cli.write(`m${at}.ts`, 'export const n: number = 1001\n')
    cli.write('helper.ts', helper('sum'))
    await cli.prints('sum 3200')
    assert.deepEqual(await cli.ended(), { code: 0, signal: null })
  })

  it('a program that does not compile ends with 1 when nobody watches', async () => {
    start({ 'main.ts': "import { word } from './helper'\nword()\n", 'helper.ts': 'const = 1\n' }, '--no-watch', 'main.ts')
    assert.equal((await cli.ended()).code, 1)
    assert.match(cli.stderr, /helper\.ts:1:7: error: /)
  })

  it('a top level that hangs is told, and its repair is live', async () => {
    start({ 'main.ts': main, 'helper.ts': helper('first') }, 'main.ts')
    await cli.prints('first')
    cli.write('helper.ts', `await new Promise(() => {})\n${helper('hangs')}`)
    await cli.says(/helper is not loaded yet: its top level or onLoad has not ended/)
    cli.write('helper.ts', helper('repaired'))
    await cli.prints('repaired')
  })

  it('a file that is created after its import is live, with its importer', async () => {
    start({ 'main.ts': main, 'helper.ts': helper('first') }, 'main.ts')
    await cli.prints('first')
    cli.write('helper.ts', `import { made } from './deep/made.js'\nexport const word = (): string => made\n`)
    await cli.says(/helper\.ts:1:\d+: error: Error: Cannot find module/)
    cli.write('deep/made.ts', `import { more } from './more'\nexport const made = 'made ' + more`)
    await cli.says(/deep\/made\.ts:1:\d+: error: Error: Cannot find module/)
    cli.write('deep/more/index.ts', `export const more = 'and more`)
    await cli.says(/more\/index\.ts:1:\d+: error: /)
    cli.write('deep/more/index.ts', `export const more = 'and more'`)
    await cli.prints('made and more')
  })

  for (const [where, hangs] of [['top level', 'for (;;) {}'], ['onLoad', 'export const onLoad = () => new Promise(() => setInterval(() => {}, 1000))']] as const) {
    it(`a program whose ${where} never ends at its start is started by a save`, async () => {
      start({ 'main.ts': `console.log('hangs')\n${hangs}` }, 'main.ts')
      await cli.prints('hangs')
      cli.write('main.ts', `console.log('runs'); setInterval(() => {}, 1000)`)
      await cli.prints('runs')
      cli.write('main.ts', `console.log('runs again'); setTimeout(() => process.exit(7))`)
      assert.equal((await cli.ended()).code, 7)
      assert.match(cli.stdout, /runs again/)
    })
  }

  describe('a program in one folder of a monorepo', () => {
    const lib = (text: string): string => `export const word = (): string => ${JSON.stringify(text)}\n`
    const files = { 'packages/lib/package.json': '{"name":"@acme/lib","exports":"./src/index.ts"}', 'packages/lib/src/index.ts': lib('first'), 'packages/app/main.ts': main.replace('./helper', '@acme/lib') }
    const cases = { 'has the modules of the other packages': { 'package.json': '{"workspaces":["packages/*"]}' }, 'has TypeScript of folders beside it, whatever they are': {} }
    for (const [title, more] of Object.entries(cases)) {
      it(title, async () => {
        cli = new CliProcess({ ...files, ...more })
        mkdirSync(cli.path('node_modules/@acme'), { recursive: true })
        symlinkSync('../../packages/lib', cli.path('node_modules/@acme/lib'))
        cli.startIn('packages/app', 'run', 'main.ts')
        await cli.prints('first')
        cli.write('packages/lib/src/index.ts', lib('second'))
        await cli.prints('second')
      })
    }
  })

  it('soft: a load that would end somebody waits until he has left', async () => {
    start({ 'main.ts': "import * as m from './m'\nimport { send } from 'codeswitch'\nm.start()\nprocess.stdin.on('data', () => send('m', 'code_switch'))\nconsole.log('up')\n", 'm.ts': exampleFile('m.ts') }, 'main.ts')
    await cli.prints('up')
    cli.write('m.ts', `${exampleFile('m.ts')}// 2\n`)
    await cli.says(/\[codeswitch\] m v2 \(old v1: 1 lingers\) \d+ ms\n/)
    cli.write('m.ts', `${exampleFile('m.ts')}// 3\n`)
    await cli.says(/\[codeswitch\] m waits: 1 process lingers in old code \(m <0\.\d+\.0> in loop, line 12\)\n/)
    cli.type('go')
    await cli.says(/\[codeswitch\] m v3/)
  })

  it('brutal: it ends them', async () => {
    start({ 'main.ts': "import * as t from './t'\nt.start()\nconsole.log('up')\nsetInterval(() => {}, 1000)\n", 't.ts': exampleFile('t.ts') }, '--purge-policy', 'brutal', 'main.ts')
    await cli.prints('up')
    cli.write('t.ts', `${exampleFile('t.ts')}// 2\n`)
    await cli.says(/\[codeswitch\] t v2 \(old v1: 1 lingers\)/)
    cli.write('t.ts', `${exampleFile('t.ts')}// 3\n`)
    await cli.says(/\[codeswitch\] t v3 \(1 process ended\)/)
  })

  it('brutal: what was loaded is told even when it ended the last process', async () => {
    start({ 'main.ts': "import * as t from './t'\nt.start()\nconsole.log('up')\n", 't.ts': exampleFile('t.ts') }, '--purge-policy', 'brutal', 'main.ts')
    await cli.prints('up')
    cli.write('t.ts', `${exampleFile('t.ts')}// 2\n`)
    await cli.says(/\[codeswitch\] t v2 \(old v1: 1 lingers\)/)
    cli.write('t.ts', `${exampleFile('t.ts')}// 3\n`)
    assert.deepEqual(await cli.ended(), { code: 0, signal: null })
    assert.match(cli.stderr, /\[codeswitch\] t v3 \(1 process ended\)/)
  })

  it('wrong usage is told in one line, with exit code 2', async () => {
    for (const [args, message] of [[['nowhere.ts'], 'no such file: nowhere.ts'], [['--fast', 'x'], 'no option is called --fast']] as const) {
      start({}, ...args)
      assert.deepEqual(await cli.ended(), { code: 2, signal: null })
      assert.equal(cli.stderr, `codeswitch: ${message}\n`)
    }
  })
})

describe('codeswitch run ends on the last content', () => {
  let cli: CliProcess
  before(async () => {
    cli = new CliProcess({ 'main.ts': main, 'helper.ts': helper('first') })
    cli.start('run', 'main.ts')
    await cli.prints('first')
  })
  after(() => cli.dispose())

  it('of saves by rename, then in place', async () => {
    for (let i = 0; i < 5; i++) {
      writeFileSync(cli.path('helper.ts.tmp'), helper(`renamed ${i}`))
      renameSync(cli.path('helper.ts.tmp'), cli.path('helper.ts'))
      await cli.prints(`renamed ${i}`)
    }
    for (let i = 0; i < 3; i++) {
      cli.write('helper.ts', helper(`in place ${i}`))
      await cli.prints(`in place ${i}`)
    }
  })

  for (const [gap, times] of [[3, 8], [5, 8], [15, 8], [30, 8], [60, 8], [250, 2], [700, 1]] as const) {
    it(`of saves with ${gap} ms between truncate and write`, async () => {
      for (let i = 0; i < times; i++) {
        const file = openSync(cli.path('helper.ts'), 'w')
        await pause(gap) // the writer's gap
        writeSync(file, helper(`gap ${gap}, ${i}`))
        closeSync(file)
        await cli.prints(`gap ${gap}, ${i}`)
      }
    })
  }

  it('of ten quick saves', async () => {
    for (let i = 0; i < 10; i++) {
      cli.write('helper.ts', helper(`burst ${i}`))
      await pause(5)
    }
    await cli.prints('burst 9')
  })

  it('and never told an error on the way', () => assert.doesNotMatch(cli.stderr, /error|not loaded/))
})
