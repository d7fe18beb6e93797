/** What the other side has been told about modules: of a thousand, one changed. */
import type { ModuleName } from '../protocol/ids'
import type { SnapshotUpdate } from '../protocol/messages'
import type { ModuleView, Snapshot } from '../protocol/snapshot'

export class ToldModules {
  private readonly told = new Map<ModuleName, ModuleView>()

  /** The snapshot without the modules that are as they were: views of those are the same objects as before. */
  update(snapshot: Snapshot): SnapshotUpdate {
    const modules = snapshot.modules.filter((view) => this.told.get(view.name) !== view)
    for (const view of modules) this.told.set(view.name, view)
    return { ...snapshot, modules, gone: this.forget(snapshot) }
  }

  private forget({ modules }: Snapshot): readonly ModuleName[] {
    if (this.told.size === modules.length) return []
    const there = new Set(modules.map((view) => view.name))
    const gone = [...this.told.keys()].filter((name) => !there.has(name))
    for (const name of gone) this.told.delete(name)
    return gone
  }
}
