import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { CliProcess } from './cliProcess'
import { World } from './support/world'

interface Program {
  readonly title: string
  readonly files: Readonly<Record<string, string>>
  readonly output: string
}

/** In a section: files (```ts whose first line is a comment with the name) and then what they print (```text). */
function programs(page: string): Program[] {
  return page.split(/^## /m).flatMap((section) => {
    const blocks = [...section.matchAll(/^```(ts|text)\n(.*?)^```$/gms)].map(([, kind, text = '']) => ({ kind, text }))
    const output = blocks.find(({ kind }) => kind === 'text')?.text
    if (output === undefined) return []
    const files = blocks.filter(({ kind }) => kind === 'ts').map(({ text }) => [/^\/\/ (\S+)\n/.exec(text)?.[1] ?? '', text])
    return [{ title: section.split('\n')[0] ?? '', files: Object.fromEntries(files), output }]
  })
}

const page = readFileSync(path.resolve(__dirname, '../../docs/PROCESSES.md'), 'utf8')
const all = programs(page)
/** Sections whose program has nothing left to do. */
const ending = ['When one ends', 'Tasks', 'Written by hand']

describe('the guide to processes', () => {
  let world: World | undefined
  afterEach(async () => {
    await world?.end()
    world = undefined
  })

  it('has programs, and no code that belongs to none but that of the upgrade', () => {
    assert.ok(all.length >= 9, `only ${all.length}`)
    assert.equal([...page.matchAll(/^```ts$/gm)].length, all.flatMap(({ files }) => Object.keys(files)).length + 1)
    assert.deepEqual(all.flatMap(({ files }) => Object.keys(files)).filter((file) => !/\.ts$/.test(file)), [])
  })

  it('upgrades the chat as it is written there', async () => {
    const folder = path.resolve(__dirname, '../../examples/chat')
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(?:ts|upgrade\.json)$/.test(file))
    const code = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].find(([, text]) => text?.includes('release.run'))?.[1] ?? ''
    world = await World.start({ ...Object.fromEntries(files.map((file) => [file, readFileSync(path.join(folder, file), 'utf8')])), 'upgrading.ts': code }, { entry: 'main.ts' })
    assert.equal(await world.value('(await upgrading.upgrade()).kind'), 'done')
  })

  for (const { title, files, output } of all) {
    it(`shows what its program prints: ${title}`, async () => {
      world = await World.start(files, { entry: 'main.ts' })
      await world.prints(output.split('\n').at(-2) ?? '')
      // The last line may be the same as an earlier one: wait for as many as there are.
      while (printed(world).split('\n').length < output.split('\n').length) await world.prints(output)
      assert.equal(printed(world), output)
    })
  }
})

describe('a program of the guide that comes to its end', () => {
  let cli: CliProcess
  afterEach(() => cli.dispose())

  for (const { title, files, output } of all.filter((one) => ending.includes(one.title))) {
    it(`ends well: ${title}`, async () => {
      cli = new CliProcess(files)
      cli.start('run', 'main.ts')
      assert.deepEqual([await cli.ended(), cli.stdout], [{ code: 0, signal: null }, output])
    })
  }
})

/** Without the reports of crashes, which go to the standard error. */
const printed = (world: World): string => world.output.replace(/^Process <.*\n(?: {4}.*\n)*/gm, '')
