import { isAbsolute, relative, sep } from 'node:path'
import picomatch from 'picomatch'
import { moduleExtension } from './format'

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

  /** @param file real path. */
  isModule(file: string): boolean {
    if (moduleExtension(file) === undefined) return false
    const inside = relative(this.root, file)
    if (inside === '' || isAbsolute(inside)) return false
    const parts = inside.split(sep)
    if (parts[0] === '..' || parts.includes('node_modules') || /\.d\.[mc]?ts$/.test(inside)) return false
    const path = parts.join('/')
    return this.included(path) && !this.excluded(path)
  }
}

/** `./src` and `src/` mean the folder with all that is in it, as in a tsconfig. */
function normal(glob: string): string {
  const plain = glob.replace(/^\.\//, '')
  return plain.endsWith('/') ? `${plain}**` : plain
}
