/** Processes: making one, a message there and back, what an idle one weighs, and a million of them. */
import type { Figure, How, Section } from '../support/figures'
import { BenchHost } from '../support/benchHost'
import { erlangProcesses } from '../support/erlangProcesses'
import { otpRelease } from '../support/erlang'
import { interleaved } from '../support/statistics'

const IDLE = 100_000

const program = `import { spawn, send, receive, self, exit } from 'codeswitch'

function nothing(): void {}
async function idle(): Promise<void> { await receive() }
async function echo(): Promise<void> {
  while (true) {
    const [from, n] = await receive() as any
    send(from, n)
  }
}

/** Microseconds for each, until all have ended. */
export async function spawns(n: number): Promise<number> {
  const start = performance.now()
  for (let i = 1; i < n; i++) spawn(nothing)
  await new Promise<void>((resolve) => { spawn(() => resolve()) })
  return ((performance.now() - start) * 1e3) / n
}

export async function roundTrips(n: number): Promise<number> {
  const other = spawn(echo)
  const start = performance.now()
  for (let i = 0; i < n; i++) {
    send(other, [self(), i])
    await receive()
  }
  const us = ((performance.now() - start) * 1e3) / n
  exit(other, 'kill')
  return us
}

declare const gc: () => void
function weigh(): { heap: number; rss: number } {
  gc()
  gc()
  const { heapUsed, rss } = process.memoryUsage()
  return { heap: heapUsed, rss }
}

/** Makes them and leaves them there. */
export async function idlers(n: number): Promise<{ heap: number; rss: number; ms: number }> {
  const before = weigh()
  const start = performance.now()
  for (let i = 0; i < n; i++) spawn(idle)
  await new Promise((resolve) => setImmediate(resolve))
  const ms = performance.now() - start
  const after = weigh()
  return { heap: (after.heap - before.heap) / n, rss: (after.rss - before.rss) / n, ms }
}
`

interface Weight { readonly heap: number; readonly rss: number; readonly ms: number }

async function run(how: How): Promise<Figure[]> {
  const erlang = erlangProcesses(how, IDLE)
  const figures: Figure[] = [
    { what: 'Erlang: spawn', unit: 'us', samples: erlang.get('spawn') ?? [], note: `OTP ${otpRelease ?? 'not installed'}` },
    { what: 'Erlang: send, receive and back', unit: 'us', samples: erlang.get('roundTrip') ?? [] },
    { what: 'Erlang: memory of an idle process', unit: 'B', samples: erlang.get('memory') ?? [] },
  ]
  for (const { label, path } of how.nodes) figures.push(...(await onNode(how, label, path)))
  return figures
}

async function onNode(how: How, label: string, node: string): Promise<Figure[]> {
  const host = await BenchHost.start({ node, nodeArgs: ['--expose-gc', '--max-old-space-size=8000'], files: { 'main.ts': `import './bench'\n`, 'bench.ts': program } })
  try {
    await host.number('bench.spawns(20000)')
    const found = await interleaved(how.quick ? 3 : 9, { spawn: () => host.number('bench.spawns(20000)'), trip: () => host.number('bench.roundTrips(100000)') })
    const some = await weight(host, IDLE)
    const million = await weight(host, 1_000_000)
    return [
      { what: `${label}: spawn`, unit: 'us', samples: found.spawn, against: 'Erlang: spawn', atMost: 3 },
      { what: `${label}: send, receive and back`, unit: 'us', samples: found.trip, against: 'Erlang: send, receive and back', atMost: 3 },
      { what: `${label}: memory of an idle process`, unit: 'B', samples: [some.heap], against: 'Erlang: memory of an idle process', atMost: 3, note: `heap; ${some.rss.toFixed(0)} B resident` },
      { what: `${label}: 1 000 000 more, all waiting`, unit: 'ms', samples: [million.ms], note: `${million.heap.toFixed(0)} B of heap each` },
    ]
  } finally {
    await host.stop()
  }
}

async function weight(host: BenchHost, n: number): Promise<Weight> {
  return (await host.value(`bench.idlers(${n})`)) as Weight
}

export const processes: Section = { name: 'processes', title: 'Processes', run }
