/** Tools the benchmark compares with are no dependencies of ours: they are fetched when first needed, into the cache of the tests. */
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder } from '../../../scripts/lib/paths.mjs'

const run = promisify(execFile)

/** @returns the folder whose `node_modules` holds the package */
export async function providePackage(name: string, version: string): Promise<string> {
  const folder = path.join(cacheFolder(), `${name}-${version}-node${process.versions.node.split('.')[0] ?? ''}-${process.platform}-${process.arch}`)
  if (existsSync(folder)) return folder
  const fresh = `${folder}.part-${process.pid}`
  mkdirSync(fresh, { recursive: true })
  writeFileSync(path.join(fresh, 'package.json'), '{"private":true}')
  try {
    await run('npm', ['install', `${name}@${version}`, '--no-audit', '--no-fund', '--loglevel=error'], { cwd: fresh, shell: process.platform === 'win32' })
    renameSync(fresh, folder)
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  }
  return folder
}
