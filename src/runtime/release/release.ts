/** Upgrade plans for programs, the shell and the editor: read, check, preview, run. One runs at a time. */
import { copyFileSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { UpgradePreview, UpgradeProblem, UpgradeReport } from '../../protocol/upgrade'
import type { Pid } from '../process/pid'
import { type Parsed, parsePlan } from './plan'
import { previewOf, type PreviewDeps } from './preview'
import type { Release, UpgradeOptions, UpgradePlan } from './releaseTypes'
import { Run, type RunDeps } from './run'
import { makeScript, type Script, type ScriptDeps } from './script'

export type ReleaseDeps = ScriptDeps & PreviewDeps & RunDeps

/** What `makePermanent` is about. */
interface Last { readonly report: Extract<UpgradeReport, { readonly kind: 'done' }>; readonly script: Script }

export function createRelease(deps: ReleaseDeps): Release {
  const { processes } = deps
  let busy = false
  let last: Last | undefined

  async function script(plan: UpgradePlan | string, { direction = 'up', base }: UpgradeOptions): Promise<Script> {
    const nothing = { title: typeof plan === 'string' ? path.basename(plan) : 'upgrade', direction, before: [], after: [], loads: [], updates: [], restarts: [], deletes: [], early: undefined }
    const read: Read = typeof plan === 'string' ? readPlan(plan) : { ok: true, value: plan }
    const parsed: Parsed = read.ok ? parsePlan(read.value, direction) : { ok: false, problems: [read.problem] }
    if (!parsed.ok) return { ...nothing, problems: parsed.problems.map((message): UpgradeProblem => ({ reason: 'bad_plan', message })) }
    const folder = base ?? (typeof plan === 'string' ? path.dirname(path.resolve(plan)) : process.cwd())
    return makeScript(deps, parsed.plan, direction, folder, processes.current())
  }

  async function runAlone(plan: UpgradePlan | string, options: UpgradeOptions): Promise<UpgradeReport> {
    const made = await script(plan, options)
    const { title, direction, problems } = made
    if (problems.length > 0) return { kind: 'refused', title, direction, problems }
    const run = new Run(deps, made)
    const report = await inProcess(run)
    last = report.kind === 'done' ? { report, script: made } : last
    return report
  }

  /** The handler of the upgrade: it is nobody's child and lingers nowhere. */
  function inProcess(run: Run): Promise<UpgradeReport> {
    return new Promise((resolve) => {
      const handler = async (): Promise<void> => {
        const self = processes.current()
        const guard = processes.own(self, {
          label: 'upgrade',
          release: () => resolve(run.abandon()),
        })
        const report = await run.run()
        guard.dispose()
        resolve(report)
      }
      processes.spawn({ kind: 'fun', fn: handler, args: [] }, { label: 'upgrade' })
    })
  }

  return {
    async check(plan, options = {}) {
      const { problems } = await script(plan, options)
      return problems.length === 0 ? 'ok' : ['error', problems]
    },
    async preview(plan, options = {}): Promise<UpgradePreview> {
      return previewOf(deps, await script(plan, options))
    },
    async run(plan, options = {}) {
      const { direction = 'up' } = options
      if (busy) return { kind: 'refused', title: 'upgrade', direction, problems: [{ reason: 'busy', message: 'another upgrade is under way' }] }
      busy = true
      try {
        return await runAlone(plan, options)
      } finally {
        busy = false
      }
    },
    async makePermanent() {
      if (last === undefined) return ['error', 'no_upgrade']
      const { report, script: made } = last
      last = undefined
      const killed: Pid[] = report.unpurged.flatMap(({ module, method }) => (method === 'brutal_purge' ? deps.server.purge(module) : []))
      const written = made.loads.flatMap(({ own, textFile, record }) => {
        if (own || record === undefined) return []
        copyFileSync(textFile, record.file)
        return [record.file]
      })
      return ['ok', { killed, written }]
    },
  }
}

type Read = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: string }

function readPlan(file: string): Read {
  try {
    return { ok: true, value: JSON.parse(readFileSync(file, 'utf8')) }
  } catch (error) {
    return { ok: false, problem: `${file}: ${error instanceof Error ? error.message : String(error)}` }
  }
}
