/** The file of a known module, or at a path from the workspace folder, by what a person typed. */
import { realpathSync, statSync } from 'node:fs'
import path from 'node:path'
import { moduleExtensions } from '../compile/format'
import type { ModuleNames } from '../compile/moduleNames'

export function locate(text: string, root: string, names: ModuleNames): string | undefined {
  const known = names.find(text)
  if (known.kind === 'one') return names.fileOf(known.name)
  const base = path.resolve(root, text)
  return [base, ...moduleExtensions.map((extension) => base + extension)].map(fileAt).find((file) => file !== undefined)
}

function fileAt(file: string): string | undefined {
  try {
    return statSync(file).isFile() ? realpathSync(file) : undefined
  } catch {
    return undefined // there is none: the next candidate
  }
}
