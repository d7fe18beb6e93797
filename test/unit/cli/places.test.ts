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
    for (const [name, text] of Object.entries({ 'npm/package.json': '{"workspaces":["packages/*"]}', 'npm/packages/app/main.ts': '', 'npm/packages/app/package.json': '{}', 'pnpm/pnpm-workspace.yaml': '', 'pnpm/app/main.ts': '' })) {
      mkdirSync(dirname(join(dir, name)), { recursive: true })
      writeFileSync(join(dir, name), text)
    }
  })
  after(() => rmSync(dir, { recursive: true }))

  const check = (entry: string | undefined, root: string | undefined, expected: object, cwd = 'ws', include: readonly string[] = []): void =>
    assert.deepEqual(findPlaces({ entry, root, include, exclude: [] }, join(dir, cwd)), expected)
  const found = (root: string, entry: string | undefined): object =>
    ({ ok: true, value: { root: join(dir, root), entry: entry === undefined ? undefined : join(dir, entry) } })

  it('the working directory names the modules', () => check('src/t.ts', undefined, found('ws', 'ws/src/t.ts')))
  it('an entry needs no extension', () => check('src/t', undefined, found('ws', 'ws/src/t.ts')))
  it('an entry can be a folder', () => check('./app', undefined, found('ws', 'ws/app/index.ts')))
  it('a root can be named', () => check('src/t', 'src', found('ws/src', 'ws/src/t.ts')))
  it('links are followed', () => check('src/t', undefined, found('ws', 'ws/src/t.ts'), 'linked'))
  it('a package of a monorepo has the whole of it', () => {
    check('main', undefined, found('npm', 'npm/packages/app/main.ts'), 'npm/packages/app')
    check('main', undefined, found('pnpm', 'pnpm/app/main.ts'), 'pnpm/app')
    check(undefined, undefined, found('npm', undefined), 'npm/packages')
  })
  it('but not when its folder is named as the root, or globs are given', () => {
    check('main', '.', found('npm/packages/app', 'npm/packages/app/main.ts'), 'npm/packages/app')
    check('main', undefined, found('npm/packages/app', 'npm/packages/app/main.ts'), 'npm/packages/app', ['src/**'])
  })
  it('an entry elsewhere brings its own folder', () => check('../other/x.js', undefined, found('other', 'other/x.js')))
  it('no entry is fine', () => check(undefined, undefined, found('ws', undefined)))
  it('what is not there is named', () => {
    check('nowhere', undefined, { ok: false, error: 'no such file: nowhere' })
    check('src/t', 'nowhere', { ok: false, error: 'no such folder: nowhere' })
    check('app', 'src', { ok: false, error: 'app is not in the root folder src' })
  })
})
