/** What a call costs: plain Node, the same code as a module that can be reloaded, and through an import, before and after reloads. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Figure, How, Section } from '../support/figures'
import { BenchHost } from '../support/benchHost'
import { programFile } from '../support/folders'
import { interleaved } from '../support/statistics'

const RELOADS = 20

const callee = (n: number): string => `export const edition = ${n}
export function add(x: number): number { return (x + 1) | 0 }
export function work(x: number): number {
  const item = { id: x, name: 'item ' + (x & 1023), tags: ['a', 'b'] }
  return item.name.length > item.tags.length ? (item.id + 1) | 0 : x
}
export function loop(x: number): number { let y = x; for (let i = 0; i < 20; i++) y = (y * 31 + i) | 0; return y === 0 ? x : (x + 1) | 0 }
export async function tick(x: number): Promise<number> { return (x + 1) | 0 }
export async function step(x: number): Promise<number> { await undefined; return (x + 1) | 0 }
`

const caller = `import * as native from 'native-calls'
import { add, work, loop, tick, step } from './callee'

function localAdd(x: number): number { return (x + 1) | 0 }
async function localTick(x: number): Promise<number> { return (x + 1) | 0 }
async function localStep(x: number): Promise<number> { await undefined; return (x + 1) | 0 }

const cases: Record<string, (n: number) => number | Promise<number>> = {
  local(n) { let x = 0; for (let i = 0; i < n; i++) x = localAdd(x); return x },
  external(n) { let x = 0; for (let i = 0; i < n; i++) x = add(x); return x },
  loop(n) { let x = 0; for (let i = 0; i < n; i++) x = loop(x); return x },
  work(n) { let x = 0; for (let i = 0; i < n; i++) x = work(x); return x },
  async localTick(n) { let x = 0; for (let i = 0; i < n; i++) x = await localTick(x); return x },
  async localStep(n) { let x = 0; for (let i = 0; i < n; i++) x = await localStep(x); return x },
  async externalTick(n) { let x = 0; for (let i = 0; i < n; i++) x = await tick(x); return x },
  async externalStep(n) { let x = 0; for (let i = 0; i < n; i++) x = await step(x); return x },
}

export async function nsOf(name: string, n: number): Promise<number> {
  if (name.startsWith('native:')) return native.nsOf(name.slice(7), n)
  const run = cases[name]
  await run(n / 10)
  const start = performance.now()
  const x = await run(n)
  if (x !== n) throw new Error(name + ' counted to ' + x)
  return ((performance.now() - start) * 1e6) / n
}
`

async function run(how: How): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const { label, path } of how.nodes) figures.push(...(await onNode(how, label, path)))
  return figures
}

async function onNode(how: How, label: string, node: string): Promise<Figure[]> {
  const host = await BenchHost.start({
    node,
    files: {
      'main.ts': `import './caller'\n`, 'caller.ts': caller, 'callee.ts': callee(0),
      'node_modules/native-calls/index.js': readFileSync(programFile('nativeCalls.cjs'), 'utf8'),
      'node_modules/native-calls/package.json': '{"name":"native-calls","version":"1.0.0"}',
    },
  })
  const plain = fork(programFile('nativeCalls.cjs'), { execPath: node, execArgv: [] })
  const rounds = how.quick ? 3 : 9
  const calls = how.quick ? 2e6 : 1e7
  const awaits = how.quick ? 1e5 : 3e5
  const inHost = (name: string, n: number) => (): Promise<number> => host.number(`caller.nsOf(${JSON.stringify(name)}, ${n})`)
  try {
    const before = await interleaved(rounds, {
      native: () => asked(plain, 'call', calls), local: inHost('local', calls), external: inHost('external', calls),
      plainWork: () => asked(plain, 'work', calls / 10), work: inHost('work', calls / 10), plainLoop: () => asked(plain, 'loop', calls / 10), loop: inHost('loop', calls / 10),
      tick: () => asked(plain, 'tick', awaits), tickHere: inHost('native:tick', awaits), localTick: inHost('localTick', awaits), externalTick: inHost('externalTick', awaits),
      step: () => asked(plain, 'step', awaits), stepHere: inHost('native:step', awaits), localStep: inHost('localStep', awaits), externalStep: inHost('externalStep', awaits),
    })
    for (let reload = 1; reload <= RELOADS; reload++) await host.save('callee.ts', callee(reload))
    const after = await interleaved(rounds, { work: inHost('work', calls / 10), external: inHost('external', calls), externalStep: inHost('externalStep', awaits) })
    return figuresOf(label, before, after)
  } finally {
    plain.kill()
    await host.stop()
  }
}

function figuresOf(node: string, before: Record<'native' | 'plainWork' | 'work' | 'plainLoop' | 'loop' | 'local' | 'external' | 'tick' | 'tickHere' | 'localTick' | 'externalTick' | 'step' | 'stepHere' | 'localStep' | 'externalStep', number[]>, after: Record<'work' | 'external' | 'externalStep', number[]>): Figure[] {
  const call = `${node}: call of nothing, plain node`
  const loop = `${node}: a loop of 20 steps, plain node`
  const work = `${node}: call with some work, plain node`
  const tick = `${node}: await f(), plain node`
  const step = `${node}: await f() that awaits, plain node`
  return [
    { what: work, unit: 'ns', samples: before.plainWork, note: 'makes an object' },
    { what: `${node}: the same, external`, unit: 'ns', samples: before.work, against: work, atMost: 1.5 },
    { what: `${node}: the same, external, after ${RELOADS} reloads`, unit: 'ns', samples: after.work, against: work, atMost: 1.5 },
    { what: loop, unit: 'ns', samples: before.plainLoop, note: 'a multiplication each' },
    { what: `${node}: a loop of 20 steps, external`, unit: 'ns', samples: before.loop, against: loop },
    { what: call, unit: 'ns', samples: before.native, note: 'inlined away' },
    { what: `${node}: call of nothing, local`, unit: 'ns', samples: before.local, against: call },
    { what: `${node}: call of nothing, external`, unit: 'ns', samples: before.external, against: call },
    { what: `${node}: call of nothing, external, after ${RELOADS} reloads`, unit: 'ns', samples: after.external, against: call },
    { what: tick, unit: 'ns', samples: before.tick },
    { what: `${node}: await f(), not rewritten, in the host`, unit: 'ns', samples: before.tickHere, against: tick },
    { what: `${node}: await f(), local`, unit: 'ns', samples: before.localTick, against: tick, atMost: 1.3 },
    { what: `${node}: await f(), external`, unit: 'ns', samples: before.externalTick, against: tick, atMost: 1.3 },
    { what: step, unit: 'ns', samples: before.step },
    { what: `${node}: that, not rewritten, in the host`, unit: 'ns', samples: before.stepHere, against: step },
    { what: `${node}: that, local`, unit: 'ns', samples: before.localStep, against: step, atMost: 1.3 },
    { what: `${node}: that, external`, unit: 'ns', samples: before.externalStep, against: step, atMost: 1.3 },
    { what: `${node}: that, external, after ${RELOADS} reloads`, unit: 'ns', samples: after.externalStep, against: step, atMost: 1.3 },
  ]
}

async function asked(child: ChildProcess, name: string, n: number): Promise<number> {
  const answer = once(child, 'message')
  child.send([name, n])
  const [ns] = await answer
  return Number(ns)
}

export const calls: Section = { name: 'calls', title: 'Calls', run }
