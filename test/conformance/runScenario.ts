/** Runs one scenario in a host of its own: a fresh workspace, the driver as its program, the trace it wrote. */
import { cp, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { NodeHostOptions } from '../../src/host/nodeHost'
import { World } from '../runtime/support/world'
import type { Event } from './compare'

const fixtures = path.join(__dirname, 'fixtures')
const MINUTE = 60_000

export interface Ran { readonly trace: readonly Event[]; readonly problem: string | undefined }

export async function runScenario(id: string, how: Partial<NodeHostOptions> = {}): Promise<Ran> {
  const world = await World.create({}, { entry: 'driver/main.ts', argv: [id, path.join(fixtures, 'modules')] }, how)
  try {
    await cp(path.join(fixtures, 'driver'), path.join(world.root, 'driver'), { recursive: true })
    await world.host.start()
    const ended = await Promise.race([world.prints('scenario ended').then(() => true), late()])
    if (!ended) return { trace: [], problem: `did not end within a minute\n${world.output}` }
    const { trace, problem }: Ran = JSON.parse(await readFile(path.join(world.root, 'trace.json'), 'utf8'))
    return { trace, problem: problem === undefined ? undefined : `${problem}\n${world.output}` }
  } finally {
    await world.end()
  }
}

const late = (): Promise<false> => new Promise((resolve) => { setTimeout(() => resolve(false), MINUTE).unref() })
