/**
 * npm run conformance [-- S01 S45]: the recorded scenarios against a real host. One line a scenario that is not the same, and
 * the closing line `same N, different N, deliberate N, not run N`. Exit code 1 when something differs.
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { compare } from './compare'
import type { Deviation, Recorded, Verdict } from './compare'
import { runScenario } from './runScenario'

const SHOWN = 4
const AT_ONCE = 2

interface Deviations { readonly deliberate: Readonly<Record<string, Deviation>>; readonly notRun: Readonly<Record<string, string>> }

export const recorded: readonly Recorded[] = readdirSync(path.join(__dirname, 'traces')).sort().map((file): Recorded => JSON.parse(readFileSync(path.join(__dirname, 'traces', file), 'utf8')))
export const deviations: Deviations = JSON.parse(readFileSync(path.join(__dirname, 'deviations.json'), 'utf8'))

export async function judge(scenario: Recorded): Promise<Verdict> {
  const { trace, problem } = await runScenario(scenario.id)
  if (problem !== undefined) return { kind: 'different', differences: [{ index: trace.length, erlang: scenario.trace[trace.length], ours: { problem } }] }
  return compare(scenario.trace, trace, deviations.deliberate[scenario.id])
}

async function main(ids: readonly string[]): Promise<void> {
  const wanted = recorded.filter(({ id }) => ids.length === 0 || ids.includes(id))
  const counts = { same: 0, different: 0, deliberate: 0, notRun: 0 }
  const rest = wanted[Symbol.iterator]()
  const worker = async (): Promise<void> => {
    for (const scenario of rest) {
      const reason = deviations.notRun[scenario.id]
      const verdict = reason === undefined ? await judge(scenario) : ({ kind: 'notRun', reason } as const)
      counts[verdict.kind]++
      if (verdict.kind === 'notRun') console.log(`-    ${scenario.id} not run: ${verdict.reason}`)
      if (verdict.kind === 'deliberate') console.log(`~    ${scenario.id} deliberate (${verdict.events} events): ${verdict.reason}`)
      if (verdict.kind === 'different') show(scenario, verdict)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  console.log(`same ${counts.same}, different ${counts.different}, deliberate ${counts.deliberate}, not run ${counts.notRun}`)
  process.exit(counts.different === 0 ? 0 : 1)
}

function show({ id, title, tags }: Recorded, verdict: Extract<Verdict, { readonly kind: 'different' }>): void {
  console.log(`FAIL ${id} ${title}  [${tags.join(' ')}]`)
  for (const { index, erlang, ours } of verdict.differences.slice(0, process.env.ALL_DIFFERENCES === undefined ? SHOWN : undefined)) {
    console.log(`     event ${index}\n       erlang: ${JSON.stringify(erlang)}\n       ours:   ${ours !== undefined && 'problem' in ours ? String(ours.problem) : JSON.stringify(ours)}`)
  }
}

if (require.main === module) void main(process.argv.slice(2))
