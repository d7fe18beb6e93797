import assert from 'node:assert/strict'
import { CliProcess, exampleFile } from './cliProcess'

describe('codeswitch shell', () => {
  let cli: CliProcess
  afterEach(() => cli.dispose())

  async function check(lines: readonly string[], expected: readonly string[], files: Readonly<Record<string, string>> = {}, ...args: readonly string[]): Promise<void> {
    cli = new CliProcess(files)
    cli.start('shell', ...args).types(lines)
    assert.equal((await cli.ended()).code, 0)
    assert.deepEqual(cli.stdout.replaceAll(cli.root, 'ROOT').trimEnd().split('\n'), expected)
  }

  it('keeps variables, mailbox and monitors when a line fails', () =>
    check(['const me = self()', "send(me, 'kept')", "throw new Error('no')", 'me === self()', 'flush()'], ['undefined', "'kept'", '** Error: no', 'true', "Shell got 'kept'", "'ok'"]))

  it('goes on with its variables when its process is ended', () =>
    check(['const x = 1', 'const me = self()', 'spawnLink(() => exit("bad")), await receive()', '[x, me === self()]'], ['undefined', 'undefined', "** exit: 'bad'", '[ 1, false ]']))

  it('loads a module with its imports when it is first named, and says what of it does not compile', async () => {
    cli = new CliProcess({
      'good.ts': "import { two } from './lib/two'\nexport const twice = (n: number): number => n * two\n",
      'lib/two.ts': 'export const two = 2\n',
      'bad.ts': 'export const = 1\n',
    })
    cli.start('shell').types(['good.twice(4)', 'bad.x', 'versions(good)'])
    assert.equal((await cli.ended()).code, 0)
    assert.match(cli.stdout, /^8\n\*\* SyntaxError: bad\.ts:1:14: [^\n]+\n +1 \| export const = 1\n +\| +\^\n\{ current: 1, old: 0 \}\n$/)
  })

  const workspace = {
    'src/t.ts': "import { two } from './lib/two.js'\nexport const start = (n: number): number => n * two\nexport const conf = { a: 1 }\n",
    'src/lib/two.ts': 'export const two = 2\n',
    'legacy.cjs': 'exports.three = 3\n',
    'star.ts': "export * from './src/t'\nexport default 1\n",
    'broken.ts': 'const = 1\n',
    'node_modules/pkg/package.json': '{ "name": "pkg", "exports": { "import": "./i.mjs", "require": "./r.cjs" } }',
    'node_modules/pkg/i.mjs': "export const how = 'imported'\n",
    'node_modules/pkg/r.cjs': "exports.how = 'required'\n",
  }

  it('imports and requires as a module in the workspace folder does', () =>
    check(
      ["(await import('./src/t')).start(4)", "(await import('./src/t.js')) === (await mod('src/t'))", "require('./legacy.cjs').three", "require('./src/t').start(1)", "(await import('pkg')).how", "require('pkg').how", "import('./nowhere')"],
      ['8', 'true', '3', '2', "'imported'", "'required'", "** Error: Cannot find module 'ROOT/nowhere' imported from ROOT/shell.ts"], workspace))

  it('finds a module by the last part of its name before it is loaded', () => check(['t.start(2)', "versions('t')", 'loaded()'], ['4', '{ current: 1, old: 0 }', "[ 'src/t', 'src/lib/two' ]"], workspace))

  it('completes modules that are not loaded, and what they export, and loads nothing', () =>
    check(["$complete('tw')", "$complete('t.')", "$complete('star.')", "$complete(\"'src/\")", "$complete('broken.')", 'loaded()'],
      ["[ 'two' ]", "[ 't.conf', 't.start' ]", "[ 'star.conf', 'star.default', 'star.start' ]", "[ \"'src/lib/two\", \"'src/t\" ]", '[]', '[]'], workspace))

  it('asking about a deleted module does not load it, and pid finds who has ended', () =>
    check(['t.start(1)', 'del(t)', 'code.isLoaded(t)', 'code.moduleStatus(t)', 'code.versions(t)', 'const p = spawn(() => {}); void (await sleep(1))', '[pid(0, p.id, 0).id === p.id, isProcessAlive(pid(p.id)), pid(0, 1, 0)]'],
      ['2', 'true', 'false', "'not_loaded'", '{ current: 0, old: 1 }', 'undefined', '[ true, false, <0.1.0> ]'], workspace))

  it('calling a function of a deleted module whose file is gone is undef', () =>
    check(['t.start(1)', "require('fs').unlinkSync('src/t.ts')", 'del(t)', 'purge(t)', 't.start(1)', 'ensureLoaded(t)', 'l(t)', 'c(t)'],
      ['2', 'undefined', 'true', 'false', '** UndefError: undef: src/t.start/1', "[ 'error', 'nofile' ]", "[ 'error', 'nofile' ]", "[ 'error', 'nofile' ]"], workspace))

  it('l and c tell once, in the answer, why a module does not load', async () => {
    cli = new CliProcess({ 'broken.ts': 'const = 1\n', 'throws.ts': "throw new RangeError('no')\n" })
    cli.start('shell').types(['c(broken)', 'l(broken)', 'l(throws)'])
    assert.equal((await cli.ended()).code, 0)
    const problem = ['broken.ts:1:7: Expected identifier but found "="', '    1 | const = 1', '      |       ^']
    assert.deepEqual(cli.stdout.trimEnd().split('\n'), [
      ...problem, "'error'", ...problem, "[ 'error', 'badfile' ]", 'throws.ts:1:7: RangeError: no', "    1 | throw new RangeError('no')", '      |       ^', "[ 'error', 'badfile' ]",
    ])
    assert.equal(cli.stderr, '')
  })

  it('what is typed is for the shell, not for the program', async () => {
    cli = new CliProcess({ 'main.ts': "process.stdin.on('data', (data) => console.log('program got ' + data)).on('end', () => console.log('end'))\nconsole.log('up')\n" })
    cli.start('shell', 'main.ts')
    await cli.prints('up')
    cli.types(['1 + 1', "'last'"])
    assert.equal((await cli.ended()).code, 0)
    assert.equal(cli.stdout, "up\n2\n'last'\n")
  })

  it('c answers error and prints the problem; what is loaded stays', async () => {
    cli = new CliProcess({ 't.ts': exampleFile('t.ts') })
    cli.start('shell')
    cli.type('c(t)')
    await cli.prints("[ 'ok', 't' ]")
    cli.write('t.ts', 'const = 1\n')
    cli.types(['c(t)', 'versions(t)'])
    assert.equal((await cli.ended()).code, 0)
    assert.match(cli.stdout, /t\.ts:1:7: [^\n]+\n(?:[^\n]*\n)*?'error'\n\{ current: 1, old: 0 \}\n$/)
  })

  it('runs an entry first', () => check(['mod("main") !== undefined'], ['up', 'true'], { 'main.ts': "console.log('up')\n" }, 'main.ts'))

  it('--json keeps what the program prints apart', () =>
    check(["console.log('printed')", 'nobody', '({ self: self() === self(), big: 10n, f() {} })'], [
      'printed', '{"ok":true,"value":null}', '{"ok":false,"error":{"name":"ReferenceError","message":"nobody is not defined"}}',
      '{"ok":true,"value":{"self":true,"big":"10","f":"[Function: f]"}}',
    ], {}, '--json'))

  it('ends with the exit code of a program that ends itself', async () => {
    cli = new CliProcess({})
    cli.start('shell').types(['process.exit(3)', '1'])
    assert.deepEqual(await cli.ended(), { code: 3, signal: null })
  })
})
