import type { Snapshot } from '../protocol/snapshot'

/**
 * Which files to load when `path` changed: itself when it is a loaded module; else the modules whose last load failed on a
 * problem in that file (an import that never compiled is not a module yet, and repairing it must load its importer).
 */
export function affectedFiles(snapshot: Snapshot, path: string): readonly string[] {
  if (snapshot.modules.some((module) => module.file === path)) return [path]
  return snapshot.modules.filter((module) => module.failed?.problems.some((problem) => problem.file === path)).map((module) => module.file)
}
