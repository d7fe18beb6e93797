import assert from 'node:assert/strict'
import { CliProcess, exampleFile } from './cliProcess'

describe('codeswitch shell', () => {
  let cli: CliProcess
  afterEach(() => cli.dispose())

  async function check(lines: readonly string[], expected: readonly string[], files: Readonly<Record<string, string>> = {}, ...args: readonly string[]): Promise<void> {
    cli = new CliProcess(files)
    cli.start('shell', ...args).types(lines)
    assert.equal((await cli.ended()).code, 0)
    assert.deepEqual(cli.stdout.trimEnd().split('\n'), expected)
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
    assert.match(cli.stdout, /^8\n\*\* \w*Error: [^\n]*bad\.ts:1:14[^]*\n\{ current: 1, old: 0 \}\n$/)
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
