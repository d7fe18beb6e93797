/** A hundred saves in a row while clients ask: nobody is refused, nobody fails. */
import assert from 'node:assert/strict'
import type { Example } from './example'
import { request, traffic } from './requests'

/** A file, a text in it, and what stands there after the n-th edit (the first text is that of edit 1). */
export type Edit = readonly [file: string, textOf: (edit: number) => string]

const EDITS = 100

/** @returns the edit each of them has come to. */
export async function hundredEdits(example: Example, url: string, edits: readonly Edit[]): Promise<readonly number[]> {
  const { port } = example
  const clients = [traffic(port, url, 2, true), traffic(port, url, 1, false)]
  const reached = edits.map(() => 1)
  for (let count = 0; count < EDITS; count++) {
    const index = count % edits.length
    const edit = edits[index]
    if (edit === undefined) break
    const [file, textOf] = edit
    const before = reached[index] ?? 1
    await example.edit(file, [textOf(before), textOf(before + 1)])
    reached[index] = before + 1
  }
  for (const one of clients) {
    const { failures, answered } = await one.stop()
    assert.deepEqual(failures, [])
    assert.ok(answered > EDITS / 10)
  }
  return reached
}

/** The old answer of a request that was under way when its code was replaced. */
export async function duringRequest(example: Example, url: string, save: () => Promise<unknown>): Promise<string> {
  const [path] = url.split('?')
  const answer = request(example.port, url)
  await example.world.until(({ processes }) => processes.items.some((one) => one.label === `GET ${path}` && one.stack.some((frame) => frame.module !== '')))
  await save()
  return (await answer).body
}
