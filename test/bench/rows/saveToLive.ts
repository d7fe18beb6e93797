/** From the end of the write until the running program answers differently, seen from outside through its standard output. */
import type { Figure, How, Section } from '../support/figures'
import { otpMissing, otpRelease, writeErlangWorkload } from '../support/erlang'
import { cli, programFile, temporaryFolder } from '../support/folders'
import { providePackage } from '../support/packages'
import { Program, type ProgramOptions } from '../support/program'
import { pause, shuffled } from '../support/statistics'
import { writeWorkload, type Workload } from '../support/workload'

const VITE = '8.3.8'
const START_TIMEOUT_MS = 60_000
const EDIT_TIMEOUT_MS = 5000

interface Peer {
  readonly name: string
  write(folder: string, n: number): Workload
  command(workload: Workload): ProgramOptions
  /** Tells the program to load; who watches needs nothing. */
  trigger?(program: Program, workload: Workload): void
}

async function peers(how: How): Promise<Peer[]> {
  const node = (args: readonly string[], env = {}) => ({ folder }: Workload): ProgramOptions => ({ command: process.execPath, args, cwd: folder, env })
  const plain = (folder: string, n: number): Workload => writeWorkload(folder, n, 'plain')
  const list: Peer[] = [
    { name: 'codeswitch run', write: plain, command: node([cli, 'run', 'src/main.ts']) },
    { name: 'bare floor', write: plain, command: node([programFile('floor.mjs')]) },
  ]
  try {
    const folder = await providePackage('vite', VITE)
    list.push({ name: `Vite ${VITE} ModuleRunner`, write: (to, n) => writeWorkload(to, n, 'vite'), command: node([programFile('viteRunner.mjs')], { BENCH_VITE: folder }) })
  } catch (error) {
    how.say(`Vite cannot be fetched from npm, its rows are left out: ${String(error)}`)
  }
  if (otpRelease === undefined) how.say(otpMissing)
  else {
    list.push({
      name: `Erlang/OTP ${otpRelease} c(M)`, write: writeErlangWorkload,
      command: ({ folder }) => ({ command: 'erl', args: ['-noshell', '-s', 'bench_live', 'start'], cwd: folder }),
      trigger: (program, workload) => program.type(`c ${workload.leaf}`),
    })
  }
  return list
}

async function run(how: How): Promise<Figure[]> {
  const list = await peers(how)
  const sizes = [10, 1000]
  const samples = new Map<string, number[]>()
  const firsts = new Map<string, number[]>()
  const workloads = new Map(list.map((peer) => [peer, new Map(sizes.map((n) => [n, peer.write(temporaryFolder(), n)]))]))
  const missed = new Map<string, number>()
  for (let round = 0; round < (how.quick ? 1 : 4); round++) {
    for (const n of sizes) {
      for (const peer of shuffled(list)) {
        const workload = workloads.get(peer)?.get(n)
        if (workload === undefined) continue
        const found = await session(peer, workload, how.quick ? 6 : 15)
        keep(firsts, `${peer.name}, ${n} modules`, found.first)
        for (const ms of found.later) keep(samples, `${peer.name}, ${n} modules`, ms)
        missed.set(peer.name, (missed.get(peer.name) ?? 0) + found.missed)
      }
    }
  }
  for (const [name, count] of missed) if (count > 0) how.say(`${name} never saw ${count} of the saves; they were repeated`)
  return sizes.flatMap((n) => [
    ...list.map((peer) => figure(peer.name, n, samples)),
    { what: `codeswitch run, ${n} modules, first save`, unit: 'ms' as const, samples: firsts.get(`codeswitch run, ${n} modules`) ?? [] },
    { what: `bare floor, ${n} modules, first save`, unit: 'ms' as const, samples: firsts.get(`bare floor, ${n} modules`) ?? [] },
  ])
}

function figure(peer: string, n: number, samples: ReadonlyMap<string, number[]>): Figure {
  const what = `${peer}, ${n} modules`
  const found = { what, unit: 'ms', samples: samples.get(what) ?? [] } as const
  if (peer === 'bare floor') return found
  return { ...found, against: `bare floor, ${n} modules`, ...(peer === 'codeswitch run' ? { atMost: 1.5 } : {}), ...(peer.startsWith('Erlang') ? { note: 'told to, does not watch' } : {}) }
}

let saves = 0

async function session(peer: Peer, workload: Workload, edits: number): Promise<{ first: number; later: number[]; missed: number }> {
  const program = new Program(peer.command(workload))
  const times: number[] = []
  let missed = 0
  try {
    await program.line((line) => line.startsWith('@@LIVE'), START_TIMEOUT_MS)
    await pause(700)
    while (times.length <= edits) {
      const ms = await edit(program, peer, workload)
      if (ms === undefined) missed++
      else times.push(ms)
      if (missed > 5) throw new Error(`${peer.name}: five saves were not seen`)
      await pause(100 + Math.random() * 60)
    }
  } finally {
    await program.stop()
  }
  const [first = NaN, ...later] = times
  return { first, later, missed }
}

async function edit(program: Program, peer: Peer, workload: Workload): Promise<number | undefined> {
  const version = `e${++saves}`
  const live = program.line((line) => line.startsWith('@@LIVE') && line.split(/[ |]/).includes(version), EDIT_TIMEOUT_MS)
  workload.save(version)
  const written = performance.now()
  peer.trigger?.(program, workload)
  try {
    return (await live) - written
  } catch (error) {
    if (program.ended) throw error
    return undefined
  }
}

function keep(samples: Map<string, number[]>, key: string, value: number): void {
  samples.set(key, [...(samples.get(key) ?? []), value])
}

export const saveToLive: Section = { name: 'save', title: 'Save to live: the last leaf of a generated program', run }
