/** What a reload leaves behind: one module, saved and loaded again and again. */
import type { Figure, How, Section } from '../support/figures'
import { BenchHost } from '../support/benchHost'

const module = (n: number): string => `import { kept } from './keeper'
interface Item { id: number; name: string }
const items: Item[] = Array.from({ length: 20 }, (_, id) => ({ id, name: 'item-' + id }))
export class Cart { private readonly items: Item[] = []; add(item: Item): this { this.items.push(item); return this } get size(): number { return this.items.length } }
export function edition(): number { return ${n} }
export function total(): number { return items.reduce((sum, item) => sum + item.id, kept()) }
export async function later(): Promise<number> { await undefined; return total() }
`

interface Memory { readonly heap: number; readonly rss: number; readonly external: number }

async function run(how: How): Promise<Figure[]> {
  const figures: Figure[] = []
  const reloads = how.quick ? 1000 : 10_000
  for (const { label, path } of how.quick ? how.nodes.slice(0, 1) : how.nodes) figures.push(...(await onNode(reloads, label, path)))
  return figures
}

async function onNode(reloads: number, label: string, node: string): Promise<Figure[]> {
  const host = await BenchHost.start({ node, nodeArgs: ['--expose-gc'], files: {
    'main.ts': `import { total } from './module'\nimport { kept } from './keeper'\nexport const answer = (): number => total() + kept()\n`,
    'module.ts': module(0), 'keeper.ts': 'export function kept(): number { return 1 }\n',
  } })
  const warmUp = reloads / 5
  const times: number[] = []
  const reload = async (from: number, to: number): Promise<void> => {
    for (let n = from; n < to; n++) {
      times.push((await host.save('module.ts', module(n))).tookMs)
      await host.number('main.answer()')
    }
  }
  try {
    await reload(1, warmUp)
    const before = await memory(host)
    await reload(warmUp, warmUp + reloads)
    const after = await memory(host)
    return [
      { what: `${label}: heap kept for a reload`, unit: 'B', samples: [(after.heap - before.heap) / reloads], atMost: 100, note: `${reloads} reloads` },
      { what: `${label}: resident memory kept for a reload`, unit: 'B', samples: [(after.rss - before.rss) / reloads], note: 'both threads' },
      { what: `${label}: load, as the host reports it`, unit: 'ms', samples: times },
    ]
  } finally {
    await host.stop()
  }
}

/** Finalizers run between collections, and free more. */
async function memory(host: BenchHost): Promise<Memory> {
  return (await host.value(`(async () => {
    for (let i = 0; i < 5; i++) { gc(); await new Promise((resolve) => setTimeout(resolve, 20)) }
    const { heapUsed, rss, external } = process.memoryUsage()
    return { heap: heapUsed, rss, external }
  })()`)) as Memory
}

export const reloads: Section = { name: 'reloads', title: 'What a reload leaves behind', run }
