import * as vscode from 'vscode'
import type { Problem } from '../base/problem'
import type { SnapshotSource } from './source'
import { PRODUCT, reasonText } from './texts'
import { shownSnapshot } from './shownSnapshot'
import { problemsByFile } from './problemsByFile'

/** Why the last save of a module did not load, and which imports find nothing any more, at the place, until it is repaired. No toast: the old code keeps running. */
export class ProblemsPanel implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection('codeswitch')
  private readonly subscription: vscode.Disposable
  private shown = '[]'

  constructor(private readonly source: SnapshotSource) {
    this.subscription = vscode.Disposable.from(source.onDidChange(() => this.update()))
  }

  dispose(): void {
    this.subscription.dispose()
    this.collection.dispose()
  }

  private update(): void {
    const modules = shownSnapshot(this.source.snapshot).modules.filter((module) => module.failed !== undefined || module.missing !== undefined)
    const key = JSON.stringify(modules.map((module) => [module.name, module.failed, module.missing]))
    if (key === this.shown) return
    this.shown = key
    this.collection.clear()
    for (const [file, problems] of problemsByFile(modules, reasonText)) this.collection.set(vscode.Uri.file(file), problems.map(diagnostic))
  }
}

function diagnostic(problem: Problem): vscode.Diagnostic {
  const line = Math.max(0, problem.line - 1)
  const range = new vscode.Range(line, problem.column, line, problem.column + Math.max(1, problem.length))
  const severity = problem.severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning
  const result = new vscode.Diagnostic(range, problem.message, severity)
  result.source = PRODUCT.toLowerCase()
  result.code = problem.source
  return result
}
