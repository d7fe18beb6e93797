/** Other versions of Node, from npm: each platform's package holds the binary and nothing else. Only node: builtins. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from './paths.mjs'
import { runQuietly } from './processes.mjs'

const windows = process.platform === 'win32'
const appleSilicon = process.platform === 'darwin' && process.arch === 'arm64'
/** The package `node` only finds and installs this one, by an install script that npm may not run. */
export const nodePackage = `${appleSilicon ? 'node-bin' : 'node'}-${windows ? 'win' : process.platform}-${process.arch}`

/** The binary of an installation of `nodePackage` in `folder`. */
export const nodeBinaryIn = (folder) => join(folder, 'node_modules', nodePackage, 'bin', windows ? 'node.exe' : 'node')

/**
 * @param {string} version a major or full version: `24`, `22.12.0`; our own major is answered with our own binary
 * @returns {Promise<string>} the path of the executable
 */
export async function provideNode(version) {
  if (process.versions.node.split('.')[0] === version) return process.execPath
  const folder = join(cacheFolder(), `node-${version}-${process.platform}-${process.arch}`)
  if (existsSync(nodeBinaryIn(folder))) return nodeBinaryIn(folder)
  console.log(`fetching Node ${version} from npm, once`)
  const fresh = mkdtempSync(`${folder}.part-`)
  mkdirSync(fresh, { recursive: true })
  writeFileSync(join(fresh, 'package.json'), '{"private":true}')
  try {
    await runQuietly('npm', ['install', `${nodePackage}@${version}`, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: fresh })
    renameSync(fresh, folder)
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true })
    if (!existsSync(nodeBinaryIn(folder))) throw error
  }
  return nodeBinaryIn(folder)
}
