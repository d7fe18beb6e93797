/** Snapshots for tests, built from the few facts a test is about; everything else has one fixed value. */
import type { AtRiskView, FailureReason, FrameView, LingeringView, ModuleView, ProcessView, RuntimeView, Snapshot, StagedView, VersionView } from '../../../src/protocol/snapshot'
import type { Problem } from '../../../src/base/problem'
import type { Row } from '../../../src/views/row'
import { moduleName, pidText, version } from '../../../src/protocol/ids'

/** 12:00:00 local time, so that clock texts are the same everywhere. */
export const NOON = new Date(2026, 0, 2, 12, 0, 0).getTime()
const second = 1000

export const versionView = (n: number, facts: Partial<VersionView> = {}): VersionView =>
  ({ version: version(n), hash: `hash${n}`, loadedAt: NOON + n * second, size: 10 * n, origin: n === 1 ? 'start' : 'save', processes: 0, ...facts })

export interface ModuleFacts { current?: number; old?: number; staged?: Partial<StagedView>; failed?: { reason: FailureReason; problems: readonly Problem[] }; sticky?: boolean }
export const moduleView = (name: string, { current, old, staged, failed, sticky = false }: ModuleFacts): ModuleView => ({
  name: moduleName(name), file: `/w/${name}.ts`, sticky,
  current: current === undefined ? undefined : versionView(current),
  old: old === undefined ? undefined : versionView(old),
  staged: staged && { since: NOON + 9 * second, batch: 3, policy: 'ask', hash: 'staged', victims: 1, ...staged },
  failed: failed && { at: NOON + 9 * second, ...failed },
})

export const frame = (module: string, n: number, slot: 'current' | 'old', fn: string, line: number): FrameView =>
  ({ module: moduleName(module), version: version(n), slot, function: fn, file: `/w/${module}.ts`, line, column: 2 })

export const processView = (id: number, facts: Partial<ProcessView> = {}): ProcessView => ({
  pid: pidText(id), name: undefined, label: `process ${id}`, status: 'waiting', messages: 0, startedAt: NOON, links: 0, monitors: 0,
  trapExit: false, parent: undefined, stack: [], lingers: false, ...facts,
})

export const lingering = (module: string, n: number, processes: readonly ProcessView[], total = processes.length): LingeringView =>
  ({ module: moduleName(module), version: version(n), total, processes })

/** Purging old code of these modules would end the supervisor `chat`. */
export const riskView = (modules: readonly string[], until?: number): AtRiskView => ({
  modules: modules.map(moduleName),
  supervisors: [{ pid: pidText(39), name: 'chat', label: 'supervisor sup', restarts: 2, intensity: 1, period: 5, until }],
})

export const running: RuntimeView = { state: 'running', osPid: 1, engine: 'node v20', entry: 't.ts', startedAt: NOON }

export interface PictureFacts { runtime?: RuntimeView; modules?: readonly ModuleView[]; processes?: readonly ProcessView[]; total?: number; lingering?: readonly LingeringView[]; atRisk?: readonly AtRiskView[] }
export const picture = ({ runtime = running, modules = [], processes = [], total, lingering: who = [], atRisk = [] }: PictureFacts): Snapshot =>
  ({ seq: 1, runtime, modules, processes: { total: total ?? processes.length, offset: 0, items: processes }, lingering: who, atRisk })

/** The process registered as `t` that waits in old v1 of module `t`. */
export const seedProcess = (): ProcessView => processView(40, { name: 't', lingers: true, stack: [frame('t', 1, 'old', 'doLoop', 12)] })
/** Module `t` v2 with `t` in old v1. */
export const seedPicture = (staged?: Partial<StagedView>): Snapshot => picture({
  modules: [moduleView('t', { current: 2, old: 1, ...(staged ? { staged } : {}) })], processes: [seedProcess()], lingering: [lingering('t', 1, [seedProcess()])],
})

/** A tree as a nested literal: `label — description`, children below. */
export type Outline = string | readonly [string, readonly Outline[]]
export const outline = (rows: readonly Row[]): readonly Outline[] => rows.map((row) => {
  const text = row.description === '' ? row.label : `${row.label} — ${row.description}`
  return row.children.length === 0 ? text : [text, outline(row.children)]
})
