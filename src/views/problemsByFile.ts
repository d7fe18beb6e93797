import type { FailureReason, ModuleView } from '../protocol/snapshot'
import type { Problem } from '../base/problem'

/** Problems of the modules whose last save did not load, by file. A failure that names no place is shown at the file's start. */
export function problemsByFile(modules: readonly ModuleView[], reasonText: (reason: FailureReason) => string): ReadonlyMap<string, readonly Problem[]> {
  const byFile = new Map<string, Problem[]>()
  for (const module of modules) {
    if (module.failed === undefined || module.failed.because !== undefined) continue
    const problems: readonly Problem[] = module.failed.problems.length > 0 ? module.failed.problems
      : [{ file: module.file, line: 1, column: 0, length: 0, severity: 'error', source: 'evaluate', message: reasonText(module.failed.reason) }]
    for (const problem of problems) byFile.set(problem.file, [...(byFile.get(problem.file) ?? []), problem])
  }
  return byFile
}
