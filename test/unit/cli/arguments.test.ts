import assert from 'node:assert/strict'
import { parseArguments } from '../../../src/cli/arguments'

const check = (line: string, expected: object): void => {
  const command = parseArguments(line === '' ? [] : line.split(' '))
  assert.deepEqual(Object.fromEntries(Object.entries(command).filter(([key]) => key in expected)), expected)
}
const wrong = (line: string, message: string): void => assert.deepEqual(parseArguments(line.split(' ')), { kind: 'wrong', message })

describe('command line', () => {
  it('run is soft and watches unless told otherwise', () =>
    check('run app.ts', { kind: 'run', entry: 'app.ts', argv: [], purgePolicy: 'soft', purgeGrace: 0, watch: true, root: undefined, node: undefined, nodeArgs: [], include: [], exclude: [] }))
  it('options end at the entry: the rest is the program\'s', () =>
    check('run --no-watch app.ts --purge-policy -x', { entry: 'app.ts', argv: ['--purge-policy', '-x'], watch: false, purgePolicy: 'soft' }))
  it('every option of run', () =>
    check('run --purge-policy brutal --purge-grace=250 --root src --node /n --node-arg=--inspect --node-arg -C --include a --include b --exclude c x', {
      entry: 'x', purgePolicy: 'brutal', purgeGrace: 250, root: 'src', node: '/n', nodeArgs: ['--inspect', '-C'], include: ['a', 'b'], exclude: ['c'],
    }))
  it('-- ends the options', () => check('run -- -odd.ts', { entry: '-odd.ts' }))
  it('shell needs no entry', () => check('shell', { kind: 'shell', entry: undefined, json: false }))
  it('shell takes its options before and after the entry', () => {
    check('shell --json src/t.ts', { entry: 'src/t.ts', json: true })
    check('shell src/t.ts --json --root .', { entry: 'src/t.ts', json: true, root: '.' })
  })
  it('help and version', () => {
    for (const line of ['', '--help', '-h', 'help', 'run --help', 'shell -h']) check(line, { kind: 'help' })
    check('--version', { kind: 'version' })
  })
  it('says in one line what is wrong', () => {
    wrong('walk', 'no command is called walk: run and shell are')
    wrong('run', 'run needs a program: codeswitch run <entry>')
    wrong('run --fast x', 'no option is called --fast')
    wrong('run --root', '--root needs a value')
    wrong('run --no-watch=1 x', '--no-watch takes no value')
    wrong('run --purge-policy ask x', '--purge-policy is soft or brutal, not ask')
    wrong('run --purge-grace soon x', '--purge-grace is a number of milliseconds, not soon')
    wrong('shell a b', 'shell takes one entry, not also b')
  })
})
