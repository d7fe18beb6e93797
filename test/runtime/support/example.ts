/** An example of this repository as a running program: copied, with the packages of the repository, and edited as a person edits it. */
import assert from 'node:assert/strict'
import { cp, readFile, rm, symlink } from 'node:fs/promises'
import path from 'node:path'
import type { LoadReport } from '../../../src/protocol/messages'
import { World } from './world'

const root = path.resolve(__dirname, '../../..')

/** By somebody who ran the example where it is. */
const LEFT_BEHIND = /[\\/]node_modules$|\.(?:db|log)$/

export class Example {
  private constructor(readonly world: World) {}

  /** Started, and has printed `ready`. */
  static async start(name: string, ready: string, options: Parameters<typeof World.create>[1] = {}, env: Readonly<Record<string, string>> = {}): Promise<Example> {
    const world = await World.create({}, { entry: 'main.ts', ...options }, { env: { ...process.env, PORT: '0', ...env } })
    await cp(path.join(root, 'examples', name), world.root, { recursive: true, filter: (file) => !LEFT_BEHIND.test(file) })
    await symlink(path.join(root, 'node_modules'), path.join(world.root, 'node_modules'))
    await world.host.start()
    const { runtime } = world.host.snapshot
    if (runtime.state === 'crashed') assert.fail(`${runtime.message}\n${world.output}`)
    await world.prints(ready)
    return new Example(world)
  }

  get port(): number {
    return Number(/(?:localhost|127\.0\.0\.1):(\d+)/.exec(this.world.output)?.[1])
  }

  read(file: string): Promise<string> {
    return readFile(path.join(this.world.root, file), 'utf8')
  }

  /** Saves the file with each text replaced, which must be there, and expects that it loads. */
  async edit(file: string, ...replaced: readonly (readonly [before: string, after: string])[]): Promise<readonly string[]> {
    return loaded(await this.save(file, await this.edited(file, replaced)))
  }

  async edited(file: string, replaced: readonly (readonly [before: string, after: string])[]): Promise<string> {
    let text = await this.read(file)
    for (const [before, after] of replaced) {
      assert.ok(text.includes(before), `${file} has no ${before}`)
      text = text.replace(before, after)
    }
    return text
  }

  save(file: string, text: string): Promise<LoadReport> {
    return this.world.save(file, text)
  }

  async remove(file: string): Promise<void> {
    await rm(path.join(this.world.root, file))
  }
}

/** The modules of a load that must have gone well. */
export function loaded(report: LoadReport): readonly string[] {
  assert.equal(report.ok, true, JSON.stringify(report.outcomes))
  return report.outcomes.map((one) => one.module)
}
