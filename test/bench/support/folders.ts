import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

export const repository = path.resolve(__dirname, '../../..')
export const distDir = path.join(repository, 'dist')
export const cli = path.join(distDir, 'cli.js')
export const programFile = (name: string): string => path.resolve(__dirname, '../programs', name)

const made = new Set<string>()
process.on('exit', () => made.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

/** A folder that is gone when the benchmark ends. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'codeswitch-bench-')))
  made.add(folder)
  return folder
}
