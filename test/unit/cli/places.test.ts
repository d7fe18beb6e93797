import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { findPlaces } from '../../../src/cli/places'

describe('places of a program', () => {
  let dir: string
  before(() => {
    dir = realpathSync(mkdtempSync(join(tmpdir(), 'places-')))
    for (const name of ['ws/src/t.ts', 'ws/app/index.ts', 'other/x.js']) {
      mkdirSync(dirname(join(dir, name)), { recursive: true })
      writeFileSync(join(dir, name), '')
    }
    symlinkSync('ws', join(dir, 'linked'))
  })
  after(() => rmSync(dir, { recursive: true }))

  const check = (entry: string | undefined, root: string | undefined, expected: object, cwd = 'ws'): void =>
    assert.deepEqual(findPlaces({ entry, root }, join(dir, cwd)), expected)
  const found = (root: string, entry: string | undefined): object =>
    ({ ok: true, value: { root: join(dir, root), entry: entry === undefined ? undefined : join(dir, entry) } })

  it('the working directory names the modules', () => check('src/t.ts', undefined, found('ws', 'ws/src/t.ts')))
  it('an entry needs no extension', () => check('src/t', undefined, found('ws', 'ws/src/t.ts')))
  it('an entry can be a folder', () => check('./app', undefined, found('ws', 'ws/app/index.ts')))
  it('a root can be named', () => check('src/t', 'src', found('ws/src', 'ws/src/t.ts')))
  it('links are followed', () => check('src/t', undefined, found('ws', 'ws/src/t.ts'), 'linked'))
  it('an entry elsewhere brings its own folder', () => check('../other/x.js', undefined, found('other', 'other/x.js')))
  it('no entry is fine', () => check(undefined, undefined, found('ws', undefined)))
  it('what is not there is named', () => {
    check('nowhere', undefined, { ok: false, error: 'no such file: nowhere' })
    check('src/t', 'nowhere', { ok: false, error: 'no such folder: nowhere' })
    check('app', 'src', { ok: false, error: 'app is not in the root folder src' })
  })
})
