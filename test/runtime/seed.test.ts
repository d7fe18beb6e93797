import assert from 'node:assert/strict'
import { CliProcess, exampleFile } from './cliProcess'

/** The session in which a process is ended by the second load, as it is told of Erlang. */
const session = ['t.start()', "monitor(whereis('t'))", "whereis('t')", 'l(t)', "whereis('t')", 'l(t)', "whereis('t')", 'flush()']

describe('the seed session', () => {
  let cli: CliProcess
  beforeEach(() => { cli = new CliProcess({ 't.ts': exampleFile('t.ts'), 'm.ts': exampleFile('m.ts') }) })
  afterEach(() => cli.dispose())

  it('works line for line', async () => {
    cli.start('shell').types(session)
    assert.deepEqual(await cli.ended(), { code: 0, signal: null })
    const lines = cli.stdout.trimEnd().split('\n')
    const [, ref, pid] = lines
    assert.match(ref ?? '', /^#Ref<0\.0\.0\.\d+>$/)
    assert.match(pid ?? '', /^<0\.\d+\.0>$/)
    assert.deepEqual(lines, [
      'true', ref, pid, "[ 'module', 't' ]", pid, "[ 'module', 't' ]", 'undefined',
      `Shell got [ 'DOWN', ${ref}, 'process', ${pid}, 'killed' ]`, "'ok'",
    ])
    assert.equal(cli.stderr, '')
  })

  it('works line for line with --json', async () => {
    cli.start('shell', '--json').types(session)
    assert.deepEqual(await cli.ended(), { code: 0, signal: null })
    const lines = cli.stdout.trimEnd().split('\n')
    const values = lines.filter((line) => line.startsWith('{')).map((line): unknown => JSON.parse(line))
    const [, ref, pid] = values.map((value) => (value instanceof Object && 'value' in value ? value.value : undefined))
    assert.deepEqual(values, [true, ref, pid, ['module', 't'], pid, ['module', 't'], null, 'ok'].map((value) => ({ ok: true, value })))
    assert.deepEqual(lines.filter((line) => !line.startsWith('{')), [`Shell got [ 'DOWN', ${String(ref)}, 'process', ${String(pid)}, 'killed' ]`])
  })

  it('the repaired module survives any number of loads, with the same pid', async () => {
    cli.start('shell').types(['m.start()', "whereis('m')", ...Array<string[]>(3).fill(['l(m)', "code_switch('m')", 'versions(m)']).flat(), "whereis('m')"])
    assert.equal((await cli.ended()).code, 0)
    const lines = cli.stdout.trimEnd().split('\n')
    assert.equal(lines.at(-1), lines[1])
    assert.equal(lines.at(-2), '{ current: 4, old: 3 }')
  })
})
