import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { historyFile, readHistory, writeHistory } from '../../../src/cli/lineHistory'
import { answerForPerson, answerForProgram } from '../../../src/cli/shellAnswers'
import { shellFromPipe } from '../../../src/cli/shellPipe'
import { shellInTerminal } from '../../../src/cli/shellTerminal'
import type { ShellAnswer } from '../../../src/protocol/messages'
import { FakeHost, emptySnapshot, processView, shellHost } from './fakeHost'

describe('shell from a pipe', () => {
  async function check(input: string, json: boolean, expected: string, atEnd = true): Promise<void> {
    let printed = ''
    const stream = new PassThrough()
    stream.end(input)
    const result = await shellFromPipe({ host: shellHost(), input: stream, print: (text) => { printed += text }, answerText: json ? answerForProgram : answerForPerson })
    assert.equal(printed, expected)
    assert.equal(result, atEnd)
  }

  it('answers each line in order, also the last without a line break', () => check('one\ntwo\r\n\nthree', false, 'said one\nsaid two\nsaid three\n'))
  it('goes on after an error', () => check('fail\none\n', false, '** RangeError: no\n    at f (t.ts:1:1)\nsaid one\n'))
  it('--json is one object a line', () => check('one\nfail\n', true, '{"ok":true,"value":{"said":"one"}}\n{"ok":false,"error":{"name":"RangeError","message":"no"}}\n'))
  it('ends when the program has ended', () =>
    check('one\ndie\ntwo\n', true, '{"ok":true,"value":{"said":"one"}}\n{"ok":false,"error":{"name":"HostDown","message":"shell: the runtime host is down (exit code 3)"}}\n', false))
})

describe('shell in a terminal', () => {
  /** Types, and waits for what appears. */
  function terminal(host = shellHost()) {
    const input = new PassThrough()
    const output = new PassThrough()
    const kept: (readonly string[])[] = []
    let seen = ''
    let wake = (): void => {}
    output.on('data', (data: Buffer) => {
      seen += data.toString()
      wake()
    })
    const left = shellInTerminal({ host, input, output, history: ['earlier'], keepHistory: (lines) => kept.push([...lines]), banner: 'hello\n', busyAfterMs: 20, colors: false })
    return {
      left, kept, host,
      type: (text: string) => void input.write(text),
      end: () => void input.end(),
      async sees(text: string): Promise<void> {
        while (!seen.includes(text)) await new Promise<void>((resolve) => { wake = resolve })
        seen = seen.slice(seen.indexOf(text) + text.length)
      },
    }
  }

  it('numbers its prompts and prints answers between them', async () => {
    const shell = terminal()
    await shell.sees('hello\n')
    await shell.sees('1> ')
    shell.type('one\n')
    await shell.sees('said one\n')
    await shell.sees('2> ')
    shell.type('fail\n')
    await shell.sees('** RangeError: no\n')
    await shell.sees('3> ')
    shell.end()
    assert.equal(await shell.left, true)
  })

  it('Ctrl-C stops waiting for an answer, and the next line is answered', async () => {
    const shell = terminal()
    await shell.sees('1> ')
    shell.type('never\n')
    shell.type('\x03')
    await shell.sees('** no longer waiting for line 1')
    await shell.sees('2> ')
    shell.type('one\n')
    await shell.sees('said one\n')
    shell.end()
    await shell.left
  })

  it('Ctrl-C ends a line that keeps the program busy', async () => {
    const shell = terminal()
    shell.host.snapshot = { ...emptySnapshot, processes: { total: 1, offset: 0, items: [processView(41, { label: 'shell' })] } }
    await shell.sees('1> ')
    shell.type('busy\n')
    shell.type('\x03')
    await shell.sees("** exit: 'killed'\n")
    await shell.sees('2> ')
    assert.deepEqual(shell.host.asked.at(-1), { method: 'kill', params: { pid: '<0.41.0>', reason: 'kill' } })
    shell.end()
    await shell.left
  })

  it('Ctrl-C stops a heap walk, and the line answers by itself', async () => {
    let answer = (_: ShellAnswer): void => {}
    const shell = terminal(new FakeHost({
      shell: () => new Promise((resolve) => { answer = resolve }),
      cancelWhy: () => {
        answer({ ok: true, value: 'stopped', json: 'ok' })
        return { cancelled: 1 }
      },
    }))
    await shell.sees('1> ')
    shell.type('why(t)\n')
    shell.type('\x03')
    await shell.sees('stopped\n')
    await shell.sees('2> ')
    shell.end()
    await shell.left
  })

  it('Ctrl-C drops a line that is being typed', async () => {
    const shell = terminal()
    await shell.sees('1> ')
    shell.type('half\x03one\n')
    await shell.sees('said one\n')
    shell.end()
    await shell.left
  })

  it('goes on with a statement that a line only begins, and Ctrl-C drops it', async () => {
    const shell = terminal()
    await shell.sees('1> ')
    shell.type('begin\n')
    await shell.sees('.> ')
    shell.type('end\n')
    await shell.sees('said begin\nend\n')
    await shell.sees('2> ')
    shell.type('begin\n')
    await shell.sees('.> ')
    shell.type('\x03')
    await shell.sees('2> ')
    shell.type('one\n')
    await shell.sees('said one\n')
    shell.end()
    await shell.left
  })

  it('answers lines typed ahead, in order', async () => {
    const shell = terminal()
    shell.type('one\ntwo\nthree\n')
    for (const line of ['one', 'two', 'three']) await shell.sees(`said ${line}\n`)
    shell.end()
    await shell.left
  })

  it('completes with Tab', async () => {
    const shell = terminal()
    await shell.sees('1> ')
    shell.type('t.st\t')
    await shell.sees('t.sta'.slice(0, 4))
    shell.type('art\n')
    await shell.sees('said t.start\n')
    shell.end()
    await shell.left
  })

  it('recalls lines of earlier sessions and keeps those of this one', async () => {
    const shell = terminal()
    await shell.sees('1> ')
    shell.type('\x1b[A\n')
    await shell.sees('said earlier\n')
    shell.type('one\n')
    await shell.sees('said one\n')
    assert.deepEqual(shell.kept.at(-1), ['one', 'earlier'])
    shell.end()
    await shell.left
  })

  it('leaves when the program has ended', async () => {
    const shell = terminal()
    shell.type('die\n')
    assert.equal(await shell.left, false)
  })
})

describe('history of the shell', () => {
  it('is what was written, newest first, and empty when there is none', () => {
    const dir = mkdtempSync(join(tmpdir(), 'history-'))
    const file = historyFile({ CODESWITCH_HISTORY: join(dir, 'deep/history') })
    assert.deepEqual(readHistory(file), [])
    writeHistory(file, ['new', 'old'])
    assert.deepEqual(readHistory(file), ['new', 'old'])
    rmSync(dir, { recursive: true })
  })
})
