/** Who the next save would kill, in the terms of a snapshot. Pure. */
import type { FrameView, ModuleView, ProcessView, Snapshot } from '../protocol/snapshot'
import type { VictimText } from './texts'
import { frameText, processTitle } from './texts'

/** The frame that keeps a process in `module` at `version`: the innermost one of that code. */
export const keepingFrame = (process: ProcessView, module: string, version: number): FrameView | undefined =>
  process.stack.find((frame) => frame.module === module && frame.version === version)

/** Since when it lingers: since the module's current version came, or since it was started if that was later. */
export const lingersSince = (process: ProcessView, module: ModuleView | undefined): number => Math.max(process.startedAt, module?.current?.loadedAt ?? 0)

/** How many different processes a load of `modules` (all, when undefined) would kill. A process may linger in several. */
export function wouldKill(snapshot: Snapshot, modules?: ReadonlySet<string>): number {
  const views = snapshot.lingering.filter((view) => modules === undefined || modules.has(view.module))
  const known = new Set(views.flatMap((view) => view.processes.map((process) => process.pid)))
  const unlisted = views.reduce((sum, view) => sum + Math.max(0, view.total - view.processes.length), 0)
  return known.size + unlisted
}

export interface Victim extends VictimText { readonly module: string }

/** Those whom a load of `modules` would kill, each once, with the place that keeps it there. */
export function victimsOf(snapshot: Snapshot, modules: ReadonlySet<string>): readonly Victim[] {
  const victims = new Map<string, Victim>()
  for (const view of snapshot.lingering) {
    if (!modules.has(view.module)) continue
    const module = snapshot.modules.find((candidate) => candidate.name === view.module)
    for (const process of view.processes) {
      if (victims.has(process.pid)) continue
      const frame = keepingFrame(process, view.module, view.version) ?? process.stack[0]
      victims.set(process.pid, {
        module: view.module, name: processTitle(process), pid: process.pid, crowd: process.crowd,
        where: frame === undefined ? `${view.module} v${view.version}` : frameText(frame), since: lingersSince(process, module),
      })
    }
  }
  return [...victims.values()]
}
