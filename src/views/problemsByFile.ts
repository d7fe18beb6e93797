import type { FailureReason, ModuleView } from '../protocol/snapshot'
import type { Problem } from '../base/problem'

/** Problems of the modules whose last save did not load, or whose imports find nothing any more, by file. A failure that names no place is shown at the file's start. */
export function problemsByFile(modules: readonly ModuleView[], reasonText: (reason: FailureReason) => string): ReadonlyMap<string, readonly Problem[]> {
  const byFile = new Map<string, Problem[]>()
  for (const module of modules) {
    for (const problem of [...failureOf(module, reasonText), ...(module.missing ?? [])]) byFile.set(problem.file, [...(byFile.get(problem.file) ?? []), problem])
  }
  return byFile
}

function failureOf({ file, failed }: ModuleView, reasonText: (reason: FailureReason) => string): readonly Problem[] {
  if (failed === undefined || failed.because !== undefined) return []
  if (failed.problems.length > 0) return failed.problems
  return [{ file, line: 1, column: 0, length: 0, severity: 'error', source: 'evaluate', message: reasonText(failed.reason) }]
}
