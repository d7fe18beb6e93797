import { sep } from 'node:path'
import picomatch from 'picomatch'
import { moduleExtension } from './format'
import { within } from './realPaths'

/**
 * Which files are modules: in the workspace folder, not under a `node_modules`, one of our extensions, matched by
 * `include` (none given: everything) and not by `exclude`. All others are loaded by Node itself.
 */
export class ModuleFilter {
  private readonly included: (path: string) => boolean
  private readonly excluded: (path: string) => boolean

  /** @param root real path. Globs are relative to it, with `/`. */
  constructor(private readonly root: string, include: readonly string[], exclude: readonly string[]) {
    this.included = include.length === 0 ? () => true : picomatch(include.map(normal), { dot: true })
    this.excluded = exclude.length === 0 ? () => false : picomatch(exclude.map(normal), { dot: true })
  }

  /**
   * @param file real path.
   * @param importer the module that asks, if one does: one that lies outside (an entry given by path) may bring its neighbours, and
   * any may bring TypeScript, which Node could not load.
   */
  isModule(file: string, importer?: string): boolean {
    if (moduleExtension(file) === undefined || /\.d\.[mc]?ts$/.test(file)) return false
    const inside = within(this.root, file)
    if ((inside ?? file).split(sep).includes('node_modules')) return false
    if (inside === undefined) return importer !== undefined && (/tsx?$/.test(file) || within(this.root, importer) === undefined)
    const path = inside.split(sep).join('/')
    return this.included(path) && !this.excluded(path)
  }
}

/** `./src` and `src/` mean the folder with all that is in it, as in a tsconfig. */
function normal(glob: string): string {
  const plain = glob.replace(/^\.\//, '')
  return plain.endsWith('/') ? `${plain}**` : plain
}
