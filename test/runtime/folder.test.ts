/** A top level that changes the folder it works in can be loaded again. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { World } from './support/world'

describe('process.chdir in a top level', () => {
  let world: World
  afterEach(() => world.end())

  const files = { 'package.json': '{"type":"module"}', 'data/deep/here.txt': 'here', 'config.txt': 'config', 'lib.ts': `export const late = () => 'late 1'` }
  const main = (version: number, wait = '', end = ''): string => `
import { readFileSync } from 'node:fs'
export const config = readFileSync('config.txt', 'utf8')
${wait}
process.chdir('data')
process.chdir('deep')
export const here = readFileSync('here.txt', 'utf8')
export const look = async () => [${version}, config, here, process.cwd(), (await import('./lib')).late()]
${end}`

  for (const [how, wait] of [['at once', ''], ['behind an await', 'await new Promise((resolve) => { setTimeout(resolve, 5) })']] as const) {
    it(`means the same each time it is loaded, ${how}; a load that fails changes nothing`, async () => {
      world = await World.start({ ...files, 'main.ts': main(1, wait) }, { entry: 'main.ts' })
      const folder = path.join(world.root, 'data', 'deep')
      await world.until(({ modules }) => modules.some(({ name, current }) => name === 'main' && current !== undefined))
      while (await world.value('process.cwd()') !== folder) await world.snapshot()
      for (const version of [2, 3]) {
        const report = await world.save('main.ts', main(version, wait))
        assert.equal(report.ok, true, JSON.stringify(report.outcomes))
        assert.deepEqual(await world.value('main.look()'), [version, 'config', 'here', folder, `late ${version - 1}`])
        assert.equal((await world.save('main.ts', main(9, wait, `process.chdir('/')\nthrow new Error('no')`))).ok, false)
        assert.equal((await world.save('lib.ts', `export const late = () => 'late ${version}'`)).ok, true)
        assert.deepEqual(await world.value('main.look()'), [version, 'config', 'here', folder, `late ${version}`])
      }
      assert.equal((await world.save('main.ts', `export const look = () => process.cwd()`)).ok, true)
      assert.equal(await world.value('main.look()'), folder)
    })
  }

  it('may be in a folder that is gone', async () => {
    world = await World.start({ ...files, 'main.ts': `import { mkdirSync, rmSync } from 'node:fs'\nmkdirSync('made')\nprocess.chdir('made')\nrmSync(process.cwd(), { recursive: true })\nexport const version = () => 1` }, { entry: 'main.ts' })
    assert.equal(await world.value('main.version()'), 1)
    assert.equal((await world.save('main.ts', `import { mkdirSync } from 'node:fs'\nmkdirSync('made')\nprocess.chdir('made')\nexport const version = () => 2`)).ok, true)
    assert.equal(await world.value('main.version()'), 2)
  })
})
