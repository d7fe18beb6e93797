import { extname } from 'node:path'
import type { PackageScope } from './packageScopes'

/** Extensions of files that can be modules. */
export const moduleExtensions = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json'] as const
export type ModuleExtension = (typeof moduleExtensions)[number]

export function moduleExtension(file: string): ModuleExtension | undefined {
  const extension = extname(file)
  return moduleExtensions.find((each) => each === extension)
}

/** How a text becomes JavaScript: `plain` is JavaScript already. */
export type Loader = 'ts' | 'tsx' | 'jsx' | 'plain'

export type SourceFormat = 'esm' | 'commonjs' | 'auto'

export function loaderOf(extension: Exclude<ModuleExtension, '.json'>): Loader {
  switch (extension) {
    case '.ts': case '.mts': case '.cts': return 'ts'
    case '.tsx': return 'tsx'
    case '.jsx': return 'jsx'
    case '.js': case '.mjs': case '.cjs': return 'plain'
  }
}

/**
 * Node's rules, with one extension that TypeScript users live by: TypeScript in a CommonJS scope (`.cts`, or `.ts` beside
 * `"type": "commonjs"`) may still be written with `import` and `export`. Then its syntax decides (`auto`).
 */
export function formatOf(extension: Exclude<ModuleExtension, '.json'>, scope: PackageScope | undefined): SourceFormat {
  switch (extension) {
    case '.mts': case '.mjs': return 'esm'
    case '.cjs': return 'commonjs'
    case '.cts': return 'auto'
    case '.js': return scope?.type === 'module' ? 'esm' : scope?.type ?? 'auto'
    case '.ts': case '.tsx': case '.jsx': return scope?.type === 'module' ? 'esm' : 'auto'
  }
}
