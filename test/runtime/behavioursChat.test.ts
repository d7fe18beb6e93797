import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { World } from './support/world'

const folder = path.resolve(__dirname, '../../examples/chat')
const text = (file: string): string => readFileSync(path.join(folder, file), 'utf8')
const files = Object.fromEntries(readdirSync(folder).filter((file) => file.endsWith('.ts')).map((file) => [file, text(file)]))

describe('the chat example', () => {
  let world: World
  beforeEach(async () => {
    world = await World.start(files, { entry: 'main.ts' })
    await world.value(`members.add('ann')`)
    await world.value(`room.say('lobby', 'ann', 'hello')`)
    await world.prints('ann sees ann: hello')
  })
  afterEach(() => world.end())

  it('is given new code with a state of another shape, and what was said meanwhile is not lost', async () => {
    await world.value(`sys.suspend('lobby')`)
    await world.value(`room.say('lobby', 'ann', 'are you there?')`)
    const report = await world.save('room.ts', text('upgrade/room.ts'))
    assert.deepEqual(report.outcomes, [{ module: 'room', kind: 'loaded', version: 2, killed: [] }])
    assert.equal(await world.value(`sys.changeCode('lobby', room, 1, { topic: 'upgrades' })`), 'ok')
    assert.equal(await world.value(`sys.resume('lobby')`), 'ok')
    assert.deepEqual(await world.value(`room.saidBy('lobby', 'ann')`), ['hello', 'are you there?'])
    assert.equal(await world.value(`room.topic('lobby')`), 'upgrades')
    assert.deepEqual(await world.value(`room.members('lobby')`), ['ann'])
  })

  it('is upgraded and downgraded by its plan', async () => {
    await world.write('chat.upgrade.json', text('chat.upgrade.json'))
    await world.write('upgrade/room.ts', text('upgrade/room.ts'))
    const file = path.join(world.root, 'chat.upgrade.json')
    assert.equal(await world.value(`previewUpgrade(${JSON.stringify(file)})`), 'ok')
    assert.match(world.output, /1\. suspend room: lobby/)
    assert.equal(await world.value(`runUpgrade(${JSON.stringify(file)})`), 'ok')
    assert.deepEqual(await world.value(`[await room.saidBy('lobby', 'ann'), await room.topic('lobby')]`), [['hello'], 'upgrades'])
    assert.equal(await world.value(`runUpgrade(${JSON.stringify(file)}, 'down')`), 'ok')
    assert.deepEqual(await world.value(`[await room.history('lobby'), await room.members('lobby'), code.versions('room')]`), [['ann: hello'], ['ann'], { current: 3, old: 0 }])
  })

  it('meets the old state in the new code when nobody migrates it', async () => {
    await world.save('room.ts', text('upgrade/room.ts'))
    assert.deepEqual(await world.value(`[await room.saidBy('lobby', 'ann'), await room.history('lobby')]`), [[], ['undefined: undefined']])
  })

  it('restarts the room, empty, and its members with it when it ends', async () => {
    const before = await world.value(`whereis('lobby')`)
    await world.value(`exit(whereis('lobby'), 'kill')`)
    await world.until((snapshot) => snapshot.processes.items.some(({ pid, name }) => name === 'lobby' && pid !== before))
    assert.deepEqual(await world.value(`room.history('lobby')`), [])
    assert.equal(await world.value(`whereis('ann') === undefined`), true)
  })

  it('lets a member leave old code with its next message', async () => {
    const member = files['member.ts'] ?? ''
    await world.save('member.ts', member.replace('sees', 'hears'))
    const lingering = async () => (await world.snapshot()).lingering.map(({ module, processes }) => [module, processes.map(({ name }) => name)])
    assert.deepEqual(await lingering(), [['member', ['ann']]])
    await world.value(`room.say('lobby', 'ann', 'still here')`)
    await world.prints('ann sees ann: still here')
    assert.deepEqual(await lingering(), [])
    await world.value(`room.say('lobby', 'ann', 'and now')`)
    await world.prints('ann hears ann: and now')
  })
})
