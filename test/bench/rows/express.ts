/** An Express program of 1000 modules, unchanged: start, save to live seen by a client, throughput, and reloads under load. */
import http from 'node:http'
import { createRequire } from 'node:module'
import { BenchHost } from '../support/benchHost'
import { writeExpress, type ExpressWorkload } from '../support/expressWorkload'
import type { Figure, How, Section } from '../support/figures'
import { cli, temporaryFolder } from '../support/folders'
import { bodyOf, HttpLoad } from '../support/httpLoad'
import { Program } from '../support/program'
import { interleaved, pause, quantile } from '../support/statistics'

const MODULES = 1000
const START_TIMEOUT_MS = 60_000
const CONNECTIONS = 16
const tsx = createRequire(__filename).resolve('tsx/cli')

async function run(how: How): Promise<Figure[]> {
  const workload = writeExpress(temporaryFolder(), MODULES)
  const cache = temporaryFolder()
  const nodes = how.quick ? how.nodes.slice(0, 1) : how.nodes
  const throughputs: Figure[] = []
  for (const node of nodes) throughputs.push(...(await throughput(how, workload, cache, node)))
  return [...(await startUp(how, workload, cache)), ...(await saveToLive(how, workload, cache)), ...throughputs, ...(await underLoad(how, nodes))]
}

interface Served { readonly program: Program; readonly port: number; readonly startMs: number }

async function serve(node: string, args: readonly string[], cwd: string, cache: string): Promise<Served> {
  let port = 0
  const program = new Program({ command: node, args, cwd, env: { CODESWITCH_CACHE: cache, NODE_ENV: 'production' } })
  const at = await program.line((line) => (port = Number(/^@@LIVE (\d+)/.exec(line)?.[1] ?? 0)) > 0, START_TIMEOUT_MS)
  return { program, port, startMs: at - program.startedAt }
}

async function startUp({ quick }: How, { folder }: ExpressWorkload, cache: string): Promise<Figure[]> {
  const start = (...args: readonly string[]) => async (): Promise<number> => {
    const { program, startMs } = await serve(process.execPath, args, folder, cache)
    await program.stop()
    return startMs
  }
  await start(tsx, 'src/main.ts')() // its cache is filled now, ours was by the rows before
  const found = await interleaved(quick ? 2 : 7, {
    codeswitch: start(cli, 'run', '--no-watch', 'src/main.ts'), tsx: start(tsx, 'src/main.ts'), plain: start('out/main.js'),
  })
  return [
    { what: 'start: codeswitch run', unit: 'ms', samples: found.codeswitch, against: 'start: tsx', atMost: 0.5 },
    { what: 'start: tsx', unit: 'ms', samples: found.tsx },
    { what: 'start: node, compiled ahead', unit: 'ms', samples: found.plain, against: 'start: tsx' },
  ]
}

/** From the end of the write until a client gets another answer. */
async function saveToLive({ quick }: How, workload: ExpressWorkload, cache: string): Promise<Figure[]> {
  const { program, port } = await serve(process.execPath, [cli, 'run', 'src/main.ts'], workload.folder, cache)
  const agent = new http.Agent({ keepAlive: true })
  const samples: number[] = []
  try {
    await pause(700)
    for (let edit = 1; edit <= (quick ? 6 : 40); edit++) {
      workload.save(`e${edit}`)
      const written = performance.now()
      while (!(await bodyOf(port, workload.path, agent)).includes(`"e${edit}"`)) if (performance.now() - written > 5000) throw new Error(`save ${edit} was not live after 5 s`)
      samples.push(performance.now() - written)
      await pause(100)
    }
  } finally {
    agent.destroy()
    await program.stop()
    workload.save('v0')
  }
  return [{ what: 'save to live, asked by HTTP', unit: 'ms', samples }]
}

async function throughput({ quick }: How, { folder, path }: ExpressWorkload, cache: string, { label, path: node }: How['nodes'][number]): Promise<Figure[]> {
  const ours = await serve(process.execPath, [cli, 'run', '--no-watch', '--node', node, 'src/main.ts'], folder, cache)
  const plain = await serve(node, ['out/main.js'], folder, cache)
  const shares = { ours: [] as number[], plain: [] as number[] }
  const measure = async (of: keyof typeof shares, port: number, ms: number): Promise<number> => {
    const load = new HttpLoad(port, path, { open: CONNECTIONS })
    await pause(ms)
    const { answered, times, tookMs, failed } = await load.stop()
    if (failed.length > 0) throw new Error(`requests failed: ${failed[0] ?? ''}`)
    shares[of].push(quantile(times, 0.99))
    return (1000 * tookMs) / answered
  }
  try {
    for (const { port } of [ours, plain]) await measure('ours', port, quick ? 1000 : 4000) // until it is compiled
    shares.ours.length = 0
    const ms = quick ? 1000 : 2500
    const found = await interleaved(quick ? 2 : 8, { ours: () => measure('ours', ours.port, ms), plain: () => measure('plain', plain.port, ms) })
    return [
      { what: `${label}: time of a request, codeswitch run`, unit: 'us', samples: found.ours, against: `${label}: time of a request, plain`, atMost: 1 / 0.9, note: `${CONNECTIONS} connections` },
      { what: `${label}: time of a request, plain`, unit: 'us', samples: found.plain },
      { what: `${label}: p99 latency, codeswitch run`, unit: 'ms', samples: shares.ours, against: `${label}: p99 latency, plain` },
      { what: `${label}: p99 latency, plain`, unit: 'ms', samples: shares.plain },
    ]
  } finally {
    await ours.program.stop()
    await plain.program.stop()
  }
}

async function underLoad(how: How, nodes: How['nodes']): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const { label, path } of nodes) figures.push(...(await reloadsUnderLoad(label, path, how.quick ? 100 : 1000)))
  return figures
}

/** Each reload takes the service and, every tenth time, the application with its server. */
async function reloadsUnderLoad(label: string, node: string, reloads: number): Promise<Figure[]> {
  const folder = temporaryFolder()
  const workload = writeExpress(folder, 30)
  let port = 0
  const bench = await BenchHost.start({
    node, nodeArgs: ['--expose-gc'], files: {}, root: folder, entry: 'src/main.ts', purgePolicy: 'soft',
    onOutput: (text) => { port = Number(/@@LIVE (\d+)/.exec(text)?.[1] ?? port) },
  })
  try {
    const reload = async (n: number): Promise<void> => {
      const files = [workload.service, ...(n % 10 === 0 ? [`${folder}/src/main.ts`] : [])]
      workload.save(`n${n}`)
      const report = await bench.host.request('load', { modules: files, origin: 'save', force: true })
      if ('error' in report || report.outcomes.some((outcome) => outcome.kind === 'failed')) throw new Error(JSON.stringify(report))
    }
    const load = new HttpLoad(port, workload.path, { open: CONNECTIONS, anew: 2 })
    for (let n = 1; n <= reloads / 5; n++) await reload(n)
    await pause(1000)
    const heapBefore = await heap(bench)
    load.share()
    await pause(3000)
    const quiet = load.share()
    for (let n = 1; n <= reloads; n++) await reload(n)
    const busy = load.share()
    await pause(1000)
    const last = await load.stop()
    const heapAfter = await heap(bench)
    const all = [quiet, busy, last]
    const failed = all.flatMap((share) => share.failed)
    const of = `${label}: ${reloads} reloads under load`
    return [
      { what: `${of}, failed requests`, unit: '', samples: [failed.length], atMost: 0, note: failed[0] ?? `of ${busy.answered} during the reloads` },
      { what: `${of}, refused connections`, unit: '', samples: [all.reduce((sum, share) => sum + share.refused, 0)], atMost: 0 },
      { what: `${label}: p99 latency while reloading`, unit: 'ms', samples: [quantile(busy.times, 0.99)], against: `${label}: p99 latency, same load, no reload`, note: `a reload every ${Math.round(busy.tookMs / reloads)} ms` },
      { what: `${label}: p99 latency, same load, no reload`, unit: 'ms', samples: [quantile(quiet.times, 0.99)] },
      { what: `${label}: heap kept for a reload under load`, unit: 'B', samples: [(heapAfter - heapBefore) / reloads], atMost: 100 },
    ]
  } finally {
    await bench.stop()
  }
}

const heap = (bench: BenchHost): Promise<number> => bench.number('(async () => { for (let i = 0; i < 5; i++) { gc(); await new Promise((resolve) => setTimeout(resolve, 20)) } return process.memoryUsage().heapUsed })()')

export const express: Section = { name: 'express', title: `An Express program of ${MODULES} modules`, run }
