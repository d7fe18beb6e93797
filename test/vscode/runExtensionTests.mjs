/** Runs the tests of one case inside a real VS Code: desktop where it can be had and shown, else the browser workbench. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'
import { runTests } from '@vscode/test-electron'
import * as esbuild from 'esbuild'
import { local, root } from '../../scripts/lib/paths.mjs'
import { provideVsCode } from './provideVsCode.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))

/**
 * @typedef {{ kind: 'passed' | 'skipped' | 'failed' | 'said', title?: string, text?: string, ms?: number, message?: string, stack?: string }} Result in the order they happened; `said` is console output
 * @param {{ workspace: string, tests: string[], trust?: boolean, theme?: 'light' | 'dark' | 'hc', settings?: object, extension?: string, timeout?: number, minutes?: number, grep?: string }} options
 *   workspace: copied to a temporary folder, so tests may save files; tests: `.test.ts` files; timeout: ms per test; minutes: for the whole run
 * @returns {Promise<Result[]>} a run that broke off has a failed result that says so
 */
export async function runExtensionTests(options) {
  const work = mkdtempSync(join(ensured(join(local, 'runs')), 'run-'))
  const copy = join(realpathSync(mkdtempSync(join(tmpdir(), 'codeswitch-test-'))), basename(options.workspace) || 'workspace')
  cpSync(options.workspace, copy, { recursive: true })
  try {
    const resultFile = join(work, 'results.jsonl')
    const index = await bundle(options, work, resultFile)
    const broken = await launch(options, { work, index, workspace: copy })
    return readResults(resultFile, index, broken)
  } finally {
    rmSync(work, { recursive: true, force: true, maxRetries: 5 })
    rmSync(join(copy, '..'), { recursive: true, force: true, maxRetries: 5 })
  }
}

const ensured = (folder) => {
  mkdirSync(folder, { recursive: true })
  return folder
}

/** One file inside the checkout, so that `require('mocha')` finds the checkout's own. */
async function bundle({ tests, timeout = 30_000, grep }, work, resultFile) {
  const outfile = join(work, 'index.js')
  const lines = tests.map((file) => `  require(${JSON.stringify(file)})`)
  const run = `{ resultFile: ${JSON.stringify(resultFile)}, timeout: ${timeout}, grep: ${JSON.stringify(grep)} }`
  const contents = `import { runMocha } from ${JSON.stringify(join(here, 'insideHost.ts'))}\nexport const run = () => runMocha(${run}, () => {\n${lines.join('\n')}\n})\n`
  await esbuild.build({
    stdin: { contents, resolveDir: root, sourcefile: 'entry.ts', loader: 'ts' },
    outfile, bundle: true, format: 'cjs', platform: 'node', target: 'node22', sourcemap: true, external: ['vscode', 'mocha', 'esbuild'], logLevel: 'warning'
  })
  return outfile
}

/** @returns why the run broke off, undefined when VS Code ended by itself with a code of the tests */
async function launch(options, { work, index, workspace }) {
  const { trust = true, theme = 'dark', settings = {}, extension = root, minutes = 10 } = options
  const vscode = await provideVsCode()
  const pidFile = join(work, 'pid')
  const env = { CODESWITCH_TEST_WORKBENCH: JSON.stringify({ trust, theme, settings }), CODESWITCH_TEST_PIDFILE: pidFile }
  const userData = join(work, 'user')
  writeFileSync(join(ensured(join(userData, 'User')), 'settings.json'), JSON.stringify({ 'security.workspace.trust.startupPrompt': 'never', ...settings }))
  const run = runTests({
    vscodeExecutablePath: vscode.executable,
    extensionDevelopmentPath: extension,
    extensionTestsPath: index,
    extensionTestsEnv: env,
    launchArgs: [workspace, `--user-data-dir=${userData}`, `--extensions-dir=${join(work, 'extensions')}`]
  })
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => {
      endByPidFile(pidFile)
      reject(new Error(`not done after ${minutes} minutes`))
    }, minutes * 60_000)
  })
  try {
    await Promise.race([run, late])
    return undefined
  } catch (error) {
    // A failed test also makes VS Code end with a code; the result file tells the difference.
    return error instanceof Error ? error.message : String(error)
  } finally {
    clearTimeout(timer)
    run.catch(() => undefined)
  }
}

function endByPidFile(file) {
  if (!existsSync(file)) return
  const pid = Number(readFileSync(file, 'utf8'))
  process.kill(pid, 'SIGUSR2')
  setTimeout(() => process.kill(pid, 'SIGTERM'), 3000)
}

function readResults(resultFile, index, broken) {
  const lines = existsSync(resultFile) ? readFileSync(resultFile, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line)) : []
  const results = lines.filter((line) => line.kind !== 'ended').map((line) => (line.kind === 'failed' ? { ...line, stack: inSources(line.stack, index) } : line))
  const ended = lines.some((line) => line.kind === 'ended')
  if (!ended) results.push({ kind: 'failed', title: 'the run reaches its end', message: broken ?? 'VS Code ended before the tests did', stack: '' })
  return results
}

/** Stack frames of the bundle said in the test's own lines. */
function inSources(stack, index) {
  const map = new TraceMap(readFileSync(`${index}.map`, 'utf8'), `${index}.map`)
  return stack.split('\n').map((line) => line.replace(/(?:file:\/\/)?([^\s(]*index\.js):(\d+):(\d+)/, (whole, file, row, column) => {
    if (!file.endsWith(index)) return whole
    const { source, line: original, column: at } = originalPositionFor(map, { line: Number(row), column: Number(column) - 1 })
    return source === null ? whole : `${source.startsWith('/') ? source : join(index, '..', source)}:${original}:${at + 1}`
  })).join('\n')
}

/** `test/extension/<case>/`: `*.test.ts`, `workspace/`, and optionally `case.json` with options of `runExtensionTests` (`workspace` from the repository's root). */
export function findCases(names) {
  const folder = join(root, 'test/extension')
  if (!existsSync(folder)) return []
  const found = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map((entry) => entry.name).sort()
  const unknown = names.filter((name) => !found.includes(name))
  if (unknown.length > 0) throw new Error(`no such case: ${unknown.join(', ')} (there are: ${found.join(', ')})`)
  return (names.length > 0 ? names : found).map((name) => readCase(name, join(folder, name))).filter((found) => found.tests.length > 0)
}

function readCase(name, folder) {
  const file = join(folder, 'case.json')
  const given = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
  const tests = readdirSync(folder).filter((entry) => entry.endsWith('.test.ts')).sort().map((entry) => join(folder, entry))
  const workspace = given.workspace === undefined ? join(folder, 'workspace') : join(root, given.workspace)
  return { name, ...given, workspace, tests }
}

