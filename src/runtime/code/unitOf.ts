/** What a version was made of, and its places in the source: for whoever shows frames and functions. */
import { originalOfInput } from '../../compile/positions'
import type { FrameView } from '../../protocol/snapshot'
import type { CodeServer } from './codeServer'
import type { Frame } from '../process/frames'
import type { Unit } from '../link'
import type { VersionRecord } from './version'

export const unitsOf = (server: CodeServer): Unit[] =>
  [...server.table.all()].flatMap(({ current, old, drafting }) => [current, drafting?.instance, old].flatMap((instance) => instance?.unit ?? []))

export function recordOf(server: CodeServer, unit: Unit, version: number): VersionRecord[] {
  const module = server.table.get(unit.module)
  return [module?.current, module?.old].flatMap((instance) => (instance?.record.version === version ? [instance.record] : []))
}

export function unitOf(server: CodeServer, version: VersionRecord): Unit | undefined {
  const record = server.table.get(version.module)
  return [record?.current, record?.old].find((instance) => instance?.record === version)?.unit
}

export function describeFrame(server: CodeServer, frame: Frame): FrameView {
  const { module, version, state } = frame.version
  const record = server.table.get(module)
  const unit = unitOf(server, frame.version)
  const view = { module, version, slot: state === 'old' ? 'old' : 'current', file: record?.file ?? '' } as const
  if (unit === undefined) return { ...view, function: '(unknown)', line: 1, column: 0 }
  const fn = unit.rewritten.functions[frame.fn]
  const at = frame.p * 3
  const line = (frame.p > 0 ? unit.rewritten.points[at + 1] : fn?.line) ?? 1
  const column = (frame.p > 0 ? unit.rewritten.points[at + 2] : fn?.column) ?? 0
  return { ...view, function: fn?.name ?? '(anonymous)', ...originalOfInput(unit, line, column) }
}

export function functionAt(server: CodeServer, version: VersionRecord, index: number): { readonly name: string; readonly line: number } | undefined {
  const unit = unitOf(server, version)
  const fn = unit?.rewritten.functions[index]
  return unit === undefined || fn === undefined ? undefined : { name: fn.name, line: originalOfInput(unit, fn.line, fn.column).line }
}
