/** With 100 000 processes, of which 1 % linger: who lingers, purge, and what a picture for the views costs the program. */
import type { Figure, How, Section } from '../support/figures'
import { BenchHost } from '../support/benchHost'
import { erlangProcesses } from '../support/erlangProcesses'
import { interleaved } from '../support/statistics'

const ALL = 100_000
const FEW = ALL / 100

const crowd = `import { spawn, receive } from 'codeswitch'
async function idle(): Promise<void> { await receive() }
export async function fill(n: number): Promise<void> {
  for (let i = 0; i < n; i++) spawn(idle)
  await new Promise((resolve) => setImmediate(resolve))
}
/** The longest time (ms) the main thread did nothing but one thing, until told to stop. */
let longest = 0
let watching = false
export function watchGaps(): void {
  watching = true
  longest = 0
  let last = performance.now()
  const look = (): void => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
    if (watching) setImmediate(look)
  }
  setImmediate(look)
}
export function longestGap(): number {
  watching = false
  return longest
}
`

const few = (n: number): string => `import { spawn, receive } from 'codeswitch'
export const edition = ${n}
async function wait(): Promise<void> { await receive() }
export async function fill(n: number): Promise<void> {
  for (let i = 0; i < n; i++) spawn(wait)
  await new Promise((resolve) => setImmediate(resolve))
}
`

const timed = (call: string, expected: boolean): string => `(() => { const t = performance.now(); if (${call} !== ${expected}) throw new Error('not ${expected}'); return performance.now() - t })()`

async function run(how: How): Promise<Figure[]> {
  const erlang = erlangProcesses(how, ALL)
  const figures: Figure[] = [
    { what: 'Erlang: soft_purge, they linger', unit: 'ms', samples: erlang.get('softPurge') ?? [] },
    { what: `Erlang: purge, ${FEW} killed`, unit: 'ms', samples: erlang.get('purge') ?? [] },
    { what: `Erlang: purge, ${ALL} killed in one go`, unit: 'ms', samples: erlang.get('purgeAll') ?? [] },
  ]
  for (const { label, path } of how.nodes) figures.push(...(await onNode(how, label, path)))
  return figures
}

async function onNode(how: How, label: string, node: string): Promise<Figure[]> {
  const host = await BenchHost.start({ node, files: { 'main.ts': `import './crowd'\nimport './few'\n`, 'crowd.ts': crowd, 'few.ts': few(0) } })
  try {
    await host.value(`crowd.fill(${ALL})`)
    const soft: number[] = []
    const purge: number[] = []
    for (let round = 1; round <= (how.quick ? 3 : 9); round++) {
      await host.value(`few.fill(${FEW})`)
      await host.save('few.ts', few(round))
      soft.push(await host.number(timed(`softPurge('few')`, false)))
      purge.push(await host.number(timed(`purge('few')`, true)))
    }
    const all: number[] = []
    for (let round = 1; round <= (how.quick ? 3 : 9); round++) {
      await host.value(`few.fill(${ALL})`)
      await host.save('few.ts', few(100 + round))
      all.push(await host.number(timed(`purge('few')`, true)))
    }
    await host.value(`few.fill(${FEW})`)
    await host.save('few.ts', few(1000))
    const gaps = await interleaved(how.quick ? 5 : 20, {
      nothing: () => longestGapDuring(host, () => host.host.request('configure', {})),
      picture: () => longestGapDuring(host, () => host.host.request('snapshot', {})),
      page: () => longestGapDuring(host, () => host.host.request('processes', { offset: ALL / 2, limit: 200 })),
      filter: () => longestGapDuring(host, () => host.host.request('processes', { offset: 0, limit: 200, filter: 'wait' })),
    })
    return [
      { what: `${label}: softPurge, they linger`, unit: 'ms', samples: soft, against: 'Erlang: soft_purge, they linger', atMost: 0.1 },
      { what: `${label}: purge, ${FEW} killed`, unit: 'ms', samples: purge, against: `Erlang: purge, ${FEW} killed`, atMost: 0.1 },
      { what: `${label}: purge, ${ALL} killed in one go`, unit: 'ms', samples: all, against: `Erlang: purge, ${ALL} killed in one go`, atMost: 1 },
      { what: `${label}: snapshot, main thread held`, unit: 'ms', samples: gaps.picture, atMost: 50 },
      { what: `${label}: page from the middle, main thread held`, unit: 'ms', samples: gaps.page, atMost: 50 },
      { what: `${label}: filtered page, main thread held`, unit: 'ms', samples: gaps.filter, atMost: 50 },
      { what: `${label}: nothing asked, main thread held`, unit: 'ms', samples: gaps.nothing },
    ]
  } finally {
    await host.stop()
  }
}

async function longestGapDuring(host: BenchHost, act: () => Promise<unknown>): Promise<number> {
  await host.value('crowd.watchGaps()')
  await act()
  return host.number('crowd.longestGap()')
}

export const crowdRows: Section = { name: 'crowd', title: `${ALL} processes, ${FEW} of them lingering: purge and snapshot`, run }
