import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
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

const all = programs(readFileSync(path.resolve(__dirname, '../../docs/PROCESSES.md'), 'utf8'))

describe('the guide to processes', () => {
  let world: World | undefined
  afterEach(async () => {
    await world?.end()
    world = undefined
  })

  it('has programs', () => assert.ok(all.length >= 9, `only ${all.length}`))

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

/** Without the reports of crashes, which go to the standard error. */
const printed = (world: World): string => world.output.replace(/^Process <.*\n(?: {4}.*\n)*/gm, '')
