/** Views of the modules, told again only when something in them has changed: a program has thousands, and a load changes one. */
import type { ModuleName } from '../../protocol/ids'
import type { PictureModule, PictureVersion } from '../link'
import type { Instance, ModuleRecord, ModuleTable } from '../code/moduleTable'
import type { Processes } from '../process/processes'

/** What a view is made of. */
interface Seen {
  readonly file: string
  readonly sticky: boolean
  readonly current: Instance | undefined
  readonly old: Instance | undefined
  readonly inCurrent: number
  readonly inOld: number
}

export class ModulePictures {
  private readonly seen = new Map<ModuleName, Seen>()

  constructor(private readonly table: ModuleTable, private readonly processes: Pick<Processes, 'lingering'>) {}

  /** What has changed since the last time. */
  changes(): { readonly modules: readonly PictureModule[]; readonly gone: readonly ModuleName[] } {
    const modules: PictureModule[] = []
    const gone: ModuleName[] = []
    for (const record of this.table.all()) {
      const before = this.seen.get(record.name)
      if (record.current === undefined && record.old === undefined) {
        if (this.seen.delete(record.name)) gone.push(record.name)
        continue
      }
      // All but a few are as they were: nothing is made for those.
      const inCurrent = this.count(record.current)
      const inOld = this.count(record.old)
      if (before !== undefined && before.inCurrent === inCurrent && before.inOld === inOld && isSame(before, record)) continue
      const { current, old, file, sticky } = record
      const now = { file, sticky, current, old, inCurrent, inOld }
      this.seen.set(record.name, now)
      modules.push(viewOf(record.name, now))
    }
    return { modules, gone }
  }

  private count(instance: Instance | undefined): number {
    if (instance === undefined) return 0
    return instance.record.state === 'old' ? this.processes.lingering(instance.record).length : countUpTo(instance.record, 1000)
  }
}

const isSame = (a: Seen, b: ModuleRecord): boolean => a.current === b.current && a.old === b.old && a.sticky === b.sticky && a.file === b.file

const viewOf = (name: ModuleName, { file, sticky, current, old, inCurrent, inOld }: Seen): PictureModule =>
  ({ name, file, sticky, current: versionOf(current, inCurrent), old: versionOf(old, inOld) })

function versionOf(instance: Instance | undefined, processes: number): PictureVersion | undefined {
  if (instance === undefined) return undefined
  const { unit, record, loadedAt, origin } = instance
  return { version: record.version, hash: unit.hash, size: unit.size, loadedAt, origin, processes }
}

/** Current code may run in very many frames; beyond a thousand nobody counts. */
function countUpTo(record: Instance['record'], limit: number): number {
  let count = 0
  for (let link = record.frames.vNext; link !== record.frames && count < limit; link = link.vNext) count++
  return count
}
