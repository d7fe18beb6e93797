import assert from 'node:assert/strict'
import { appendFileSync, existsSync, readFileSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CompileCache } from '../../../src/compile/compileCache'
import { Compiler, type CompileOutcome } from '../../../src/compile/compiler'
import { stubRewrite } from './stubRewrite'
import { workspaces, type Workspace } from './workspace'

const workspace = workspaces()

/** One run of a host over a workspace: compiles, ends, and says what it did and how often it rewrote. */
async function run(space: Workspace, files: readonly string[], nodeVersion = '20.20.2'): Promise<{ readonly outcomes: readonly CompileOutcome[]; readonly rewrites: number }> {
  const { rewrite, calls } = stubRewrite()
  const compiler = new Compiler({ nodeVersion, root: space.root, cacheDir: space.path('.cache'), log: space.log, rewrite })
  const outcomes = await Promise.all(files.map((each) => space.path(each)).map((file) => compiler.compile(file)))
  compiler.dispose()
  return { outcomes, rewrites: calls() }
}

function pack(space: Workspace): string {
  const [name, ...more] = readdirSync(space.path('.cache'))
  assert.ok(name !== undefined && more.length === 0, 'there is one pack')
  return join(space.path('.cache'), name)
}

const sources = { 'a.ts': 'export const a: string = "ü日𝒳"', 'b.mjs': 'export const b = 1', 'c.ts': 'const x = {}; export const c = x === -0' }
const files = Object.keys(sources)

describe('compile cache', () => {
  it('gives a second run what the first one made', async () => {
    const space = workspace(sources)
    const first = await run(space, files)
    const second = await run(space, files)
    assert.equal(first.rewrites, 3)
    assert.equal(second.rewrites, 0)
    assert.deepEqual(second.outcomes, first.outcomes)
  })

  it('compiles what changed, by content and not by time', async () => {
    const space = workspace(sources)
    await run(space, files)
    space.write('a.ts', sources['a.ts'])
    space.write('b.mjs', 'export const b = 2')
    assert.equal((await run(space, files)).rewrites, 1)
    assert.equal((await run(space, files)).rewrites, 0)
  })

  it('compiles again when an option, the format or the target is another', async () => {
    const space = workspace(sources)
    await run(space, files)
    space.write('tsconfig.json', '{"compilerOptions":{"strict":true}}')
    assert.equal((await run(space, files)).rewrites, 2)
    space.write('package.json', '{"type":"module"}')
    assert.equal((await run(space, files)).rewrites, 2)
    assert.equal((await run(space, files, '24.0.0')).rewrites, 3)
  })

  it('is not shared by equal texts under two paths', async () => {
    const space = workspace({ 'a.ts': 'export {}', 'b.ts': 'export {}' })
    await run(space, ['a.ts', 'b.ts'])
    const again = await run(space, ['a.ts', 'b.ts'])
    assert.deepEqual(again.outcomes.map((each) => each.ok && each.unit.file), [space.path('a.ts'), space.path('b.ts')])
    assert.equal(again.rewrites, 0)
  })

  it('does not keep failures', async () => {
    const space = workspace({ 'a.ts': 'x y' })
    await run(space, ['a.ts'])
    assert.equal(existsSync(space.path('.cache')), false)
  })

  for (const [what, damage] of [
    ['cut off', (file: string) => truncateSync(file, statSync(file).size - 10)],
    ['emptied', (file: string) => truncateSync(file, 0)],
    ['followed by garbage', (file: string) => appendFileSync(file, 'garbage'.repeat(100))],
    ['overwritten', (file: string) => writeFileSync(file, Buffer.alloc(5000, 7))],
    ['full of flipped bits', (file: string) => writeFileSync(file, readFileSync(file).map((byte, at) => (at > 200 && at % 50 === 0 ? byte ^ 1 : byte)))],
  ] as const) {
    it(`that is ${what} harms nobody and is whole after the next run`, async () => {
      const space = workspace(sources)
      const first = await run(space, files)
      damage(pack(space))
      assert.deepEqual((await run(space, files)).outcomes, first.outcomes)
      const third = await run(space, files)
      assert.deepEqual(third.outcomes, first.outcomes)
      assert.equal(third.rewrites, 0)
    })
  }

  it('that cannot be written is said once and harms nobody', async () => {
    const space = workspace({ ...sources, '.cache': 'a file where the folder should be' })
    assert.equal((await run(space, files)).outcomes.every((each) => each.ok), true)
    assert.equal(space.logged.length, 1)
  })

  it('does not grow without end when one file is compiled again and again', () => {
    const space = workspace()
    const file = space.path('pack')
    const open = (): CompileCache => new CompileCache({ file, identity: 'test', log: space.log })
    const rewritten = { format: 'esm', code: 'x'.repeat(300_000), async: false, imports: [], exports: [], constants: [], stars: [], dynamic: [], functions: [], points: [], shifts: [], state: [] } as const
    for (let n = 0; n < 60; n++) {
      const cache = open()
      cache.put('/a.ts', String(n).padStart(40, '0'), { rewritten, map: undefined, warnings: [] })
      cache.dispose()
    }
    assert.ok(statSync(file).size < 6_000_000, `${statSync(file).size} bytes`)
    assert.equal(open().get('/a.ts', '59'.padStart(40, '0'))?.rewritten.code.length, 300_000)
    assert.equal(open().get('/a.ts', '58'.padStart(40, '0')), undefined)
  })

  it('lets a start do without esbuild', async () => {
    const space = workspace(sources)
    await run(space, files)
    const compiler = new Compiler({ nodeVersion: '20.20.2', root: space.root, cacheDir: space.path('.cache'), log: space.log })
    compiler.warm()
    const outcomes = await Promise.all(files.map((each) => space.path(each)).map((file) => compiler.compile(file)))
    assert.equal(outcomes.every((each) => each.ok), true)
    assert.equal(compiler.isWarm, false)
    compiler.dispose()
  })
})
