/**
 * Who may import whom: the architecture as a table. A file belongs to the first layer whose `files` matches its path below `src/`.
 * Everything that is not listed is forbidden, `import type` included.
 */
export interface Layer {
  readonly name: string
  readonly files: RegExp
  /** Layers it may import. */
  readonly layers: readonly string[]
  /** Layers of which it may only know types. */
  readonly types?: readonly string[]
  readonly node: boolean
  /** npm packages and `vscode`; `any` means all but `vscode`. */
  readonly packages: readonly string[] | 'any'
}

/** The parts of the compiler that a running program needs as well: where a byte of the output was in the source. */
const sharedWithRuntime = /^compile\/(?:rewrite\/shifts|positions)\.ts$/

export const layers: readonly Layer[] = [
  { name: 'base', files: /^base\//, layers: [], node: false, packages: [] },
  { name: 'protocol', files: /^protocol\//, layers: ['base'], node: false, packages: [] },
  { name: 'positions', files: sharedWithRuntime, layers: ['base', 'protocol', 'positions'], types: ['compile'], node: true, packages: ['@jridgewell/trace-mapping', '@jridgewell/sourcemap-codec'] },
  { name: 'compile', files: /^compile\//, layers: ['base', 'protocol', 'positions'], node: true, packages: 'any' },
  { name: 'runtimeLink', files: /^runtime\/link\.ts$/, layers: ['base', 'protocol'], types: ['runtime'], node: true, packages: [] },
  // acorn: the shell reads lines in the program itself.
  { name: 'runtime', files: /^(?:runtime\/|index\.ts$)/, layers: ['base', 'protocol', 'positions', 'runtimeLink'], node: true, packages: ['acorn', '@jridgewell/trace-mapping', '@jridgewell/sourcemap-codec'] },
  { name: 'children', files: /^children\.ts$/, layers: ['base', 'runtime'], node: true, packages: ['tsx'] },
  { name: 'control', files: /^control\//, layers: ['base', 'protocol', 'positions', 'compile', 'runtimeLink', 'save'], node: true, packages: ['vscode-jsonrpc', 'esbuild'] },
  { name: 'host', files: /^host\//, layers: ['base', 'protocol'], node: true, packages: ['vscode-jsonrpc'] },
  { name: 'savedFiles', files: /^save\/savedFiles\.ts$/, layers: ['base', 'protocol', 'save', 'host'], node: true, packages: ['vscode'] },
  { name: 'save', files: /^save\//, layers: ['base', 'protocol'], node: true, packages: ['picomatch'] },
  { name: 'views', files: /^views\//, layers: ['base', 'protocol', 'host', 'save', 'savedFiles'], node: true, packages: ['vscode'] },
  { name: 'cli', files: /^cli\//, layers: ['base', 'protocol', 'host'], node: true, packages: [] },
  { name: 'extension', files: /^extension\.ts$/, layers: ['base', 'protocol', 'host', 'save', 'savedFiles', 'views'], node: true, packages: ['vscode'] }
]
