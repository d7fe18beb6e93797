/** A fresh clone has no node_modules: this installs them, with nothing but node: builtins. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './paths.mjs'
import { run } from './processes.mjs'

const oldest = [20, 19]

/** Says clearly that Node is too old, instead of failing somewhere inside a library. */
export function checkNodeVersion() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return
  console.error(`Node ${oldest.join('.')} or newer is needed, this is ${process.versions.node}`)
  process.exit(1)
}

const stamp = join(root, 'node_modules/.codeswitch-installed')
const wanted = () => createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex')

/** What `npm install` itself leaves behind; newer than the lock file when somebody installed by hand. */
const installedByHand = () => {
  const names = Object.keys({ ...readManifest().dependencies, ...readManifest().devDependencies })
  return names.every((name) => versionOf(name) === pinned(name))
}
const readManifest = () => JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const pinned = (name) => readManifest().dependencies[name] ?? readManifest().devDependencies[name]
function versionOf(name) {
  const file = join(root, 'node_modules', name, 'package.json')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).version : undefined
}

/** Runs `npm ci` unless node_modules already holds what package-lock.json asks for. Ends the process when that fails. */
export async function ensureDependencies() {
  checkNodeVersion()
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted()) return
  if (!installedByHand()) {
    console.log('installing dependencies (npm ci)')
    const code = await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root })
    if (code !== 0) {
      console.error('npm ci failed: the npm registry has to be reachable once')
      process.exit(1)
    }
  }
  writeFileSync(stamp, wanted())
}
