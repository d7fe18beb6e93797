import path from 'node:path'
import type { ModuleView, Snapshot } from '../protocol/snapshot'

/**
 * Which files to load when `changed` changed: itself when it is a loaded module, or one that is being loaded; else the modules
 * whose last load failed on a problem in that file (an import that never compiled is not a module yet, and repairing it must
 * load its importer), or on an import that was looked for there, or which are staged together with it.
 * A file that was created and is still empty repairs nothing.
 */
export function affectedFiles(snapshot: Snapshot, changed: string, hasContent: (file: string) => boolean): readonly string[] {
  if (snapshot.modules.some((module) => module.file === changed) || snapshot.loading?.includes(changed) === true) return [changed]
  const affected = snapshot.modules.filter((module) => failedFor(module, changed) || module.staged?.files?.includes(changed) === true)
  return affected.length > 0 && hasContent(changed) ? affected.map((module) => module.file) : []
}

const failedFor = ({ failed }: ModuleView, changed: string): boolean =>
  failed !== undefined && (failed.problems.some((problem) => problem.file === changed) || failed.wanted?.some((wanted) => isMeant(wanted, changed)) === true)

/** `./x` and `./x.js` may both mean `x.ts`, and `./x` may mean `x/index.ts`. */
function isMeant(wanted: string, file: string): boolean {
  const { dir, name } = path.parse(file)
  const plain = path.resolve(wanted)
  return file === plain || path.join(dir, name) === plain || path.join(dir, name) === withoutExtension(plain) || (dir === plain && /^(?:index|package)$/.test(name))
}

const withoutExtension = (file: string): string => file.slice(0, file.length - path.extname(file).length)
