/**
 * Modules whose file was deleted. As long as anybody may need such a module, it goes on. When no loaded text imports it any more,
 * it is deleted as `code:delete/1` does it, as Vite prunes modules: `prune` is called, and what its top level opened is released.
 */
import path from 'node:path'
import type { ModuleNames } from '../compile/moduleNames'
import type { ModuleOutcome } from '../protocol/messages'
import type { ModuleName } from '../protocol/ids'
import type { Batches } from './batches'
import type { Loaded } from './captures'
import type { Importers } from './importers'
import type { MainLink } from './mainLink'

export interface GoneFilesDeps {
  readonly main: Pick<MainLink, 'request'>
  readonly batches: Batches
  readonly importers: Importers
  readonly names: ModuleNames
  readonly root: string
  /** What is loaded, as of the last picture. */
  readonly loaded: Loaded
  now(): number
}

export class GoneFiles {
  /** Asked for by a name that is in no text: nobody can tell when it is needed no more. */
  private readonly named = new Set<ModuleName>()

  constructor(private readonly deps: GoneFilesDeps) {}

  /** The entry, or whatever `import(name)`, `apply` or a line of the shell asked for. */
  isNamed(module: ModuleName): void {
    this.named.add(module)
  }

  /** These of the loaded modules have no file any more, and run on. */
  note(modules: readonly ModuleName[]): ModuleOutcome[] {
    return modules.map((module) => {
      const { loaded, importers, names, root } = this.deps
      const file = names.fileOf(module) ?? module
      const [first, ...others] = importers.of(module, loaded).map((name) => path.relative(root, names.fileOf(name) ?? name))
      const who = first === undefined ? '' : others.length === 0 ? `: ${first} imports it` : `: ${first} and ${others.length} more import it`
      const message = `The file is gone. v${loaded.get(module)?.current?.version ?? 0} runs on${who}`
      const problems = [{ file, line: 1, column: 0, length: 0, severity: 'warning', source: 'compile', message }] as const
      this.deps.batches.fail(module, { at: this.deps.now(), reason: 'nofile', problems }, [])
      return { module, kind: 'failed', reason: 'nofile', problems }
    })
  }

  /** Without a file, and only others of these import them. */
  orphans(): readonly ModuleName[] {
    const { batches, importers, loaded } = this.deps
    const without = batches.failedModules().filter((module) => batches.failedView(module)?.reason === 'nofile' && this.mayGo(module))
    const orphans = new Set(without)
    for (let before = -1; before !== orphans.size;) {
      before = orphans.size
      for (const module of orphans) if (importers.of(module, loaded).some((importer) => !orphans.has(importer))) orphans.delete(module)
    }
    return [...orphans]
  }

  /** @returns those that are deleted now */
  async deleteOrphans(): Promise<readonly ModuleName[]> {
    const deleted: ModuleName[] = []
    for (const module of this.orphans()) {
      await this.deps.main.request('purge', { module, soft: true }) // the slot that current needs
      const { result } = await this.deps.main.request('delete', { module })
      if (result) deleted.push(module)
    }
    this.deps.batches.settle(deleted, this.deps.now())
    return deleted
  }

  private mayGo(module: ModuleName): boolean {
    const known = this.deps.loaded.get(module)
    return known?.current !== undefined && !known.sticky && (known.old?.processes ?? 0) === 0 && this.deps.importers.wasImported(module) && !this.named.has(module)
  }
}
