import type { FrameView, Snapshot } from '../protocol/snapshot'
import type { StackLink } from './stackLinks'

/** The frame a printed place stands for; undefined when its version is no longer loaded. */
export function frameOfLink(snapshot: Snapshot, file: string, place: StackLink): FrameView | undefined {
  const module = snapshot.modules.find((candidate) => candidate.file === file)
  for (const slot of ['old', 'current'] as const) {
    const view = module?.[slot]
    if (module && view?.version === place.version) {
      return { module: module.name, version: view.version, slot, function: '', file, line: place.line, column: Math.max(0, place.column - 1) }
    }
  }
  return undefined
}
