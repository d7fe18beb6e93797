import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import * as vscode from 'vscode'
import { eventually, FreshStart, isAt, moduleOf, named, path, save, until, versions } from '../driver'

const problems = (name: string): readonly vscode.Diagnostic[] => vscode.languages.getDiagnostics(vscode.Uri.file(path(name))).filter((diagnostic) => diagnostic.source === 'codeswitch')

describe('a save that does not load', () => {
  let fresh: FreshStart
  before(() => { fresh = new FreshStart(['t.ts', 'u.ts']) })
  beforeEach(() => fresh.started())

  async function fails(reason: string, change: (text: string) => string): Promise<vscode.Diagnostic> {
    await save('t.ts', change)
    const snapshot = await until(`t failed: ${reason}`, (candidate) => moduleOf(candidate, 't').failed !== undefined)
    assert.equal(moduleOf(snapshot, 't').failed?.reason, reason)
    assert.deepEqual(versions(snapshot, 't'), [1, undefined])
    assert.ok(named(snapshot, 't'), 'old code runs on')
    return eventually('an entry in Problems', () => problems('t.ts')[0])
  }

  async function repaired(change: (text: string) => string): Promise<void> {
    await save('t.ts', change)
    await until('t v2', isAt('t', 2, 1))
    await eventually('Problems are empty', () => problems('t.ts').length === 0 ? true : undefined)
  }

  it('shows a syntax error at its place, also behind characters that are no ASCII', async () => {
    const line = 'const grüße = "schön 😀" = 1'
    const problem = await fails('compile_error', (text) => `${line}\n${text}`)
    assert.deepEqual([problem.range.start.line, problem.range.start.character], [0, line.indexOf('"')])
    await repaired((text) => text.replace(line, '// repaired'))
  })

  it('shows a top level that throws', async () => {
    const problem = await fails('evaluation_failed', (text) => `${text}\nthrow new Error('boom')\n`)
    assert.match(problem.message, /boom/)
    await repaired((text) => text.replace("throw new Error('boom')", '// repaired'))
  })

  it('shows an onLoad that throws', async () => {
    const problem = await fails('on_load_failure', (text) => `${text}\nexport function onLoad() { throw new Error('not today') }\n`)
    assert.match(problem.message, /not today/)
    await repaired((text) => text.replace(/export function onLoad.*\n/, ''))
  })

  it('shows that a file was deleted, and its code runs on; the file that is back loads', async () => {
    const text = readFileSync(path('t.ts'), 'utf8')
    rmSync(path('t.ts'))
    const snapshot = await until('the file of t is gone', (candidate) => moduleOf(candidate, 't').failed?.reason === 'nofile')
    assert.deepEqual([versions(snapshot, 't'), named(snapshot, 't') !== undefined], [[1, undefined], true])
    const problem = await eventually('an entry in Problems', () => problems('t.ts')[0])
    assert.deepEqual([problem.severity, /main\.ts imports it/.test(problem.message)], [vscode.DiagnosticSeverity.Warning, true])
    writeFileSync(path('t.ts'), `${text}// back\n`)
    await until('t v2', isAt('t', 2, 1))
    await eventually('Problems are empty', () => problems('t.ts').length === 0 ? true : undefined)
  })

  it('shows an import that is not there', async () => {
    const problem = await fails('link_error', (text) => `import { nothing } from './missing'\n${text}\nexport const more = nothing\n`)
    assert.equal(problem.range.start.line, 0)
    await repaired((text) => text.replace(/import \{ nothing.*\n/, '').replace(/export const more.*\n/, '// repaired\n'))
  })
})
