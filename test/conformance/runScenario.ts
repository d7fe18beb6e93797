/** Runs one scenario in a host of its own: a fresh workspace, the driver as its program, the trace it wrote. */
import { cp, readFile } from 'node:fs/promises'
import path from 'node:path'
import { World } from '../runtime/support/world'
import type { Event } from './compare'

const fixtures = path.join(__dirname, 'fixtures')
const MINUTE = 60_000

/** What the host's environment has to say for a scenario. */
const ENVIRONMENT: Readonly<Record<string, Readonly<Record<string, string>>>> = { S78: { CODESWITCH_MODE: 'embedded' } }

export interface Ran { readonly trace: readonly Event[]; readonly problem: string | undefined }

/** A part that the driver cannot do: it runs where the program spins. */
interface Outside { readonly module: string; readonly file: string; readonly texts: Readonly<Record<string, string>>; readonly procs: readonly (readonly [string, string])[] }

export async function runScenario(id: string): Promise<Ran> {
  const env = ENVIRONMENT[id]
  const world = await World.create({}, { entry: 'driver/main.ts', argv: [id, path.join(fixtures, 'modules')] }, env === undefined ? {} : { env })
  try {
    await cp(path.join(fixtures, 'driver'), path.join(world.root, 'driver'), { recursive: true })
    await world.host.start()
    let outside: Promise<readonly Event[]> = Promise.resolve([])
    void world.prints('outside {').then(() => { outside = runOutside(world) })
    const ended = await Promise.race([world.prints('scenario ended').then(() => true), late()])
    if (!ended) return { trace: [], problem: `did not end within a minute\n${world.output}` }
    const { trace, problem }: Ran = JSON.parse(await readFile(path.join(world.root, 'trace.json'), 'utf8'))
    const inserted = await outside
    return { trace: trace.flatMap((event) => (event.outside === true ? inserted : [event])), problem: problem === undefined ? undefined : `${problem}\n${world.output}` }
  } finally {
    await world.end()
  }
}

/** Two loads, and who lingers between them, while the program keeps its thread busy. */
async function runOutside(world: World): Promise<Event[]> {
  const asked: Outside = JSON.parse(/^outside (.*)$/m.exec(world.output)?.[1] ?? '{}')
  while (!(await spins(world, asked.module)));
  const events = [await load(world, asked, 2)]
  const { lingering } = await world.snapshot()
  const pids = lingering.filter((entry) => entry.module === asked.module).flatMap((entry) => entry.processes.map((process) => String(process.pid)))
  for (const [proc, pid] of asked.procs) events.push({ do: 'check_process_code', proc, module: asked.module, result: pids.includes(pid) })
  return [...events, await load(world, asked, 3)]
}

/** Each look is a request that is answered at a loop head of whoever runs. */
const spins = async (world: World, module: string): Promise<boolean> =>
  (await world.snapshot()).processes.items.some(({ status, stack }) => status === 'running' && stack[0]?.module === module)

async function load(world: World, { module, file, texts }: Outside, version: number): Promise<Event> {
  await world.write(path.relative(world.root, file), texts[version] ?? '')
  const report = await world.load([module], { policy: 'brutal', force: true, origin: 'command' })
  const { current, old } = await world.module(module)
  return { do: 'load', module, version, result: report.ok ? 'ok' : 'failed', after: { current: current?.version ?? 'none', old: old !== undefined } }
}

const late = (): Promise<false> => new Promise((resolve) => { setTimeout(() => resolve(false), MINUTE).unref() })
