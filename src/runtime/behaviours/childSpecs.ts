/** Child specs and flags of a supervisor: what may stand in them and what they are by default. Source: supervisor(3). */
import type { ModuleRef } from '../api'
import type { ChildSpec, RestartType, Strategy, SupervisorFlags } from './supervisorTypes'
import { milliseconds } from './terms'

const SHUTDOWN_MS = 5000

/** A spec with everything filled in. */
export interface FullSpec extends Required<Omit<ChildSpec, 'start' | 'shutdown'>> {
  readonly start: readonly [ModuleRef, string, readonly unknown[]]
  /** Milliseconds. */
  readonly shutdown: 'brutalKill' | number
}

export interface FullFlags extends Required<SupervisorFlags> {
  readonly strategy: Strategy
}

export type Checked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: unknown }

const STRATEGIES: ReadonlySet<unknown> = new Set<Strategy>(['oneForOne', 'oneForAll', 'restForOne', 'simpleOneForOne'])
const RESTARTS: ReadonlySet<unknown> = new Set<RestartType>(['permanent', 'transient', 'temporary'])
const bad = (reason: unknown): { readonly ok: false; readonly reason: unknown } => ({ ok: false, reason })

export function checkFlags(flags: SupervisorFlags): Checked<FullFlags> {
  const { strategy = 'oneForOne', intensity = 1, period = 5, autoShutdown = 'never' } = flags
  if (!STRATEGIES.has(strategy)) return bad(['invalid_strategy', strategy])
  if (!Number.isInteger(intensity) || intensity < 0) return bad(['invalid_intensity', intensity])
  if (!(period > 0)) return bad(['invalid_period', period])
  if (!['never', 'anySignificant', 'allSignificant'].includes(autoShutdown)) return bad(['invalid_auto_shutdown', autoShutdown])
  return { ok: true, value: { strategy, intensity, period, autoShutdown } }
}

export function checkSpecs(specs: unknown, autoShutdown: FullFlags['autoShutdown']): Checked<readonly FullSpec[]> {
  if (!Array.isArray(specs)) return bad(['invalid_child_specs', specs])
  const full: FullSpec[] = []
  for (const spec of specs) {
    const checked = checkSpec(spec, autoShutdown)
    if (!checked.ok) return checked
    if (full.some(({ id }) => Object.is(id, checked.value.id))) return bad(['duplicate_child_name', checked.value.id])
    full.push(checked.value)
  }
  return { ok: true, value: full }
}

export function checkSpec(spec: unknown, autoShutdown: FullFlags['autoShutdown']): Checked<FullSpec> {
  if (!isSpec(spec)) return bad(['invalid_child_spec', spec])
  const { id, start, restart = 'permanent', type = 'worker', significant = false } = spec
  if (id === undefined) return bad('missing_id')
  if (start === undefined) return bad('missing_start')
  if (!isStart(start)) return bad(['invalid_mfa', start])
  const { shutdown = type === 'supervisor' ? 'infinity' : SHUTDOWN_MS, modules = [start[0]] } = spec
  if (!RESTARTS.has(restart)) return bad(['invalid_restart_type', restart])
  if (type !== 'worker' && type !== 'supervisor') return bad(['invalid_child_type', type])
  if (shutdown !== 'brutalKill' && shutdown !== 'infinity' && !(typeof shutdown === 'number' && shutdown >= 0)) return bad(['invalid_shutdown', shutdown])
  if (typeof significant !== 'boolean') return bad(['invalid_significant', significant])
  if (significant && (restart === 'permanent' || autoShutdown === 'never')) return bad(['bad_combination', [['auto_shutdown', autoShutdown], ['restart', restart], ['significant', significant]]])
  if (modules !== 'dynamic' && !Array.isArray(modules)) return bad(['invalid_modules', modules])
  return { ok: true, value: { id, start: [start[0], start[1], start[2] ?? []], restart, shutdown: shutdown === 'brutalKill' ? shutdown : milliseconds(shutdown), type, significant, modules } }
}

const isSpec = (spec: unknown): spec is ChildSpec => typeof spec === 'object' && spec !== null && !Array.isArray(spec)

const isStart = (start: unknown): start is ChildSpec['start'] => Array.isArray(start) && start.length >= 2 && start.length <= 3
  && (typeof start[0] === 'string' || (typeof start[0] === 'object' && start[0] !== null)) && typeof start[1] === 'string' && (start[2] === undefined || Array.isArray(start[2]))
