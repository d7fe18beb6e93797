/**
 * A defect in a source file, as the Problems view shows it.
 * `line` is 1-based; `column` is 0-based and counts UTF-16 units (as VS Code does, unlike esbuild's bytes);
 * `length` is the marked range in UTF-16 units, 0 when unknown.
 */
export interface Problem {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly length: number
  readonly severity: 'error' | 'warning'
  /** Which step refused: the text (`compile`), an import (`link`), the top level (`evaluate`), `onLoad`. */
  readonly source: 'compile' | 'link' | 'evaluate' | 'onLoad'
  readonly message: string
  readonly stack?: string
}
