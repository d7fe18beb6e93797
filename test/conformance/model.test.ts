import assert from 'node:assert/strict'
import { cp } from 'node:fs/promises'
import path from 'node:path'
import { World } from '../runtime/support/world'

const fixtures = path.join(__dirname, 'fixtures')
const seed = Number(process.env.CODESWITCH_SEED ?? Math.floor(Math.random() * 1e9))
const steps = Number(process.env.CODESWITCH_STEPS ?? 2000)

/** Again with the same operations: CODESWITCH_SEED=… npx mocha test/conformance/model.test.ts */
describe('random operations', () => {
  let world: World
  afterEach(() => world.end())

  it(`load, purge, delete, roll back, call and kill as the model says (${steps} steps, seed ${seed})`, async function () {
    this.timeout(120_000)
    world = await World.create({}, { entry: 'driver/random.ts', argv: [String(seed), String(steps), path.join(fixtures, 'modules')] })
    await cp(path.join(fixtures, 'driver'), path.join(world.root, 'driver'), { recursive: true })
    await world.host.start()
    await world.prints('random: ')
    const line = /^random: .*$/m.exec(world.output)?.[0]
    assert.equal(line, `random: the same after ${steps} operations`, `seed ${seed}: ${world.output}`)
  })
})
