import assert from 'node:assert/strict'
import { moduleName, pidText, version } from '../../../src/protocol/ids'
import type { UpgradePreview, UpgradeProcess } from '../../../src/protocol/upgrade'
import { previewText, reportSentence, reportText } from '../../../src/protocol/upgradeText'

const room = moduleName('room')
const lobby: UpgradeProcess = { pid: pidText(46), name: 'lobby', label: 'genServer room', answers: true }
const loop: UpgradeProcess = { pid: pidText(47), name: undefined, label: 'loop', answers: false }
const common = { title: 'chat', direction: 'up' } as const

describe('the text of an upgrade', () => {
  it('is a list of steps that names who is concerned', () => {
    const preview: UpgradePreview = {
      ...common, ok: true, problems: [],
      steps: [
        { step: 'suspend', module: room, processes: [lobby, loop] },
        { step: 'load', modules: [{ module: room, from: version(1), to: version(2), text: '/w/room.ts', same: true, kills: [loop], killed: 12 }],
          supervisors: [{ pid: pidText(39), name: 'sup', label: '', restarts: 2, intensity: 1, period: 5, until: undefined }] },
        { step: 'purge', module: room, method: 'brutal_purge', lingering: 1 },
      ],
    }
    assert.deepEqual(previewText(preview).split('\n').slice(6), [
      '1. suspend room: lobby (<0.46.0>), loop (<0.47.0>). Not a behaviour, may not answer: loop (<0.47.0>)',
      '2. load, all as one step:',
      '   - room v1 → v2 from /w/room.ts; the text that runs already; ends 12 processes in old code: loop (<0.47.0>), 11 more',
      '   - supervisor sup (<0.39.0>) would end: 2 restarts within 5 s, 1 allowed',
      '3. drop old code of room: it stays while 1 process is in it, or until the upgrade is made permanent',
      '',
    ])
  })

  it('says what stands against it', () => {
    const preview: UpgradePreview = { ...common, ok: false, problems: [{ reason: 'nofile', message: 'there is no file for x' }], steps: [] }
    assert.equal(previewText(preview), '# chat (up)\n\nIt cannot run:\n\n- there is no file for x\n')
  })

  it('says after a failure whether everything is as before, or what is now', () => {
    assert.match(reportText({ ...common, kind: 'undone', step: 'load', reason: 'boom' }), /Stopped at: load\. boom\n\nEverything is as before/)
    const state = { current: [{ module: room, version: version(2) }], changed: [], suspended: [lobby], stopped: ['a'], killed: [] }
    const text = reportText({ ...common, kind: 'stopped', step: 'codeChange of room', reason: 'boom', state })
    assert.match(text, /room v2 is current[^]*lobby \(<0\.46\.0>\) has a state of another version and stays suspended[^]*child a was ended/)
    assert.equal(reportSentence({ ...common, kind: 'undone', step: 'load', reason: 'boom' }), 'chat: stopped at load: boom. Everything is as before.')
  })
})
