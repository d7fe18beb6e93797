/** The modules that a person can name in a workspace, loaded or not: for completion, and for a name that is only the last part of one. */
import { readdirSync } from 'node:fs'
import type { Dirent } from 'node:fs'
import path from 'node:path'
import type { Compiler } from '../compile/compiler'
import type { ModuleNames } from '../compile/moduleNames'
import { realOnDisk } from '../compile/realPaths'
import type { Resolver } from '../compile/resolver'
import { locate } from './locate'

/** A workspace may be anything, also a home folder: looking ends after so many folders. */
const MOST_FOLDERS = 4000

export interface WorkspaceDeps {
  readonly root: string
  readonly names: ModuleNames
  readonly compiler: Compiler
  readonly resolver: Resolver
}

export class WorkspaceModules {
  constructor(private readonly deps: WorkspaceDeps) {}

  /** The file of the module that is called `text`, or of the only one whose name ends on it. */
  locate(text: string): string | undefined {
    const { root, names } = this.deps
    return locate(text, root, names) ?? (path.isAbsolute(text) || names.find(text).kind === 'ambiguous' ? undefined : this.byLastPart(text))
  }

  /** As `ModuleNames` calls them, or would. */
  names(): string[] {
    return this.files().map((file) => this.nameOf(file))
  }

  /** What the text on disk exports, with the names of `export *`; nothing when there is no such module or it does not compile. */
  async exportsOf(name: string): Promise<string[]> {
    const { compiler, resolver } = this.deps
    const found = new Set<string>()
    const first = this.locate(name)
    const files = new Set(first === undefined ? [] : [first])
    for (const file of files) {
      const outcome = await compiler.compile(file)
      if (!outcome.ok) continue
      const { exports, stars, imports } = outcome.unit.rewritten
      for (const one of exports) if (file === first || one !== 'default') found.add(one)
      for (const index of stars) {
        const star = resolver.resolve(imports[index]?.specifier ?? '', file, 'import')
        if (star.kind === 'module') files.add(star.file)
      }
    }
    return [...found]
  }

  private byLastPart(text: string): string | undefined {
    const [file, another] = this.files().filter((one) => `/${this.nameOf(one)}`.endsWith(`/${text}`))
    return file === undefined || another !== undefined ? undefined : realOnDisk(file)
  }

  private nameOf(file: string): string {
    const inside = path.relative(this.deps.root, file).split(path.sep).join('/')
    return inside.endsWith('.json') ? inside : inside.slice(0, inside.length - path.extname(inside).length)
  }

  /** Nearest the root first. Folders that begin with a dot are not looked into. */
  private files(): string[] {
    const files: string[] = []
    const folders = [this.deps.root]
    for (let folder = folders[0], looked = 0; folder !== undefined && looked < MOST_FOLDERS; folder = folders[++looked]) {
      for (const entry of entriesOf(folder)) {
        const target = path.join(folder, entry.name)
        if (!entry.isDirectory()) {
          if (this.deps.resolver.isModule(target)) files.push(target)
        } else if (entry.name !== 'node_modules' && !entry.name.startsWith('.')) folders.push(target)
      }
    }
    return files
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return [] // gone meanwhile, or not ours to read
  }
}
