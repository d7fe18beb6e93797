/**
 * The tests that a package publishes with itself, run by plain Node and by `codeswitch run`. The package is copied out of `node_modules`,
 * so that its own files are modules of the program and what it depends on is not.
 */
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { testNode } from './bothWays'

const repository = path.resolve(__dirname, '../../..')
const cli = path.join(repository, 'dist/cli.js')
const PATIENCE_MS = 40_000

export interface SuiteRun {
  readonly code: number | null
  /** `ok 12 - title` of node:test, without numbers that differ from run to run; else all that was printed. */
  readonly results: readonly string[]
  readonly stderr: string
}

export interface Suite {
  readonly package: string
  /** Which files below the package's folder; all of them run in one process. */
  readonly files: RegExp
}

/** @returns undefined when the package is not installed with its tests. */
export async function runSuite({ package: name, files }: Suite): Promise<{ readonly plain: SuiteRun; readonly ours: SuiteRun; readonly count: number }> {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'suite-')))
  try {
    const root = path.join(folder, name.replace('/', '-'))
    cpSync(folderOf(name), root, { recursive: true })
    if (!existsSync(path.join(root, 'node_modules'))) symlinkSync(path.join(repository, 'node_modules'), path.join(root, 'node_modules'))
    symlinkSync(path.join(repository, 'node_modules'), path.join(folder, 'node_modules'))
    const chosen = filesBelow(root).map((file) => path.relative(root, file).split(path.sep).join('/')).filter((file) => files.test(file)).sort()
    writeFileSync(path.join(root, 'all.cjs'), chosen.map((file) => `require('./${file}')\n`).join(''))
    const [plain, ours] = await Promise.all([run(['all.cjs'], root), run([cli, 'run', '--no-watch', '--node', testNode, 'all.cjs'], root)])
    return { plain, ours, count: chosen.length }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Where it is, whatever its `exports` say; as a dependency of fastify if it is none of ours. */
function folderOf(name: string): string {
  const paths = createRequire(createRequire(__filename).resolve('fastify')).resolve.paths(name) ?? []
  const found = paths.map((one) => path.join(one, name)).find((one) => existsSync(path.join(one, 'package.json')))
  if (found === undefined) throw new Error(`${name} is not installed`)
  return realpathSync(found)
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const target = path.join(folder, entry.name)
    if (!entry.isDirectory()) return entry.isFile() ? [target] : []
    return entry.name === 'node_modules' ? [] : filesBelow(target)
  })

function run(args: readonly string[], cwd: string): Promise<SuiteRun> {
  const env = { ...process.env, NO_COLOR: '1', NODE_OPTIONS: '--test-reporter=tap', NODE_TEST_CONTEXT: undefined, NODE_ENV: 'test' }
  const child = spawn(testNode, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text })
  child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text })
  const overdue = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
  return new Promise((done, failed) => {
    child.once('error', failed)
    child.once('close', (code) => {
      clearTimeout(overdue)
      const tap = stdout.split('\n').filter((line) => /^\s*(?:not )?ok \d+/.test(line))
      done({ code, results: tap.length > 0 ? tap : stdout.split('\n'), stderr: stderr || stdout.slice(-3000) })
    })
  })
}
