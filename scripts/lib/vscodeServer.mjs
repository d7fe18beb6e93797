/**
 * A VS Code that needs no download from Microsoft and no display: the server inside the npm package `code-server`, with the
 * Node it wants, also from npm. Served to a browser it is the same workbench and the same extension host.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { nodeBinaryIn, nodePackage } from './nodes.mjs'
import { cacheFolder } from './paths.mjs'
import { runQuietly } from './processes.mjs'

const codeServer = '4.139.1'
const node = '24'

/** The folder's name says all that its content depends on, so a changed version never meets an old cache. */
const folderName = `code-server-${codeServer}-node${node}-${process.platform}-${process.arch}`

const placesIn = (folder) => ({
  node: nodeBinaryIn(folder),
  vscode: join(folder, 'node_modules/code-server/lib/vscode'),
  serverMain: join(folder, 'node_modules/code-server/lib/vscode/out/server-main.js')
})

/** Written last: a folder without it was left half-finished and is made again. */
const complete = (folder) => existsSync(join(folder, 'complete')) && existsSync(placesIn(folder).serverMain) && existsSync(placesIn(folder).node)

/** @returns {Promise<{ node: string, serverMain: string }>} paths. @throws Error when npm cannot deliver it. */
export async function provideVsCodeServer() {
  const cache = cacheFolder()
  const folder = join(cache, folderName)
  if (!complete(folder)) await install(cache, folder)
  return placesIn(folder)
}

/** Installs beside the final place and renames: whoever comes in the middle sees all of it or nothing. */
async function install(cache, folder) {
  console.log('fetching VS Code (code-server) from npm, once, about 40 s')
  dropAbandoned(cache)
  const fresh = mkdtempSync(join(cache, `${folderName}.part-`))
  try {
    await installInto(fresh)
    writeFileSync(join(fresh, 'complete'), '')
    if (existsSync(folder) && !complete(folder)) rmSync(folder, { recursive: true, force: true })
    renameSync(fresh, folder)
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true })
    // Another process finished the same installation first: use that one.
    if (!complete(folder)) throw error
  }
}

async function installInto(folder) {
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error']
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"private":true}')
  await runQuietly('npm', ['install', `${nodePackage}@${node}`, `code-server@${codeServer}`, '--ignore-scripts', ...quiet], { cwd: folder })
  const { vscode, node: binary } = placesIn(folder)
  if (!existsSync(binary)) throw new Error(`${nodePackage}@${node} brought no ${binary}`)
  await runQuietly('npm', ['install', '--omit=dev', '--ignore-scripts', ...quiet], { cwd: vscode })
  // TypeScript's language service, shared by the built-in extensions.
  await runQuietly('npm', ['install', '--omit=dev', '--ignore-scripts', ...quiet], { cwd: join(vscode, 'extensions') })
  acceptDevelopedExtension(vscode)
  await buildNativeParts(vscode, binary)
}

/**
 * A built workbench takes an extension under development by URL only with `--enable-smoke-test-driver`, and that flag also hides every
 * message a person would see. So the condition is lifted instead, in our copy of this very version.
 */
function acceptDevelopedExtension(vscode) {
  const file = join(vscode, 'out/vs/code/browser/workbench/workbench.js')
  const source = readFileSync(file, 'utf8')
  const condition = 'this.payload&&(!this.isBuilt||this.enableSmokeTestDriver)'
  if (!source.includes(condition)) throw new Error(`code-server@${codeServer} has no "${condition}" in its workbench`)
  writeFileSync(file, source.replace(condition, 'this.payload'))
}

/** Terminals have a prebuilt binary; the log writer and the watchdog have not, and the server lives without them. */
async function buildNativeParts(vscode, binary) {
  const path = `${join(binary, '..')}${delimiter}${process.env.PATH ?? ''}`
  try {
    await runQuietly('npm', ['rebuild', 'node-pty', '@vscode/spdlog', '@vscode/native-watchdog'], { cwd: vscode, env: { ...process.env, PATH: path } })
  } catch {
    console.log('(no compiler for the native parts of VS Code\'s server: its log files stay empty, all else works)')
  }
}

/** Parts older than an hour belong to an installation that was interrupted. */
function dropAbandoned(cache) {
  for (const name of readdirSync(cache)) {
    if (!name.includes('.part-')) continue
    const part = join(cache, name)
    if (Date.now() - statSync(part).mtimeMs > 3_600_000) rmSync(part, { recursive: true, force: true })
  }
}
