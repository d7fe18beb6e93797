import { fileName } from './texts'

/** `/src/t (old v1).ts`: says in the tab which text this is, and keeps the extension, which gives it its language. */
export function versionPath(module: string, file: string, slot: 'current' | 'old', version: number): string {
  const name = fileName(file)
  const dot = name.lastIndexOf('.')
  const extension = dot > 0 ? name.slice(dot) : ''
  return `/${module} (${slot} v${version})${extension}`
}
