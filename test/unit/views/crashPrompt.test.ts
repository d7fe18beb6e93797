import assert from 'node:assert/strict'
import type { RuntimeView, Snapshot } from '../../../src/protocol/snapshot'
import { Emitter } from '../../../src/base/event'
import { CrashPrompt } from '../../../src/views/crashPrompt'
import { NOON, picture, running } from './picture'

const crash = (at: number): RuntimeView => ({ state: 'crashed', message: 'killed by SIGKILL', exitCode: null, signal: 'SIGKILL', at })

describe('the message about a crash', () => {
  it('comes once per crash and restarts only when asked to', async () => {
    const changed = new Emitter<Snapshot>()
    const source = { snapshot: picture({}), onDidChange: changed.event }
    const answers: ((button: string | undefined) => void)[] = []
    const done: string[] = []
    new CrashPrompt(source, () => new Promise((answer) => answers.push(answer)), { restart: () => done.push('restart'), showOutput: () => done.push('output') })
    const show = (runtime: RuntimeView): void => { source.snapshot = picture({ runtime }); changed.fire(source.snapshot) }
    show(crash(NOON))
    show(crash(NOON))
    assert.equal(answers.length, 1)
    show(running)
    answers[0]?.('Restart')
    await new Promise(setImmediate)
    assert.deepEqual(done, [], 'it runs again: nothing to restart')
    show(crash(NOON + 1))
    answers[1]?.('Restart')
    await new Promise(setImmediate)
    assert.deepEqual(done, ['restart'])
  })
})
